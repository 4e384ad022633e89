"""The parameters of a webhook request, in its body or in its URL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from receiptkit.model.exchange import NotCaptured, Part, WebhookRequest, text_of
from receiptkit.model.limits import limit
from receiptkit.model.problem import Problem
from receiptkit.text.forms import FORM, FormField, decode_form, decode_query, is_json, query_of
from receiptkit.text.json_text import read

NO_FORM = "a form was posted, and its body was not captured"


class Payload(NamedTuple):
    """
    The parameters of a webhook.

    Attributes:
        body: the first value of each name; for a JSON body, whatever value it has.
        part: where they are, in the body of the request or in its URL.
        repeated: the names that came more than once.
        unsound: the names whose value was not encoded as it should be.
        text, problems, readable: a body that is JSON text, its problems, and False if it is broken.
        left_out: how many parameters of a form or a query are beyond the limit.
    """

    body: Any
    part: Part = "request"
    repeated: tuple[str, ...] = ()
    unsound: tuple[str, ...] = ()
    text: bytes | None = None
    problems: tuple[Problem, ...] = ()
    readable: bool = True
    left_out: int = 0


def payload(delivery: WebhookRequest) -> Payload:
    """Return the parameters of a request: of its URL without a body or by GET, else of its body."""
    raw = text_of(delivery.body)
    absent = isinstance(delivery.body, NotCaptured) or (raw is not None and not raw.strip())
    most = limit("members")
    query = _named(delivery.url, most) if absent or delivery.method.upper() == "GET" else []
    if query or absent:
        return _of_parameters(query, "url", query_of(delivery.url)[0].count("&") + 1 - most)
    if raw is None:
        return _of_mapping(delivery.body)
    text = raw.decode("utf-8", "replace")
    if not is_json(text):
        fields = decode_form(text.strip(), delivery.header("content-type"), most)
        return _of_parameters(fields, "request", text.count("&") + 1 - most)
    value, problems, readable = read(raw)
    said = _of_mapping(value)
    return Payload(said.body, "request", said.repeated, (), raw, problems, readable)


def is_without_form(request: WebhookRequest) -> bool:
    """Return True for a webhook, or another request with a form, whose body was not kept."""
    if request.method.upper() != "POST" or not isinstance(request.body, NotCaptured):
        return False
    agent, content_type = request.header("user-agent"), request.header("content-type")
    return (
        (agent or "").startswith("TwilioProxy")
        or request.header("x-twilio-signature") is not None
        or (content_type or "").partition(";")[0].strip().lower() == FORM
    ) and not _named(request.url, 1)


def is_form_request(request: WebhookRequest) -> bool:
    """Return False if a body is not a form, by its Content-Type or because it is JSON text."""
    raw = text_of(request.body)
    if isinstance(request.body, NotCaptured) or (raw is not None and not raw.strip()):
        return True
    content_type = request.header("content-type")
    if content_type is not None and raw is not None:
        return content_type.partition(";")[0].strip().lower() == FORM
    return raw is None or not is_json(raw.decode("utf-8", "replace"))


def _named(url: str, most: int) -> list[FormField]:
    """Return the named parameters of a URL; others are part of the address, maybe secret."""
    return [
        parameter
        for parameter in decode_query(url, most)
        if url[parameter.value_at - 1 : parameter.value_at] == "="
    ]


def _of_parameters(parameters: Iterable[FormField], part: Part, more: int) -> Payload:
    body: dict[str, str] = {}
    repeated: dict[str, None] = {}
    unsound: dict[str, None] = {}
    for parameter in parameters:
        if parameter.name in body:
            repeated[parameter.name] = None
        body.setdefault(parameter.name, parameter.value)
        if not parameter.sound:
            unsound[parameter.name] = None
    return Payload(body, part, tuple(repeated), tuple(unsound), left_out=max(more, 0))


def _of_mapping(value: Any) -> Payload:
    """Of parameters that are an object; the values of a repeated one are a list."""
    if not isinstance(value, dict):
        return Payload(value)
    repeated = tuple(
        name for name, item in value.items() if isinstance(item, list) and len(item) > 1
    )
    body = {
        name: item[0] if isinstance(item, list) and item else item for name, item in value.items()
    }
    return Payload(body, repeated=repeated)
