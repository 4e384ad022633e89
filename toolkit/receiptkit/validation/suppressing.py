"""Findings that a comment in their capture suppresses: counted and listed, and not reported."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable

from receiptkit.captures import Limits, Source
from receiptkit.captures.suppressions import FORMATS, Suppression, suppressions_in
from receiptkit.model.errors import CaptureError
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.limits import limit, remedy
from receiptkit.model.location import Location
from receiptkit.validation.summary import ReadAs, Sink, Summary, Suppressed, UnusedSuppression

#: Larger files without a finding are not searched for suppressions that nothing needs.
_LARGE = 64 * 2**20
_BY_LINES = ("json", "ndjson")


class _Comments:
    """The suppressions of a file, found by rule and place."""

    def __init__(self, found: Iterable[Suppression]) -> None:
        self.all = list(found)
        self._by_place: dict[tuple[str, int | None, int | None], Suppression] = {}
        self._lasts = {each.first: each.last for each in self.all if each.first is not None}
        self._firsts = sorted(self._lasts)
        for each in self.all:
            for rule in each.rules:
                self._by_place.setdefault((rule, each.entry, each.first), each)

    def of(self, rule: str, location: Location) -> Suppression | None:
        """Return the one that suppresses a finding of a rule at a place."""
        places = [(rule, None, self._first(location.line)), (rule, location.entry, None)]
        for place in (*places, (rule, None, None)):
            if place in self._by_place:
                return self._by_place[place]
        return None

    def _first(self, line: int | None) -> int | None:
        """Return the first line of the lines with a comment that a line is among."""
        number = bisect_right(self._firsts, line or 0) - 1
        if line is None or number < 0:
            return None
        first = self._firsts[number]
        last = self._lasts[first]
        return first if last is not None and line <= last else None


class Suppressing:
    """A sink that passes on only what no comment suppresses."""

    def __init__(
        self,
        sink: Sink,
        limits: Limits,
        sources: Iterable[Source],
        *,
        searches_all: bool = True,
    ) -> None:
        """`searches_all` is False to read only files with findings."""
        self._searches_all = searches_all
        self._sink = sink
        self._limits = limits
        self._sources = {source.name: source for source in sources}
        self._comments: dict[str, _Comments] = {}
        self._used: set[tuple[str, int, str]] = set()
        self._counts: Counter[Severity] = Counter()
        self._found: list[Suppressed] = []
        self._unread: list[str] = []

    def finding(self, finding: Finding) -> None:
        location = finding.location or Location()
        comment = self._in(location.file).of(finding.rule, location)
        if comment is None:
            self._sink.finding(finding)
            return
        self._used.add((comment.file, comment.line, finding.rule))
        self._counts[finding.severity] += 1
        if len(self._found) < limit("listed"):
            self._found.append(
                Suppressed(finding.rule, finding.severity, location, comment.line, comment.reason)
            )

    def end_of_file(self) -> None:
        self._sink.end_of_file()

    def note(
        self, summary: Summary, wants: Callable[[str], bool], is_rule: Callable[[str], bool]
    ) -> None:
        """
        Move the suppressed findings of a summary out of its severities, and note what suppresses
        nothing.

        Args:
            summary: the counts of the run.
            wants: whether findings of a rule are reported at all.
            is_rule: whether a rule has this id.
        """
        summary.severities.subtract(self._counts)
        summary.suppressed = self._counts.total()
        summary.suppressed_findings = self._found
        is_complete = len(summary.read_as) < limit("listed")
        for name, source in self._sources.items():
            read_as = summary.read_as.get(name)
            may_have = not is_complete if read_as is None else _may_have_comments(read_as)
            if self._searches_all and may_have and source.size <= _LARGE:
                self._in(name)
        for name in self._sources:
            for comment in self._comments[name].all if name in self._comments else ():
                summary.unused_suppressions += [
                    UnusedSuppression(comment.file, comment.line, rule, is_rule(rule))
                    for rule in comment.rules
                    if (comment.file, comment.line, rule) not in self._used
                    and (wants(rule) or not is_rule(rule))
                ]
        summary.limits += self._unread
        if summary.suppressed > len(self._found):
            summary.limits.append(
                f"the first {len(self._found):,} of {summary.suppressed:,} suppressed findings "
                f"are listed; {remedy('listed')}"
            )

    def _in(self, file: str) -> _Comments:
        """Return the suppressions of a file, which is read for them once."""
        if file not in self._comments:
            source = self._sources.get(file)
            try:
                found = suppressions_in(source, self._limits) if source else []
            except CaptureError as error:
                self._unread.append(str(error))
                found = []
            self._comments[file] = _Comments(found)
        return self._comments[file]


def _may_have_comments(read_as: ReadAs) -> bool:
    """Return True unless it is certain that a file has no suppressions."""
    # Between lines of JSON, a comment is a record in which there is nothing.
    return read_as.format in FORMATS and (read_as.format not in _BY_LINES or read_as.has_silent)
