"""Bound the rows of a page that are checked: the API never sends more than 50."""

from __future__ import annotations

from typing import Any

#: How many rows of a page are checked; a page with more has a finding anyway.
MOST_ROWS = 1000
_ROWS = "delivery_receipts"


def rows_left_out(body: Any) -> int:
    """Return how many rows of a page are not checked."""
    rows = body.get(_ROWS) if isinstance(body, dict) else None
    return max(len(rows) - MOST_ROWS, 0) if isinstance(rows, list) else 0


def first_rows(body: Any) -> Any:
    """Return a page with the rows that are checked."""
    return {**body, _ROWS: body[_ROWS][:MOST_ROWS]} if rows_left_out(body) else body
