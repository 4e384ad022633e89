"""Contract coverage: what a run exercised, and the scenarios that close the gaps."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from receiptkit.coverage.points import DIMENSIONS, CoveragePoint, CoveragePoints
from receiptkit.generation import ERRORS, SCENARIOS, Generator, Rendering, World
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest

#: The version of the file; raised when the meaning of its members changes.
VERSION = 1
#: The beginning of a page for browsers.
_PAGE = b'<!DOCTYPE html>\n<html lang="en" data-made-by="receiptkit coverage">'


class Coverage:
    """
    The points that a run covered, of those that can be covered.

    Args:
        generator: its scenarios show what can be covered; the first that shows a point is named for
        it. seen: the points of the run. Those that no scenario shows do not count.
    """

    def __init__(self, generator: Generator, seen: Iterable[CoveragePoint]) -> None:
        #: The scenario that shows each point.
        self.shown_by = _shown_by(generator)
        #: Those that were exercised.
        self.seen = set(seen) & self.shown_by.keys()

    @property
    def percent(self) -> float:
        """Return the percentage that was covered."""
        return 100 * len(self.seen) / max(len(self.shown_by), 1)

    def rows(self) -> Iterator[tuple[str, int, int]]:
        """Yield each dimension: its name, how many points were covered, and how many there are."""
        for dimension in DIMENSIONS:
            items = [point for point in self.shown_by if point[0] == dimension]
            yield dimension, len(self.seen.intersection(items)), len(items)

    def gaps(self) -> Iterator[tuple[CoveragePoint, str]]:
        """Yield the points that were not covered, with the scenario that shows each."""
        for dimension in DIMENSIONS:
            for point, closer in sorted(self.shown_by.items()):
                if point[0] == dimension and point not in self.seen:
                    yield point, closer

    def table(self) -> list[str]:
        """Return the lines of the report."""
        rows = [*self.rows(), ("total", len(self.seen), len(self.shown_by))]
        lines = [
            f"{name:12} {seen:3} of {all_:3}  {100 * seen / max(all_, 1):4.0f} %"
            for name, seen, all_ in rows
        ]
        gaps = [f"  - {dimension}: {item} ({closer})" for (dimension, item), closer in self.gaps()]
        return [*lines, "not exercised, and the scenario that would:", *gaps] if gaps else lines

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        dimensions: dict[str, Any] = {name: {"exercised": [], "missing": {}} for name in DIMENSIONS}
        for dimension, item in sorted(self.seen):
            dimensions[dimension]["exercised"].append(item)
        for (dimension, item), closer in self.gaps():
            dimensions[dimension]["missing"][item] = closer
        return {"version": VERSION, "percent": round(self.percent, 2), "dimensions": dimensions}


def is_coverage(path: str) -> bool:
    """Return True if a file is a coverage report."""
    content = Path(path).read_bytes()
    if content.startswith(_PAGE):
        return True
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and list(found) == ["version", "percent", "dimensions"]


def _shown_by(generator: Generator) -> dict[CoveragePoint, str]:
    """Return every point that scenarios show, with the first scenario that does."""
    found: dict[CoveragePoint, str] = {}
    for name in SCENARIOS:
        for scope in ("", ", in_service=True"):
            world = generator.world(name, in_service=bool(scope))
            for how, shown in _shows(generator, world):
                points = CoveragePoints(generator.contract)
                for point in (point for seen in shown for point in points.of(seen)):
                    found.setdefault(point, f"{name}{scope}{how}")
    return found


def _shows(
    generator: Generator, world: World
) -> Iterator[tuple[str, Sequence[Exchange | WebhookRequest]]]:
    """Yield all that a world shows at its end, with arguments other than the scenario."""

    def rest() -> Rendering:
        return generator.at(world)

    def delivered(method: str) -> list[WebhookRequest]:
        webhooks = generator.webhooks(world)
        return [webhooks.request(event, method=method) for event in webhooks.events]

    yield "", _made(lambda: rest().get_pages())
    yield "", _made(lambda: [rest().get_message()])
    yield "", _made(lambda: [rest().get_receipt()])
    yield "", _made(lambda: [rest().get_configuration()])
    yield from ((f': Rendering.error("{name}")', [rest().error(name)]) for name in ERRORS)
    yield "", _made(lambda: delivered("POST"))
    yield ', method="GET"', _made(lambda: delivered("GET"))


def _made(
    make: Callable[..., Iterable[Exchange | WebhookRequest]],
) -> list[Exchange | WebhookRequest]:
    """Return what can be made; nothing if the document or the world has none of it."""
    try:
        return list(make())
    except UsageError:
        return []
