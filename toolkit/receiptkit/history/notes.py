"""Extract the part of a body to remember; it depends on the body alone."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, NamedTuple

PAGE, RECEIPT, WEBHOOK = "page", "receipt", "webhook"
#: The fields to keep of a receipt, by their names in responses and in webhooks.
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
#: The field that only receipts under a service have.
_SERVICE, _SERVICE_PARAMETER = "chat_service_sid", "ChatServiceSid"
_FIELDS = itemgetter(*_MEMBERS)
_OWN, _OWNERS = itemgetter("sid"), itemgetter("conversation_sid", "message_sid")
Fields = tuple[Any, ...]


class Link(NamedTuple):
    """
    Describe the place of a page in its list.

    Attributes:
        message: the message whose list it is, by its URL.
        url, next, previous: its own link, the next one and the previous one.
        number, size: its index in the list, and the maximum number of its rows.
        requested: the URL of its request; None if unknown.
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
    Hold the receipts of one message in a page, a receipt or a webhook.

    Attributes:
        kind: page, receipt or webhook.
        conversation: the SID of the conversation.
        message: the SID of the message.
        rows: the fields of each receipt.
        link: the place of a page in its list.
    """

    kind: str
    conversation: Any
    message: Any
    rows: list[Fields]
    link: Link | None = None


class Unsorted(NamedTuple):
    """Hold any other body and the URL of its request; also a page with rows of several messages."""

    kind: str
    body: dict[str, Any]
    requested: str | None


def note(kind: str, body: Any, requested: str | None = None) -> Note | Unsorted | None:
    """
    Return the part of a body to remember; None if there is none.

    Args:
        kind: page, receipt, message, configuration or webhook.
        body: the parsed body; anything may be in it.
        requested: the URL of its request, if known.
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
        return Note(kind, conversation, message, _all_fields(rows), of_list)
    if kind == RECEIPT:
        fields = receipt_fields(body)
        owners = body.get("conversation_sid"), body.get("message_sid")
        return Note(kind, *owners, [fields]) if fields is not None else None
    if kind == WEBHOOK:
        if not isinstance(body.get("DeliveryReceiptSid"), str):
            return None
        owners = body.get("ConversationSid"), body.get("MessageSid")
        return Note(kind, *owners, [_values(body, (*_PARAMETERS, _SERVICE_PARAMETER))])
    return Unsorted(kind, body, requested)


def link(meta: dict[str, Any], requested: str | None) -> Link | None:
    """Return the place of a page in its list; None if its `meta` is not valid."""
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


def receipt_fields(row: Any) -> Fields | None:
    """Return the fields of a receipt; None if the row is not a receipt."""
    if not isinstance(row, dict) or not isinstance(row.get("sid"), str):
        return None
    return _values(row, (*_MEMBERS, _SERVICE))


def _all_fields(rows: list[dict[str, Any]]) -> list[Fields]:
    try:
        return [(*_FIELDS(row), row.get(_SERVICE, "")) for row in rows]
    except KeyError:
        # A custom document may require fewer fields.
        return [_values(row, (*_MEMBERS, _SERVICE)) for row in rows]


def _values(body: dict[str, Any], names: tuple[str, ...]) -> Fields:
    """Return the values of fields; a missing field is empty, not null."""
    return tuple([body.get(name, "") for name in names])


def _message_in(url: Any) -> str | None:
    parts = (
        url.partition("#")[0].partition("?")[0].rstrip("/").split("/")
        if isinstance(url, str)
        else []
    )
    return parts[-2] if parts[-3:-2] == ["Messages"] else None
