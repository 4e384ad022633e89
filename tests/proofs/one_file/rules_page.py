"""A rule on pages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.registry import rule

_DY = "DY" + "0123456789abcdef" * 2
_ROW = sample("receipt")
_EARLIER = {
    **_ROW,
    "sid": _DY,
    "url": _ROW["url"].replace(_ROW["sid"], _DY),
    "date_created": "2026-03-02T09:14:00Z",
}


@rule(
    "ours.page",
    on="page",
    severity=Severity.ERROR,
    title="a row was created before the row above it",
    why="Pages list receipts in the order in which they were created.",
    grounding="a test",
    action="Sort the rows by date_created.",
    good=Example("page"),
    bad=Example("page", {"/delivery_receipts/-": _EARLIER}),
)
def rows_out_of_order(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each row that was created before the row above it."""
    rows = page.get("delivery_receipts")
    dates = [row.get("date_created") for row in rows or [] if isinstance(row, dict)]
    for index, (above, date) in enumerate(pairwise(dates), 1):
        if isinstance(above, str) and isinstance(date, str) and date < above:
            yield Problem(f"/delivery_receipts/{index}/date_created", "the row is out of order")
