"""
Put webhook requests together: parameters, the URL and the headers beside them,
and the time at which they came.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from receiptkit.captures.bodies import Body
from receiptkit.captures.exchanges import Seen
from receiptkit.captures.messages import headers_at, method_of, url_of
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import Layout
from receiptkit.captures.records import Spot
from receiptkit.model.exchange import Exchange, WebhookRequest, text_of
from receiptkit.model.limits import limit
from receiptkit.text.dates import in_utc
from receiptkit.text.forms import decode_form, query_of

_TIMES = (
    *("starteddatetime", "start", "timestamp", "time", "createdat", "ingestedat", "receivedat"),
    *("@timestamp", "loggeddate", "loggeddatestring", "datetime", "date", "eventtimestamp"),
)
#: The rule for a webhook in an access log, which keeps no bodies.
ACCESS = "an entry of an access log"
_HEADERS_OF_LOGS = {
    "httpxtwiliosignature": "X-Twilio-Signature",
    "xtwiliosignature": "X-Twilio-Signature",
    "contenttype": "Content-Type",
    "httphost": "Host",
    "host": "Host",
}


def called_by_get(node: Node) -> Seen | None:
    """Return the webhook that a request by GET is."""
    headers, headers_spot = headers_at(node)
    method = method_of(node)
    if not headers and not method:
        return None
    url, spot = url_of(node, node, headers)
    if "EventType=on" not in query_of(url)[0]:
        return None
    layout: Layout = {
        "url": spot,
        "headers": headers_spot,
        "sent": headers_spot,
        "request": node.spot,
    }
    return Seen(WebhookRequest(url, method or "GET", headers=headers), layout, "a request by GET")


def without_body(node: Node) -> Seen | None:
    """Return the webhook that an entry of an access log is, which has no body."""
    agent = node.find("useragent", "httpuseragent").value
    method, (url, spot) = method_of(node), url_of(node, node, {})
    if not (method and url and isinstance(agent, str) and agent.startswith("TwilioProxy")):
        return None
    layout: Layout = {"url": spot, "request": node.spot}
    request = WebhookRequest(url, method, headers={"User-Agent": agent})
    return Seen(request, layout, ACCESS)


def with_context(seen: Seen, request: WebhookRequest, context: Node) -> Seen | None:
    """
    Return a request with the URL, method and headers of an object.

    None if the object has neither.
    """
    headers, headers_spot = headers_at(context)
    headers = headers or _single_headers(context)
    method = method_of(context)
    if not headers and not method and not context.has("url", "requesturl", "webhookurl"):
        return None
    url, url_spot = url_of(context, context, headers)
    if request.url:
        url, url_spot = request.url, seen.layout["url"]
    return seen._replace(
        what=WebhookRequest(url, method or request.method, request.body, headers),
        layout={**seen.layout, "url": url_spot, "headers": headers_spot, "sent": headers_spot},
        rule=f"a request with {seen.rule}",
    )


def form_request(text: str, spot: Spot, rule: str) -> Seen:
    """Return the webhook request of a form, or of a URL with parameters."""
    if "?" in text.partition("=")[0]:
        layout: Layout = {"request": spot, "url": spot}
        return Seen(WebhookRequest(text, "GET"), layout, "a URL in a text")
    return Seen(WebhookRequest(body=text), {"request": spot, "url": spot}, rule)


def request_of(body: Body, rule: str, partial: bool) -> Seen:
    """Return the webhook request of parameters that were found by themselves."""
    layout: Layout = {
        "request": body.spot,
        "url": body.spot,
        "headers": body.spot,
        "sent": body.spot,
    }
    return Seen(
        WebhookRequest(body=body.value),
        layout,
        rule,
        body.names,
        partial,
    )


def _single_headers(node: Node) -> dict[str, str]:
    """Return the headers that a log keeps as members of their own, or flattened beside the body."""
    if not isinstance(node.value, dict):
        return {}
    found = {
        _HEADERS_OF_LOGS[name]: value
        for name, value in (
            (name.lower().replace("_", "").replace("-", ""), value)
            for name, value in node.value.items()
        )
        if name in _HEADERS_OF_LOGS and isinstance(value, str)
    }
    return found if "X-Twilio-Signature" in found else {}


def key_of(seen: Seen) -> Any:
    """Return what two observations of one request have in common."""
    what = seen.what
    if isinstance(what, Exchange) or not isinstance(what, WebhookRequest):
        return None
    body = what.body
    raw = text_of(body)
    if raw is not None:
        text = raw.decode("utf-8", "replace").strip()
        fields = {field.name: field.value for field in decode_form(text, most=limit("members"))}
    elif isinstance(body, dict):
        fields = {
            name: value[0] if isinstance(value, list) and value else value
            for name, value in body.items()
        }
    else:
        return what.url or None
    return tuple(sorted((name, str(value)) for name, value in fields.items() if name[:1].isupper()))


def time_of(node: Node) -> tuple[str, float] | None:
    """Return when an element of a list was made, to be compared with its neighbours."""
    for found in node.every(*_TIMES):
        if isinstance(found.value, (int, float)) and not isinstance(found.value, bool):
            return "", float(found.value)
        if isinstance(found.value, str):
            return in_utc(found.value), 0.0
    for nested in node.every("attributes", "request"):
        if (time := time_of(nested)) is not None:
            return time
    return None


def descends(times: list[Any]) -> bool:
    """Return True if times go from new to old."""
    return all(one >= other for one, other in pairwise(times)) and times[0] > times[-1]
