"""Dates of one form, many at once."""

from __future__ import annotations

import re

import pytest

from receiptkit.bulk.dates import exist, form_of_date, pattern_of_date


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2026-03-02T09:15:00.5Z", True),
        ("2028-02-29T09:15:00.5Z", True),
        ("2025-02-29T09:15:00.5Z", False),
        ("2100-02-29T09:15:00.5Z", False),
        ("2025-04-31T09:15:00.5Z", False),
        ("2025-12-31T09:15:00.5Z", True),
        ("2025-13-01T09:15:00.5Z", False),
        ("0000-01-01T09:15:00.5Z", False),
        ("2026-03-02T24:15:00.5Z", False),
        ("2026-03-02T09:60:00.5Z", False),
        ("2026-03-02T09:15:60.5Z", False),
        ("2026-03-02T09:15:00Z", False),
        ("2026-03-02 09:15:00.5Z", False),
        ("2026-03-02T09:15:0x.5Z", False),
        ("2026-03-02T09:15:00.5+00:00", False),
    ],
)
def test_dates_exist(text: str, fits: bool) -> None:
    one = "2027-11-30T23:59:59.9Z"
    is_match = re.fullmatch(pattern_of_date(one), text) is not None
    assert (is_match and exist([one, text], form_of_date(one))) is fits


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("2026-03-02T09%3A15%3A00Z", True),
        ("2026-03-02T09%3A60%3A00Z", False),
        ("2026-03-02T09:15:00%3A00Z", False),
    ],
)
def test_colons_may_be_escaped(text: str, fits: bool) -> None:
    form = form_of_date("2027-11-30T23%3A59%3A59Z")
    assert exist([text], form) is fits


def test_offsets_are_of_the_form() -> None:
    pattern = pattern_of_date("2027-11-30T23:59:59+02:00")
    assert re.fullmatch(pattern, "2026-03-02T09:15:00+02:00")
    assert not re.fullmatch(pattern, "2026-03-02T09:15:00+03:00")
