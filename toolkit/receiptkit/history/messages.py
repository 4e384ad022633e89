"""Read from a log what it has of messages: whose they are, and what their summaries say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from receiptkit.history.log import Entry, Log
from receiptkit.history.notes import DELETION, MESSAGE, PAGE
from receiptkit.history.receipt_states import (
    OF_MESSAGE,
    OF_RECEIPT,
    SINGLE,
    real,
    state_of,
    states_in,
)
from receiptkit.history.subjects import subjects
from receiptkit.model.location import Arrival
from receiptkit.rules.states import DeliverySummary, MessageState, MessageStates, ReceiptState
from receiptkit.text.dates import seconds

#: The fields of the line of a message that say whose it is, and where the number of a row follows.
_IDENTITY, _SUMMARY, _ROW = slice(1, 6), 6, 7


class Messages:
    """
    Hold what a log has of messages that can be compared with something.

    Attributes:
        summaries: each summary of a message by its SID, at its last place in each file.
    """

    def __init__(self, log: Log, *, every: bool = False) -> None:
        """Read a log; with `every` also messages that were seen once, and without receipts."""
        self._log = log
        self._texts: dict[str, list[Entry]] = {}
        self._deletions: dict[str, list[Entry]] = {}
        wanted = _to_compare(log)
        for entry in log.entries(MESSAGE) if every or wanted else ():
            if every or entry.text[OF_RECEIPT] in wanted:
                self._texts.setdefault(orjson.loads(entry.text[1:])[0], []).append(entry)
        for entry in log.entries(DELETION) if wanted else ():
            self._deletions.setdefault(entry.text[OF_RECEIPT], []).append(entry)
        self.summaries = {
            sid: own for sid, texts in self._texts.items() if (own := _summaries(texts))
        }

    def histories(self, is_mine: Callable[[str], bool]) -> Iterator[MessageStates]:
        """Yield each message of this partition beside its receipts."""
        every = dict.fromkeys((*self._texts, *self._deletions))
        wanted = dict.fromkeys(sid for sid in every if real(sid) and is_mine(sid))
        receipts: dict[str, list[Entry]] = {}
        for entry in self._log.entries(SINGLE + PAGE) if wanted else ():
            for message in _messages_of(entry.text):
                if message in wanted:
                    receipts.setdefault(message, []).append(entry)
        for sid in wanted:
            yield MessageStates(
                _states(self._texts.get(sid, [])),
                list(_receipts(sid, receipts.get(sid, []))),
                [_ends(entry, []) for entry in self._deletions.get(sid, [])],
            )


def _to_compare(log: Log) -> set[str]:
    """Return the messages that were seen more than once, or have receipts or lists of them."""
    counts = Counter(text[OF_RECEIPT] for text in log.texts(MESSAGE + DELETION))
    found = {sid for sid, count in counts.items() if count > 1}
    found.update(text[OF_RECEIPT] for text in log.repeated(DELETION))
    if len(found) < len(counts):
        for text in log.texts(SINGLE + PAGE):
            found.update(each for each in _messages_of(text) if each in counts)
    return found


def _messages_of(text: str) -> set[str] | tuple[str]:
    return (text[OF_MESSAGE],) if text[0] != PAGE else subjects(text)


def _summaries(texts: list[Entry]) -> list[DeliverySummary]:
    found: dict[tuple[int, bytes], DeliverySummary] = {}
    for entry in texts:
        fields = orjson.loads(entry.text[1:])
        if fields[_SUMMARY] != "":
            _, last = _ends(entry, fields[_ROW:])
            seen = DeliverySummary(last, fields[_SUMMARY])
            key = last.file, orjson.dumps(fields[_SUMMARY])
            found[key] = max(seen, found.get(key, seen), key=lambda each: each.at)
    return list(found.values())


def _states(texts: list[Entry]) -> list[MessageState]:
    """Return what was seen of a message itself, at its first and last place in each file."""
    found: dict[tuple[Any, ...], MessageState] = {}
    for entry in texts:
        fields = orjson.loads(entry.text[1:])
        conversation, account, participant, index, created = fields[_IDENTITY]
        first, last = _ends(entry, fields[_ROW:])
        state = MessageState(
            first,
            last,
            real(conversation),
            real(account),
            real(participant),
            index if type(index) is int else None,
            seconds(created),
        )
        key = first.file, *state[2:]
        found[key] = state.joined(found.get(key, state))
    return sorted(found.values(), key=lambda each: each.first)


def _receipts(message: str, entries: list[Entry]) -> Iterator[tuple[str, ReceiptState]]:
    """Yield the SIDs and states of the receipts of a message."""
    for entry in entries:
        for sid, key, span in states_in(entry, None, lambda each: each == message):
            if real(sid) and key.fields[OF_MESSAGE] == message:
                for state in state_of(key, span):
                    yield sid, state


def _ends(entry: Entry, row: list[int]) -> tuple[Arrival, Arrival]:
    """Return the first and the last place of a message; in a list at its row."""
    places = sorted(entry.places)
    pointer = f"/messages/{row[0]}" if row else ""
    return Arrival(*places[0], pointer=pointer), Arrival(*places[-1], pointer=pointer)
