"""Compare two builds of the contract, and say what the newer one means for those who use it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from receiptkit.drift import requests
from receiptkit.drift.outline import news, shell, with_value, without
from receiptkit.drift.sides import Change, Side, Sides
from receiptkit.drift.values import candidates, sample
from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.openapi.operation import Operation

_NOTHING = object()
_SEVERITIES = {
    "capture-fails": Severity.ERROR,
    "renamed": Severity.ERROR,
    "value-arrives": Severity.WARNING,
    "gone": Severity.WARNING,
    "new": Severity.INFO,
}
#: The kinds of changes of which an example has the member.
_WITH_MEMBER = ("renamed", "new")


@dataclass(frozen=True, slots=True)
class _Body:
    """A body that both documents describe: of a response, or of a webhook."""

    operation: str
    schemas: tuple[Any, Any]
    places: tuple[str, str]


def compare(sides: Sides, wanted: Callable[[str], bool] = lambda _: True) -> Iterator[Change]:
    """
    Yield every consequence of using one built document after another; one for each place in the
    documents.

    Args:
        sides: the documents.
        wanted: returns the wanted consequence of a place in the first document.
    """
    seen = set()
    for change in _changes(sides, wanted):
        key = (change.kind, change.message, change.old_place, change.new_place)
        if key not in seen:
            seen.add(key)
            yield change


def _changes(sides: Sides, wanted: Callable[[str], bool]) -> Iterator[Change]:
    for name, own in sides[0].operations.items():
        other = sides[1].operations.get(name) or _at(sides[1], own)
        if other is not None:
            if own.kind != "webhook":
                yield from requests.parameters(sides, own, other, wanted)
                yield from requests.responses(sides, own, other, wanted)
            yield from _Bodies(sides, wanted).of(own, other)


def _at(side: Side, operation: Operation) -> Operation | None:
    """Return the operation at the same method and path, whatever it is called."""
    for each in side.operations.values():
        if (each.method, each.path) == (operation.method, operation.path) and each.path:
            return each
    return None


class _Bodies:
    """Compares the bodies of an operation that both documents have."""

    def __init__(self, sides: Sides, wanted: Callable[[str], bool]) -> None:
        self._sides = sides
        self._wanted = wanted

    def of(self, old: Operation, new: Operation) -> Iterator[Change]:
        for status, response in old.responses.items():
            theirs = new.responses[status].content if status in new.responses else {}
            for name in response.content.keys() & theirs.keys():
                media = (response.content[name], theirs[name])
                schemas = (media[0].schema, media[1].schema)
                places = ("/".join(media[0].place), "/".join(media[1].place))
                yield from self._node(_Body(old.id, schemas, places), schemas, ())

    def _node(
        self, body: _Body, schemas: tuple[Any, Any], path: tuple[str, ...]
    ) -> Iterator[Change]:
        views = [
            side.references.view(each) for side, each in zip(self._sides, schemas, strict=True)
        ]
        old, new = views
        if self._wants(body, path):
            yield from self._own_keywords(body, old, new, path)
        if len(path) > 12:
            return
        mine, theirs = old.get("properties", {}), new.get("properties", {})
        gone, added = self._renamed(mine, theirs)
        for name, other in gone.items():
            if not self._wants(body, (*path, name)):
                continue
            what = "gone" if other is None else f"now called `{other}`"
            kind = "gone" if other is None else "renamed"
            yield self._change(body, kind, (*path, name), f"field `{name}` is {what}")
        for name in added:
            if self._wants(body, (*path, name)):
                yield self._change(body, "new", (*path, name), f"field `{name}` is new")
        yield from self._required(body, old, new, path, {*gone, *added, *gone.values()})
        for name in mine.keys() & theirs.keys():
            yield from self._node(body, (mine[name], theirs[name]), (*path, name))
        if "items" in old and "items" in new:
            yield from self._node(body, (old["items"], new["items"]), (*path, "0"))

    def _wants(self, body: _Body, path: tuple[str, ...]) -> bool:
        return self._wanted(
            self._sides[0].references.place_of(body.schemas[0], body.places[0], path)
        )

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
        reported |= {name for name in before ^ after if not self._wants(body, (*path, name))}
        for name in sorted(after - before - reported):
            text = f"field `{name}` is required now: captures without it would fail"
            yield self._change(body, "capture-fails", (*path, name), text)
        for name in sorted(before - after - reported):
            text = f"field `{name}` is no longer required: it may be missing"
            yield self._change(body, "value-arrives", (*path, name), text)

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
            text = f"captures that conformed would now fail: {text}"
            yield self._change(body, "capture-fails", path, text, found[True])
        if False in found:
            text = news(shells[0], shells[1], subject, "now")
            text = f"a value you may not handle can now arrive: {text}"
            yield self._change(body, "value-arrives", path, text, found[False])

    # -- examples

    def _change(
        self, body: _Body, kind: str, path: tuple[str, ...], text: str, value: Any = _NOTHING
    ) -> Change:
        """
        Return a change with an example from the document that accepts it: with a member that is new
        there, without the member, or with another value.
        """
        side = 0 if kind == "capture-fails" else 1
        example = sample(self._sides[side], body.schemas[side])
        if value is not _NOTHING:
            example = with_value(example, path, value)
        elif kind not in _WITH_MEMBER:
            example = without(example, path)
        old, new = (
            (each.references.place_of(schema, place, path), each.accepts(schema, example))
            for each, schema, place in zip(self._sides, body.schemas, body.places, strict=True)
        )
        where = pointers.join(path)
        head = (kind, _SEVERITIES[kind], body.operation, where, text)
        return Change(*head, old[0], new[0], example, old[1], new[1])
