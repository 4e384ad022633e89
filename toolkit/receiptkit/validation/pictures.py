"""Keep what a report draws: lanes of receipts, paginations, summaries, and lines of captures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from receiptkit.captures import Observation
from receiptkit.contract import Contract, Result
from receiptkit.coverage.points import CoveragePoint, CoveragePoints
from receiptkit.model.finding import Finding
from receiptkit.model.location import Arrival, Location
from receiptkit.model.problem import Problem
from receiptkit.rules.states import (
    Link,
    ListHistory,
    MessageHistory,
    PageState,
    ReceiptHistory,
    ReceiptState,
)

#: How many lanes, paginations and summaries are kept, of each.
MOST_DRAWN = 500
#: Of how many places with findings the lanes come first.
_MOST_PLACES = 10_000
#: How many states of one receipt, and pages of one list, are drawn.
_MOST_DOTS = 60

Locate = Callable[[Arrival], Location]


class Dot(NamedTuple):
    """
    A state of a receipt.

    Attributes:
        status: None before the message left.
        error_code: 0 for none.
        updated: the date of the state, in seconds since 1970.
        by_webhook: True if a webhook reported it; else a response did.
        times: how often it was seen.
        location, pointer: where it was seen first.
    """

    status: str | None
    error_code: int
    updated: int
    by_webhook: bool
    times: int
    location: Location
    pointer: str


class Lane(NamedTuple):
    """The states of one receipt, in the order of arrival, and how many more are not drawn."""

    sid: str
    message: str
    channel: str
    created: int
    dots: tuple[Dot, ...]
    left_out: int = 0


class PageBox(NamedTuple):
    """
    A page of a pagination.

    Attributes:
        number, rows: its index in the list, and how many receipts it has.
        before: how it follows the page before it: `link`, `gap` or, without one, nothing.
        leads_back_to: the index, within the pagination, of the page that its next link leads back
            to; None if it leads on.
        is_last: True if it has no next link.
        location: where it is.
    """

    number: int
    rows: int
    before: str
    leads_back_to: int | None
    is_last: bool
    location: Location


class PagesOfList(NamedTuple):
    """A pagination of the list of a message, and how many of its pages are not drawn."""

    message: str
    pages: tuple[PageBox, ...]
    left_out: int = 0


class SummaryBeside(NamedTuple):
    """A delivery summary of a message, beside the statuses of its receipts."""

    message: str
    delivery: dict[str, Any] | None
    statuses: dict[str, int]
    location: Location


@dataclass(slots=True)
class Drawn:
    """Things to draw: the first of those with findings, and the first of the others."""

    marked: list[Any] = field(default_factory=list)
    plain: list[Any] = field(default_factory=list)
    count: int = 0

    def add(self, each: Any, *, is_marked: bool) -> None:
        """Take one thing, or count it."""
        self.count += 1
        kept = self.marked if is_marked else self.plain
        if len(kept) < MOST_DRAWN:
            kept.append(each)

    def first(self) -> list[Any]:
        """Return what is drawn, those with findings first."""
        return (self.marked + self.plain)[:MOST_DRAWN]


class Pictures:
    """
    Watches a run, and keeps a bounded number of what it saw.

    Attributes:
        lanes, lists, summaries: what is drawn.
        points: the points of the contract that observations cover.
        contract: the contract of the run.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.lanes, self.lists, self.summaries = Drawn(), Drawn(), Drawn()
        self.points: set[CoveragePoint] = set()
        self._collector = CoveragePoints(contract)
        self._places: set[tuple[str, int]] = set()

    def observation(
        self, observation: Observation, result: Result, findings: Sequence[Finding]
    ) -> None:
        """Take one observation with its findings."""
        if result.kind is not None or result.operation is not None:
            self.points.update(self._collector.of(observation.seen or observation.value))
        for finding in findings:
            if finding.location is not None and len(self._places) < _MOST_PLACES:
                self._places.add((finding.location.file, finding.location.entry))

    def watch(self, locate: Locate) -> Histories:
        """Return what is shown the histories of the run."""
        return Histories(self, locate)

    def is_marked(self, location: Location) -> bool:
        """Return True if an observation has a finding."""
        return (location.file, location.entry) in self._places


class Histories:
    """
    Is shown the histories that a run compares, and keeps those that are drawn.

    Args:
        pictures: keeps them.
        locate: returns the location of an arrival.
    """

    def __init__(self, pictures: Pictures, locate: Locate) -> None:
        self._pictures = pictures
        self._locate = locate
        self._wanted: Counter[bool] = Counter()

    def wants(self, at: Arrival) -> bool:
        """Count a receipt that was seen only once, there; return True if it is drawn."""
        is_marked = self._pictures.is_marked(self._locate(at))
        self._wanted[is_marked] += 1
        is_drawn = self._wanted[is_marked] <= MOST_DRAWN
        self._pictures.lanes.count += not is_drawn
        return is_drawn

    def show(self, sid: str, view: Any, problems: Sequence[Problem]) -> None:
        """Take the history of a receipt or a message, with what is wrong with it."""
        pictures = self._pictures
        if isinstance(view, ReceiptHistory):
            lane = _lane(sid, view.states, self._locate)
            pictures.lanes.add(lane, is_marked=self._is_marked(problems, lane.dots))
        elif isinstance(view, ListHistory):
            for pagination in view.paginations:
                boxes = _boxes(sid, pagination.pages, self._locate)
                pictures.lists.add(boxes, is_marked=self._is_marked(problems, boxes.pages))
        elif isinstance(view, MessageHistory):
            for each in view.summaries:
                at = self._locate(each.at)
                beside = SummaryBeside(sid, each.delivery, _statuses(view), at)
                pictures.summaries.add(beside, is_marked=self._is_marked(problems, [beside]))

    def _is_marked(
        self, problems: Sequence[Problem], parts: Iterable[Dot | PageBox | SummaryBeside]
    ) -> bool:
        return bool(problems) or any(self._pictures.is_marked(each.location) for each in parts)


def _lane(sid: str, states: list[ReceiptState], locate: Locate) -> Lane:
    """Return the lane of a receipt's states."""
    dots = tuple(
        Dot(
            each.status,
            each.error_code,
            each.updated,
            each.by_webhook,
            each.times,
            locate(each.first),
            each.first.pointer,
        )
        for each in states[:_MOST_DOTS]
    )
    channel = next((each.channel_message[:2] for each in states if each.channel_message), "")
    first = states[0]
    return Lane(sid, first.message, channel, first.created, dots, len(states) - len(dots))


def _boxes(message: str, pages: list[PageState], locate: Locate) -> PagesOfList:
    """Return the boxes of a pagination."""
    shown = pages[:_MOST_DOTS]
    passed: dict[Link, int] = {}
    following: Link | None = None
    boxes = []
    for index, page in enumerate(shown):
        before = ("link" if following in page.links() else "gap") if index else ""
        passed |= {link: index for link in page.links() if link not in passed}
        following = Link.of(page.next) if page.next is not None else None
        boxes.append(
            PageBox(
                page.number,
                len(page.rows),
                before,
                passed.get(following) if following is not None else None,
                page.next is None,
                locate(page.at),
            )
        )
    return PagesOfList(message, tuple(boxes), len(pages) - len(boxes))


def _statuses(view: MessageHistory) -> dict[str, int]:
    """Return how many receipts were seen last with each status."""
    last: dict[str, tuple[Arrival, str | None]] = {}
    seen = [
        (page.at, row.sid, row.status)
        for pagination in view.paginations
        for page in pagination.pages
        for row in page.rows
        if row is not None
    ] + [(report.last, report.sid, report.status) for report in view.reports]
    for at, sid, status in seen:
        if sid not in last or last[sid][0] <= at:
            last[sid] = (at, status)
    return dict(Counter("null" if status is None else status for _, status in last.values()))
