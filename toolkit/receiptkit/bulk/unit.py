"""
Compile a stretch of text to one pattern, and check what the pattern captures.

Nothing here decides what is right. A *key* holds everything in which texts of the same pattern
differ and on which a result can depend. Only keys that the exact path has found clean are
accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, combinations
from operator import eq, itemgetter, lt
from typing import Any

from receiptkit.bulk.dates import exist, form_of_date
from receiptkit.bulk.law import NotAlike
from receiptkit.bulk.runs import Run, with_runs
from receiptkit.bulk.slots import NULL, Slot
from receiptkit.bulk.tokens import Kind

#: The order of every two dates is part of a key; of more dates than this no shape is made.
_MOST_DATES = 6
_PREFIX = itemgetter(slice(2))
_SECOND = re.compile(r"\.[0-9]+")
_HEX_DIGITS = b"0123456789abcdef"
_SID_LENGTH = 34
#: Where the digits of SIDs are compared that may be placeholders: apart, for numbers with zeros
#: before them are SIDs, too.
_LOOKED_AT = (2, 3, 13, 24, 33)

Key = tuple[Any, ...]
Columns = Sequence[Sequence[str]]


class UnitPattern:
    """
    The pattern of a text, and its groups by their class.

    Attributes:
        pattern: the pattern, as text.
        groups: how many groups it has.
        sids: the groups of SIDs, each different one once, with the prefixes that are known.
        opaque: the groups of opaque tokens.
        encoded: the groups of dates whose colons are escaped.
        runs: the groups of runs.
        fixed: the length of the text without words and null; None if it can vary otherwise.
    """

    def __init__(self, slots: Sequence[Slot], owners: Sequence[int | None] = ()) -> None:
        """Compile slots; those of a row with the `owners` of its SIDs. Raises `NotAlike`."""
        self.sids: dict[int, set[str]] = {}
        self.runs: dict[int, Run] = {}
        self.encoded: list[int] = []
        self.opaque: list[int] = []
        self.fixed: int | None = 0
        self._words: list[int] = []
        self._kept: list[int] = []
        self._prefixes: list[int] = []
        self._optional: dict[int, int] = {}
        self._dates: list[int] = []
        self._days: dict[int, str] = {}
        self.groups = 0
        self._seen: dict[tuple[Kind, str], int] = {}
        self.pattern = "".join(map(self._piece, with_runs(slots, owners)))
        self._pairs = list(combinations(self._dates, 2))
        forms = {self._days[group] for group in self._dates}
        if len(forms) > 1 or len(self._dates) > _MOST_DATES:
            raise NotAlike
        self._has_fractions = "." in next(iter(forms), "")

    def _piece(self, slot: Slot | Run) -> str:
        if isinstance(slot, Run):
            self.runs[self._group()] = slot
            if self.fixed is not None:
                self.fixed += slot.length
            return f"(.{{{slot.length}}})"
        kind, text, quote = slot.token
        pattern = slot.pattern
        if not slot.is_captured:
            if kind in (Kind.STRING, Kind.SHORT, Kind.BARE, Kind.NUMBER):
                self.fixed = None
            elif self.fixed is not None:
                self.fixed += len(text)
            return pattern
        if kind in (Kind.SID, Kind.OPAQUE):
            return self._referred(kind, text, pattern, differs=slot.differs)
        if kind is Kind.KEPT:
            self.fixed = None
            self._kept.append(self._group())
            return f"({pattern})"
        if slot.optional:
            group = self._group()
            self._optional[group] = 2 * len(quote)
            self._dates.append(group)
            self._days[group] = form_of_date(text)
            return f"(?:{re.escape(quote)}({pattern}){re.escape(quote)}|{NULL})"
        group = self._group()
        if "%3A" in text:
            self.encoded.append(group)
        if kind is Kind.WORD:
            self._words.append(group)
            return f"({pattern})"
        self._days[group] = form_of_date(text)
        if kind is Kind.DATE:
            self._dates.append(group)
        if self.fixed is not None:
            self.fixed += len(text) + 2 * len(quote)
        return f"{re.escape(quote)}({pattern}){re.escape(quote)}"

    def _referred(self, kind: Kind, text: str, pattern: str, *, differs: bool) -> str:
        """
        Return the group of a SID or an opaque token;
        of one that came before a reference to it.
        """
        if kind is Kind.OPAQUE:
            self.fixed = None
        elif self.fixed is not None:
            self.fixed += len(text)
        known = self._seen.get((kind, text))
        if known is not None:
            return rf"(?:\{known + 1})"
        group = self._seen[kind, text] = self._group()
        if kind is Kind.OPAQUE:
            self.opaque.append(group)
        else:
            self.sids[group] = {text[:2]}
            if differs:
                self._prefixes.append(group)
        return f"({pattern})"

    def _group(self) -> int:
        """Count a group; return its index, from 0."""
        self.groups += 1
        return self.groups - 1

    # -- what was captured

    def marked(self, values: Sequence[str]) -> dict[str, str]:
        """
        Return the places of SIDs, opaque tokens and dates by their texts, among the values of a
        text of markers: `[3]`, or `[2][20:54]` for a SID in a run.
        """
        found = {
            values[group][start : start + _SID_LENGTH]: f"[{group}][{start}:{start + _SID_LENGTH}]"
            for group, run in self.runs.items()
            for start in run.starts
        }
        captured = [*self.sids, *self.opaque, *self._days, *self._kept]
        captured += range(self.groups, len(values))
        return found | {values[each]: f"[{each}]" for each in captured if values[each]}

    def values(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        """Return what was captured, and behind it the dates again that were escaped."""
        if not self.encoded:
            return groups
        return (*groups, *[groups[each].replace("%3A", ":") for each in self.encoded])

    def length(self, columns: Columns, count: int) -> int:
        """Return the length of `count` texts together, whose groups are in columns."""
        found = count * (self.fixed or 0) + sum(len("".join(columns[each])) for each in self._words)
        for group, quotes in self._optional.items():
            column = columns[group]
            absent = column.count("")
            found += len("".join(column)) + quotes * (count - absent) + len(NULL) * absent
        return found

    def keys(self, columns: Columns, count: int, *more: Iterable[Any]) -> list[Key]:
        """
        Return the parts of each of `count` texts that decide a result, and `more` columns.

        The groups of the texts are in columns.
        """
        parts: list[Iterable[Any]] = [*more, *(columns[each] for each in self._words)]
        parts += [map(_PREFIX, columns[each]) for each in self._prefixes]
        parts += [map(bool, columns[each]) for each in self._optional]
        for one, other in self._pairs:
            parts += self._order(columns[one], columns[other])
        return list(zip(*parts, strict=True)) if parts else [()] * count

    def _order(self, one: Sequence[str], other: Sequence[str]) -> Iterable[Iterable[bool]]:
        """Return the order of dates, in their own digits and in whole seconds."""
        yield map(lt, one, other)
        yield map(lt, other, one)
        if self._has_fractions:
            whole = [_SECOND.sub("", each) for each in one]
            yield map(eq, whole, [_SECOND.sub("", each) for each in other])

    def dates_exist(self, columns: Columns) -> bool:
        """Return True if the dates in columns have their form, and their days exist."""
        of_form: dict[str, list[str]] = {}
        for group, form in self._days.items():
            column = columns[group]
            of_form.setdefault(form, []).extend(
                filter(None, column) if group in self._optional else column
            )
        return all(exist(dates, form) for form, dates in of_form.items())


def are_sids(columns: Sequence[Sequence[str]]) -> bool:
    """Return True if what the groups of SIDs captured are SIDs, and none is a placeholder."""
    raw = "".join(map("".join, columns)).encode()
    count = len(raw) // _SID_LENGTH
    # The pattern has two capitals at the beginning of each SID, so those are left.
    if len(raw.translate(None, _HEX_DIGITS)) != 2 * count:
        return False
    first, *others = (int.from_bytes(raw[at::_SID_LENGTH], "big") for at in _LOOKED_AT)
    differences = 0
    for other in others:
        differences |= first ^ other
    return 0 not in differences.to_bytes(count, "big") or not any(
        map(_is_placeholder, chain.from_iterable(columns))
    )


def _is_placeholder(sid: str) -> bool:
    """Return True if a SID is one digit throughout."""
    return sid.count(sid[-1]) == _SID_LENGTH - 2
