"""Find the messages that receipts put into several conversations."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import xor
from typing import NamedTuple

from receiptkit.history.log import Log
from receiptkit.history.notes import PAGE
from receiptkit.history.receipt_states import (
    OF_MESSAGE,
    OF_RECEIPT,
    OF_SEVERAL,
    SINGLE,
    real,
    state_of,
    states_in,
)
from receiptkit.history.subjects import prints_of_pairs
from receiptkit.rules.states import ReceiptState

#: Where a conversation and a message are, the ends of the line of a receipt, and the beginning of a
#: page's head, which names the message first.
_OF_LINE, _OF_HEAD = slice(-73, -2), slice(3, 74)
_LENGTH = 34


def _owners(log: Log) -> tuple[set[str], set[str]]:
    """
    Return what holds the conversation and the message of receipts: ends of lines, and beginnings of
    heads; of odd bodies, pieces of their text.
    """
    of_lines = {text[_OF_LINE] for text in log.texts(SINGLE)}
    of_heads = set()
    for text in log.texts(PAGE):
        if text.startswith(OF_SEVERAL):
            of_lines.update(line[_OF_LINE] for line in text.split("\n")[1:])
        else:
            of_heads.add(text[_OF_HEAD])
    return of_lines, of_heads


def _messages(log: Log) -> list[str]:
    """Return the message of each receipt alone, and of the receipts of each page."""
    messages = [text[OF_MESSAGE] for text in log.texts(SINGLE)]
    for text in log.texts(PAGE):
        if text.startswith(OF_SEVERAL):
            messages += [line[OF_MESSAGE] for line in text.split("\n")[1:]]
        else:
            messages.append(text[OF_RECEIPT])
    return messages


def _pairs(of_lines: set[str], of_heads: set[str]) -> Iterator[tuple[str, str]]:
    """Yield each message with each of its conversations."""
    for pair in of_lines:
        yield pair[-_LENGTH:], pair[:_LENGTH]
    for pair in of_heads:
        yield pair[:_LENGTH], pair[-_LENGTH:]


def in_several(log: Log, is_mine: Callable[[str], bool]) -> set[str]:
    """Return the messages that have several conversations in a log."""
    own = _messages(log)
    if len(set(own)) == len(own):
        return set()
    of_lines, of_heads = _owners(log)
    messages = {pair[-_LENGTH:] for pair in of_lines}
    messages.update(pair[:_LENGTH] for pair in of_heads)
    if len(messages) == len(of_lines) + len(of_heads):
        return set()
    known: dict[str, str] = {}
    found = set()
    for message, conversation in _pairs(of_lines, of_heads):
        before = known.setdefault(message, conversation)
        if before == conversation:
            continue
        if not real(before):
            known[message] = conversation
        elif real(message) and real(conversation) and is_mine(message):
            found.add(message)
    return found


def states_of_messages(
    log: Log, messages: set[str], is_mine: Callable[[str], bool]
) -> dict[str, list[tuple[str, ReceiptState]]]:
    """Return the SIDs and states of the receipts of some messages."""
    found: dict[str, list[tuple[str, ReceiptState]]] = {}
    for entry in log.entries(SINGLE + PAGE) if messages else ():
        if not _is_of(entry.text, messages):
            continue
        for sid, key, span in states_in(entry, None, is_mine):
            if key.fields[OF_MESSAGE] in messages and real(sid):
                for state in state_of(key, span):
                    found.setdefault(state.message, []).append((sid, state))
    return found


def _is_of(text: str, messages: set[str]) -> bool:
    """Return True if a text has receipts of some messages, or may have them."""
    if text[0] != PAGE:
        return text[OF_MESSAGE] in messages
    return text.startswith(OF_SEVERAL) or text[OF_RECEIPT] in messages


# -- across processes


class Owners(NamedTuple):
    """
    Hold the pairs of messages and conversations of a log, each pair once.

    Attributes:
        messages: the print of each message.
        pairs: a print of it and its conversation.
    """

    messages: array[int]
    pairs: array[int]


def owners_in(log: Log) -> Owners:
    """Return the prints of messages and their conversations."""
    of_lines, of_heads = (prints_of_pairs(list(each)) for each in _owners(log))
    messages, conversations = of_lines[1] + of_heads[0], of_lines[0] + of_heads[1]
    return Owners(messages, array("Q", map(xor, messages, conversations)))


def several_of(found: Sequence[Owners]) -> set[int]:
    """Return the prints of the messages that have several conversations."""
    messages: set[int] = set().union(*(each.messages for each in found))
    if len(messages) == sum(len(each.messages) for each in found):
        return set()
    by_pair: dict[int, int] = {}
    for each in found:
        by_pair.update(zip(each.pairs, each.messages, strict=True))
    return {message for message, count in Counter(by_pair.values()).items() if count > 1}
