"""The memory of receipts, pages, messages and configurations, and the views of histories."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.links import address_of
from receiptkit.rules.views import WEBHOOK_NAMES
from receiptkit.text.forms import decode_query

#: The statuses that can follow each status.
FOLLOWING: dict[str | None, frozenset[str]] = {
    None: frozenset({"sent", "delivered", "read", "failed", "undelivered"}),
    "sent": frozenset({"delivered", "read", "failed", "undelivered"}),
    "delivered": frozenset({"read"}),
}
FAILURES = frozenset({"failed", "undelivered"})
#: The statuses whose order is known; states with another one are not compared.
STATUSES = frozenset(FOLLOWING) | FAILURES | {"read"}


#: The member of a page with receipts.
RECEIPTS = "delivery_receipts"
#: The facet of a resource that was deleted.
REMOVED = -1


class ReceiptState(NamedTuple):
    """
    One state of a receipt, from one source.

    Attributes:
        first, last, times: where it was seen first and last, and how often.
        by_webhook: True if a webhook reported it; a REST response otherwise.
        conversation, message, participant: whose receipt it is.
        status: None before the message left.
        error_code: 0 for none.
        created, updated: in seconds since 1970.
        channel_message: the SID in its channel; empty if unknown.
        account, service: the SIDs of the account and of the service; empty if unknown.
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
    account: str = ""
    service: str = ""

    @property
    def parents(self) -> tuple[str, str, str]:
        """Return the SIDs that say whose receipt it is."""
        return self.participant, self.message, self.conversation


class ReceiptHistory:
    """
    The states of one receipt; for the subject receipt history.

    Attributes:
        states: the distinct states, in the order of arrival.
        is_mixed: True if they are of several receipts that share a SID; they need not agree then.
        by_file: the states of each file, in the order of arrival; none of a mixed history.
    """

    def __init__(self, states: list[ReceiptState]) -> None:
        self.states = sorted(states)
        self.is_mixed = len({each.parents for each in states}) > 1
        of_files = groupby(self.states if not self.is_mixed else (), key=lambda at: at.first.file)
        self.by_file = [list(own) for _, own in of_files]


class Row(NamedTuple):
    """A receipt in a list: SID, status, dates in seconds since 1970, and its account if named."""

    sid: str
    status: str | None
    created: int | None = None
    updated: int | None = None
    account: str = ""


class Link(NamedTuple):
    """
    A URL to be compared with others.

    Attributes:
        address: the URL without its query, fragment and default port.
        query: its parameters in order of their names.
    """

    address: str
    query: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, url: str) -> Link:
        """Return the link of a URL."""
        parameters = sorted((item.name, item.value) for item in decode_query(url))
        return cls(address_of(url), tuple(parameters))


def token_of(url: str | None) -> str | None:
    """Return the PageToken of a link; None if it has none."""
    return dict(Link.of(url).query).get("PageToken") if url is not None else None


class PageState(NamedTuple):
    """
    A page of a list.

    Attributes:
        at: where it was seen.
        url, next, previous: its own link, the next one and the previous one.
        number, size: its index in the list, and how many rows it has at the most.
        rows: None for a row that is no receipt.
        requested: the URL of its request; None if that was not seen.
        name: the member with its rows.
    """

    at: Arrival
    url: str
    next: str | None
    number: int
    size: int
    rows: tuple[Row | None, ...]
    requested: str | None
    previous: str | None = None
    name: str = RECEIPTS

    @property
    def is_of_receipts(self) -> bool:
        """Return True for a page of receipts; lists of other rows change while they are read."""
        return self.name == RECEIPTS

    def links(self) -> set[Link]:
        """Return where the page is: by its own link, and by the requested URL."""
        own = {Link.of(self.url)}
        return own if self.requested in (None, self.url) else own | {Link.of(self.requested or "")}


class Pagination(NamedTuple):
    """
    Pages of a list in the order in which they were fetched.

    Attributes:
        pages: the pages.
        is_linked: True if it began with page 0, and each page is where the one before it links.
    """

    pages: list[PageState]
    is_linked: bool

    @property
    def is_complete(self) -> bool:
        """Return True if it holds the whole list."""
        return self.is_linked and self.pages[-1].next is None

    @property
    def rows(self) -> list[Row | None]:
        """Return the rows of all pages."""
        return [row for page in self.pages for row in page.rows]


class ListHistory(NamedTuple):
    """
    The fetched pages of the lists of one message; for the subject list history.

    Attributes:
        paginations: the paginations along its lists.
        whole: where the whole list was seen on one page.
    """

    paginations: list[Pagination]
    whole: list[Arrival]

    def by_list(self) -> list[list[Pagination]]:
        """Return the paginations of each file and list apart."""
        first = (each.pages[0] for each in self.paginations)
        keys = [(page.at.file, Link.of(page.url).address) for page in first]
        groups = groupby(zip(keys, self.paginations, strict=True), key=lambda pair: pair[0])
        return [[pagination for _, pagination in own] for _, own in groups]


class DeliverySummary(NamedTuple):
    """The `delivery` of a message (None for null) and its last place."""

    at: Arrival
    delivery: dict[str, object] | None


class StatusReport(NamedTuple):
    """
    The status of a receipt in a single response or webhook.

    Attributes:
        first, last: where it reported this first and last.
        between: whether it did so in between, too; where is not kept.
        sid, status: of which one, and what.
        created, updated: its dates in seconds since 1970.
    """

    first: Arrival
    last: Arrival
    between: bool
    sid: str
    status: str | None
    created: int | None = None
    updated: int | None = None


class RepeatedList(NamedTuple):
    """A whole list that also arrived between its first and last place."""

    first: Arrival
    last: Arrival
    rows: tuple[Row | None, ...]


class MessageHistory(NamedTuple):
    """
    The lists, summaries and reports of one message; for the subject message history.

    Attributes:
        paginations: every pagination along its lists, those of a single page too.
        summaries: what was seen of its delivery summary.
        reports: the statuses of its receipts that were reported apart from lists.
        repeated: lists among the paginations that were also seen in between.
    """

    paginations: list[Pagination]
    summaries: list[DeliverySummary]
    reports: list[StatusReport]
    repeated: list[RepeatedList]


class MessageState(NamedTuple):
    """
    One state of a message, from one source.

    Attributes:
        first, last: where it was seen first and last.
        conversation, account, participant: the SIDs of its owners and of its author; empty if
            unknown, as of an author who is no participant.
        number: its index, the place in the conversation; None if unknown.
        created: in seconds since 1970; None if unknown.
    """

    first: Arrival
    last: Arrival
    conversation: str
    account: str
    participant: str
    number: int | None
    created: int | None

    def joined(self, other: MessageState) -> MessageState:
        """Return the state with the first and the last place of both."""
        return self._replace(first=min(self.first, other.first), last=max(self.last, other.last))


class MessageStates(NamedTuple):
    """
    A message and its receipts; for the subject message states.

    Attributes:
        states: the distinct states of the message, in the order of arrival.
        receipts: pairs of SID and state of each of its receipts.
        deletions: where it was deleted first and last, in each file.
    """

    states: list[MessageState]
    receipts: list[tuple[str, ReceiptState]]
    deletions: list[tuple[Arrival, Arrival]]


class ResourceState(NamedTuple):
    """
    One state of a conversation or a participant; the subject resource states has all of one.

    Attributes:
        first, last: where it was seen first and last.
        conversation, account, service: the SIDs of its owners; empty if unknown.
        facet: the state of a conversation, or a number for the address of a participant; `REMOVED`
            where it was deleted, empty if unknown.
        created, updated: in seconds since 1970; None if unknown.
    """

    first: Arrival
    last: Arrival
    conversation: str
    account: str
    service: str
    facet: int | str
    created: int | None
    updated: int | None


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


def disagreement(
    state: ReceiptState,
    member: str,
    message: str,
    other: ReceiptState | MessageState,
    *,
    rule: str = "",
    at: Arrival | None = None,
) -> Problem:
    """Return the problem of a state at a member of the receipt that contradicts another state."""
    at = at or state.first
    name = WEBHOOK_NAMES.get(member, member) if state.by_webhook else member
    return Problem(f"{at.pointer}/{name}", message, rule=rule, at=at, other=other.first)
