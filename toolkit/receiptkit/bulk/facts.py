"""
Learn how the facts of a record follow from what a pattern captures in its text.

The exact path reads a copy of the record in which every captured value is a *marker* that stands nowhere else. Where a marker comes
out again in the facts, the value of any other record goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from receiptkit.bulk.law import Facts, NotAlike
from receiptkit.bulk.probe import MARKERS

Values = tuple[Any, ...]
Filler = Callable[[Values], Facts]


class _Constant(NamedTuple):
    value: Any


class _Value(NamedTuple):
    place: int


_Source = _Constant | _Value | Filler


class Rows(NamedTuple):
    """
    The rows among the facts of a record.

    Attributes:
        markers: of each row, its markers by what they stand for: the index of a value of the row.
        place: the place of the facts of all rows among the values of the record.
    """

    markers: Sequence[Mapping[str, int]]
    place: int


def fillers(
    facts: Facts, markers: Mapping[str, int], rows: Rows | None = None
) -> tuple[Filler, list[Filler]]:
    """
    Return a function that makes facts of values, and one for each row.

    Args:
        facts: the facts of a record of markers.
        markers: the index of the value that each marker stands for.
        rows: the rows, if the record has some; the facts must have one list of them.

    Raises:
        NotAlike: a marker is the name of a member, or the facts have no list of the rows.
    """
    compiler = _Compiler(markers, rows)
    source = compiler.source(facts)
    if rows is None:
        return _function(source), []
    if compiler.rows is None:
        raise NotAlike
    each = zip(compiler.rows, rows.markers, strict=True)
    return _function(source), [_function(_Compiler(own, None).source(row)) for row, own in each]


class _Compiler:
    def __init__(self, markers: Mapping[str, int], rows: Rows | None) -> None:
        self._markers = markers
        self._rows = rows
        #: The list of the rows, where there is one.
        self.rows: Sequence[Facts] | None = None
        each_row = rows.markers if rows is not None else ()
        common = _common(each_row)
        self._own = [each.keys() - common for each in each_row]

    def source(self, facts: Facts) -> _Source:
        if isinstance(facts, str):
            return self._text(facts)
        if isinstance(facts, dict):
            return self._mapping(facts)
        if isinstance(facts, (list, tuple)):
            if self._is_rows(facts):
                if self.rows is not None or self._rows is None:
                    raise NotAlike
                self.rows = facts
                return _Value(self._rows.place)
            return self._sequence(facts)
        return _Constant(facts)

    def _text(self, text: str) -> _Source:
        markers = self._markers
        if text in markers:
            return _Value(markers[text])
        pieces = [markers.get(piece, piece) for piece in MARKERS.split(text)]
        if all(isinstance(piece, str) for piece in pieces):
            return _Constant(text)
        return lambda values: "".join(
            [piece if isinstance(piece, str) else values[piece] for piece in pieces]
        )

    def _mapping(self, facts: dict[Any, Any]) -> _Source:
        if not all(isinstance(self.source(name), _Constant) for name in facts):
            raise NotAlike
        sources = [self.source(value) for value in facts.values()]
        if all(isinstance(each, _Constant) for each in sources):
            return _Constant(facts)
        names, pick = list(facts), _picker(sources)
        return lambda values: dict(zip(names, pick(values)))  # noqa: B905 # of one length, and this is hot

    def _sequence(self, facts: Sequence[Any]) -> _Source:
        sources = [self.source(value) for value in facts]
        if all(isinstance(each, _Constant) for each in sources):
            return _Constant(facts)
        pick, make = _picker(sources), type(facts)
        if hasattr(make, "_make"):
            return lambda values: make._make(pick(values))
        return pick if make is tuple else lambda values: make(pick(values))  # type: ignore[call-arg]

    def _is_rows(self, facts: Sequence[Any]) -> bool:
        """Return True if each of these is made of one row, in their order."""
        if self._rows is None or len(facts) != len(self._own):
            return False
        return all(
            not own.isdisjoint(MARKERS.findall(repr(each)))
            for own, each in zip(self._own, facts, strict=True)
        )


def _common(markers: Sequence[Mapping[str, int]]) -> set[str]:
    """Return the markers that every row has."""
    return set(markers[0]).intersection(*markers) if len(markers) > 1 else set()


def _function(source: _Source) -> Filler:
    if isinstance(source, _Constant):
        return lambda _: source.value
    return itemgetter(source.place) if isinstance(source, _Value) else source


def _picker(sources: Sequence[_Source]) -> Callable[[Values], tuple[Any, ...]]:
    """Return a function that gives the values of several sources."""
    if all(isinstance(each, _Value) for each in sources) and len(sources) > 1:
        return itemgetter(*(each.place for each in sources))  # type: ignore[union-attr]
    if any(callable(each) for each in sources) or len(sources) == 1:
        functions = [_function(each) for each in sources]
        return lambda values: tuple([function(values) for function in functions])
    constants = tuple(each.value for each in sources if isinstance(each, _Constant))
    # Constants stand before the values, whose number is not known here.
    numbers = iter(range(len(constants)))
    pick = itemgetter(
        *(
            next(numbers) if isinstance(each, _Constant) else each.place + len(constants)  # type: ignore[union-attr]
            for each in sources
        )
    )
    return lambda values: pick(constants + values)
