"""Overlay actions that do nothing to a newer document, each with an example of what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from receiptkit.drift.comparison import compare
from receiptkit.drift.newer import Idle
from receiptkit.drift.requests import judged, made
from receiptkit.drift.sides import Change, Side, Sides
from receiptkit.drift.values import sample
from receiptkit.model.finding import Severity
from receiptkit.openapi.operation import Media, Operation
from receiptkit.openapi.overlay import targets
from receiptkit.openapi.references import target
from receiptkit.openapi.upgrade import upgrade

_DEEPEST = 8


def overlay_change(sides: Sides, idle: Idle) -> Change:
    """Return what it means that an action of an overlay is lost, or needed no more."""
    steps = targets(idle.before[0], idle.action["target"])[0]
    change = Change(
        "overlay-lost" if idle.is_lost else "overlay-idle",
        Severity.WARNING if idle.is_lost else Severity.INFO,
        "",
        idle.where,
        f"overlay action {idle}",
        "/".join(steps) or "the document",
        _nearest(idle.before[1], steps),
    )
    if not idle.is_lost:
        # The newer document says by itself what the action did.
        before = (Side(upgrade(idle.before[0])), Side(upgrade(idle.before[1])))
        own = change.old_place
        shown = next(compare(before, lambda place: place.startswith(own)), None)
        if shown is not None:
            return _with(change, shown.example, shown.old_accepts, shown.new_accepts)
    return _at(sides, change)


def _nearest(document: dict[str, Any], steps: list[str]) -> str:
    """Return the place that steps lead to, as far as a document has them."""
    while steps and target(document, steps) is None:
        steps = steps[:-1]
    return "/".join(steps) or "the document"


def _at(sides: Sides, change: Change) -> Change:
    """Return a change with the body that holds its place, or a request for its operation."""
    holders = [
        (len(place), operation, status, name)
        for operation in sides[0].operations.values()
        for status, response in operation.responses.items()
        for name, media in response.content.items()
        for place in _places(sides[0], media, media.schema, ())
        if f"{change.old_place}/".startswith(f"{place}/")
    ]
    if not holders:
        ours = sides[0].operations.values()
        own = [each for each in ours if f"paths/{each.path}/" in f"{change.old_place}/"]
        operation = next(iter(own or ours))
        return judged(sides, change, made(sides[0], operation))
    _, operation, status, name = max(holders, key=lambda each: each[0])
    media = operation.responses[status].content[name]
    body = sample(sides[0], media.schema)
    return _with(change, body, *(_accepts(side, operation, status, name, body) for side in sides))


def _with(change: Change, example: Any, old: bool | None, new: bool | None) -> Change:
    return replace(change, example=example, old_accepts=old, new_accepts=new)


def _accepts(side: Side, operation: Operation, status: str, name: str, body: Any) -> bool:
    own = side.operations.get(operation.id)
    response = own.responses.get(status) if own is not None else None
    media = response.content.get(name) if response is not None else None
    return media is not None and side.accepts(media.schema, body)


def _places(side: Side, media: Media, schema: Any, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the places of a body and of every member within it."""
    yield side.references.place_of(media.schema, "/".join(media.place), path)
    view = side.references.view(schema)
    if len(path) < _DEEPEST:
        for name, inner in view.get("properties", {}).items():
            yield from _places(side, media, inner, (*path, name))
        if "items" in view:
            yield from _places(side, media, view["items"], (*path, "0"))
