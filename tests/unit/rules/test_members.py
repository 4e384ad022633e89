"""Member names that differ in case only are found at any place."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.rules.members import integer_form, member_case

MESSAGE = "this field differs from an earlier one in upper and lower case only"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"a": 1, "b": 2, "A1": 3}, {}),
        ({"a": 1, "A": 2}, {"/A": 2}),
        ({"A": 1, "a": 2}, {"/a": 2}),
        ({"ab": 1, "AB": 2, "aB": 3, "c": 4}, {"/AB": 2, "/aB": 3}),
        ({"x": {"a": 1}, "y": {"A": 2}}, {}),
        (
            {"x": [{"b": 1}, {"a/b": 1, "c": [{"d": None, "D": {}}], "A/B": [5]}]},
            {
                "/x/1/A~1B": [5],
                "/x/1/c/0/D": {},
            },
        ),
        ([{"a": 1, "A": 2}], {"/0/A": 2}),
        ({"a": {"b": 1, "B": 2}, "A": 3}, {"/A": 3, "/a/B": 2}),
        ("aA", {}),
        (None, {}),
        ([], {}),
    ],
)
def test_members_of_one_name(body: Any, expected: dict[str, Any]) -> None:
    found = list(member_case(body))
    assert {each.pointer: each.value for each in found} == expected
    assert len(found) == len(expected)
    assert {each.message for each in found} <= {MESSAGE}


@pytest.mark.parametrize(
    "name", ["error_code", "page", "page_size", "total", "index", "code", "status"]
)
def test_whole_numbers_with_a_point(name: str) -> None:
    body = {"a": [{name: 30008.0}, {name: 30008}, {name: 0.5}, {name: "1.0"}], name: 1e300}
    found = list(integer_form(body))
    assert {each.pointer: each.value for each in found} == {
        f"/{name}": 1e300,
        f"/a/0/{name}": 3e4 + 8,
    }
    assert {each.message for each in found} == {
        "this whole number has a decimal point or an exponent"
    }


def test_unknown_numbers() -> None:
    assert list(integer_form({"ratio": 1.0, "page": float("inf"), "total": float("nan")})) == []


def test_a_body_whose_every_object_has_such_a_number() -> None:
    assert [each.pointer for each in integer_form({"page": 1.0})] == ["/page"]
