"""
Leave out what nothing in another process can contradict, before memories are brought together.

Most receipts are seen once. So each process sends the digests of its receipts, and which messages
have a list to compare; the rest of its memory need not be divided, sent, and read again.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Container, Sequence
from typing import NamedTuple

from receiptkit.history.conversations import digests_of, several_of
from receiptkit.history.log import Entry, Log, is_linked
from receiptkit.history.notes import (
    CONFIGURATION,
    DELETION,
    LISTING,
    MESSAGE,
    PAGE,
    RECEIPT,
    RESOURCE,
    WEBHOOK,
)
from receiptkit.history.receipt_states import (
    OF_MESSAGE,
    OF_RECEIPT,
    OF_SEVERAL,
    head_of,
    sids_of,
    sids_of_page,
)
from receiptkit.history.subjects import digest, subjects


class Digests(NamedTuple):
    """
    Hold what is compared of a memory.

    Attributes:
        receipts: the digest of each receipt, once.
        again: the digests of those that were seen more than once.
        messages: the messages whose list is compared with something.
        owners: the digests of each message and its conversation.
    """

    receipts: bytes
    again: bytes
    messages: frozenset[str]
    owners: bytes


def digests(log: Log) -> Digests:
    """Return what is compared of what a log holds."""
    again = {digest(text[OF_RECEIPT]) for text in log.repeated(RECEIPT + WEBHOOK)}
    receipts = list(map(digest, sids_of(log)))
    seen = set(receipts)
    if len(seen) < len(receipts):
        again.update(each for each, count in Counter(receipts).items() if count > 1)
    messages = {text[OF_RECEIPT] for text in log.texts(MESSAGE)}
    messages |= {head_of(text)[2][0] for text in log.texts(PAGE) if is_linked(text)}
    return Digests(
        array("I", seen).tobytes(),
        array("I", again).tobytes(),
        frozenset(messages),
        digests_of(log),
    )


def compared(found: Sequence[Digests]) -> tuple[set[int], set[str], set[int]]:
    """
    Return the digests of receipts that were seen again, the messages to compare, and the digests of
    messages that are of several conversations.
    """
    seen: set[int] = set()
    again: set[int] = set()
    messages: set[str] = set()
    for each in found:
        receipts, repeated = array("I"), array("I")
        receipts.frombytes(each.receipts)
        repeated.frombytes(each.again)
        again |= seen.intersection(receipts) | set(repeated)
        seen.update(receipts)
        messages |= each.messages
    return again, messages, several_of(each.owners for each in found)


def remains(log: Log, again: Container[int], messages: set[str], several: set[int]) -> Log:
    """Return what a log holds of receipts that were seen again, and of messages to compare."""
    kept = Log()
    for entry in log.entries(RECEIPT + WEBHOOK + PAGE):
        if _is_compared(entry, again, messages) or (
            several and not several.isdisjoint(map(digest, subjects(entry.text)))
        ):
            kept.add(entry)
    for entry in log.entries(MESSAGE + RESOURCE + LISTING + DELETION + CONFIGURATION):
        kept.add(entry)
    return kept


def _is_compared(entry: Entry, again: Container[int], messages: Container[str]) -> bool:
    text = entry.text
    if text[0] != PAGE:
        return digest(text[OF_RECEIPT]) in again or text[OF_MESSAGE] in messages
    if text.startswith(OF_SEVERAL) or any(digest(sid) in again for sid in sids_of_page(text)):
        return True
    message, _, place = head_of(text)
    return (
        message in messages or (place if isinstance(place, str) else place and place[0]) in messages
    )
