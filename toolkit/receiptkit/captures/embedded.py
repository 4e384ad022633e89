"""Forms, JSON values and dumps of variables inside other texts, such as the lines of a log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

from receiptkit.captures.encodings import from_base64
from receiptkit.captures.exchanges import Seen
from receiptkit.captures.nodes import plain
from receiptkit.captures.parameters import NAMES
from receiptkit.captures.printed import receipt_around
from receiptkit.captures.records import Spot
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.regex import regex

#: Words by which parameters and receipts are found; the last are the first as base64.
_SIGN = regex(
    r"(?i)event[_-]?type|\"delivery_receipts\"|(?-i:\bchannel_message_sid\b|\bchannelMessageSid\b)|"
    r"\b(?:RXZlbnRUeXBl|[A-Za-z0-9+/]{2,3}(?:V2ZW50VHlwZ|FdmVudFR5cG))"
)
FORM = regex(r"(?:[A-Za-z][\w.%\[\]-]*=[^&]*&)*EventType=on[A-Za-z]+(?:&[^&]*)*")
_IN_BASE64 = regex(r"[A-Za-z0-9+/]{12,}")
_BASE64 = regex(r"[A-Za-z0-9+/_-]")
_BASE64_RUN = regex(r"[A-Za-z0-9+/_-]+={0,2}")
_AND = r"(?:&amp;|\\u0026)"
_ONE = r"[A-Za-z][\w.%\[\]-]*=[^&\\\s\"'<>{}()|,;`]*"
#: A form in HTML, or in JSON as Go writes it.
_ESCAPED_FORM = regex(rf"(?:{_ONE}{_AND})*EventType=on[A-Za-z]+(?:{_AND}{_ONE})+")
_ESCAPED_PAIR = regex(rf"(?:{_AND}|\A|&)(?P<name>[^=\\]*)\\?=(?P<value>[^&\\]*)")
#: One whose equals signs are escaped, as in events of CEF.
_ONE_OF_CEF = r"[A-Za-z][\w.%\[\]-]*\\=[^&\\\s]*"
_FORM_OF_CEF = regex(rf"(?:{_ONE_OF_CEF}&)*EventType\\=on[A-Za-z]+(?:&{_ONE_OF_CEF})+")
_LONGEST_EVENT = 1 << 12
#: A form or JSON that was encoded once more for the value of another form.
_PERCENT_RUN = regex(r"[A-Za-z0-9%._~+*!-]+")
_PERCENT = regex(r"[A-Za-z0-9%._~+*!-]")
_PERCENT_SIGN = regex(r"EventType(?:%(?:25){0,3}(?:3[Dd]|22))+")
_MOST_ENCODINGS = 4
#: The beginning of a form: a request with such a value is no webhook, whatever the value holds.
_FIELD = regex(r"(?:[^&=\s]{1,200}=[^&\s]*&)*[^&=\s]{1,200}=")
#: What ends a form in a text.
_AROUND = " \t\r\n\"'<>\\{}()|,;`"
_INSIDE = regex(f"[^{re.escape(_AROUND)}]*")
#: The most that is looked at on either side of a sign.
_FAR = 1 << 15
_MOST_OPENINGS = 12
#: How many characters are parsed in vain, beside some for each one of the text.
_BUDGET = 1 << 22
_DECODER = json.JSONDecoder()


def _snake(name: str) -> str:
    """Return a name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


_NAME = "|".join(
    sorted(
        (
            f"{name}|{plain(name)}|{name[0].lower()}{name[1:]}|{_snake(name).replace('_', '[_-]')}"
            for name in NAMES.values()
        ),
        key=len,
        reverse=True,
    )
)
_PAIR = regex(
    rf"(?<![A-Za-z0-9])(?P<name>{_NAME})"
    r"(?:\\?[\"'\]]|\\x22)*(?:>>)?(?:\s{0,24}(?:=>|->|;s:\d+:|[=:,>])|(?=\s\"))\s{0,8}"
    r"(?:\[\]string\{|\[|<<|Some\(|List\()?(?:string\(\d+\)\s?)?[ub]?"
    r"(?:(?P<quote>\\?[\"']|\\x22)(?P<quoted>[^\"'\\\r\n]{0,500})(?P=quote)|"
    r"(?P<bare>[^\s,;)}\]\[\"'&\\<]{1,500}))"
)
#: The most between two members of one dump.
_GAP = 400


class FoundValue(NamedTuple):
    """
    A value found inside a text.

    Attributes:
        start: the offset at which it begins.
        value: a form or a URL as text, a JSON value parsed, or the parameters of a dump; None where
            so much looks like JSON that only forms are searched from there on.
        places: the offset of each value of a dump, by its name; None for anything else.
        is_receipt: if a dump is one of a receipt rather than of parameters.
    """

    start: int
    value: Any
    places: dict[str, int] | None = None
    is_receipt: bool = False


def printed(found: FoundValue, spot: Spot, names: Mapping[str, Spot] | None) -> Seen:
    """Return the receipt or the webhook request that a dump is, with the way to its values."""
    rule = "printed variables"
    if found.is_receipt:
        answer = Exchange("", "", 200, found.value)
        return Seen(answer, {"response": spot}, rule, names, partial=True)
    request = WebhookRequest(body=found.value)
    return Seen(request, {"request": spot, "url": spot}, rule, names, partial=True)


def texts_within(text: str, *, dumps: bool = False) -> Iterator[FoundValue]:
    """
    Yield what of ours is inside a text.

    `dumps` if printed variables count, whose values may be cut.
    """
    end, tried, budget, is_over = 0, 0, _BUDGET + 20 * len(text), False
    for match in _SIGN.finditer(text):
        if match.start() < end:
            continue
        form = _escaped_form(text, end, match.start()) or _form_around(text, end, match.start())
        if form is not None:
            yield form[0]
            end = form[1]
            continue
        if budget <= 0:
            if not is_over:
                yield FoundValue(match.start(), None)
            is_over = True
            continue
        found, cost = _json_around(text, end, match.start())
        budget -= cost
        hidden = None
        if found is None and match.start() >= tried:
            # Each run is looked at once, however many signs are in it.
            hidden, tried = _hidden_form(text, max(end, tried), tried, match)
        if found is not None:
            yield FoundValue(found[0], found[2])
            end = found[1]
        elif hidden is not None:
            yield hidden[0]
            end = hidden[1]
        elif dumps and match[0].startswith("channel"):
            printed = receipt_around(text, end, match.start())
            budget -= 1 << 13
            if printed is not None:
                yield FoundValue(printed.start, printed.values, printed.places, is_receipt=True)
                end = printed.end
        elif dumps:
            dump, last = _dump_around(text, end, match.start())
            budget -= 8 * (last - match.start() + 2000)
            if dump is not None:
                yield dump
                end = last


def _form_around(text: str, begin: int, at: int) -> tuple[FoundValue, int] | None:
    """Return the form or the URL around an offset of a text, and its end."""
    if not text.startswith("EventType=on", at):
        return None
    first = max(begin, at - _FAR, text.rfind("\n", begin, at) + 1)
    left = max(first, 1 + max(text.rfind(char, first, at) for char in _AROUND))
    inside = _INSIDE.match(text, at, at + _FAR)
    right = inside.end() if inside else at
    whole = text[left:right]
    query = whole.rfind("?", 0, at - left)
    if query >= 0 and whole.startswith(("/", "http://", "https://")):
        return FoundValue(left, whole), right
    if text[at - 1 : at] != "&":
        left = at
    elif query >= 0:
        left += query + 1
    form = FORM.fullmatch(text[left:right]) if "&" in text[left:right] else None
    return None if form is None else (FoundValue(left, form[0]), right)


def _escaped_form(text: str, begin: int, at: int) -> tuple[FoundValue, int] | None:
    """Return the form around an offset whose ampersands a tool escaped, and its end."""
    if not text.startswith(("EventType=on", "EventType\\=on"), at):
        return None
    line = max(begin, at - _FAR, text.rfind("\n", begin, at) + 1)
    is_cef = text.startswith("\\", at + len("EventType"))
    # An event of CEF is one datagram.
    line = max(line, at - _LONGEST_EVENT) if is_cef else line
    pattern, kept = (_FORM_OF_CEF, "\\,") if is_cef else (_ESCAPED_FORM, "\\;")
    left = max(line, 1 + max(text.rfind(char, line, at) for char in _AROUND if char not in kept))
    if is_cef:
        # The name of the field that holds it has a sign of its own.
        left = max(left, 1 + _unescaped(text, left, at))
    form = pattern.match(text, left, at + _FAR) or pattern.match(text, at, at + _FAR)
    if form is None or form.end() <= at:
        return None
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    for pair in _ESCAPED_PAIR.finditer(form[0]):
        name = unquote_plus(pair["name"])
        values.setdefault(name, unquote_plus(pair["value"]))
        places.setdefault(name, form.start() + pair.start("value"))
    return FoundValue(form.start(), values, places), form.end()


def _unescaped(text: str, left: int, at: int) -> int:
    """Return the offset of the last equals sign that is not escaped; -1 without one."""
    found = text[left:at].replace("\\=", "\\ ").rfind("=")
    return left + found if found >= 0 else -1


def _percent_text(text: str, begin: int, at: int) -> tuple[tuple[FoundValue, int] | None, int]:
    """
    Return the parameters in a percent-encoded text around an offset, with its end, and the end of
    the text.

    Every value is where that begins.
    """
    left = at
    while left > max(begin, at - _FAR) and _PERCENT.fullmatch(text[left - 1]):
        left -= 1
    run = _PERCENT_RUN.match(text, left, at + _FAR)
    line = max(text.rfind("\n", 0, left) + 1, left - _FAR)
    if _FIELD.fullmatch(text, line, left):
        return None, run.end() if run is not None else at + 1
    inner = run[0] if run is not None else ""
    for _ in range(_MOST_ENCODINGS):
        inner = unquote_plus(inner)
        values = _parameters(inner.strip())
        if values is not None:
            end = left + len(run[0]) if run is not None else at
            return (FoundValue(left, values, dict.fromkeys(values, left)), end), end
    return None, run.end() if run is not None else at + 1


def _parameters(text: str) -> dict[str, Any] | None:
    """Return the parameters of a form or of a flat JSON object; None for anything else."""
    if FORM.fullmatch(text) is not None:
        pairs = [each.partition("=") for each in text.split("&")]
        return {unquote_plus(name): unquote_plus(value) for name, _, value in pairs}
    if not text.startswith("{"):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_flat = isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return value if is_flat and "EventType" in value else None


def _hidden_form(
    text: str, begin: int, tried: int, sign: re.Match[str]
) -> tuple[tuple[FoundValue, int] | None, int]:
    """
    Return the form in what is encoded around a sign, with its end, and how far was looked.

    That is `tried` where nothing is encoded.
    """
    if _IN_BASE64.fullmatch(sign[0]):
        return _encoded_form(text, begin, sign.start())
    if _PERCENT_SIGN.match(text, sign.start()):
        return _percent_text(text, begin, sign.start())
    return None, tried


def _encoded_form(text: str, begin: int, at: int) -> tuple[tuple[FoundValue, int] | None, int]:
    """
    Return the form in the base64 around an offset, with its end, and the end of the base64.

    Every value is where that begins.
    """
    left = at
    while left > max(begin, at - _FAR) and _BASE64.fullmatch(text[left - 1]):
        left -= 1
    run = _BASE64_RUN.match(text, left, at + _FAR)
    if run is None:
        return None, at + 1
    plain_run = run[0].replace("-", "+").replace("_", "/").rstrip("=")
    raw = from_base64(plain_run + "=" * (-len(plain_run) % 4))
    form = raw.decode("utf-8", "replace").strip() if isinstance(raw, bytes) else ""
    values = _parameters(form) if FORM.fullmatch(form) is not None else None
    if values is None:
        return None, run.end()
    return (FoundValue(left, values, dict.fromkeys(values, left)), run.end()), run.end()


def _json_around(text: str, begin: int, at: int) -> tuple[tuple[int, int, Any] | None, int]:
    """Return the outermost JSON value around an offset of a text, and how much was read."""
    line = max(begin, text.rfind("\n", begin, at) + 1, at - _FAR)
    cost = 0
    for first in dict.fromkeys((line, max(begin, at - 4000))):
        openings = [found.start() + first for found in re.finditer(r"[{\[]", text[first:at])]
        for start in dict.fromkeys(openings[:_MOST_OPENINGS] + openings[-_MOST_OPENINGS:]):
            window = text[start : at + 4 * _FAR]
            cost += len(window)
            try:
                value, size = _DECODER.raw_decode(window)
            except (ValueError, RecursionError):
                continue
            if start + size > at and _is_object(value):
                return (start, start + size, value), cost
    return None, cost


def _is_object(value: Any) -> bool:
    """
    Return True if a JSON value is an object, or a list of some.

    A name in brackets is neither.
    """
    if isinstance(value, list):
        return any(isinstance(item, (dict, list)) for item in value)
    return isinstance(value, dict)


def _dump_around(text: str, begin: int, at: int) -> tuple[FoundValue | None, int]:
    """
    Return the parameters that were printed around an offset of a text,
    and the end of the search.
    """
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    first = last = -1
    for pair in _PAIR.finditer(text, max(begin, at - 2000), at + _FAR // 8):
        name = NAMES[plain(pair["name"])]
        is_far = last >= 0 and pair.start() - last > _GAP
        if name in values or is_far:
            if last > at:
                break
            values, places, first = {}, {}, -1
        if first < 0:
            first = pair.start()
        group = "quoted" if pair["quote"] else "bare"
        values[name], places[name] = pair[group], pair.start(group)
        last = pair.end()
    if "EventType" not in values or len(values) < 4 or not first <= at <= last:
        return None, max(last, at + _FAR // 8)
    return FoundValue(first, values, places), last
