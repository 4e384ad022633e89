"""Facts of other records, made after those of a record of markers."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from receiptkit.bulk.fact_makers import RowFacts, fillers
from receiptkit.bulk.law import NotAlike


class Pair(NamedTuple):
    one: Any
    other: Any


M0, M1, R0, R1 = (f"DY{number:032x}" for number in range(4))
MARKERS = {M0: "[0]", M1: "[1]"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (M0, "a"),
        (f"x/{M1}/{M0}?", "x/b/a?"),
        ({"sid": M0, "code": 5}, {"sid": "a", "code": 5}),
        ({"sid": M1, "more": {"url": f"/{M0}"}}, {"sid": "b", "more": {"url": "/a"}}),
        ([M0, None], ["a", None]),
        (Pair(M0, (M1, M0)), Pair("a", ("b", "a"))),
        ({"one": M0}, {"one": "a"}),
        (f"{{v[1]}}'\"\\{M0}\n\0\\N{{DASH}}{{{{}}\ud800", "{v[1]}'\"\\a\n\0\\N{DASH}{{}\ud800"),
        ([1, {"a": []}], [1, {"a": []}]),
    ],
)
def test_values_go_where_markers_came_out(facts: Any, expected: Any) -> None:
    make, of_rows = fillers(facts, MARKERS)
    assert make(("a", "b")) == expected
    assert type(make(("a", "b"))) is type(expected)
    assert not of_rows


def test_rows_are_made_by_themselves() -> None:
    rows = RowFacts([{R0: "[0]"}, {R1: "[0]"}], place=2)
    make, of_rows = fillers({"of": M0, "rows": [{"sid": R0}, {"sid": R1}]}, MARKERS, rows)
    assert make(("a", "b", ["filled"])) == {"of": "a", "rows": ["filled"]}
    assert [each(("c",)) for each in of_rows] == [{"sid": "c"}, {"sid": "c"}]


def test_facts_without_the_rows() -> None:
    with pytest.raises(NotAlike):
        fillers({"of": M0}, MARKERS, RowFacts([{R0: "[0]"}], place=2))


def test_names_are_never_values() -> None:
    with pytest.raises(NotAlike):
        fillers({M0: 1}, MARKERS)
