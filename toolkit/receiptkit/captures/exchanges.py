"""Exchanges and requests in the shapes in which tools keep them. Anything may be of any type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from receiptkit.captures.bodies import Reading, body_of
from receiptkit.captures.encodings import without_base64
from receiptkit.captures.messages import (
    OURS,
    headers_at,
    method_of,
    names_url,
    pairs,
    status_of,
    unmatched,
    url_of,
)
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import EXCHANGE, Layout
from receiptkit.captures.records import Spot
from receiptkit.model.exchange import Exchange, NotCaptured, WebhookRequest
from receiptkit.text.dates import in_utc

_REQUEST = ("request", "httprequest", "originalrequest", "req")
_RESPONSE = ("response", "httpresponse", "res", "resp")
_STATUSES = ("status", "statuscode", "code")
#: Why JSON in the rest of a text was not searched.
ENDED = "so many brackets in a text that the rest of it was searched for forms alone"
_TIMES = ("starteddatetime", "recordedat", "loggeddatestring", "start", "timestamp", "time")


class Seen(NamedTuple):
    """
    An exchange or request found in a document of a tool, or the reason without one.

    Attributes:
        what: the exchange, the request, or the reason.
        layout: where its parts are.
        rule: how it was found.
        names: the way to each parameter, where a tool renamed, listed or printed the parameters.
        partial: True if parameters may be missing because they were not kept.
        time: when it was made, as the tool wrote it; empty if it did not.
    """

    what: Exchange | WebhookRequest | str
    layout: Layout
    rule: str = ""
    names: Mapping[str, Spot] | None = None
    partial: bool = False
    time: str = ""

    def has_body(self) -> bool:
        """Return True if there is something to check in it."""
        what = self.what
        if isinstance(what, Exchange):
            return not (_is_absent(what.body) and _is_absent(what.request_body))
        return isinstance(what, WebhookRequest) and (
            not _is_absent(what.body) or "EventType=" in what.url
        )

    def is_ours(self) -> bool:
        """Return True if it is an exchange at a path of this API."""
        return isinstance(self.what, Exchange) and any(part in self.what.url for part in OURS)


def is_exchange(node: Node) -> bool:
    """Return True if an object has a request and a response, or is a response with its request."""
    return node.has(*_REQUEST) and (node.has(*_RESPONSE) or _is_response(node))


def _is_response(node: Node) -> bool:
    return node.has("originalrequest", "responsecode") and node.has("body", "text")


def exchanges(node: Node, reading: Reading) -> Iterator[Seen]:
    """
    Yield the exchanges of an object with a request and a response.

    Several, where a mock has several responses.
    """
    request, response = node.find(*_REQUEST), node.find(*_RESPONSE)
    if response.value is None:
        response = node
    if isinstance(response.value, list):
        for _, each in response.children():
            if isinstance(each.value, dict):
                yield exchange(
                    each.find(*_REQUEST) if each.has(*_REQUEST) else request, each, node, reading
                )
        return
    yield exchange(request, response, node, reading)


def exchange(
    request: Node, response: Node, around: Node, reading: Reading, what: str = "an exchange"
) -> Seen:
    """
    Return the exchange of a request and a response, or the reason without one.

    `what` is what to call it.
    """
    if isinstance(response.value, str):
        # Few tools keep such texts.
        from receiptkit.captures.recorded_texts import exchange_of_texts

        texts = exchange_of_texts(request, response, around, reading.limit)
        if texts is not None:
            return Seen(*texts, "an exchange as texts of HTTP", time=_time(around))
    if not isinstance(request.value, (dict, str)) or not isinstance(response.value, dict):
        return Seen(f"{what} without request or response", {})
    if isinstance(request.value, str):
        request = Node({"url": request.value}, around.spot)
    return _of_parts(request, response, around, reading, what)


def _of_parts(request: Node, response: Node, around: Node, reading: Reading, what: str) -> Seen:
    headers, headers_spot = headers_at(response)
    sent, sent_spot = headers_at(request)
    url, url_spot = url_of(request, around, sent)
    status, status_spot = status_of(response)
    if not status and around.has("httpresponse") and not response.has(*_STATUSES):
        status = 200
    body = body_of(response, headers, reading)
    if what == "an exchange":
        body = body._replace(value=without_base64(body.value))
    posted = body_of(request, sent, reading)
    layout: Layout = {
        "response": body.spot,
        "request": posted.spot,
        "url": url_spot,
        "status": status_spot,
        "headers": headers_spot,
        "sent": sent_spot,
    }
    if not url and not names_url(request):
        return Seen(f"{what} without a URL", layout)
    if not status and what == "an exchange" and not _has_zero(response):
        return Seen("an exchange without a status", layout)
    method = method_of(request, around) or "GET" if url else ""
    time = _time(around) or _time(request)
    answer = status, body.value, headers
    found = Exchange(method, url, *answer, posted.value, sent, in_utc(time))
    literal = url and isinstance(request.find("url", "uri").value, str)
    return Seen(found, layout, EXCHANGE if literal else f"{EXCHANGE}, in parts", time=time)


def flat_exchange(node: Node, reading: Reading) -> Seen | None:
    """
    Return the exchange of an object that holds the URL, the status and the body side by side.

    None if it holds no exchange.
    """
    status, status_spot = status_of(node)
    if not status:
        return None
    url, url_spot = url_of(node, node, {})
    if not any(part in url for part in OURS):
        named = node.find("name")
        if not isinstance(named.value, str) or not any(part in named.value for part in OURS):
            return None
        url, url_spot = named.value, named.spot
    held = {name: value for name, value in node.value.items() if not _is_sent(name, node.value)}
    headers, headers_spot = headers_at(node)
    body = body_of(Node(held, node.spot), headers, reading)
    if _is_absent(body.value):
        return None
    body = body._replace(value=without_base64(body.value))
    layout: Layout = {
        "response": body.spot,
        "url": url_spot,
        "status": status_spot,
        "headers": headers_spot,
    }
    found = Exchange(method_of(node) or "GET", url, status, body.value, headers)
    return Seen(found, layout, "a response beside its URL")


def routes(node: Node, reading: Reading) -> Iterator[Seen]:
    """Yield the exchanges of a route of a mock, or of a request with a list of its responses."""
    responses = node.find("responses")
    if not isinstance(responses.value, list) or not names_url(node):
        return
    request = {name: item for name, item in node.value.items() if name != "responses"}
    for _, response in responses.children():
        if isinstance(response.value, dict) and not response.has(*_REQUEST):
            # A response with its own request is an exchange by itself.
            seen = exchange(Node(request, node.spot), response, node, reading)
            if seen.is_ours():
                yield seen


def stubs(node: Node, reading: Reading) -> Iterator[Seen]:
    """
    Yield the exchanges of a stub of Mountebank.

    Predicates with the responses that they lead to.
    """
    request: dict[str, Any] = {}
    spot = node.find("predicates").spot
    for _, predicate in node.find("predicates").children():
        for _, fields in predicate.find("deepequals", "equals").children():
            request.setdefault(fields.spot.pointer.rpartition("/")[2], fields.value)
    for _, response in node.find("responses").children():
        answer = response.member("is")
        if isinstance(answer.value, dict):
            answer = Node({"statusCode": 200, **answer.value}, answer.spot)
            query = "&".join(
                f"{name}={unmatched(value)}" for name, value in pairs(request.get("query"))
            )
            path = str(request.get("path") or "")
            url = f"{path}?{query}" if query and path else path
            yield exchange(
                Node({**request, "url": url, "urlPattern": not url or None}, spot),
                answer,
                node,
                reading,
            )


def _is_sent(name: str, value: dict[str, Any]) -> bool:
    """
    Return True if a member of a flat exchange belongs to its request.

    `body` is, where there is a `response`.
    """
    return name in ("body", "reqheaders") and "response" in value


def _has_zero(response: Node) -> bool:
    return any(found.value == 0 for found in response.every("status", "statuscode"))


def _is_absent(body: Any) -> bool:
    return isinstance(body, NotCaptured) or body in ("", b"")


def _time(node: Node) -> str:
    for found in node.every(*_TIMES):
        if isinstance(found.value, str):
            return found.value
    return ""


def interaction(value: Any, reading: Reading) -> Seen:
    """Return the exchange of an interaction of a cassette, whichever tool wrote it."""
    node = Node(value)
    return exchange(
        node.member("request"), node.member("response"), node, reading, "an interaction"
    )
