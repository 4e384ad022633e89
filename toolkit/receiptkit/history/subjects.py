"""Read from a text which receipts and messages it concerns."""

from __future__ import annotations

from array import array
from binascii import unhexlify
from collections.abc import Iterator, Sequence
from itertools import chain
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

_BETWEEN = '","'
#: The length of a SID, and of a pair of them.
_LENGTH, _OF_PAIR = 34, 71
#: So many are still in the processor's cache.
_AT_ONCE = 1024


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


def digests(sids: Sequence[str]) -> list[int]:
    """Return the digest of each SID, which is quicker for many."""
    try:
        return [crc32(sid.encode()) for sid in sids]
    except UnicodeEncodeError:
        return list(map(digest, sids))


def prints(sids: Sequence[str]) -> array[int]:
    """Return a number of 64 bits for each SID, which no two SIDs share in practice."""
    found = array("Q")
    for start in range(0, len(sids), _AT_ONCE):
        some = sids[start : start + _AT_ONCE]
        numbers = _numbers(some, _LENGTH)
        if numbers is None:
            each = (_numbers([sid], _LENGTH) or [digest(sid)] for sid in some)
            numbers = array("Q", chain.from_iterable(each))
        found += numbers
    return found


def prints_of_pairs(pairs: Sequence[str]) -> tuple[array[int], array[int]]:
    """
    Return the prints of the first SID of each pair, and those of the second.

    Two SIDs make a pair with quotation marks and a comma between them.
    """
    firsts, seconds = array("Q"), array("Q")
    for start in range(0, len(pairs), _AT_ONCE):
        some = pairs[start : start + _AT_ONCE]
        numbers = _numbers(some, _OF_PAIR)
        if numbers is not None:
            firsts += numbers[::2]
            seconds += numbers[1::2]
        else:
            firsts += prints([pair[:_LENGTH] for pair in some])
            seconds += prints([pair[-_LENGTH:] for pair in some])
    return firsts, seconds


def _numbers(texts: Sequence[str], length: int) -> array[int] | None:
    """Return the prints of SIDs or pairs; None unless all are hexadecimal and of this length."""
    if set(map(len, texts)) != {length}:
        return None
    try:
        digits = bytearray(_BETWEEN.join(texts), "ascii")
        # The two letters of each SID, and what is between it and the next one.
        for start, step in ((0, 37), (0, 36), (32, 35), (32, 34), (32, 33)):
            del digits[start::step]
        words = array("Q", unhexlify(digits))
    except ValueError:
        return None
    # The first or the last digits alone are the same in SIDs that people number.
    first, last = (int.from_bytes(words[at::2].tobytes(), "big") for at in (0, 1))
    return array("Q", (first ^ last).to_bytes(len(words) // 2 * words.itemsize, "big"))
