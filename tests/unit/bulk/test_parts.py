"""Records are cut at their rows."""

from __future__ import annotations

import json

from receiptkit.bulk.law import Unread
from receiptkit.bulk.parts import parts


def test_rows_are_the_objects_of_the_longest_array() -> None:
    text = json.dumps({"few": [{"a": 1}], "rows": [{"sid": "x"}, {"sid": "y"}, {"sid": "z"}]})
    first, last = parts(text)
    assert (len(first.rows), first.separator) == (3, ", ")
    assert last.rows == []
    assert first.text == last.text == text


def test_rows_within_a_text() -> None:
    text = json.dumps({"body": json.dumps({"rows": [{"sid": "x"}, {"sid": "y"}]})})
    first, _ = parts(text)
    assert len(first.rows) == 2
    assert first.text == text


def test_objects_with_containers_are_no_rows() -> None:
    assert [cut.rows for cut in parts('{"rows": [{"a": []}, {"a": {}}]}')] == [[]]


def test_objects_at_different_distances_are_no_rows() -> None:
    assert [len(cut.rows) for cut in parts('[{"a": 1}, {"a": 2},{"a": 3}]')] == [0]


def test_does_not_cut_unread_values() -> None:
    text = '{"headers": [{"name": "Date"}, {"name": "x"}]}'
    assert [len(cut.rows) for cut in parts(text, [Unread(23, 27)])] == [0]


def test_a_text_with_the_mark_of_a_cut() -> None:
    assert list(parts("a\0b")) == []
