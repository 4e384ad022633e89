"""Keep the receipts of one body as one text, and turn them into states at the end."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from receiptkit.history.notes import PAGE, RECEIPT, WEBHOOK, Fields, Link
from receiptkit.model.location import Arrival
from receiptkit.rules.states import STATUSES, Page, ReceiptState, Row
from receiptkit.text.dates import seconds

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_SID_LENGTH = 34
#: Equal for equal groups: the fields, the number of the file, and True for a webhook.
GroupKey = tuple[bytes, int, bool]


class StateGroup:
    """
    Hold the receipts of one page, one response or one webhook.

    Attributes:
        kind: page, receipt or webhook.
        fields: JSON of the conversation, the message and the fields of each row; null for a row
            that is not a receipt, or belongs to another message.
        first, last, count: the first and the last arrival, and the number of arrivals, which is
            not exact for pages.
        between: True if it was also seen between the first and the last arrival.
    """

    __slots__ = ("between", "count", "fields", "first", "kind", "last")

    def __init__(
        self,
        kind: str,
        fields: bytes,
        first: Arrival,
        last: Arrival,
        count: int = 1,
        *,
        between: bool = False,
    ) -> None:
        self.kind = kind
        self.fields = fields
        self.first = first
        self.last = last
        self.count = count
        self.between = between

    @property
    def key(self) -> GroupKey:
        """Return the key that equal groups share."""
        return self.fields, self.first.file, self.kind == WEBHOOK

    @property
    def is_page(self) -> bool:
        """Return True if it may hold several receipts, each once."""
        return self.kind == PAGE

    def add_arrivals(self, other: StateGroup) -> None:
        """Add the arrivals of an equal group."""
        places = self.first, self.last, other.first, other.last
        self.first, self.last = min(places), max(places)
        self.between = (
            self.between or other.between or any(self.first < place < self.last for place in places)
        )
        self.count += other.count

    @property
    def message(self) -> str:
        """Return the message of the receipts; empty if it is not a plain string."""
        # Read only the beginning: the text may be long.
        start = self.fields.find(b'","') + 3
        return (
            self.fields[start : self.fields.find(b'"', start)].decode()
            if self.fields[:2] == b'["' and start > 2
            else ""
        )

    @property
    def status(self) -> str | None:
        """Return the status of the only receipt."""
        status = orjson.loads(self.fields)[2][0][2]
        return status if isinstance(status, str) else None

    def sids(self) -> list[str]:
        """Return the SIDs of the receipts, in their order."""
        return [row[0] for row in orjson.loads(self.fields)[2] if row is not None]

    def rows(self, wanted: Container[str] | None = None) -> list[tuple[str, StateGroup]]:
        """Return a new group for each receipt, or for each receipt in `wanted`."""
        conversation, message, rows = orjson.loads(self.fields)
        if not self.is_page:
            same = StateGroup(
                self.kind, self.fields, self.first, self.last, self.count, between=self.between
            )
            return [(row[0], same) for row in rows]
        first: dict[str, StateGroup] = {}
        for index, row in enumerate(rows):
            if row is not None and row[0] not in first and (wanted is None or row[0] in wanted):
                first[row[0]] = self._row(index, encode_fields(conversation, message, [row]) or b"")
        return list(first.items())

    def _row(self, index: int, fields: bytes) -> StateGroup:
        first = self._at(self.first, index)
        last = first if self.last == self.first else self._at(self.last, index)
        return StateGroup(RECEIPT, fields, first, last, self.count, between=self.between)

    def _at(self, at: Arrival, index: int) -> Arrival:
        """Return the arrival of one of its receipts."""
        return at._replace(pointer=f"/delivery_receipts/{index}")


class FetchedPage(NamedTuple):
    """Hold a page of a list of several pages: its arrival, its link and the fields of its rows."""

    at: Arrival
    link: Link
    fields: bytes


# -- keeping rows


def group_rows(
    rows: list[Any], fields: Sequence[Fields | None], at: Arrival
) -> Iterator[tuple[StateGroup, list[str]]]:
    """
    Yield the groups of a page's rows, each with its receipts.

    Rows of one message make one group; otherwise each row makes its own group.
    """
    owners = [
        (row["conversation_sid"], row["message_sid"]) if _has_owner(row) else None for row in rows
    ]
    different = {owner for owner, each in zip(owners, fields, strict=True) if each is not None}
    if len(different) == 1 and (owner := different.pop()) is not None:
        text = encode_fields(*owner, fields)
        if text is not None:
            yield StateGroup(PAGE, text, at, at), [each[0] for each in fields if each is not None]
        return
    seen = set()
    for index, (owner, each) in enumerate(zip(owners, fields, strict=True)):
        text = encode_fields(*owner, [each]) if owner is not None and each is not None else None
        if each is not None and text is not None and (owner, each[0]) not in seen:
            seen.add((owner, each[0]))
            place = at._replace(pointer=f"/delivery_receipts/{index}")
            yield StateGroup(RECEIPT, text, place, place), [each[0]]


def _has_owner(row: Any) -> bool:
    """Return True if a row names its conversation and its message."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("conversation_sid"), str)
        and isinstance(row.get("message_sid"), str)
    )


def encode_fields(conversation: Any, message: Any, fields: Sequence[Fields | None]) -> bytes | None:
    """Return fields and their owners as JSON; None if they cannot be encoded."""
    try:
        # The bytes that orjson returns hold more memory than their length.
        return bytes(memoryview(orjson.dumps((conversation, message, fields))))
    except (orjson.JSONEncodeError, RecursionError):
        return None


# -- reading states


def to_states(row: StateGroup) -> Iterator[ReceiptState]:
    """Yield the state of one receipt if its fields are valid; the schema check reports others."""
    conversation, message, (fields,) = orjson.loads(row.fields)
    _, participant, status, code, created, updated, channel_message, account, service = fields
    begun = seconds(created)
    changed = begun if updated is None else seconds(updated)
    known = isinstance(status, str) or status is None
    owners = all(
        isinstance(sid, str) and is_real_sid(sid) for sid in (participant, conversation, message)
    )
    if begun is not None and changed is not None and known and status in STATUSES and owners:
        by_webhook = row.kind == WEBHOOK
        yield ReceiptState(
            row.first,
            row.last,
            row.count,
            by_webhook,
            conversation,
            message,
            participant,
            status,
            _code(code),
            begun,
            changed,
            channel_message if isinstance(channel_message, str) else "",
            _real_sid(account),
            _real_sid(service),
        )


def _real_sid(sid: Any) -> str:
    """Return a SID; empty if the value is not a SID, or is a placeholder."""
    return sid if isinstance(sid, str) and is_real_sid(sid) else ""


def _code(said: Any) -> int:
    if isinstance(said, str) and said.isascii() and said.isdigit():
        return int(said[:9])
    return said if type(said) is int else 0


def as_page(fetched: FetchedPage) -> Page:
    """Return the page that rules read."""
    at, link, fields = fetched
    rows = rows_of(fields)
    return Page(
        at, link.url, link.next, link.number, link.size, rows, link.requested, link.previous
    )


def rows_of(fields: bytes) -> tuple[Row | None, ...]:
    return tuple(_listed_row(row) for row in orjson.loads(fields)[2])


def _listed_row(row: list[Any] | None) -> Row | None:
    if row is None or not is_real_sid(row[0]):
        return None
    status = row[2] if isinstance(row[2], str) else None
    created = seconds(row[4])
    return Row(row[0], status, created, created if row[5] is None else seconds(row[5]))


def is_real_sid(sid: str) -> bool:
    """Return True for a SID that is neither masked nor a placeholder (one digit throughout)."""
    return len(sid) == _SID_LENGTH and _is_assigned(sid)


@lru_cache(maxsize=1024)
def _is_assigned(sid: str) -> bool:
    return _SID.fullmatch(sid) is not None and len(set(sid[2:].lower())) > 1
