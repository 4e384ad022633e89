"""Read from a log what it has of messages: whose they are, and what their summaries say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from receiptkit.history.conversations import states_of_messages
from receiptkit.history.log import Entry, Log
from receiptkit.history.notes import DELETION, MESSAGE
from receiptkit.history.receipt_states import real
from receiptkit.model.location import Arrival
from receiptkit.rules.states import DeliverySummary, MessageState, MessageStates
from receiptkit.text.dates import seconds

#: The fields of the line of a message that say whose it is, and where the number of a row follows.
_IDENTITY, _SUMMARY, _ROW = slice(1, 6), 6, 7


class Messages:
    """
    Hold what a log has of messages, by their SIDs.

    Attributes:
        summaries: each summary of a message, at its last place in each file.
        states: what was seen of the message itself, at its first and last place in each file.
        deletions: where the message was deleted first and last, in each file.
    """

    def __init__(self, log: Log) -> None:
        summaries: dict[str, dict[tuple[int, bytes], DeliverySummary]] = {}
        states: dict[str, dict[tuple[Any, ...], MessageState]] = {}
        for entry in log.entries(MESSAGE):
            fields = orjson.loads(entry.text[1:])
            sid, summary = fields[0], fields[_SUMMARY]
            first, last = _ends(entry, fields[_ROW:])
            if summary != "":
                own = summaries.setdefault(sid, {})
                seen = DeliverySummary(last, summary)
                key = (last.file, orjson.dumps(summary))
                own[key] = max(seen, own.get(key, seen), key=lambda each: each.at)
            if real(sid):
                state = _state(first, last, fields[_IDENTITY])
                of_message = states.setdefault(sid, {})
                key_of_state = (first.file, *state[2:])
                of_message[key_of_state] = state.joined(of_message.get(key_of_state, state))
        self.deletions: dict[str, list[tuple[Arrival, Arrival]]] = {}
        for entry in log.entries(DELETION):
            (sid,) = orjson.loads(entry.text[1:])
            if real(sid):
                self.deletions.setdefault(sid, []).append(_ends(entry, []))
        self.summaries = {sid: list(own.values()) for sid, own in summaries.items()}
        self.states = {sid: list(own.values()) for sid, own in states.items()}

    def histories(self, log: Log, is_mine: Callable[[str], bool]) -> list[MessageStates]:
        """Return each message of this partition beside its receipts."""
        wanted = {sid for sid in self.states if is_mine(sid)}
        receipts = states_of_messages(log, wanted, is_mine)
        return [
            MessageStates(
                sorted(self.states.get(sid, []), key=lambda each: each.first),
                receipts.get(sid, []),
                self.deletions.get(sid, []),
            )
            for sid in dict.fromkeys((*self.states, *self.deletions))
            if is_mine(sid)
        ]


def _ends(entry: Entry, row: list[int]) -> tuple[Arrival, Arrival]:
    """Return the first and the last place of a message; in a list at its row."""
    arrivals = entry.arrivals
    pointer = f"/messages/{row[0]}" if row else ""
    return arrivals[0]._replace(pointer=pointer), arrivals[-1]._replace(pointer=pointer)


def _state(first: Arrival, last: Arrival, identity: list[Any]) -> MessageState:
    conversation, account, participant, index, created = identity
    return MessageState(
        first,
        last,
        real(conversation),
        real(account),
        real(participant),
        index if type(index) is int else None,
        seconds(created),
    )
