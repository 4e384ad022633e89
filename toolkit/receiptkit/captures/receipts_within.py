"""Receipts and pages of them in the entries of a log that logs what Twilio answered."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.captures.exchanges import Seen
from receiptkit.captures.nodes import Node, is_description
from receiptkit.captures.records import Leg, Spot
from receiptkit.model.exchange import Exchange
from receiptkit.text.json_text import json_of

_DEEPEST = 8
#: Members that a receipt has, whatever else it lacks.
_RECEIPT = frozenset(("sid", "message_sid", "status"))
_PAGE = frozenset(("delivery_receipts", "meta"))
_SIGNS = ('"delivery_receipts"', '"message_sid"')


def receipts_in(node: Node) -> Iterator[Seen]:
    """
    Yield the receipts in a value, and the pages of them, also in a text that is JSON.

    Names alone make none: the SID of a receipt has to be there.
    """
    stack = [] if is_description(node.value) else [(node, 0)]
    while stack:
        here, depth = stack.pop()
        value = here.value
        if isinstance(value, dict) and _is_ours(value):
            yield Seen(Exchange("", "", 200, value), {"response": here.spot}, "a body in an entry")
        elif isinstance(value, (dict, list)) and depth < _DEEPEST:
            children = [(child, depth + 1) for _, child in here.children()]
            stack += reversed(children)
        elif isinstance(value, str) and any(sign in value for sign in _SIGNS):
            inner = json_of(value)
            if isinstance(inner, (dict, list)) and depth < _DEEPEST:
                leg = Leg(here.spot.pointer)
                stack.append((Node(inner, Spot("", (*here.spot.legs, leg))), depth + 1))


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
