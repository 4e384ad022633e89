"""What is kept of receipts: the facts of those that stand in one place as one text, and what becomes of it at the end."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from receiptkit.history.notes import PAGE, RECEIPT, WEBHOOK, Facts, Link
from receiptkit.model.location import Arrival
from receiptkit.rules.states import STATUSES, Page, ReceiptState, Row
from receiptkit.text.dates import seconds

_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")
_SID_LENGTH = 34
#: What makes two sheets say the same: their facts, the number of their file, and whether a webhook told them.
Saying = tuple[bytes, int, bool]


class Sheet:
    """
    The receipts of one page, of one answer or of one webhook.

    Attributes:
        kind: page, receipt or webhook.
        facts: as JSON, whose they are (conversation and message), and what each row says; null for what is no receipt, or another's.
        first, last, count: where just this was seen first and last, and how often; of pages that is not counted exactly.
        between: whether it was seen between the first and the last place, too.
    """

    __slots__ = ("between", "count", "facts", "first", "kind", "last")

    def __init__(
        self,
        kind: str,
        facts: bytes,
        first: Arrival,
        last: Arrival,
        count: int = 1,
        *,
        between: bool = False,
    ) -> None:
        self.kind = kind
        self.facts = facts
        self.first = first
        self.last = last
        self.count = count
        self.between = between

    @property
    def saying(self) -> Saying:
        """What it says, to be compared."""
        return self.facts, self.first.file, self.kind == WEBHOOK

    @property
    def is_of_many(self) -> bool:
        """Whether it may hold several receipts, each once."""
        return self.kind == PAGE

    def again(self, other: Sheet) -> None:
        """Note where else just this was seen."""
        places = self.first, self.last, other.first, other.last
        self.first, self.last = min(places), max(places)
        self.between = (
            self.between or other.between or any(self.first < place < self.last for place in places)
        )
        self.count += other.count

    @property
    def message(self) -> str:
        """The message whose receipts they are; empty if that is not said as SIDs say it."""
        # The beginning of a text that may be long.
        start = self.facts.find(b'","') + 3
        return (
            self.facts[start : self.facts.find(b'"', start)].decode()
            if self.facts[:2] == b'["' and start > 2
            else ""
        )

    @property
    def status(self) -> str | None:
        """The status of the only one."""
        status = orjson.loads(self.facts)[2][0][2]
        return status if isinstance(status, str) else None

    def sids(self) -> list[str]:
        """The receipts, in their order."""
        return [row[0] for row in orjson.loads(self.facts)[2] if row is not None]

    def rows(self, wanted: Container[str] | None = None) -> list[tuple[str, Sheet]]:
        """Each receipt by itself, or those that are wanted: a sheet of its own, which nobody else holds."""
        conversation, message, rows = orjson.loads(self.facts)
        if not self.is_of_many:
            same = Sheet(
                self.kind, self.facts, self.first, self.last, self.count, between=self.between
            )
            return [(row[0], same) for row in rows]
        first: dict[str, Sheet] = {}
        for index, row in enumerate(rows):
            if row is not None and row[0] not in first and (wanted is None or row[0] in wanted):
                first[row[0]] = self._row(index, text_of_facts(conversation, message, [row]) or b"")
        return list(first.items())

    def _row(self, index: int, facts: bytes) -> Sheet:
        first = self._at(self.first, index)
        last = first if self.last == self.first else self._at(self.last, index)
        return Sheet(RECEIPT, facts, first, last, self.count, between=self.between)

    def _at(self, at: Arrival, index: int) -> Arrival:
        """Where one of its receipts is."""
        return at._replace(pointer=f"/delivery_receipts/{index}")


class Fetched(NamedTuple):
    """A page of a list that has more than one: where it was seen, what it says of its list, and the facts of its rows."""

    at: Arrival
    link: Link
    facts: bytes


# -- what is kept


def parted(
    rows: list[Any], facts: Sequence[Facts | None], at: Arrival
) -> Iterator[tuple[Sheet, list[str]]]:
    """The sheets that the rows of a page make, each with its receipts: one, or where they are of several messages, one for each row."""
    owners = [
        (row["conversation_sid"], row["message_sid"]) if _is_owned(row) else None for row in rows
    ]
    different = {owner for owner, each in zip(owners, facts, strict=True) if each is not None}
    if len(different) == 1 and (owner := different.pop()) is not None:
        text = text_of_facts(*owner, facts)
        if text is not None:
            yield Sheet(PAGE, text, at, at), [each[0] for each in facts if each is not None]
        return
    seen = set()
    for index, (owner, each) in enumerate(zip(owners, facts, strict=True)):
        text = text_of_facts(*owner, [each]) if owner is not None and each is not None else None
        if each is not None and text is not None and (owner, each[0]) not in seen:
            seen.add((owner, each[0]))
            place = at._replace(pointer=f"/delivery_receipts/{index}")
            yield Sheet(RECEIPT, text, place, place), [each[0]]


def _is_owned(row: Any) -> bool:
    """Whether it is said of which message a row is."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("conversation_sid"), str)
        and isinstance(row.get("message_sid"), str)
    )


def text_of_facts(conversation: Any, message: Any, facts: Sequence[Facts | None]) -> bytes | None:
    """Facts and whose they are as JSON; None for what is none."""
    try:
        # What orjson hands out holds more memory than its length.
        return bytes(memoryview(orjson.dumps((conversation, message, facts))))
    except (orjson.JSONEncodeError, RecursionError):
        return None


# -- what becomes of it


def sightings(row: Sheet) -> Iterator[ReceiptState]:
    """The one state of one receipt, if its facts are what they should be; otherwise its schema has said so."""
    conversation, message, (facts,) = orjson.loads(row.facts)
    _, participant, status, code, created, updated, channel_message, account, service = facts
    begun = seconds(created)
    changed = begun if updated is None else seconds(updated)
    known = isinstance(status, str) or status is None
    owners = all(
        isinstance(sid, str) and is_real(sid) for sid in (participant, conversation, message)
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
            _real(account),
            _real(service),
        )


def _real(sid: Any) -> str:
    """Return a SID; empty for what is none, or a placeholder."""
    return sid if isinstance(sid, str) and is_real(sid) else ""


def _code(said: Any) -> int:
    if isinstance(said, str) and said.isascii() and said.isdigit():
        return int(said[:9])
    return said if type(said) is int else 0


def as_page(fetched: Fetched) -> Page:
    """Return a page as rules see it."""
    at, link, facts = fetched
    rows = rows_of(facts)
    return Page(
        at, link.url, link.next, link.number, link.size, rows, link.requested, link.previous
    )


def rows_of(facts: bytes) -> tuple[Row | None, ...]:
    return tuple(_listed_row(row) for row in orjson.loads(facts)[2])


def _listed_row(row: list[Any] | None) -> Row | None:
    if row is None or not is_real(row[0]):
        return None
    status = row[2] if isinstance(row[2], str) else None
    created = seconds(row[4])
    return Row(row[0], status, created, created if row[5] is None else seconds(row[5]))


def is_real(sid: str) -> bool:
    """Whether a SID can be somebody's: placeholders (one digit throughout) and masked ones stand for many."""
    return len(sid) == _SID_LENGTH and _is_somebodys(sid)


@lru_cache(maxsize=1024)
def _is_somebodys(sid: str) -> bool:
    return _SID.fullmatch(sid) is not None and len(set(sid[2:].lower())) > 1
