"""Compare what requests two documents take, and which responses they have, by made exchanges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from receiptkit.drift.outline import news, shell
from receiptkit.drift.sides import Change, Side, Sides
from receiptkit.drift.values import candidates, sample
from receiptkit.model.exchange import NOT_CAPTURED, Exchange
from receiptkit.model.finding import Severity
from receiptkit.openapi.operation import Operation, Parameter, Response
from receiptkit.text.forms import FORM

_HOST = "https://conversations.twilio.com"
_JSON = "application/json"
#: The texts of some parameters, by location and name; none of one that is left out.
Texts = dict[tuple[str, str], list[str]]


def made(side: Side, operation: Operation, texts: Texts | None = None) -> Exchange:
    """Return a request with what an operation requires and the texts given, and its response."""
    own: Texts = {}
    for each in operation.parameters:
        key = (each.location, each.name)
        if each.required or key in (texts or {}):
            own[key] = _texts(sample(side, each.schema))
    own.update(texts or {})
    fields = {
        place: [(name, text) for (at, name), each in own.items() if at == place for text in each]
        for place in ("path", "query", "form")
    }
    url = operation.path
    for name, text in fields["path"]:
        url = url.replace(f"{{{name}}}", quote(text, safe=""))
    query = f"?{urlencode(fields['query'])}" if fields["query"] else ""
    takes_form = any(each.location == "form" for each in operation.parameters)
    return Exchange(
        operation.method.upper(), f"{_HOST}{url}{query}", _success(operation),
        headers={"Content-Type": _JSON},
        request_body=urlencode(fields["form"]) if takes_form else NOT_CAPTURED,
        request_headers={"Content-Type": FORM} if takes_form else {},
    )  # fmt: skip


def judged(sides: Sides, change: Change, exchange: Exchange, *, responds: bool = False) -> Change:
    """Return a change with an exchange as its example, and what both documents say of it."""
    example: dict[str, Any] = {"method": exchange.method, "url": exchange.url}
    if exchange.request_body and exchange.request_body is not NOT_CAPTURED:
        example["form"] = exchange.request_body
    if responds:
        example |= {"status": exchange.status, "content_type": exchange.header("content-type")}
        if exchange.body is not NOT_CAPTURED:
            example["body"] = exchange.body
    verdicts = [side.takes(exchange) for side in sides]
    return replace(change, example=example, old_accepts=verdicts[0], new_accepts=verdicts[1])


def place_of(operation: Operation) -> str:
    """Return the place of an operation in its document."""
    return f"paths/{operation.path}/{operation.method}"


# -- parameters


def parameters(
    sides: Sides, old: Operation, new: Operation, wanted: Callable[[str], bool]
) -> Iterator[Change]:
    """
    Yield a change for each parameter that is gone or new, and for what it may be now, if its place
    is wanted.
    """
    ours = {(each.location, each.name): each for each in old.parameters}
    theirs = {(each.location, each.name): each for each in new.parameters}
    for key in {**ours, **theirs}:
        if not wanted(f"{place_of(old)}, {_where(key)}"):
            continue
        for change, side, texts in _of_parameter(sides, (old, new), key):
            places = [f"{place_of(each)}, {change.where}" for each in (old, new)]
            change = replace(change, operation=old.id, old_place=places[0], new_place=places[1])
            exchange = made(sides[side], (old, new)[side], texts)
            yield judged(sides, change, exchange)


def _of_parameter(
    sides: Sides, operations: tuple[Operation, Operation], key: tuple[str, str]
) -> Iterator[tuple[Change, int, Texts]]:
    """Yield each change with the side whose request shows it, and the texts of that."""
    own, other = (_parameter(each, key) for each in operations)
    where = _where(key)
    refused = Change(
        "request-refused", Severity.ERROR, "", where, f"a request without {where} would be refused"
    )
    if own is None and other is not None:
        if other.required:
            yield refused, 0, _beside(sides, operations[0], key)
        else:
            text = _texts(sample(sides[1], other.schema))
            yield Change("new", Severity.INFO, "", where, f"{where} is new"), 1, {key: text}
    elif other is None and own is not None:
        text = _texts(sample(sides[0], own.schema))
        yield Change("gone", Severity.WARNING, "", where, f"{where} is gone"), 0, {key: text}
    elif own is not None and other is not None:
        if other.required and not own.required:
            yield refused, 0, _beside(sides, operations[0], key)
        elif own.required and not other.required and key[0] != "path":
            message = f"more is accepted: {where} may be left out"
            yield Change("accepted", Severity.INFO, "", where, message), 1, {}
        yield from _values(sides, operations, own, other)


def _values(
    sides: Sides, operations: tuple[Operation, Operation], own: Parameter, other: Parameter
) -> Iterator[tuple[Change, int, Texts]]:
    """Yield a change if a value of a parameter is taken by one of the documents alone."""
    views = [
        side.references.view(each.schema) for side, each in zip(sides, (own, other), strict=True)
    ]
    if "array" in own.types and "array" in other.types:
        views = [
            side.references.view(view.get("items")) for side, view in zip(sides, views, strict=True)
        ]
    shells = [shell(view) for view in views]
    if shells[0] == shells[1]:
        return
    key = (own.location, own.name)
    where = _where(key)
    found: dict[bool, list[str]] = {}
    for texts in map(_texts, candidates(*views)):
        verdicts = [
            side.takes(made(side, operation, {key: texts}))
            for side, operation in zip(sides, operations, strict=True)
        ]
        if any(texts) and verdicts[0] != verdicts[1]:
            found.setdefault(verdicts[0], texts)
    if True in found:
        text = news(shells[1], shells[0], where, "no longer")
        message = f"a request you make would be refused: {text}"
        yield Change("request-refused", Severity.ERROR, "", where, message), 0, {key: found[True]}
    if False in found:
        message = f"more is accepted: {news(shells[0], shells[1], where, 'now')}"
        yield Change("accepted", Severity.INFO, "", where, message), 1, {key: found[False]}


def _where(key: tuple[str, str]) -> str:
    return f"{key[0]} parameter {key[1]}"


def _beside(sides: Sides, operation: Operation, key: tuple[str, str]) -> Texts:
    """Return another field of the form, since without any a form is taken for not captured."""
    others = [each for each in operation.parameters if each.location == "form"]
    others = [each for each in others if each.name != key[1]]
    if key[0] != "form" or not others:
        return {}
    return {("form", others[0].name): _texts(sample(sides[0], others[0].schema))}


def _parameter(operation: Operation, key: tuple[str, str]) -> Parameter | None:
    found = (each for each in operation.parameters if (each.location, each.name) == key)
    return next(found, None)


def _texts(value: Any) -> list[str]:
    """Return how a request writes a value: a list by repetition; nothing for what it cannot."""
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    if value is None or isinstance(value, dict):
        return []
    return [str(value).lower() if isinstance(value, bool) else str(value)]


# -- responses


def responses(
    sides: Sides, old: Operation, new: Operation, wanted: Callable[[str], bool]
) -> Iterator[Change]:
    """
    Yield a change for each status and media type that is gone, or can now arrive, if its place is
    wanted.
    """
    for number, (own, other) in enumerate(((old, new), (new, old))):
        for key, response in own.responses.items():
            theirs = other.responses.get(key)
            for media_type in response.content or ("",):
                if theirs is None or (media_type and media_type not in theirs.content):
                    subject = f"status {key}"
                    if theirs is not None:
                        subject += f" with the media type {media_type}"
                    change = _of_response(number, subject, old, new, key, media_type)
                    if wanted(change.old_place):
                        exchange = _answered(sides[number], own, other, key, media_type)
                        yield judged(sides, change, exchange, responds=True)
                if theirs is None:
                    break


def _of_response(
    number: int, subject: str, old: Operation, new: Operation, key: str, media_type: str
) -> Change:
    """Return what it means that only the document of that number has a response."""
    wholes = [f"{place_of(each)}/responses" for each in (old, new)]
    wholes[number] += f"/{key}" + (f"/content/{media_type}" if "media" in subject else "")
    if number:
        kind, severity, message = "value-arrives", Severity.WARNING, f"{subject} can now arrive"
    elif "media" in subject:
        kind, severity, message = "capture-fails", Severity.ERROR, f"{subject} is gone"
    else:
        kind, severity, message = "gone", Severity.WARNING, f"{subject} is gone"
    return Change(kind, severity, old.id, "", message, wholes[0], wholes[1])


def _answered(side: Side, own: Operation, other: Operation, key: str, media_type: str) -> Exchange:
    """Return an exchange with a response that the first operation has."""
    media = own.responses[key].content.get(media_type)
    return replace(
        made(side, own),
        status=_status(key, own.responses, other.responses),
        headers={"Content-Type": media_type} if media_type else {},
        body=sample(side, media.schema) if media else NOT_CAPTURED,
    )


def _status(key: str, *responses: dict[str, Response]) -> int:
    """Return a status that a key describes, and no other key if possible."""
    if key.isdecimal():
        return int(key)
    known = {name for each in responses for name in each if name != key}
    numbers = (
        range(int(key[0]) * 100, int(key[0]) * 100 + 100) if key[0].isdecimal() else range(200, 600)
    )
    free = (each for each in numbers if not {str(each), f"{each // 100}XX"} & known)
    return next(free, numbers[0])


def _success(operation: Operation) -> int:
    known = [int(key) for key in operation.responses if key.isdecimal() and key[0] == "2"]
    return min(known, default=200)
