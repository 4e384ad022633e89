"""
Values of a document, JSON or YAML.

Bodies, exchanges, webhook requests, or what a tool wrote around them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, parameters
from receiptkit.captures.exchanges import Seen, exchanges, flat_exchange, is_exchange
from receiptkit.captures.messages import headers_of, present, status_of
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import REQUEST, Layout, Observation
from receiptkit.captures.parameters import is_parameters, parameters_in
from receiptkit.captures.receipts_within import receipts_in, typed_receipt
from receiptkit.captures.records import Record, Spot
from receiptkit.captures.unwrap import find_in
from receiptkit.captures.webhook_requests import request_of
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.text.forms import query_of

#: Members that a body has itself.
_BODY = frozenset(("sid", "delivery_receipts", "EventType", "code"))
#: Why a document is not checked in which a logger printed variables.
PRINTED = "variables are printed in a text, which is read only as a log"
#: The members of a webhook request as this project writes it.
_REQUEST = frozenset(("url", "method", "headers", "body", "params"))
_FORM = regex(r"(?:[A-Za-z]\w*=[^&\s]*&)*EventType=\w+(?:&|\Z)")
_WHOLE_URL = regex(r"https?://[^\s{}<>$]+\Z")


def observe(
    entry: int,
    record: Record,
    element: int | None,
    value: Any,
    found: list[Seen],
    problems: tuple[Problem, ...],
) -> Iterator[Observation]:
    """Yield the observations of what was seen in a value; the value itself, if that is nothing."""
    if not found:
        yield Observation(entry, record, value=value, element=element, problems=problems)
        return
    for number, seen in enumerate(found):
        # In a document of a tool, only what is wrong with our part of the text counts.
        own = envelope.within(problems, seen) if seen.rule else problems
        yield envelope.seen(entry + number, record, seen, element, own)


def see(value: Any, wrapped: bool, reading: Reading) -> list[Seen]:
    """Return what a value is or holds; nothing for a bare body."""
    if type(value) is not dict:
        if isinstance(value, str) and (texts := list(receipts_in(Node(value)))):
            return texts
        is_tree = wrapped and isinstance(value, (list, str))
        return (find_in(value, reading) or _printed(value, reading)) if is_tree else []
    node = Node(value)
    typed = typed_receipt(node)
    if typed is not None:
        return [typed]
    if is_exchange(node):
        found = list(exchanges(node, reading))
        if found and all(not isinstance(seen.what, str) for seen in found):
            plain = value.keys() <= {"request", "response"} and "request" in value
            return [seen._replace(rule="") for seen in found] if plain else found
        return (find_in(value, reading) if wrapped else []) or found or [_NO_EXCHANGE]
    if is_parameters(value):
        return _parameters(node)
    if _is_logged_request(value):
        return [_webhook_request(value)._replace(rule=REQUEST)]
    if wrapped and not (value.keys() <= _REQUEST and _has_event(value)):
        found = find_in(value, reading)
        if found:
            return found
    if _is_webhook_request(value):
        return _responses_in(node, reading) or [_webhook_request(value)]
    if value.keys().isdisjoint(_BODY):
        return list(receipts_in(node)) or (_printed(value, reading) if wrapped else [])
    return []


def _responses_in(node: Node, reading: Reading) -> list[Seen]:
    """
    Return the responses in an entry that has a status beside the headers and the body.

    Load generators write it with the URL, loggers behind the entry of its request.
    """
    if node.value.keys() <= _REQUEST or not status_of(node)[0]:
        return []
    flat = flat_exchange(node, reading)
    return [flat] if flat is not None else list(receipts_in(node))


def _printed(value: Any, reading: Reading) -> list[Seen]:
    """
    Return that variables were printed into the texts of a document, if they were.

    A URL in one of our configurations may look like this, and was not printed.
    """
    if isinstance(value, dict) and (value.keys() <= _REQUEST or "account_sid" in value):
        return []
    return [Seen(PRINTED, {})] if find_in(value, reading, dumps=True) else []


_NO_EXCHANGE = Seen("an exchange without request or response", {})


def _parameters(node: Node) -> list[Seen]:
    """
    Return the webhook request of parameters that a logger or a framework took apart.

    Nothing if they are as they came.
    """
    found = parameters_in(node)
    if found is None or (found[0].value is node.value and isinstance(node.value["EventType"], str)):
        return []
    return [request_of(*found)]


def _has_event(value: dict[str, Any]) -> bool:
    body = value.get("params") or value.get("body")
    if isinstance(body, str):
        text = body.lstrip()
        return "EventType=" in text or ("EventType" in text and text[:1] == "{")
    return isinstance(body, (dict, list)) or "EventType=" in str(value.get("url"))


def _is_webhook_request(value: dict[str, Any]) -> bool:
    """
    Return True if an object is a request by itself: `{"url", "method", "headers", "body" or
    "params"}`.

    A message has url and body too. A webhook that came by GET has all its parameters in the URL,
    and no body.
    """
    if "params" not in value and "body" not in value:
        url = value.get("url")
        return (
            ("headers" in value or "method" in value)
            and isinstance(url, str)
            and "EventType=" in query_of(url)[0]
        )
    return "headers" in value or "method" in value or value.keys() <= {"url", "body", "params"}


def _is_logged_request(value: dict[str, Any]) -> bool:
    """
    Return True for a request that came as a form and is whole, with what a log notes beside it.

    What is in parts, such as a path with the host among the headers, is put together elsewhere.
    """
    body, url, headers = value.get("body"), value.get("url"), value.get("headers")
    if value.keys() <= _REQUEST:
        return False
    from receiptkit.captures.transport import only_carries

    return (
        isinstance(body, str)
        and _FORM.match(body) is not None
        and isinstance(url, str)
        and _WHOLE_URL.match(url) is not None
        and isinstance(value.get("method"), str)
        and isinstance(headers, dict)
        and all(isinstance(each, str) for each in headers.values())
        and only_carries({name: value[name] for name in value.keys() - _REQUEST})
    )


def _webhook_request(value: dict[str, Any]) -> Seen:
    """
    Return the webhook request of such an object.

    Parameters are an object, or a list of pairs.
    """
    method, url = value.get("method", "POST"), value.get("url", "")
    if not isinstance(method, str) or not isinstance(url, str):
        return Seen("a request without a URL", {})
    # Frameworks call the variables of the path `params`, too, and leave them empty.
    name = (
        "params"
        if value.get("params") or (value.get("body") is None and "params" in value)
        else "body"
    )
    body = parameters(Node(value).member(name))
    layout: Layout = {
        "request": Spot(f"/{name}"),
        "url": Spot("/url"),
        "headers": Spot("/headers"),
        "sent": Spot("/headers"),
    }
    if name == "body":
        body = body._replace(value=present(value.get("body")))
    request = WebhookRequest(url, method, present(body.value), headers_of(value.get("headers")))
    return Seen(request, layout, names=body.names)
