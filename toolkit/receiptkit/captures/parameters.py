"""Parameters of a webhook, recognised wherever a tool puts them."""

from __future__ import annotations

import re
from typing import Any

from receiptkit.captures.bodies import Body, parameters
from receiptkit.captures.messages import TYPED, pairs, unmatched
from receiptkit.captures.nodes import Node, plain
from receiptkit.captures.records import Spot
from receiptkit.model.regex import regex

#: The parameters of the webhook, by their names without case and separators.
NAMES = {
    plain(name): name
    for name in [
        "EventType",
        "AccountSid",
        "ChatServiceSid",
        "ConversationSid",
        "MessageSid",
        "ParticipantSid",
        "ChannelMessageSid",
        "DeliveryReceiptSid",
        "Status",
        "ErrorCode",
        "DateCreated",
        "DateUpdated",
        "RetryCount",
        "ClientIdentity",
        "Source",
    ]
}
#: What every event of Conversations names besides its type.
_OTHERS = frozenset(NAMES.values()) - {"EventType", "Status", "Source", "ErrorCode"}
#: The fields of a receipt.
FIELDS = (
    *("sid", "account_sid", "chat_service_sid", "conversation_sid", "message_sid", "url"),
    *("channel_message_sid", "participant_sid", "status", "error_code"),
    *("date_created", "date_updated"),
)
_DATE = regex(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?) ?"
    r"(?:Z|UTC|[+-]00(?::?00)?)?"
)
#: A whole number, also where a column of numbers with blanks made decimals of them.
_WHOLE = regex(r"\A([0-9]{1,9})(?:[.,]0+)?\Z")
#: What a table of receipts has at least.
_RECEIPT = frozenset(("sid", "messagesid", "status"))
_EVENT = regex(r"on[A-Z][A-Za-z]+")
#: Members that loggers and frameworks add beside parameters.
_ADDED = frozenset(
    (
        *("level", "severity", "ts", "time", "timestamp", "@timestamp", "msg", "message", "logger"),
        *("event", "controller", "action", "format", "pid", "hostname", "host", "request", "name"),
        *(
            "requestid",
            "traceid",
            "service",
            "logname",
            "insertid",
            "caller",
            "levelname",
            "channel",
        ),
        *("id", "receivedat", "createdat", "insertedat", "asctime", "thread", "tags", "datetime"),
    )
)
#: Words in a file that are evidence of parameters in it, as text or as base64; in any case.
_HINTS = (
    *("event[_ -]?type", "delivery[_ -]?receipt[_ -]?sid", "TwilioProxy", '"Buffer"', "H4sIA"),
    *("RXZlbnRUeXBl", "V2ZW50VHlwZ", "FdmVudFR5cG"),
    *("ZXZlbnRUeXBl", "V2ZW50X3R5cG", "ZXZlbnRfdHlwZ", "FdmVudF90eXBl"),
)
_HINT = regex("|".join(_HINTS).encode(), re.IGNORECASE)
#: Without case and marks, each of them has one of these, which are quicker to search for.
_STEMS = (
    *(b"eventtype", b"deliveryreceiptsid", b"twilioproxy", b'"buffer"', b"h4sia"),
    *(b"xzlbnr", b"v2zw50", b"fdmvudf"),
)


def has_hint(raw: bytes) -> bool:
    """Return True if a text has a word that is evidence of parameters."""
    text = raw.lower()
    if _STEMS[0] in text:
        return True
    text = text.translate(None, b"_ -")
    return any(map(text.__contains__, _STEMS)) and _HINT.search(raw) is not None


def columns(names: list[str]) -> bool:
    """Return True if the names of columns are those of parameters, or of the fields of receipts."""
    own = {plain(name) for name in names}
    return "status" in own and ("deliveryreceiptsid" in own or own >= _RECEIPT)


def is_parameters(value: Any) -> bool:
    """Return True if an object holds the parameters of an event under their own names."""
    if not isinstance(value, dict):
        return False
    event = unmatched(value.get("EventType"))
    return (
        isinstance(event, str)
        and _EVENT.fullmatch(event) is not None
        and any(name in value for name in _OTHERS)
    )


def parameters_in(node: Node) -> tuple[Body, str, bool] | None:
    """
    Return the parameters that an object or a list is, the rule that found them, and if some columns
    may be missing.

    None if it holds none. What a logger or a framework added beside them is left out.
    """
    value = node.value
    if isinstance(value, list):
        body = parameters(node) if _is_pairs(value) else None
        if body is None or is_parameters(body.value):
            return None if body is None else (body, "parameters as a list", False)
        return _row_of_pairs(body)
    if is_parameters(value):
        if (typed := _typed(node)) is not None:
            return typed, "parameters as typed values", False
        kept = _without_additions(value)
        if node.spot.pointer or node.spot.legs or kept is not value:
            kept = _untyped(kept)
        return Body(kept, node.spot), "parameters as an object", False
    # Of a body by itself, its author chose the names.
    return None if _is_bare(node) else row_in(node)


def _row_of_pairs(body: Body) -> tuple[Body, str, bool] | None:
    """Return parameters under the names of columns, as a log of SQL binds them; None for others."""
    ways = body.names or {}
    row = row_in(Node({name: unmatched(value) for name, value in body.value.items()}))
    if row is None:
        return None
    own = {plain(name): spot for name, spot in ways.items()}
    names = {name: own[plain(name)] for name in row[0].value if plain(name) in own}
    return row[0]._replace(spot=body.spot, names=names), *row[1:]


def _typed(node: Node) -> Body | None:
    """Return parameters of which a store wrapped each value with its type; None for any others."""
    members = [
        (name, held, child)
        for name, item in node.children()
        for held, child in item.children()
        if name in NAMES.values() and held in TYPED
    ]
    if not any(name == "EventType" for name, _, _ in members):
        return None
    values = {str(name): text_of_scalar(child.value) for name, _, child in members}
    return Body(values, node.spot, {str(name): child.spot for name, _, child in members})


def _is_bare(node: Node) -> bool:
    """
    Return True if an object is a body by itself,
    with nothing in it but parameters in snake case or camelCase.
    """
    if node.spot.pointer or node.spot.legs or not isinstance(node.value, dict):
        return False
    return all(
        isinstance(name, str) and name[:1].islower() and plain(name) in NAMES for name in node.value
    )


def _is_pairs(value: list[Any]) -> bool:
    return 1 < len(value) < 100 and len(pairs(value)) == len(value)


def _without_additions(value: dict[str, Any]) -> dict[str, Any]:
    """Return parameters without the members that a logger, a framework or a mock added to them."""
    if any(isinstance(item, dict) for item in value.values()) and all(
        isinstance(item, dict) and "values" in item for item in value.values()
    ):
        return {name: item["values"] for name, item in value.items()}
    if any(plain(name) in _ADDED for name in value if name not in NAMES.values()):
        return {name: item for name, item in value.items() if name[:1].isupper()}
    return value


def _untyped(value: dict[str, Any]) -> dict[str, Any]:
    """
    Return parameters as a form has them, from a store that types its values.

    Null is absent, a scalar is text.
    """
    if all(isinstance(item, (str, list)) for item in value.values()):
        return value
    return {
        name: text_of_scalar(item) if isinstance(item, (bool, int, float)) else item
        for name, item in value.items()
        if item is not None
    }


def row_in(node: Node) -> tuple[Body, str, bool] | None:
    """
    Return parameters under the names of a table: snake case, upper case, lower case.

    Blank cells are absent, scalars text.
    """
    if not isinstance(node.value, dict):
        return None
    own = {plain(name): name for name in node.value if isinstance(name, str)}
    if "deliveryreceiptsid" not in own:
        own = _behind_a_prefix(own)
    event = node.value.get(own.get("eventtype"), "onDeliveryUpdated")
    if "deliveryreceiptsid" not in own or "status" not in own or not isinstance(event, str):
        return None
    if "eventtype" not in own and own["deliveryreceiptsid"] == "DeliveryReceiptSid":
        return None
    receipt = node.value[own["deliveryreceiptsid"]]
    if not isinstance(receipt, str) or not receipt.startswith("DY") or not _EVENT.fullmatch(event):
        return None
    found: dict[str, Any] = {"EventType": event}
    names: dict[str, Spot] = {}
    for name, parameter in NAMES.items():
        value = node.value.get(own.get(name))
        if name in own:
            names[parameter] = node.below(own[name], value).spot
        if value is not None and value != "" and isinstance(value, (str, int, float)):
            text = value if isinstance(value, str) else text_of_scalar(value)
            if parameter in ("ErrorCode", "RetryCount"):
                text = _WHOLE.sub(r"\1", text)
            found[parameter] = as_date(text) if parameter.startswith("Date") else text
    return Body(found, node.spot, names), "columns of a table", True


def _behind_a_prefix(own: dict[str, str]) -> dict[str, str]:
    """Return the names of members behind what all share, such as `params.` of flattened objects."""
    for name, full in own.items():
        if name.endswith("deliveryreceiptsid"):
            parts = re.split(r"(?<=[./])", full)
            prefix = "".join(parts[:-1])
            return {
                plain(each[len(prefix) :]): each
                for each in own.values()
                if prefix and each.startswith(prefix)
            }
    return own


def receipt_in(node: Node) -> tuple[Body, str, bool] | None:
    """Return the receipt in a row of a table, as REST has it; None for another row."""
    own = {plain(name): name for name in node.value if isinstance(name, str)}
    sid = node.value.get(own.get("sid"))
    if not isinstance(sid, str) or not sid.startswith("DY") or "status" not in own:
        return None
    found: dict[str, Any] = {}
    names: dict[str, Spot] = {}
    for field in FIELDS:
        name = own.get(plain(field))
        if name is None:
            continue
        value = node.value[name]
        names[field] = node.below(name, value).spot
        if field == "error_code" and isinstance(value, str) and (number := _WHOLE.fullmatch(value)):
            value = int(number[1])
        found[field] = as_date(value) if field.startswith("date_") else value
    return Body(found, node.spot, names), "columns of a table", True


def as_date(value: Any) -> Any:
    """Return a date of a database as the API writes it; anything else unchanged."""
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    return f"{match[1]}T{match[2]}Z" if match else value


def text_of_scalar(value: Any) -> str:
    """Return a scalar as a form has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
