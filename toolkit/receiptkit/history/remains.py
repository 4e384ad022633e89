"""
Leave out what nothing in another process can contradict, before memories are brought together.

Most receipts are seen once. So each process sends the prints of its receipts, and which messages
have a list to compare; the rest of its memory need not be divided, sent, and read again.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Container, Sequence
from typing import NamedTuple

from receiptkit.history.conversations import Owners, owners_in, several_of
from receiptkit.history.log import Log, is_linked
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
from receiptkit.history.subjects import prints, subjects


class Prints(NamedTuple):
    """
    Hold what is compared of a memory.

    Attributes:
        receipts: the print of each receipt, once.
        again: the prints of those that were seen more than once.
        messages: the messages whose list is compared with something.
        owners: the messages and their conversations.
    """

    receipts: array[int]
    again: set[int]
    messages: frozenset[str]
    owners: Owners


def prints_in(log: Log) -> Prints:
    """Return what is compared of what a log holds."""
    repeated = [text[OF_RECEIPT] for text in log.repeated(RECEIPT + WEBHOOK)]
    again, receipts = set(prints(repeated)), prints(sids_of(log))
    if len(seen := set(receipts)) < len(receipts):
        again.update(each for each, count in Counter(receipts).items() if count > 1)
        receipts = array("Q", seen)
    messages = {text[OF_RECEIPT] for text in log.texts(MESSAGE)}
    messages |= {head_of(text)[2][0] for text in log.texts(PAGE) if is_linked(text)}
    return Prints(receipts, again, frozenset(messages), owners_in(log))


def compared(found: Sequence[Prints]) -> tuple[set[int], set[str], set[int]]:
    """
    Return the prints of receipts that were seen again, the messages to compare, and the prints of
    messages that are of several conversations.
    """
    again: set[int] = set().union(*(each.again for each in found))
    messages: set[str] = set().union(*(each.messages for each in found))
    receipts: set[int] = set().union(*(each.receipts for each in found))
    if len(receipts) < sum(len(each.receipts) for each in found):
        seen: set[int] = set()
        for each in found:
            again |= seen.intersection(each.receipts)
            seen.update(each.receipts)
    return again, messages, several_of([each.owners for each in found])


def remains(log: Log, again: set[int], messages: set[str], several: set[int]) -> Log:
    """Return what a log holds of receipts that were seen again, and of messages to compare."""

    def is_compared(text: str) -> bool:
        if text[0] != PAGE:
            own = text[OF_MESSAGE] in messages or not again.isdisjoint(prints([text[OF_RECEIPT]]))
        else:
            own = _is_page_compared(text, again, messages)
        return own or (bool(several) and not several.isdisjoint(prints(list(subjects(text)))))

    kept = Log()
    kinds = RECEIPT + WEBHOOK + PAGE if again or messages or several else PAGE
    for entry in log.entries(kinds, is_compared):
        kept.add(entry)
    for entry in log.entries(MESSAGE + RESOURCE + LISTING + DELETION + CONFIGURATION):
        kept.add(entry)
    return kept


def _is_page_compared(text: str, again: set[int], messages: Container[str]) -> bool:
    if text.startswith(OF_SEVERAL) or (again and not again.isdisjoint(prints(sids_of_page(text)))):
        return True
    message, _, place = head_of(text)
    return (
        message in messages or (place if isinstance(place, str) else place and place[0]) in messages
    )
