"""Receipts that a program printed as variables: hashes of Ruby, objects of Node.js, TOML, XML."""

from __future__ import annotations

from typing import Any, NamedTuple

from receiptkit.captures.nodes import plain
from receiptkit.captures.parameters import FIELDS, as_date
from receiptkit.model.regex import regex

_OWN = {plain(name): name for name in FIELDS}
_NAME = "|".join(
    sorted(
        {
            form
            for name in FIELDS
            for form in (
                name,
                name.title().replace("_", "")[:1].lower() + name.title().replace("_", "")[1:],
            )
        },
        key=len,
        reverse=True,
    )
)
#: A name, what separates it from its value, and a value that can be nothing else: a quoted text
#: without quotes in it, a whole number, nothing, a date, or one word.
_PAIR = regex(
    rf"(?<![A-Za-z0-9_])(?P<name>{_NAME})\\?[\"']?\s{{0,8}}(?:=>|[=:,>])\s{{0,8}}"
    r"(?:[ub](?=[\"']))?"
    r"(?:(?P<quote>\\?[\"'])(?P<quoted>[^\"'\\\r\n]{0,500})(?P=quote)|"
    r"(?P<null>nil|None|null|undefined|NULL)\b|(?P<number>[0-9]{1,9})(?![\w.:-])|"
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]+)?Z)|"
    r"(?P<word>[A-Za-z][\w:/.?=&%-]{1,500})(?=[\s,;}\]<]|\Z))"
)
#: What a receipt has at least.
_LEAST = frozenset(("sid", "message_sid", "status"))
_SID = regex(r"DY[0-9a-f]{32}")
#: What begins or ends an object: what is beyond belongs to another.
_BRACE = regex(r"[{}]")
#: The most between two members.
_GAP = 200
_FAR = 1 << 12


class Printed(NamedTuple):
    """
    A receipt that was printed.

    Attributes:
        start, end: where it begins, and where its last value ends.
        values: its fields.
        places: the offset of each value, by the name of its field.
    """

    start: int
    end: int
    values: dict[str, Any]
    places: dict[str, int]


def receipt_around(text: str, begin: int, at: int) -> Printed | None:
    """Return the receipt that was printed around an offset of a text; None if none was."""
    values: dict[str, Any] = {}
    places: dict[str, int] = {}
    first = last = -1
    for pair in _PAIR.finditer(text, max(begin, at - _FAR), at + _FAR):
        name = _OWN[plain(pair["name"])]
        between = text[last : pair.start()] if last >= 0 else ""
        if name in values or len(between) > _GAP or _BRACE.search(between):
            if last > at:
                break
            values, places, first = {}, {}, -1
        first = pair.start() if first < 0 else first
        group = str(pair.lastgroup)
        values[name], places[name] = _value(name, group, pair[group]), pair.start(group)
        last = pair.end()
    is_receipt = values.keys() >= _LEAST and _SID.fullmatch(str(values["sid"])) is not None
    return Printed(first, last, values, places) if is_receipt and first <= at <= last else None


def _value(name: str, group: str, text: str) -> Any:
    """Return a value as the API writes it: a language's own date has no fraction of a second."""
    if group == "null":
        return None
    if group == "number":
        return int(text)
    if not name.startswith("date_"):
        return text
    return f"{text.partition('.')[0].removesuffix('Z')}Z" if group == "date" else as_date(text)
