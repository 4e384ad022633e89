"""Rules about one page of the list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.findings import Severity
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.rule import CAPTURES, LIBRARIES, OPENAPI, Breach, Rule

_NEXT = "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts"

RULES = (
    Rule(
        id="page.key",
        severity=Severity.ERROR,
        title="meta.key is not `delivery_receipts`",
        why="The Python and Node libraries look the rows up by this name: with another one they raise or find nothing.",
        grounding=f"{CAPTURES}; {LIBRARIES}",
        action="In a mock: delivery_receipts.",
        good=Example("page"),
        bad=Example("page", {"/meta/key": "receipts"}),
    ),
    Rule(
        id="page.too-many-rows",
        severity=Severity.ERROR,
        title="more rows than meta.page_size",
        why="A mock that ignores PageSize never shows its consumer a second page.",
        grounding=OPENAPI,
        action="In a mock: cut the rows at page_size and link the rest with next_page_url.",
        good=Example("page", {"/meta/page_size": 1}),
        bad=Example(
            "page", {"/meta/page_size": 1, "/delivery_receipts/-": {**sample("receipt"), "sid": "DY" + "0123456789abcdef" * 2}}
        ),
    ),
    Rule(
        id="page.duplicate-receipt",
        severity=Severity.WARNING,
        title="the same receipt twice on one page",
        why="There is one receipt for each recipient. Twilio's own samples repeat one three times, so it is no error.",
        grounding=CAPTURES,
        action="In a mock: give every receipt a SID of its own.",
        good=Example("page"),
        bad=Example("page", {"/delivery_receipts/-": sample("receipt")}),
    ),
    Rule(
        id="page.first-url",
        severity=Severity.WARNING,
        title="first_page_url does not ask for page 0",
        why="It ends in Page=0 in every page seen.",
        grounding=CAPTURES,
        action="In a mock: …/Receipts?PageSize=50&Page=0.",
        good=Example("page"),
        bad=Example("page", {"/meta/first_page_url": f"{_NEXT}?PageSize=50&Page=1"}),
    ),
    Rule(
        id="page.previous-on-first",
        severity=Severity.WARNING,
        title="the first page has a previous page",
        why="Only an old sample of the guide has it; a client paging backwards would not stop.",
        grounding=f"{CAPTURES}; {OPENAPI}, examples",
        action="In a mock: null on page 0.",
        good=Example("page"),
        bad=Example("page", {"/meta/previous_page_url": f"{_NEXT}?PageSize=50&Page=0"}),
    ),
    Rule(
        id="page.previous-missing",
        severity=Severity.WARNING,
        title="a later page has no previous page",
        why="Every page but the first links back.",
        grounding=OPENAPI,
        action="In a mock: link the page before.",
        good=Example("page", {"/meta/page": 1, "/meta/previous_page_url": f"{_NEXT}?PageSize=50&Page=0&PageToken=PT0"}),
        bad=Example("page", {"/meta/page": 1}),
    ),
    Rule(
        id="page.next-without-token",
        severity=Severity.WARNING,
        title="next_page_url has no PageToken",
        why="Page alone is refused with 400 / 20001, so such a link leads nowhere.",
        grounding="twilio-python issue 395; observed next_page_url of other Conversations lists",
        action="In a mock: …&Page=1&PageToken=PT…",
        good=Example("page", {"/meta/next_page_url": f"{_NEXT}?PageSize=50&Page=1&PageToken=PT50"}),
        bad=Example("page", {"/meta/next_page_url": f"{_NEXT}?PageSize=50&Page=1"}),
    ),
)


def too_many_rows(page: dict[str, Any]) -> Iterator[Breach]:
    """More rows than the page says it holds at the most."""
    meta, rows = page.get("meta"), page.get("delivery_receipts")
    if not isinstance(meta, dict) or not isinstance(rows, list):
        return
    size = meta.get("page_size")
    if isinstance(size, int) and not isinstance(size, bool) and 0 < size < len(rows):
        yield Breach("page.too-many-rows", "/delivery_receipts", f"{len(rows)} rows, but meta.page_size is {size}")


def duplicate_receipt(page: dict[str, Any]) -> Iterator[Breach]:
    """A receipt that stands on the page twice, by its SID; each repetition is one breach."""
    rows = page.get("delivery_receipts")
    if not isinstance(rows, list):
        return
    try:
        if len({row["sid"] for row in rows}) == len(rows):
            return
    except (TypeError, KeyError):
        # Rows that are no receipts: the schema says so, the others are still compared.
        pass
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        sid = row.get("sid") if isinstance(row, dict) else None
        if isinstance(sid, str) and first.setdefault(sid, index) != index:
            message = "a receipt that is already on this page"
            yield Breach("page.duplicate-receipt", f"/delivery_receipts/{index}/sid", message, value=sid)
