"""Receipts and pages of them in the entries of a log that logs what Twilio answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.captures.exchanges import Seen
from receiptkit.captures.messages import without_type
from receiptkit.captures.nodes import Node, is_description, lines_of
from receiptkit.captures.records import Leg, Spot
from receiptkit.model.exchange import Exchange
from receiptkit.model.regex import regex
from receiptkit.text.json_text import json_of

_DEEPEST = 40
#: Members that a receipt has, whatever else it lacks.
_RECEIPT = frozenset(("sid", "message_sid", "status"))
_PAGE = frozenset(("delivery_receipts", "meta"))
_SIGNS = ('"delivery_receipts"', '"message_sid"')
#: A receipt in a text is a real one: examples in prose have other SIDs.
_SID = regex(r"DY[0-9a-f]{32}")


def receipts_in(node: Node) -> Iterator[Seen]:
    """
    Yield the receipts in a value, and the pages of them, also in a text that is JSON.

    Names alone make none: the SID of a receipt has to be there.
    """
    stack = [(node, 0)] if _may_hold(node.value) and not is_description(node.value) else []
    while stack:
        here, depth = stack.pop()
        value = here.value
        typed = typed_receipt(here)
        if typed is not None:
            yield typed
        elif isinstance(value, dict) and _is_ours(value):
            yield Seen(Exchange("", "", 200, value), {"response": here.spot}, "a body in an entry")
        elif (text := lines_of(value)) is not None and depth < _DEEPEST:
            leg = Leg(here.spot.pointer, 0, encoded=True)
            found = [Node(inner, Spot("", (*here.spot.legs, leg))) for _, inner in _inside(text)]
            stack += [(each, depth + 1) for each in reversed(found)]
        elif isinstance(value, (dict, list)) and depth < _DEEPEST:
            children = [(child, depth + 1) for _, child in here.children()]
            stack += reversed(children)
        elif isinstance(value, str) and any(sign in value for sign in _SIGNS):
            within = [(start, inner) for start, inner in _inside(value) if depth < _DEEPEST]
            for start, inner in reversed(within):
                leg = Leg(here.spot.pointer, start)
                stack.append((Node(inner, Spot("", (*here.spot.legs, leg))), depth + 1))


def _may_hold(value: Any) -> bool:
    """Return False if a value has no receipt, without a place for each of its values."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if "message_sid" in here or "delivery_receipts" in here:
                return True
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
        elif isinstance(here, str) and any(sign in here for sign in _SIGNS):
            return True
    return False


def _inside(text: str) -> list[tuple[int, Any]]:
    """Return the JSON that a text is, or the values with receipts in it, each with its offset."""
    inner = json_of(text)
    if isinstance(inner, (dict, list)):
        return [(0, inner)]
    if _SID.search(text) is None:
        return []
    # Few documents hold such texts.
    from receiptkit.captures.embedded import texts_within

    return [
        (one.start, one.value) for one in texts_within(text) if isinstance(one.value, (dict, list))
    ]


def typed_receipt(node: Node) -> Seen | None:
    """Return the receipt of which a store wrapped values with their types; None for any other."""
    value = node.value
    if not isinstance(value, dict) or not value.keys() >= _RECEIPT:
        return None
    plain = {name: without_type(item) for name, item in value.items()}
    if all(plain[name] is item for name, item in value.items()) or not _is_ours(plain):
        return None
    plain.pop("_id", None)
    answer = Exchange("", "", 200, plain)
    return Seen(answer, {"response": node.spot}, "a body with typed values")


def _is_ours(value: dict[str, object]) -> bool:
    if value.keys() >= _RECEIPT:
        sid = value["sid"]
        return isinstance(sid, str) and sid.startswith("DY")
    rows = value.get("delivery_receipts")
    return (
        value.keys() >= _PAGE
        and isinstance(rows, list)
        and any(isinstance(row, dict) and row.keys() >= _RECEIPT and _is_ours(row) for row in rows)
    )
