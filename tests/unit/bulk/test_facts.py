"""Facts of other records, made after those of a record of markers."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from receiptkit.bulk.facts import Rows, fillers
from receiptkit.bulk.law import NotAlike


class Pair(NamedTuple):
    one: Any
    other: Any


MARKERS = {"m0": 0, "m1": 1}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ("m0", "a"),
        ("x/m1/m0?", "x/b/a?"),
        ({"sid": "m0", "code": 5}, {"sid": "a", "code": 5}),
        ({"sid": "m1", "more": {"url": "/m0"}}, {"sid": "b", "more": {"url": "/a"}}),
        (["m0", None], ["a", None]),
        (Pair("m0", ("m1", "m0")), Pair("a", ("b", "a"))),
        ({"one": "m0"}, {"one": "a"}),
        ([1, {"a": []}], [1, {"a": []}]),
    ],
)
def test_values_go_where_markers_came_out(facts: Any, expected: Any) -> None:
    make, of_rows = fillers(facts, MARKERS)
    assert make(("a", "b")) == expected
    assert type(make(("a", "b"))) is type(expected)
    assert not of_rows


def test_rows_are_made_by_themselves() -> None:
    rows = Rows([{"r0": 0}, {"r1": 0}], place=2)
    make, of_rows = fillers({"of": "m0", "rows": [{"sid": "r0"}, {"sid": "r1"}]}, MARKERS, rows)
    assert make(("a", "b", ["filled"])) == {"of": "a", "rows": ["filled"]}
    assert [each(("c",)) for each in of_rows] == [{"sid": "c"}, {"sid": "c"}]


def test_facts_without_the_rows() -> None:
    with pytest.raises(NotAlike):
        fillers({"of": "m0"}, MARKERS, Rows([{"r0": 0}], place=2))


def test_names_are_never_values() -> None:
    with pytest.raises(NotAlike):
        fillers({"m0": 1}, MARKERS)
