"""Slots are where alike texts may differ."""

from __future__ import annotations

import pytest

from receiptkit.bulk.slots import Slot, lined_up
from receiptkit.bulk.tokens import tokens


def of(text: str) -> list[Slot]:
    return [Slot(token) for token in tokens(text, 0, len(text), (), ())]


def together(one: str, other: str, *, whole_values: bool = False) -> list[Slot] | None:
    return lined_up(of(one), tokens(other, 0, len(other), (), ()), whole_values=whole_values)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"status": "sent"}', '{"status": "read"}'),
        ('{"code": 0}', '{"code": null}'),
        ('{"at": null}', '{"at": "2026-03-02T09:15:00Z"}'),
        (r"{\"at\": \"2026-03-02T09:15:00Z\"}", r"{\"at\": null}"),
        (f'{{"sid": "SM{"01" * 16}"}}', f'{{"sid": "WA{"02" * 16}"}}'),
    ],
)
def test_whole_values_may_differ(one: str, other: str) -> None:
    slots = together(one, other, whole_values=True)
    assert slots is not None
    assert sum(slot.differs or slot.optional for slot in slots) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": "sent"}', '{"b": "sent"}'),
        ('{"url": "https://a.com/x"}', '{"url": "https://b.com/x"}'),
    ],
)
def test_names_and_parts_of_texts_differ_outside_of_rows_only(one: str, other: str) -> None:
    assert together(one, other, whole_values=True) is None
    assert together(one, other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1}', '{"a": 1, "b": 2}'),
        ('{"a": "2026-03-02T09:15:00Z"}', '{"a": "2026-03-02T09:15:00.1Z"}'),
        ('{"a": "2026-03-02T09:15:00Z"}', '{"a": "never"}'),
        ('{"a":1}', '{"a" 1}'),
    ],
)
def test_other_forms_are_not_alike(one: str, other: str) -> None:
    assert together(one, other) is None
