"""The iteration over parsed JSON values."""

from __future__ import annotations

from collections import OrderedDict

from receiptkit.text.containers import levels


def test_objects_and_lists_come_level_by_level() -> None:
    inner, rows = {"sid": 1}, [{"sid": 2}, "text", None]
    value = {"meta": inner, "rows": rows, "count": 3}
    assert list(levels(value)) == [[value], [inner, rows], [rows[0]]]


def test_a_scalar_has_no_levels() -> None:
    assert list(levels("text")) == []


def test_kinds_of_objects_are_objects() -> None:
    value = OrderedDict(meta=OrderedDict(page=0))
    assert list(levels(value)) == [[value], [value["meta"]]]
