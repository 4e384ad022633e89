"""The states of receipts, as the log has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from receiptkit.history.log import Entry, Log
from receiptkit.history.notes import PAGE, RECEIPT, WEBHOOK
from receiptkit.model.location import Arrival
from receiptkit.model.regex import regex
from receiptkit.rules.states import STATUSES, ReceiptState
from receiptkit.text.dates import seconds

_SID = regex(r"[A-Z]{2}[0-9a-fA-F]{32}")
_SID_LENGTH = 34
_BEGINNING_OF_ROW = regex(r'\n\["(.{34})')
#: Where the SID of the receipt is in its line, and that of the message in the line of one receipt.
OF_RECEIPT, OF_ROW, OF_MESSAGE = slice(3, 37), slice(2, 36), slice(-36, -2)
_OF_OWNERS = slice(-2 * _SID_LENGTH - 6, None)
SINGLE, OF_SEVERAL = RECEIPT + WEBHOOK, PAGE + "[null,"


class Places(NamedTuple):
    """
    The places of a state.

    Attributes:
        first, last: the first and the last place.
        times: how often it was seen.
        between: True if it was also seen between the two.
    """

    first: Arrival
    last: Arrival
    times: int
    between: bool

    def joined(self, other: Places) -> Places:
        """Return the span of two equal states."""
        places = sorted({self.first, self.last, other.first, other.last})
        between = self.between or other.between or len(places) > 2
        return Places(places[0], places[-1], self.times + other.times, between)


class StateKey(NamedTuple):
    """The values that equal states share; `fields` is the line of a receipt with its owners."""

    file: int
    by_webhook: bool
    fields: str


#: The states of receipts by their SIDs.
States = dict[str, dict[StateKey, Places]]


def sids_of(log: Log) -> list[str]:
    """Return the SIDs of all receipts, as often as they are in the log."""
    sids = [text[OF_RECEIPT] for text in log.texts(SINGLE)]
    for text in log.texts(PAGE):
        sids += sids_of_page(text)
    return sids


def sids_of_page(text: str) -> list[str]:
    """Return the SID of each row of a page, or as many characters of what is in its place."""
    return _BEGINNING_OF_ROW.findall(text)


def seen_again(log: Log) -> set[str]:
    """Return the receipts that were seen more than once, and not only on equal pages."""
    sids, again = sids_of(log), {text[OF_RECEIPT] for text in log.repeated(SINGLE)}
    if len(set(sids)) < len(sids):
        again.update(sid for sid, count in Counter(sids).items() if count > 1)
    return again


def states_of(log: Log, wanted: Container[str], is_mine: Callable[[str], bool]) -> States:
    """Return the states of some receipts in a log."""
    states: States = {}
    for entry in log.entries(SINGLE + PAGE):
        for sid, key, span in states_in(entry, wanted, is_mine):
            add_state(states, sid, key, span)
    return states


def states_in(
    entry: Entry, wanted: Container[str] | None, is_mine: Callable[[str], bool]
) -> Iterator[tuple[str, StateKey, Places]]:
    """Yield the states of receipts in a text, each receipt once: of all, or of those wanted."""
    text, file = entry.text, entry.places[0][0]
    if text[0] != PAGE:
        sid = text[OF_RECEIPT]
        if wanted is None or sid in wanted:
            yield sid, StateKey(file, text[0] == WEBHOOK, text[1:]), span_of(entry)
        return
    if wanted is not None and not any(sid in wanted for sid in sids_of_page(text)):
        return
    seen: set[tuple[str, str]] = set()
    for index, fields in enumerate(_lines_of_receipts(text)):
        if fields[0] != "[":
            # A row that is no receipt.
            continue
        sid, owners = fields[OF_ROW], fields[_OF_OWNERS]
        if (wanted is None or sid in wanted) and (sid, owners) not in seen:
            seen.add((sid, owners))
            if is_mine(fields[OF_MESSAGE]):
                yield sid, StateKey(file, False, fields), span_of(entry, index)


def _lines_of_receipts(text: str) -> Iterator[str]:
    """Yield the lines of a page's rows, with their owners."""
    rows = text.split("\n")[1:]
    message, conversation, _ = head_of(text)
    if message is None:
        yield from rows
        return
    owners = orjson.dumps((conversation, message)).decode()[1:]
    for row in rows:
        yield f"{row[:-1]},{owners}"


def span_of(entry: Entry, index: int | None = None) -> Places:
    """Return where an entry was seen; the row of a page has an index."""
    places = sorted(entry.places)
    pointer = f"/delivery_receipts/{index}" if index is not None else ""
    first, last = Arrival(*places[0], pointer=pointer), Arrival(*places[-1], pointer=pointer)
    return Places(first, last, entry.times, len(places) > 2)


def add_state(states: States, sid: str, key: StateKey, span: Places) -> None:
    """Add a state to those of a receipt."""
    known = states.setdefault(sid, {})
    before = known.get(key)
    known[key] = span if before is None else before.joined(span)


def state_of(key: StateKey, span: Places) -> Iterator[ReceiptState]:
    """Yield the state of a receipt if its fields are valid; the schema check reports others."""
    fields = orjson.loads(key.fields)
    _, participant, status, code, created, updated, channel, account, service, *owners = fields
    begun = seconds(created)
    changed = begun if updated is None else seconds(updated)
    known = (isinstance(status, str) or status is None) and status in STATUSES
    if (
        begun is not None
        and changed is not None
        and known
        and all(map(real, (participant, *owners)))
    ):
        yield ReceiptState(
            span.first,
            span.last,
            span.times,
            key.by_webhook,
            owners[0],
            owners[1],
            participant,
            status,
            _code(code),
            begun,
            changed,
            real(channel),
            real(account),
            real(service),
        )


def _code(said: Any) -> int:
    if isinstance(said, str) and said.isascii() and said.isdigit():
        return int(said[:9])
    return said if type(said) is int else 0


def head_of(text: str) -> Any:
    """Return the message and the conversation of a page, and its place in its list."""
    return orjson.loads(text[1:].partition("\n")[0])


def real(sid: Any) -> str:
    """Return a SID; empty if the value is not one, or is masked or a placeholder."""
    return sid if isinstance(sid, str) and len(sid) == _SID_LENGTH and _is_assigned(sid) else ""


@lru_cache(maxsize=1024)
def _is_assigned(sid: str) -> bool:
    return _SID.fullmatch(sid) is not None and sid[2:].lower() != sid[2].lower() * (_SID_LENGTH - 2)
