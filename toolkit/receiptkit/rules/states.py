"""What is remembered of receipts, pages, summaries and configurations, to be compared with what is seen elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.model.problem import Problem


class Arrival(NamedTuple):
    """
    Where something was seen. In the order of these, things arrived.

    Attributes:
        file: the number of the file.
        unit: the number of the piece of it, where it is read in pieces.
        time: when, in milliseconds since 1970, where the file says so, which need not be in this order; 0 elsewhere.
        entry, line, column: within that piece, the line and column of where the observation begins.
        pointer: where within the observation.
    """

    file: int = 0
    unit: int = 0
    time: int = 0
    entry: int = 0
    line: int = 1
    column: int = 1
    pointer: str = ""


class Found(NamedTuple):
    """A breach that takes more than one observation to see: where it is, and where the other one is that it contradicts."""

    at: Arrival
    problem: Problem
    other: Arrival | None = None


class ReceiptState(NamedTuple):
    """
    One state of a receipt, as one source tells it.

    Attributes:
        first, last, times: where it was seen first and last, and how often.
        by_webhook: whether a webhook told it; a REST answer otherwise.
        conversation, message, participant: whose receipt it is.
        status: None before the message left.
        error_code: 0 for none.
        created, updated: in seconds since 1970.
        channel_message: the SID in its channel; empty if it was not told.
    """

    first: Arrival
    last: Arrival
    times: int
    by_webhook: bool
    conversation: str
    message: str
    participant: str
    status: str | None
    error_code: int
    created: int
    updated: int
    channel_message: str


class Row(NamedTuple):
    """A receipt in a list: its SID and its status."""

    sid: str
    status: str | None


class Page(NamedTuple):
    """
    A page of a list.

    Attributes:
        at: where it was seen.
        url, next: its own link and the next one.
        number, size: its index in the list, and how many rows it has at the most.
        rows: None stands for a row that is no receipt.
        asked: the URL that was asked for it; None if its request was not seen.
    """

    at: Arrival
    url: str
    next: str | None
    number: int
    size: int
    rows: tuple[Row | None, ...]
    asked: str | None


class Summary(NamedTuple):
    """The `delivery` of a message, None where it is null; where it was last seen."""

    at: Arrival
    delivery: dict[str, object] | None


class Told(NamedTuple):
    """
    What an answer or a webhook of its own said of a receipt.

    Attributes:
        first, last: where it said so first and last.
        between: whether it did so in between, too; where is not kept.
        sid, status: of which one, and what.
    """

    first: Arrival
    last: Arrival
    between: bool
    sid: str
    status: str | None


class Repeated(NamedTuple):
    """A whole list that was seen first, last, and in between, too; where is not kept."""

    first: Arrival
    last: Arrival
    rows: tuple[Row | None, ...]


class Configured(NamedTuple):
    """
    A webhook configuration.

    Attributes:
        at: where it was seen.
        in_service: whether it is that of a service; an account's otherwise.
        is_set: whether it names a URL at all, which is what silences an account's.
        wants_receipts: whether events of receipts are to be sent to one.
    """

    at: Arrival
    in_service: bool
    is_set: bool
    wants_receipts: bool
