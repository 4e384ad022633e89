"""Drift: what a newer document of the vendor's changes for those who use the contract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from receiptkit.drift import requests
from receiptkit.drift.comparison import compare
from receiptkit.drift.newer import Newer, newer
from receiptkit.drift.overlays import overlay_change
from receiptkit.drift.requests import judged, place_of
from receiptkit.drift.sides import Change, Side, Sides
from receiptkit.model.finding import Severity
from receiptkit.openapi.build import UPSTREAM
from receiptkit.openapi.document import built, spec_directory

__all__ = ["Change", "drift"]


def drift(upstream: Path, profile: str = "documented", spec: Path | None = None) -> list[Change]:
    """
    Return the consequences of a newer document of the vendor's, the most severe first.

    Args:
        upstream: the newer document: OpenAPI 3.0 or 3.1, the whole API or a part.
        profile: whose users are meant; overlays are applied to the newer document, too.
        spec: the folder of sources; by default that of receiptkit.

    Raises:
        DocumentError: the document cannot be used.
    """
    made = newer(upstream, spec or spec_directory(), UPSTREAM, profile)
    sides = (Side(built(profile).content), Side(made.content))
    changes = [
        *_operations(sides, made),
        *compare(sides),
        *(overlay_change(sides, each) for each in made.idle),
    ]
    return sorted(changes, key=lambda change: -change.severity.rank)


def _operations(sides: Sides, made: Newer) -> Iterator[Change]:
    """Yield a change for each operation that is gone or has moved, with a request for it."""
    paths = {**made.content["paths"]}
    for (_, path), new_path in made.moved.items():
        paths[new_path] = paths.pop(path, paths.get(new_path))
    apart = (sides[0], Side({**made.content, "paths": paths}))
    for method, path in [*made.lost, *made.moved]:
        other = made.moved.get((method, path))
        ours = sides[0].operations.values()
        own = next(each for each in ours if (each.method, each.path) == (method, path))
        place = place_of(own)
        change = Change("gone", Severity.ERROR, own.id, "", "the operation is gone", place, "paths")
        if other is not None:
            text = f"a request you make would be refused: the path is {other} now"
            moved_to = place_of(own._replace(path=other))
            change = replace(change, kind="moved", message=text, new_place=moved_to)
        yield judged(apart, change, requests.made(sides[0], own))
