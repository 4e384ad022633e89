"""
Write what is remembered of a body as one text, which depends on the body alone.

A text is a letter for the kind, and JSON arrays:

- `R` and `W`: the fields of a receipt, in a response or in a webhook.
- `P`: the head of a page, and a line for each row. The head has the message and the conversation of
  its receipts, and the place of the page in its list. Both are null if the rows are of several
  messages; then each row has the fields of a receipt. Otherwise it has those before the owners.
- `M`: the SID of a message, its conversation, account and participant, its index, when it was
  created, and its summary; of a list also the number of its row.
- `N`: the SID of a conversation or a participant, its conversation, account and service, the state
  or a number for the address, when it was created and updated; of a list also the pointer of its
  row.
- `G`: the owner of a list of other rows than receipts, and the links, the number and the size of a
  page in it; the name of the list, and of each row its SID, dates and account.
- `D`: the SID of a message that was deleted.
- `C`: the account and the service of a configuration, if it has a URL, and if it wants receipts.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from typing import Any, NamedTuple
from zlib import crc32

import orjson

from receiptkit.rules.states import REMOVED

PAGE, RECEIPT, WEBHOOK, MESSAGE, RESOURCE, LISTING, DELETION, CONFIGURATION = "PRWMNGDC"
#: A list of messages or others is remembered as its rows: this is the head above their texts.
MESSAGES = "L"
#: The fields to keep of a receipt, by their names in responses and in webhooks. The last three are
#: missing in the rows of a page with one owner: the service, and the owners.
_MEMBERS = (
    "sid",
    "participant_sid",
    "status",
    "error_code",
    "date_created",
    "date_updated",
    "channel_message_sid",
    "account_sid",
    "chat_service_sid",
    "conversation_sid",
    "message_sid",
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
    "ChatServiceSid",
    "ConversationSid",
    "MessageSid",
)
#: How many fields the lines of messages and resources have before the place of a row.
IDENTITY = {MESSAGE: 7, RESOURCE: 7}
#: How many fields the line of a receipt has.
FIELDS = len(_MEMBERS)
_OWNERS = 2
#: What is kept of a message beside its own SID, its index, its date and its summary.
_OF_MESSAGE = ("conversation_sid", "account_sid", "participant_sid")
#: What is kept of conversations and participants beside that.
_OF_RESOURCE = ("conversation_sid", "account_sid", "chat_service_sid")
_LISTS = ("conversations", "participants")
_MOST_INDEX, _LONGEST_DATE, _LONGEST_STATE, _SID_LENGTH = 1 << 53, 40, 16, 34
_EVENT = "onDeliveryUpdated"
_NO_RECEIPT = "null"


class Note(NamedTuple):
    """
    Hold what is remembered of a body: the first line of its text, and the rows of a page.

    Attributes:
        head: the first line; empty if nothing is remembered.
        rows: the other lines.
    """

    head: str
    rows: list[str]


def note(kind: str, body: Any, requested: str | None = None) -> Note:
    """
    Return the part of a body to remember.

    Args:
        kind: page, receipt, message, messages, resources, deletion, removal, configuration or
            webhook.
        body: the parsed body; anything may be in it.
        requested: the URL of its request; None if unknown.
    """
    write = _WRITERS.get(kind)
    return write(body, requested) if write is not None and isinstance(body, dict) else Note("", [])


def _receipt(body: dict[str, Any], _: str | None) -> Note:
    return Note(_line(RECEIPT, _fields(body, _MEMBERS)), [])


def _webhook(body: dict[str, Any], _: str | None) -> Note:
    return Note(_line(WEBHOOK, _fields(body, _PARAMETERS)), [])


def _page(body: dict[str, Any], requested: str | None) -> Note:
    rows, meta = body.get("delivery_receipts"), body.get("meta")
    if not isinstance(rows, list) or not isinstance(meta, dict):
        return Note("", [])
    fields = [_fields(row, _MEMBERS) for row in rows]
    owners = {each[-_OWNERS:] for each in fields if each is not None and _has_owners(each)}
    is_one = len(owners) == 1 and all(each is None or _has_owners(each) for each in fields)
    conversation, message = owners.pop() if is_one else (None, None)
    head = _line(PAGE, (message, conversation, _place(meta, requested)))
    kept = [each[:-_OWNERS] if is_one and each is not None else each for each in fields]
    return Note(head, [_line("", each) or _NO_RECEIPT for each in kept])


def _place(meta: dict[str, Any], requested: str | None) -> Any:
    """
    Return the place of a page in its list: the message alone if the list has no other page;
    otherwise the message, the links, the number and the size; None if `meta` is not valid.
    """
    url, following = meta.get("url"), meta.get("next_page_url")
    number, size = meta.get("page"), meta.get("page_size")
    message = _message_in(url)
    if (
        message is None
        or "next_page_url" not in meta
        or not (following is None or isinstance(following, str))
        or type(number) is not int
        or type(size) is not int
    ):
        return None
    if number == 0 and following is None:
        return message
    previous = meta.get("previous_page_url")
    previous = previous if isinstance(previous, str) else None
    return message, url, following, number, size, requested, previous


def _message(body: dict[str, Any], _: str | None) -> Note:
    return Note(_line_of_message(body), [])


def _messages(body: dict[str, Any], requested: str | None) -> Note:
    """Return the messages of a list, or one that was created, whose summary has no receipts yet."""
    rows = body.get("messages")
    if not isinstance(rows, list):
        created = {name: value for name, value in body.items() if name != "delivery"}
        return Note(_line_of_message(created), [])
    lines = [
        _line_of_message(row, number) for number, row in enumerate(rows) if isinstance(row, dict)
    ]
    return _rows(lines, "messages", body, requested)


def _rows(lines: list[str], name: str, body: dict[str, Any], requested: str | None) -> Note:
    """Return what is kept of the rows of a list, and its place if it has other pages."""
    meta = body.get("meta")
    if isinstance(meta, dict) and (meta.get("next_page_url") is not None or meta.get("page") != 0):
        # Most lists are whole.
        from receiptkit.history.listing_notes import values_of_page

        lines.append(_line(LISTING, values_of_page(name, meta, body[name], requested)))
    kept = list(filter(None, lines))
    return Note(MESSAGES, kept) if kept else Note("", [])


def _deletion(body: dict[str, Any], _: str | None) -> Note:
    sid = body.get("sid")
    return Note(_line(DELETION, (sid,)) if isinstance(sid, str) else "", [])


def _resources(body: dict[str, Any], requested: str | None) -> Note:
    """Return conversations or participants: those of a list, or a single one."""
    for name in _LISTS:
        rows = body.get(name)
        if isinstance(rows, list):
            lines = [
                _line_of_resource(row, f"/{name}/{number}")
                for number, row in enumerate(rows)
                if isinstance(row, dict)
            ]
            return _rows(lines, name, body, requested)
    return Note(_line_of_resource(body), [])


def _removal(body: dict[str, Any], _: str | None) -> Note:
    """Return the deletion of a conversation or a participant that its SID names."""
    sid = _sid(body.get("sid"))
    return Note(_line(RESOURCE, (sid, "", "", "", REMOVED, "", "")) if sid else "", [])


def _line_of_resource(body: dict[str, Any], *row: str) -> str:
    sid, created, updated = (body.get(name) for name in ("sid", "date_created", "date_updated"))
    facet = body.get("state", "")
    if not isinstance(sid, str) or sid[:2] not in ("CH", "MB"):
        return ""
    if sid.startswith("MB"):
        facet, updated = _address(body.get("messaging_binding")), ""
    owners = (_sid(body.get(name)) for name in _OF_RESOURCE)
    dates = (_date(created), _date(updated))
    return _line(RESOURCE, (sid, *owners, _short(facet), *dates, *row))


def _address(binding: Any) -> int | str:
    """Return a number for an address, which itself is not remembered; an empty text for none."""
    address = binding.get("address") if isinstance(binding, dict) else None
    text = address.encode("utf-8", "surrogatepass") if isinstance(address, str) else b""
    return crc32(text) if text else ""


def _short(facet: Any) -> int | str:
    is_kept = type(facet) is int or (isinstance(facet, str) and len(facet) < _LONGEST_STATE)
    return facet if is_kept else ""


def identity_in(text: str) -> str:
    """Return the line of a message or a resource without its summary and the place of its row."""
    fields = orjson.loads(text[1:])[: IDENTITY[text[0]]]
    if text[0] == MESSAGE:
        fields[-1] = ""
    return _line(text[0], fields)


def _line_of_message(body: dict[str, Any], *row: int) -> str:
    """Return the line of a message; what it lacks, or has in another form, is an empty text."""
    sid, created, index = body.get("sid"), body.get("date_created"), body.get("index")
    if not isinstance(sid, str):
        return ""
    summary = body.get("delivery", "")
    identity = (
        *(_sid(body.get(name)) for name in _OF_MESSAGE),
        index if type(index) is int and 0 <= index < _MOST_INDEX else "",
        _date(created),
    )
    summary = summary if summary is None or isinstance(summary, dict) else ""
    # Numbers may be too large for any count of receipts; the schema check reports them.
    return _line(MESSAGE, (sid, *identity, summary, *row)) or _line(
        MESSAGE, (sid, *identity, {}, *row)
    )


def _date(value: Any) -> str:
    return value if isinstance(value, str) and len(value) < _LONGEST_DATE else ""


def _sid(value: Any) -> str | None:
    """Return what has the length of a SID, or null."""
    is_kept = value is None or (isinstance(value, str) and len(value) == _SID_LENGTH)
    return value if is_kept else ""


def _configuration(body: dict[str, Any], _: str | None) -> Note:
    account, service = body.get("account_sid"), body.get("chat_service_sid")
    if not isinstance(account, str) or not (service is None or isinstance(service, str)):
        return Note("", [])
    filters, after = body.get("filters"), bool(body.get("post_webhook_url"))
    wants = after and isinstance(filters, list) and _EVENT in filters
    is_set = after or bool(body.get("pre_webhook_url"))
    return Note(_line(CONFIGURATION, (account, service, is_set, wants)), [])


_WRITERS = {
    "receipt": _receipt,
    "webhook": _webhook,
    "page": _page,
    "message": _message,
    "messages": _messages,
    "resources": _resources,
    "removal": _removal,
    "deletion": _deletion,
    "configuration": _configuration,
}


def _line(kind: str, values: Sequence[Any] | None) -> str:
    """Return a kind and an array; empty without one, or if JSON cannot hold it."""
    try:
        return kind + orjson.dumps(values).decode() if values is not None else ""
    except (orjson.JSONEncodeError, RecursionError):
        return ""


def _fields(body: Any, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    """Return the fields of a receipt, a missing one as an empty text; None if it is no receipt."""
    if not isinstance(body, dict) or not isinstance(body.get(names[0]), str):
        return None
    try:
        values = _GETTERS[names](body)
    except KeyError:
        return tuple([body.get(name, "") for name in names])
    return (*values[:_SERVICE], body.get(names[_SERVICE], ""), *values[_SERVICE:])


#: The field that only receipts under a service have.
_SERVICE = _MEMBERS.index("chat_service_sid")
_GETTERS: dict[tuple[str, ...], itemgetter[Any]] = {
    names: itemgetter(*names[:_SERVICE], *names[_SERVICE + 1 :])
    for names in (_MEMBERS, _PARAMETERS)
}


def _has_owners(fields: tuple[Any, ...]) -> bool:
    conversation, message = fields[-_OWNERS:]
    return isinstance(conversation, str) and isinstance(message, str)


def _message_in(url: Any) -> str | None:
    parts = (
        url.partition("#")[0].partition("?")[0].rstrip("/").split("/")
        if isinstance(url, str)
        else []
    )
    return parts[-2] if parts[-3:-2] == ["Messages"] else None
