"""
Learn how the facts of a record follow from what a pattern captures in its text.

The exact path reads a copy of the record in which every captured value is a *marker* that
occurs nowhere else. A marker in the facts shows where the value of any other record goes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from receiptkit.bulk.law import Facts, NotAlike
from receiptkit.bulk.probe import MARKERS

Values = tuple[Any, ...]
Filler = Callable[[Values], Facts]


class RowFacts(NamedTuple):
    """
    The rows among the facts of a record.

    Attributes:
        markers: of each row, its markers with the place of the value that they replace.
        place: the place of the facts of all rows among the values of the record.
    """

    markers: Sequence[Mapping[str, str]]
    place: int


def fillers(
    facts: Facts, markers: Mapping[str, str], rows: RowFacts | None = None
) -> tuple[Filler, list[Filler]]:
    """
    Return a function that makes facts of values, and one for each row.

    Args:
        facts: the facts of a record of markers.
        markers: each marker with the place of the value that it replaces, such as `[3]`.
        rows: the rows, if the record has some; the facts must have one list of them.

    Raises:
        NotAlike: a marker is the name of a member, or the facts have no list of the rows.
    """
    whole = _Expression(markers, rows)
    make = whole.function(facts)
    if rows is None:
        return make, []
    if whole.rows is None:
        raise NotAlike
    each = zip(whole.rows, rows.markers, strict=True)
    return make, [_Expression(own).function(row) for row, own in each]


class _Expression:
    """An expression in Python that makes facts of values `v` and constants `c0`, `c1` and so on."""

    def __init__(self, markers: Mapping[str, str], rows: RowFacts | None = None) -> None:
        self._markers = markers
        self._place = rows.place if rows is not None else 0
        each_row = rows.markers if rows is not None else ()
        common = _common(each_row)
        self._own = [each.keys() - common for each in each_row]
        self._constants: dict[str, Any] = {}
        #: The list of the rows, where there is one.
        self.rows: Sequence[Facts] | None = None

    def function(self, facts: Facts) -> Filler:
        """Return the function that makes facts like these."""
        expression = f"lambda v: {self._of(facts)}"
        if self._constants:
            return _evaluated(expression, self._constants)
        return _without_constants(expression)

    def _of(self, facts: Facts) -> str:
        if isinstance(facts, str):
            return self._text(facts)
        if isinstance(facts, dict):
            if any(isinstance(name, str) and self._has_marker(name) for name in facts):
                raise NotAlike
            pairs = (f"{self._constant(name)}:{self._of(each)}" for name, each in facts.items())
            return f"{{{','.join(pairs)}}}"
        if isinstance(facts, list) and self._is_rows(facts):
            if self.rows is not None:
                raise NotAlike
            self.rows = facts
            return f"v[{self._place}]"
        if isinstance(facts, list):
            return f"[{','.join(map(self._of, facts))}]"
        if isinstance(facts, tuple):
            items = "".join(f"{self._of(each)}," for each in facts)
            if type(facts) is tuple:
                return f"({items})"
            return f"new({self._constant(type(facts))},({items}))"
        return self._constant(facts)

    def _text(self, text: str) -> str:
        if text in self._markers:
            return f"v{self._markers[text]}"
        if text[:-1] in self._markers:
            # The exact path adds the zone to a date without one.
            return f"v{self._markers[text[:-1]]}+{text[-1]!r}"
        pieces = MARKERS.split(text)
        if self._markers.keys().isdisjoint(pieces):
            return self._constant(text)
        # A literal of Python, whatever the text is.
        return "f" + repr("".join(map(self._piece, pieces)))

    def _piece(self, piece: str) -> str:
        if piece in self._markers:
            return f"{{v{self._markers[piece]}}}"
        return piece.replace("{", "{{").replace("}", "}}")

    def _constant(self, value: Any) -> str:
        if value is None or type(value) in (str, int, bool):
            return repr(value)
        name = f"c{len(self._constants)}"
        self._constants[name] = value
        return name

    def _has_marker(self, text: str) -> bool:
        return not self._markers.keys().isdisjoint(MARKERS.findall(text))

    def _is_rows(self, facts: Sequence[Any]) -> bool:
        """Return True if each of these is made of one row, in their order."""
        return (
            bool(self._own)
            and len(facts) == len(self._own)
            and all(
                not own.isdisjoint(MARKERS.findall(repr(each)))
                for own, each in zip(self._own, facts, strict=True)
            )
        )


def _evaluated(expression: str, constants: Mapping[str, Any]) -> Filler:
    names = {**constants, "new": tuple.__new__, "__builtins__": {}}
    # `repr` wrote whatever a capture holds as literals of Python, so none of it is executed.
    made: Filler = eval(expression, names)  # noqa: S307
    return made


@lru_cache(maxsize=1024)
def _without_constants(expression: str) -> Filler:
    """Return the function of an expression, which many rows have in common."""
    return _evaluated(expression, {})


def _common(markers: Sequence[Mapping[str, str]]) -> set[str]:
    """Return the markers that every row has."""
    return set(markers[0]).intersection(*markers) if len(markers) > 1 else set()
