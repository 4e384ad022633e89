"""Read from a text which receipts and messages it concerns."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

from receiptkit.history.notes import PAGE
from receiptkit.history.receipt_states import (
    OF_MESSAGE,
    OF_RECEIPT,
    OF_ROW,
    OF_SEVERAL,
    SINGLE,
    head_of,
    sids_of_page,
)


def owners(text: str) -> Iterator[tuple[str, str]]:
    """Yield the receipts of a text, each with its message."""
    if text[0] in SINGLE:
        yield text[OF_RECEIPT], text[OF_MESSAGE]
    elif text.startswith(OF_SEVERAL):
        for line in text.split("\n")[1:]:
            yield line[OF_ROW], line[OF_MESSAGE]
    elif text[0] == PAGE:
        message = head_of(text)[0]
        for sid in sids_of_page(text):
            yield sid, message


def subjects(text: str) -> set[str]:
    """Return the messages that a text concerns, or the account."""
    if text[0] in SINGLE:
        return {text[OF_MESSAGE]}
    if text[0] != PAGE:
        return {text[OF_RECEIPT]}
    message, _, place = head_of(text)
    found = {each for _, each in owners(text)} if message is None else {message}
    if place is not None:
        found.add(place if isinstance(place, str) else place[0])
    return found


def digest(sid: str) -> int:
    """Return a number of 32 bits, the same in every process; hardly any two SIDs share one."""
    return crc32(sid.encode("utf-8", "surrogatepass"))
