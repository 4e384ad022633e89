"""Exchanges and deliveries in the shapes in which tools write them down. Anything may be of any type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiptkit.captures.encodings import decoded, from_base64
from receiptkit.captures.observation import Layout
from receiptkit.model.exchange import NOT_CAPTURED, Exchange, NotCaptured, WebhookRequest, header

#: What is seen, and under which names its parts stand; or why it cannot be told.
Seen = tuple[Exchange | WebhookRequest, Layout] | str

_PLAIN: Layout = {
    "response": "/response/body",
    "request": "/request/body",
    "url": "/request/url",
    "status": "/response/status",
    "headers": "/response/headers",
    "sent": "/request/headers",
}
_WEBHOOK: Layout = {
    "response": "",
    "request": "/body",
    "url": "/url",
    "status": "",
    "headers": "/headers",
    "sent": "/headers",
}


def exchange(value: dict[str, Any]) -> Seen:
    """The exchange of `{"request": {"method", "url", "headers", "body"}, "response": {"status", "headers", "body"}}`."""
    request, response = value["request"], value["response"]
    if not isinstance(request, dict) or not isinstance(response, dict):
        return "an exchange without request or response"
    method, url = request.get("method", "GET"), request.get("url")
    at = "status" if "status" in response else "status_code"
    status = whole(response.get(at))
    if not isinstance(url, str) or not isinstance(method, str):
        return "an exchange without a URL"
    if status == 0 and response.get(at) != 0:
        return "an exchange without a status"
    found = Exchange(
        method,
        url,
        status,
        _present(response.get("body")),
        headers_of(response.get("headers")),
        _present(request.get("body")),
        headers_of(request.get("headers")),
    )
    return found, _PLAIN if at == "status" else {**_PLAIN, "status": "/response/status_code"}


def is_webhook_request(value: dict[str, Any]) -> bool:
    """
    Whether an object is a request by itself: `{"url", "method", "headers", "body" or "params"}`. A message has url and body too.

    One that came by GET has all its parameters in the URL, and nobody notes a body it cannot have.
    """
    if "params" not in value and "body" not in value:
        url = value.get("url")
        return (
            ("headers" in value or "method" in value)
            and isinstance(url, str)
            and "EventType=" in url.partition("#")[0].partition("?")[2]
        )
    return "headers" in value or "method" in value or value.keys() <= {"url", "body", "params"}


def webhook_request(value: dict[str, Any]) -> Seen:
    """The delivery of such an object; parameters are an object, or a list of pairs."""
    method, url, params = value.get("method", "POST"), value.get("url", ""), value.get("params")
    if not isinstance(method, str) or not isinstance(url, str):
        return "a request without a URL"
    if params is None:
        body, layout = _present(value.get("body")), _WEBHOOK
    else:
        body, layout = (
            repeated(params) if isinstance(params, list) else params,
            {**_WEBHOOK, "request": "/params"},
        )
    return WebhookRequest(url, method, body, headers_of(value.get("headers"))), layout


def interaction(value: Any, limit: int) -> Seen:
    """
    The exchange of an interaction of a cassette.

    Written by vcrpy (its older httpx form included), Ruby's VCR, Betamax, or go-vcr.

    Args:
        value: the interaction.
        limit: the most bytes that a compressed body may unpack to.
    """
    request, response = (
        (value.get("request"), value.get("response")) if isinstance(value, dict) else (None, None)
    )
    if not isinstance(request, dict) or not isinstance(response, dict):
        return "an interaction without request or response"
    address = "uri" if "uri" in request else "url"
    url, method = request.get(address), request.get("method", "GET")
    if not isinstance(url, str) or not isinstance(method, str):
        return "an interaction without a URL"
    status, status_at = _status(response)
    headers, request_headers = (
        headers_of(response.get("headers")),
        headers_of(request.get("headers")),
    )
    body, body_at = _body(response, headers, limit)
    request_body, request_at = _body(request, request_headers, limit)
    layout: Layout = {
        "response": f"/response{body_at}",
        "request": f"/request{request_at}",
        "url": f"/request/{address}",
        "status": f"/response{status_at}",
        "headers": "/response/headers",
        "sent": "/request/headers",
    }
    return Exchange(method, url, status, body, headers, request_body, request_headers), layout


def _status(response: dict[str, Any]) -> tuple[int, str]:
    said = response.get("status")
    if isinstance(said, dict):
        return whole(said.get("code")), "/status/code"
    for name in ("code", "status_code"):
        if name in response:
            return whole(response[name]), f"/{name}"
    return whole(said), "/status"


def _body(message: dict[str, Any], headers: Mapping[str, str], limit: int) -> tuple[Any, str]:
    name = "content" if "content" in message and "body" not in message else "body"
    body, at = message.get(name), f"/{name}"
    if isinstance(body, dict):
        at += "/base64_string" if "base64_string" in body else "/string"
        body = (
            body.get("string")
            if "base64_string" not in body
            else unpacked_base64(body["base64_string"])
        )
    if not isinstance(body, (str, bytes, NotCaptured)):
        return NOT_CAPTURED, at
    return decoded(body, header(headers, "content-encoding"), limit), at


def unpacked_base64(text: Any) -> Any:
    """The bytes of a base64 text; `NotCaptured` for anything else."""
    return (
        from_base64(text)
        if isinstance(text, str)
        else NotCaptured("the body is not the base64 it is said to be")
    )


def headers_of(said: Any) -> dict[str, str]:
    """Headers as an object of texts or lists, as a list of {name, value}, or as a list of pairs; of a repeated one the first."""
    found: dict[str, str] = {}
    for name, value in _pairs(said):
        value = value[0] if isinstance(value, list) and value else value
        value = value.decode("latin-1") if isinstance(value, bytes) else value
        if isinstance(name, str) and isinstance(value, str):
            found.setdefault(name, value)
    return found


def repeated(said: Any) -> dict[str, Any]:
    """Parameters given as a list, as an object of lists."""
    found: dict[str, Any] = {}
    for name, value in _pairs(said):
        if isinstance(name, str):
            found.setdefault(name, []).append(value)
    return found


def whole(said: Any) -> int:
    """An HTTP status, also one that is written as a text; 0 for anything that is none."""
    if isinstance(said, str) and len(said) == 3 and said.isascii() and said.isdigit():
        said = int(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 < said < 1000 else 0


def _pairs(said: Any) -> list[tuple[Any, Any]]:
    if isinstance(said, dict):
        return list(said.items())
    pairs = []
    for item in said if isinstance(said, list) else []:
        if isinstance(item, dict):
            pairs.append((item.get("name"), item.get("value")))
        elif isinstance(item, list) and len(item) == 2:
            pairs.append((item[0], item[1]))
    return pairs


def _present(body: Any) -> Any:
    return NOT_CAPTURED if body is None else body
