"""What a body says that is remembered: a function of the body alone, so that it need not be parsed to be known."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, NamedTuple

PAGE, RECEIPT, WEBHOOK = "page", "receipt", "webhook"
#: What is kept of a receipt, by its names in answers and in webhooks.
_MEMBERS = (
    "sid",
    "participant_sid",
    "status",
    "error_code",
    "date_created",
    "date_updated",
    "channel_message_sid",
    "account_sid",
)
_PARAMETERS = (
    "DeliveryReceiptSid",
    "ParticipantSid",
    "Status",
    "ErrorCode",
    "DateCreated",
    "DateUpdated",
    "ChannelMessageSid",
    "AccountSid",
)
#: What only receipts under a service have.
_SERVICE, _SERVICE_PARAMETER = "chat_service_sid", "ChatServiceSid"
_FACTS = itemgetter(*_MEMBERS)
_OWN, _OWNERS = itemgetter("sid"), itemgetter("conversation_sid", "message_sid")
Facts = tuple[Any, ...]


class Link(NamedTuple):
    """
    A page among those of its list.

    Attributes:
        message: the message whose list it is, by its URL.
        url, next, previous: its own link, the next one and the previous one.
        number, size: its index in the list, and how many rows it has at the most.
        requested: the URL that it was asked for by; None if that is unknown.
    """

    message: str
    url: str
    next: str | None
    number: int
    size: int
    requested: str | None
    previous: str | None = None


class Note(NamedTuple):
    """
    What a page, a receipt or a webhook says of receipts of one message.

    Attributes:
        kind: page, receipt or webhook.
        conversation: the SID of the conversation.
        message: the SID of the message.
        rows: the facts of each receipt.
        link: of a page, what it says of its list.
    """

    kind: str
    conversation: Any
    message: Any
    rows: list[Facts]
    link: Link | None = None


class Unsorted(NamedTuple):
    """Any other body, and the URL that it was asked for by; a page with rows of several messages, too."""

    kind: str
    body: dict[str, Any]
    requested: str | None


def note(kind: str, body: Any, requested: str | None = None) -> Note | Unsorted | None:
    """
    Return what is remembered of a body; None if that is nothing.

    Args:
        kind: page, receipt, message, configuration or webhook.
        body: the parsed body; anything may be in it.
        requested: the URL of its request, if that was seen, too.
    """
    if not isinstance(body, dict):
        return None
    if kind == PAGE:
        rows = body.get("delivery_receipts")
        if not isinstance(rows, list) or not isinstance(body.get("meta"), dict):
            return None
        if not rows or not are_of_one_list(rows):
            return Unsorted(kind, body, requested)
        conversation, message = _OWNERS(rows[0])
        of_list = link(body["meta"], requested)
        return Note(kind, conversation, message, _all_facts(rows), of_list)
    if kind == RECEIPT:
        facts = facts_of(body)
        owners = body.get("conversation_sid"), body.get("message_sid")
        return Note(kind, *owners, [facts]) if facts is not None else None
    if kind == WEBHOOK:
        if not isinstance(body.get("DeliveryReceiptSid"), str):
            return None
        owners = body.get("ConversationSid"), body.get("MessageSid")
        return Note(kind, *owners, [_taken(body, (*_PARAMETERS, _SERVICE_PARAMETER))])
    return Unsorted(kind, body, requested)


def link(meta: dict[str, Any], requested: str | None) -> Link | None:
    """Return what a page says of its list; None if that is not what it should be."""
    url, following = meta.get("url"), meta.get("next_page_url")
    number, size = meta.get("page"), meta.get("page_size")
    message = _message_in(url)
    if (
        message is None
        or not isinstance(url, str)
        or "next_page_url" not in meta
        or not (following is None or isinstance(following, str))
        or type(number) is not int
        or type(size) is not int
    ):
        return None
    previous = meta.get("previous_page_url")
    previous = previous if isinstance(previous, str) else None
    return Link(message, url, following, number, size, requested, previous)


def are_of_one_list(rows: list[Any]) -> bool:
    """Return True if rows are proven to be different receipts of one message."""
    try:
        owners, sids = set(map(_OWNERS, rows)), set(map(_OWN, rows))
    except (KeyError, TypeError):
        return False
    return (
        len(owners) == 1
        and len(sids) == len(rows)
        and {*map(type, owners.pop()), *map(type, sids)} == {str}
    )


def facts_of(row: Any) -> Facts | None:
    """Return the facts of a receipt; None if it is none."""
    if not isinstance(row, dict) or not isinstance(row.get("sid"), str):
        return None
    return _taken(row, (*_MEMBERS, _SERVICE))


def _all_facts(rows: list[dict[str, Any]]) -> list[Facts]:
    try:
        return [(*_FACTS(row), row.get(_SERVICE, "")) for row in rows]
    except KeyError:
        # A document of one's own may ask for less.
        return [_taken(row, (*_MEMBERS, _SERVICE)) for row in rows]


def _taken(body: dict[str, Any], names: tuple[str, ...]) -> Facts:
    """Return the values of members; what is missing is not null."""
    return tuple([body.get(name, "") for name in names])


def _message_in(url: Any) -> str | None:
    parts = (
        url.partition("#")[0].partition("?")[0].rstrip("/").split("/")
        if isinstance(url, str)
        else []
    )
    return parts[-2] if parts[-3:-2] == ["Messages"] else None
