"""Read from a log the pages of lists of other rows than receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from receiptkit.history.log import Entry, Log
from receiptkit.history.notes import LISTING
from receiptkit.history.paginations import paginations
from receiptkit.history.receipt_states import OF_RECEIPT, real
from receiptkit.rules.links import query_of, without_query
from receiptkit.rules.states import ListHistory, PageState, Row
from receiptkit.text.dates import seconds

#: Where the link of a page begins in its text.
_BEFORE_URL = OF_RECEIPT.stop + 3
_PAGING = frozenset(("Page", "PageSize", "PageToken"))


def listings(log: Log, is_mine: Callable[[str], bool]) -> Iterator[ListHistory]:
    """
    Yield the paginations of each list of which several pages were seen in a file.

    Lists with another filter or order are others.
    """
    seen: dict[tuple[int, str], list[Entry]] = {}
    for entry in log.entries(LISTING):
        if is_mine(entry.text[OF_RECEIPT]):
            address = without_query(entry.text[_BEFORE_URL:].partition('"')[0])
            seen.setdefault((entry.places[0][0], address), []).append(entry)
    found: dict[tuple[str, str], list[PageState]] = {}
    for entries in seen.values():
        for entry in entries if len(entries) > 1 else ():
            for page in _pages(entry):
                found.setdefault((page.name, _filters(page.url)), []).append(page)
    for pages in found.values():
        yield ListHistory(paginations(pages), [])


def _filters(url: str) -> str:
    return str(sorted(pair for pair in query_of(url).items() if pair[0] not in _PAGING))


def _pages(entry: Entry) -> Iterator[PageState]:
    _, url, following, number, size, requested, previous, name, rows = orjson.loads(entry.text[1:])
    seen = tuple(map(_row, rows))
    for at in entry.arrivals:
        yield PageState(at, url, following, number, size, seen, requested, previous, name)


def _row(fields: list[Any] | None) -> Row | None:
    if fields is None or not real(fields[0]):
        return None
    sid, created, updated, account = fields
    return Row(sid, None, seconds(created), seconds(updated), real(account))
