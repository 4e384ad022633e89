"""Compare two builds of the contract, and say what the newer one means for those who use it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from receiptkit.drift.outline import news, shell, with_value, without
from receiptkit.drift.values import candidates, sample
from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.openapi.operations import Operation, Operations
from receiptkit.openapi.references import References
from receiptkit.schema.engine import Engine

_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Change:
    """
    One consequence of a newer document.

    Attributes:
        kind: capture-fails, value-arrives, request-refused, accepted, gone, renamed, new, moved,
            overlay-lost or overlay-idle.
        severity: how much it matters to those who use the contract.
        operation: the operationId; empty for overlays.
        where: the JSON Pointer into the body, or the parameter.
        message: what happens.
        old_place, new_place: where each document says so.
        example: a body or a value that one of them accepts, and the other does not.
        old_accepts, new_accepts: the verdicts of both documents on the example.
    """

    kind: str
    severity: Severity
    operation: str
    where: str
    message: str
    old_place: str = ""
    new_place: str = ""
    example: Any = None
    old_accepts: bool | None = None
    new_accepts: bool | None = None


class _Side:
    """One of the two documents."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.references = References(content)
        self.operations = Operations(content).by_id
        self._engine = Engine(content)

    def accepts(self, schema: Any, value: Any) -> bool:
        return self._engine.body(schema).conforms(value)


@dataclass(frozen=True, slots=True)
class _Body:
    """A body that both documents describe: of a response, or of a request."""

    operation: str
    schemas: tuple[Any, Any]
    places: tuple[str, str]
    is_request: bool


def compare(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    """
    Yield every consequence of using one built document after another; one for each place in the
    documents.
    """
    seen = set()
    for change in _changes(old, new):
        place = (change.old_place, change.new_place) if change.old_place else (change.operation,)
        key = (change.kind, change.message, place)
        if key not in seen:
            seen.add(key)
            yield change


def _changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    sides = (_Side(old), _Side(new))
    for name, own in sides[0].operations.items():
        other = sides[1].operations.get(name) or _at(sides[1], own)
        if other is not None:
            yield from _Comparison(*sides).operation(own, other)


def _at(side: _Side, operation: Operation) -> Operation | None:
    """Return the operation at the same method and path, whatever it is called."""
    for each in side.operations.values():
        if (each.method, each.path) == (operation.method, operation.path) and each.path:
            return each
    return None


class _Comparison:
    def __init__(self, old: _Side, new: _Side) -> None:
        self._sides = (old, new)

    def operation(self, old: Operation, new: Operation) -> Iterator[Change]:
        yield from self._parameters(old, new)
        bodies: list[_Body] = []
        for status, response in old.responses.items():
            other = new.responses.get(status)
            if other is None:
                yield Change("gone", Severity.WARNING, old.id, "", f"status {status} is gone")
                continue
            for media_type, media in response.content.items():
                theirs = other.content.get(media_type)
                if theirs is None:
                    text = f"status {status} no longer has the media type {media_type}"
                    yield Change("capture-fails", Severity.ERROR, old.id, "", text)
                else:
                    places = ("/".join(media.place), "/".join(theirs.place))
                    schemas = (media.schema, theirs.schema)
                    bodies.append(_Body(old.id, schemas, places, False))
        for status in new.responses.keys() - old.responses.keys():
            text = f"status {status} can now arrive"
            yield Change("value-arrives", Severity.WARNING, old.id, "", text)
        for body in bodies:
            yield from self._node(body, body.schemas, ())

    # -- parameters

    def _parameters(self, old: Operation, new: Operation) -> Iterator[Change]:
        theirs = {(each.location, each.name): each for each in new.parameters}
        ours = {(each.location, each.name): each for each in old.parameters}
        for key in ours.keys() - theirs.keys():
            where = f"{key[0]} parameter {key[1]}"
            yield Change("gone", Severity.WARNING, old.id, where, f"{where} is gone")
        for key, each in theirs.items():
            where = f"{key[0]} parameter {key[1]}"
            own = ours.get(key)
            if own is None and each.required:
                text = f"a request without {where} would be refused"
                yield Change("request-refused", Severity.ERROR, old.id, where, text)
            elif own is None:
                yield Change("new", Severity.INFO, old.id, where, f"{where} is new")
            else:
                if each.required and not own.required:
                    text = f"a request without {where} would be refused"
                    yield Change("request-refused", Severity.ERROR, old.id, where, text)
                body = _Body(old.id, (own.schema, each.schema), (where, where), True)
                yield from (
                    replace(change, where=where, message=change.message.replace("the value", where))
                    for change in self._node(body, body.schemas, ())
                )

    # -- bodies

    def _node(
        self, body: _Body, schemas: tuple[Any, Any], path: tuple[str, ...]
    ) -> Iterator[Change]:
        views = [
            side.references.view(each) for side, each in zip(self._sides, schemas, strict=True)
        ]
        old, new = views
        yield from self._own_keywords(body, old, new, path)
        if len(path) > 12:
            return
        mine, theirs = old.get("properties", {}), new.get("properties", {})
        gone, added = self._renamed(mine, theirs)
        for name, other in gone.items():
            text = (
                f"field `{name}` is gone"
                if other is None
                else f"field `{name}` is now called `{other}`"
            )
            kind = "gone" if other is None else "renamed"
            severity = Severity.ERROR if other else Severity.WARNING
            yield self._member(body, kind, severity, (*path, name), text, other)
        for name in added:
            yield self._member(
                body, "new", Severity.INFO, (*path, name), f"field `{name}` is new", name
            )
        yield from self._required(body, old, new, path, {*gone, *added, *gone.values()})
        for name in mine.keys() & theirs.keys():
            yield from self._node(body, (mine[name], theirs[name]), (*path, name))
        if "items" in old and "items" in new:
            yield from self._node(body, (old["items"], new["items"]), (*path, "0"))

    def _renamed(
        self, mine: dict[str, Any], theirs: dict[str, Any]
    ) -> tuple[dict[str, str | None], list[str]]:
        """
        Return the members that are gone, each with its new name if it has one, and those that are
        new.
        """
        added = [name for name in theirs if name not in mine]
        gone: dict[str, str | None] = {}
        for name, own in mine.items():
            if name not in theirs:
                same = [
                    each for each in added if self._shell(0, own) == self._shell(1, theirs[each])
                ]
                close = difflib.get_close_matches(name, same, 1, cutoff=0.5)
                gone[name] = close[0] if close else None
                added = [each for each in added if each != gone[name]]
        return gone, added

    def _shell(self, side: int, schema: Any) -> dict[str, Any]:
        return shell(self._sides[side].references.view(schema))

    def _required(
        self,
        body: _Body,
        old: dict[str, Any],
        new: dict[str, Any],
        path: tuple[str, ...],
        reported: set[str | None],
    ) -> Iterator[Change]:
        before, after = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(after - before - reported):
            text = f"field `{name}` is required now: "
            text += (
                "a request without it would be refused"
                if body.is_request
                else "captures without it would fail"
            )
            kind = "request-refused" if body.is_request else "capture-fails"
            yield self._change(body, kind, Severity.ERROR, (*path, name), text, 0)
        for name in sorted(before - after - reported):
            text = f"field `{name}` is no longer required: it may be missing"
            kind, severity = (
                ("accepted", Severity.INFO)
                if body.is_request
                else ("value-arrives", Severity.WARNING)
            )
            yield self._change(body, kind, severity, (*path, name), text, 1)

    def _own_keywords(
        self, body: _Body, old: dict[str, Any], new: dict[str, Any], path: tuple[str, ...]
    ) -> Iterator[Change]:
        shells = (shell(old), shell(new))
        if shells[0] == shells[1]:
            return
        found: dict[bool, Any] = {}
        for value in candidates(old, new):
            verdicts = tuple(
                side.accepts(shell, value) for side, shell in zip(self._sides, shells, strict=True)
            )
            if verdicts[0] != verdicts[1]:
                found.setdefault(verdicts[0], value)
        subject = f"`{path[-1]}`" if path and path[-1] != "0" else "the value"
        if True in found:
            text = news(shells[1], shells[0], subject, "no longer")
            kind, prefix = (
                ("request-refused", "a request you make would be refused")
                if body.is_request
                else ("capture-fails", "captures that conformed would now fail")
            )
            text = f"{prefix}: {text}"
            yield self._change(body, kind, Severity.ERROR, path, text, 0, found[True])
        if False in found:
            text = news(shells[0], shells[1], subject, "now")
            kind, severity, prefix = (
                ("accepted", Severity.INFO, "more is accepted")
                if body.is_request
                else (
                    "value-arrives",
                    Severity.WARNING,
                    "a value you may not handle can now arrive",
                )
            )
            text = f"{prefix}: {text}"
            yield self._change(body, kind, severity, path, text, 1, found[False])

    # -- examples

    def _member(
        self,
        body: _Body,
        kind: str,
        severity: Severity,
        path: tuple[str, ...],
        text: str,
        name: str | None,
    ) -> Change:
        whole = sample(self._sides[1].references, body.schemas[1])
        if name is None:
            whole = without(whole, path)
        return self._judged(body, kind, severity, path, text, whole)

    def _change(
        self,
        body: _Body,
        kind: str,
        severity: Severity,
        path: tuple[str, ...],
        text: str,
        side: int,
        value: Any = _NOTHING,
    ) -> Change:
        """
        Return a change with the example of the document that accepts it: a member without, or with
        another value.
        """
        whole = sample(self._sides[side].references, body.schemas[side])
        whole = without(whole, path) if value is _NOTHING else with_value(whole, path, value)
        return self._judged(body, kind, severity, path, text, whole)

    def _judged(
        self,
        body: _Body,
        kind: str,
        severity: Severity,
        path: tuple[str, ...],
        text: str,
        whole: Any,
    ) -> Change:
        verdicts = [
            side.accepts(schema, whole)
            for side, schema in zip(self._sides, body.schemas, strict=True)
        ]
        where = pointers.join(path)
        old_place, new_place = (
            side.references.place_of(schema, place, path)
            for side, schema, place in zip(self._sides, body.schemas, body.places, strict=True)
        )
        return Change(
            kind,
            severity,
            body.operation,
            where,
            text,
            old_place,
            new_place,
            whole,
            verdicts[0],
            verdicts[1],
        )
