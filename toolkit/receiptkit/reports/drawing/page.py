"""The page of a run: findings, drawings, coverage, and what was not checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TextIO

from receiptkit.coverage.coverage import Coverage
from receiptkit.generation import Generator
from receiptkit.model.display import masked, printable
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.reports.drawing.lanes import Chart, chart
from receiptkit.reports.drawing.pages import Walk, walk
from receiptkit.reports.drawing.templates import template
from receiptkit.reports.report import About, RuleText
from receiptkit.validation.excerpts import Excerpt, excerpts
from receiptkit.validation.pictures import Dot, Lane, PagesOfList, Pictures, SummaryBeside
from receiptkit.validation.summary import Summary

#: The statuses that a summary counts, in the order of its table.
_STATUSES = ("sent", "delivered", "read", "undelivered", "failed")
#: If one message has more summaries, only those with findings are listed.
_MOST_SUMMARIES = 20
#: How many findings of a group, and how many in all, have their lines of the capture beside them.
_LINES_OF_GROUP, _MOST_LINES = 20, 100


class DrawnFinding(NamedTuple):
    """
    One finding in the list.

    Attributes:
        number: its address is `#f` and this number.
        location: where it is.
        pointer: its pointer as it may be shown; `real_pointer` is for comparison only.
        value: the value as it may be shown; empty if it may not.
    """

    number: int
    location: Location
    pointer: str
    real_pointer: str
    value: str

    @property
    def place(self) -> str:
        """Return the file, the line and the column."""
        parts = (self.location.file, self.location.line, self.location.column)
        return printable(":".join(str(part) for part in parts if part not in (None, ""))) or "-"


class EqualFindings(NamedTuple):
    """Findings that are equal but for their place, with the sentences about their rule."""

    finding: Finding
    rule: RuleText | None
    times: int
    entries: list[DrawnFinding]

    @property
    def severity(self) -> str:
        """Return the name of the severity."""
        return self.finding.severity.value


class Marks:
    """The findings by the place of their observation."""

    def __init__(self, at: dict[tuple[str, int], list[DrawnFinding]]) -> None:
        self._at = at

    def at(self, location: Location) -> int | None:
        """Return the number of the first finding about the observation at a location."""
        entries = self._at.get((location.file, location.entry))
        return entries[0].number if entries else None

    def dot(self, dot: Dot) -> int | None:
        """Return the number of the first finding about a state of a receipt."""
        for entry in self._at.get((dot.location.file, dot.location.entry), ()):
            pointer = entry.real_pointer
            if pointer == dot.pointer or pointer.startswith(f"{dot.pointer}/"):
                return entry.number
        return None

    def page(self, location: Location) -> int | None:
        """Return the number of the first finding about a page itself, not about one of its rows."""
        for entry in self._at.get((location.file, location.entry), ()):
            if not entry.real_pointer.startswith("/delivery_receipts/"):
                return entry.number
        return None


class SummaryRow(NamedTuple):
    """A summary: its total and amounts, None for null, and the finding about it, or None."""

    total: Any
    amounts: list[str] | None
    finding: int | None


class Beside(NamedTuple):
    """The summaries of a message in their order, beside its receipts by their last status."""

    statuses: tuple[str, ...]
    summaries: list[SummaryRow]
    left_out: int
    receipts: int
    counts: list[int]


class DrawnMessage(NamedTuple):
    """All drawings of one message."""

    title: str
    chart: Chart | None
    walks: list[Walk]
    beside: Beside | None


def write_page(
    out: TextIO,
    about: About,
    summary: Summary,
    groups: list[EqualFindings],
    others: int,
    marks: Marks,
) -> None:
    """Write the page of a run; `others` counts the findings that are in no group."""
    names = None if about.show_values else about.names
    pictures = summary.pictures
    with_lines = [each for group in groups for each in group.entries[:_LINES_OF_GROUP]][
        :_MOST_LINES
    ]
    texts: dict[Any, Excerpt] = excerpts((entry.location for entry in with_lines), names)
    page = template("report.html.j2")
    out.writelines(
        page.generate(
            about=about,
            summary=summary,
            counts=[(each.value, summary.severities[each]) for each in Severity],
            groups=groups,
            others=others,
            excerpt=lambda entry: texts.get(
                (entry.location.file, entry.location.line, entry.location.column), ()
            ),
            with_lines={entry.number for entry in with_lines},
            messages=list(_messages(pictures, marks, about)) if pictures else [],
            left_out=_left_out(pictures),
            coverage=Coverage(Generator(pictures.contract), pictures.points) if pictures else None,
            opens_gaps=False,
            unchecked=[(each, printable(each.location.file)) for each in summary.listed],
        )
    )


def coverage_page(coverage: Coverage) -> str:
    """Return the page of what a run exercised."""
    return template("coverage.html.j2").render(coverage=coverage, opens_gaps=True)


def _messages(pictures: Pictures, marks: Marks, about: About) -> Iterator[DrawnMessage]:
    """Yield the drawings of each message, those with findings first."""
    lanes: dict[str, list[Lane]] = defaultdict(list)
    lists: dict[str, list[PagesOfList]] = defaultdict(list)
    summaries: dict[str, list[SummaryBeside]] = defaultdict(list)
    for lane in pictures.lanes.first():
        lanes[lane.message].append(lane)
    for pages in pictures.lists.first():
        lists[pages.message].append(pages)
    for each in pictures.summaries.first():
        summaries[each.message].append(each)
    first = 1
    for number, sid in enumerate(dict.fromkeys([*lanes, *lists, *summaries]), 1):
        own = lanes[sid]
        yield DrawnMessage(
            printable(sid) if about.show_values else f"Message {number}",
            chart(own, marks.dot, first) if own else None,
            [walk(pages, marks.page) for pages in lists[sid]],
            _beside(summaries[sid], marks) if summaries[sid] else None,
        )
        first += len(own)


def _beside(summaries: Sequence[SummaryBeside], marks: Marks) -> Beside:
    """Return the table of the summaries of a message."""
    counts = summaries[0].statuses
    rows = [
        SummaryRow(_total(each.delivery), _amounts(each.delivery), marks.at(each.location))
        for each in summaries
    ]
    marked = [row for row in rows if row.finding is not None]
    shown = rows if len(rows) <= _MOST_SUMMARIES else marked[:_MOST_SUMMARIES] or rows[:1]
    return Beside(
        _STATUSES,
        shown,
        len(rows) - len(shown),
        sum(counts.values()),
        [counts.get(status, 0) for status in _STATUSES],
    )


def _total(delivery: dict[str, Any] | None) -> Any:
    """Return the total of a summary, if it is a number."""
    total = (delivery or {}).get("total")
    return total if type(total) is int else "-"


def _amounts(delivery: dict[str, Any] | None) -> list[str] | None:
    """Return the amounts of a summary by status; None for null."""
    if delivery is None:
        return None
    return [_amount(delivery.get(status)) for status in _STATUSES]


def _amount(value: Any) -> str:
    """Return an amount of a summary as it may be shown: none, some or all."""
    if value in ("none", "some", "all"):
        return str(value)
    return "-" if value is None else masked(str(value), "value")


def _left_out(pictures: Pictures | None) -> list[tuple[str, int]]:
    """Return how many things of each kind are not drawn."""
    if pictures is None:
        return []
    drawn: Sequence[tuple[str, Any]] = (
        ("receipts", pictures.lanes),
        ("paginations", pictures.lists),
        ("summaries", pictures.summaries),
    )
    return [
        (noun, each.count - len(each.first()))
        for noun, each in drawn
        if each.count > len(each.first())
    ]
