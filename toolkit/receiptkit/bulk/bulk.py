"""
The shapes of a run: which records are known to be clean without the exact path, and when it is
worth learning more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

from receiptkit.bulk.law import Exact, Facts, NotAlike, Unread

if TYPE_CHECKING:
    from receiptkit.bulk.parts import Parts
    from receiptkit.bulk.shape import Shape

_MOST_SHAPES = 24
#: Learning from a record costs as much as judging several, so it waits until records have been
#: judged, and stays a small part of them.
_FIRST, _ONE_IN, _AT_ONCE = 24, 32, 24
#: Where shapes know few records, learning would cost more than it gains; and unless they know one
#: of the first ones, the others are not tried.
_ONE_IN_UNKNOWN, _FEW, _SAMPLE = 512, 0.1, 12
#: A longer record is no page of receipts.
_LONGEST = 1 << 18
#: Between the parameters of a form.
_MARK = "&"


class Bulk:
    """Shapes of records that were found clean, learnt one after the other."""

    def __init__(self, literal: Collection[str] = ()) -> None:
        """
        Learn nothing yet; `literal` has the names of members and parameters whose values a rule
        looks into.
        """
        self._literal = literal
        self._shapes: list[Shape] = []
        self._missed = self._tried = self._found = 0
        #: The part of the last records that were known, and the shape that learnt last.
        self._rate = 1.0
        self._last: Shape | None = None
        self._is_compiled_anew = False

    def facts(self, records: Sequence[bytes]) -> list[Facts | None]:
        """Return the facts of records that are proven clean; None for one that is not proven."""
        unknown: list[Facts | None] = [None] * len(records)
        if not self._shapes:
            return unknown
        if self._rate < _FEW and len(records) > _SAMPLE:
            found = self._found_in(records[:_SAMPLE])
            if not _known(found):
                self._note_rate(0)
                return unknown
            found += self._found_in(records[_SAMPLE:])
        else:
            found = self._found_in(records)
        self._note_rate(_known(found) / (len(found) or 1))
        return found

    def _note_rate(self, rate: float) -> None:
        self._rate = (self._rate + rate) / 2

    def _found_in(self, records: Sequence[bytes]) -> list[Facts | None]:
        texts = _decoded(records)
        if len(self._shapes) == 1 and all(texts):
            found = self._shapes[0].facts(cast("list[str]", texts))
            self._note(self._shapes[0], _known(found))
            return found
        found = [None] * len(records)
        left = [number for number, text in enumerate(texts) if text is not None]
        for shape, chosen in self._likely(texts, left):
            self._try(shape, texts, chosen, found)
        return found

    def _try(
        self,
        shape: Shape,
        texts: Sequence[str | None],
        chosen: Iterable[int],
        found: list[Facts | None],
    ) -> None:
        """Add the facts of those of the chosen texts that a shape knows to those found before."""
        tried = [number for number in chosen if found[number] is None]
        facts = shape.facts([texts[number] or "" for number in tried]) if tried else []
        for number, each in zip(tried, facts, strict=True):
            found[number] = each
        self._note(shape, _known(facts))

    def completed(
        self, records: Sequence[bytes], found: Sequence[Facts | None]
    ) -> list[Facts | None]:
        """
        Return facts found before, and those that the shape knows that learnt last.

        A shape that was compiled anew may have to learn again what it knew, so all are tried then.
        """
        if self._is_compiled_anew:
            return self.facts(records)
        texts, completed = _decoded(records), list(found)
        if self._last is not None:
            chosen = [number for number, text in enumerate(texts) if text is not None]
            self._try(self._last, texts, chosen, completed)
        return completed

    def _likely(
        self, texts: Sequence[str | None], left: list[int]
    ) -> Iterator[tuple[Shape, list[int]]]:
        """
        Yield shapes, each with the numbers of the texts to try.

        Shapes whose records have as many marks are likelier; then each text is tried with the
        others.
        """
        shapes = list(self._shapes)
        if len({shape.marks for shape in shapes}) == 1:
            yield from ((shape, left) for shape in shapes)
            return
        by_marks: dict[int, list[int]] = {}
        for number in left:
            by_marks.setdefault((texts[number] or "").count(_MARK), []).append(number)
        for shape in shapes:
            yield shape, by_marks.get(shape.marks, [])
        for shape in shapes:
            yield (
                shape,
                [
                    number
                    for marks, numbers in by_marks.items()
                    if marks != shape.marks
                    for number in numbers
                ],
            )

    def _note(self, shape: Shape, count: int) -> None:
        """Count records of a shape; those that are common come first."""
        shape.count += count
        self._found += count
        self._shapes.sort(key=lambda each: -each.count)

    def is_worth_learning(self) -> bool:
        """
        Count a record that no shape knew; return True, and count that, if it is worth the time to
        learn from it.
        """
        self._missed += 1
        # Until a record is known, no two may be alike.
        at_once = _AT_ONCE if self._found else _AT_ONCE // 2
        allowed = at_once + self._found // _ONE_IN + self._missed // _ONE_IN_UNKNOWN
        is_worth = self._missed > _FIRST and self._tried < allowed
        self._tried += is_worth
        return is_worth

    def learn(self, text: str, unread: Sequence[Unread], exact: Exact) -> None:
        """
        Learn from a record that the exact path found clean.

        Args:
            text: the record.
            unread: the values in it that no rule and no schema reads, in order.
            exact: what the exact path says of a text, remembering nothing.
        """
        # Small captures do without.
        from receiptkit.bulk.parts import parts

        self._last, self._is_compiled_anew = None, False
        known = [(shape, shape.compiled) for shape in self._shapes]
        if len(text) > _LONGEST:
            return
        for cut in parts(text, unread, self._literal):
            if self._is_learnt(cut, exact):
                break
        self._is_compiled_anew = any(shape.compiled != before for shape, before in known)

    def _is_learnt(self, cut: Parts, exact: Exact) -> bool:
        """
        Add a record to a shape that it is of, or to one of its own;
        return True if there is one.
        """
        from receiptkit.bulk.shape import Shape

        try:
            for shape in self._shapes:
                if shape.learn(cut, exact):
                    self._last = shape
                    return True
            if len(self._shapes) < _MOST_SHAPES:
                shape = Shape(cut)
                if shape.learn(cut, exact):
                    self._shapes.append(shape)
                    self._last = shape
                    return True
        except (NotAlike, ValueError, OverflowError, SyntaxError, RecursionError, MemoryError):
            pass
        return False


def _known(found: Sequence[Facts | None]) -> int:
    """Return how many records are known."""
    # Facts are hardly ever empty, and that is seen sooner.
    return len(found) - (0 if all(found) else found.count(None))


def _decoded(records: Sequence[bytes]) -> list[str | None]:
    """Return the texts of records; None for one that is too long, or not UTF-8."""
    try:
        if max(map(len, records), default=0) <= _LONGEST:
            return list(map(bytes.decode, records))
    except UnicodeDecodeError:
        pass
    if len(records) > 1:
        return [text for raw in records for text in _decoded([raw])]
    return [None] * len(records)
