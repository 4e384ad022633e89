"""
Reading JSON text: a fast parser decides success, a slow scanner names what is wrong.

orjson accepts exactly what RFC 8259 does, with three exceptions that matter here. It silently drops
duplicate members, its nesting limit is not ours, and it says "unexpected character" where a person
needs "smart quotes". So its result is taken only after two cheap proofs (no member was lost,
nesting is shallow), and everything else goes to the scanner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from receiptkit.model.problem import Problem

MAX_DEPTH = 100

#: Counting in this many bytes takes no time.
_SHORT = 4096
#: A page of 50 rows has 52 objects and one array.
_FEW = 80
_BRACKETS = b"[]{}"
_NOT_BRACKETS = bytes(set(range(256)) - set(_BRACKETS))
_BOMS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


class JsonText(NamedTuple):
    """
    The result of reading a text.

    Attributes:
        value: the parsed value; None if the text could not be read to its end.
        defects: what is wrong with the text, in the order of its places.
        readable: whether `value` is the value of the text, so that it can be judged.
    """

    value: Any
    problems: tuple[Problem, ...] = ()
    readable: bool = True


def read(raw: bytes) -> JsonText:
    """
    Return the value of a JSON text and everything that is wrong with it.

    Never raise for any bytes.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _diagnose(raw)
    if no_member_lost(raw, value) and is_shallow(raw):
        return JsonText(value)
    return _diagnose(raw)


def read_envelope(raw: bytes) -> JsonText:
    """
    Return the value of a JSON text that a tool wrote around what was captured.

    Only what makes it unreadable is a defect: other people's traffic is in it too.
    """
    try:
        return JsonText(orjson.loads(raw))
    except orjson.JSONDecodeError:
        text = _diagnose(raw)
        return JsonText(text.value) if text.readable else text


def json_of(text: str) -> Any:
    """Return the value of a JSON text of a tool; None for another text."""
    return read_envelope(text.strip().encode("utf-8", "surrogatepass")).value


def no_member_lost(raw: bytes, value: Any) -> bool:
    r"""
    Return True only if `value` holds every member of the text, proven by counting.

    Writing the value again reproduces every colon inside a string and one colon a member. A member
    that was dropped takes at least its own colon with it, and only an escaped colon (`\u003a`)
    could hide that.
    """
    try:
        again = orjson.dumps(value)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        return False
    if raw.startswith(again):
        return True
    return _same_colons(raw, again)


def _same_colons(raw: bytes, again: bytes) -> bool:
    return raw.count(b":") == again.count(b":") and (b"\\" not in raw or b"\\u003" not in raw)


def is_shallow(raw: bytes) -> bool:
    """
    Return True only if the text nests no deeper than `MAX_DEPTH`.

    Brackets inside strings can only make it False.
    """
    if len(raw) < _SHORT:
        return raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH or _collapses(raw)
    if _has_few(raw, b"{", _FEW) and _has_few(raw, b"[", MAX_DEPTH - _FEW):
        return True
    return _collapses(raw)


def _collapses(raw: bytes) -> bool:
    """Return True if removing the innermost pairs of brackets `MAX_DEPTH` times leaves none."""
    brackets = raw.translate(None, _NOT_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if not brackets:
            return True
    return False


def _has_few(raw: bytes, mark: bytes, limit: int) -> bool:
    """
    Return True if a mark occurs at most `limit` times.

    Searching is quicker than counting where it is rare.
    """
    at = -1
    for _ in range(limit + 1):
        at = raw.find(mark, at + 1)
        if at < 0:
            return True
    return False


def decode(raw: bytes) -> tuple[str, Problem | None]:
    """Return the text of the bytes up to where they stop being UTF-8, and the problem there."""
    for bom, name in _BOMS:
        if raw.startswith(bom):
            return "", _not_utf8(
                0, f"this is {name}, not UTF-8", f"convert it: iconv -f {name} -t UTF-8"
            )
    if b"\0" in raw[:2] and len(raw) > 1:
        return "", _not_utf8(
            0,
            "this looks like UTF-16 or UTF-32 without a byte order mark, not UTF-8",
            "convert it with iconv",
        )
    try:
        return raw.decode(), None
    except UnicodeDecodeError as error:
        text = raw[: error.start].decode()
        return text, _not_utf8(
            len(text),
            "these bytes are not UTF-8",
            "if it is Windows-1252 text, run: iconv -f CP1252 -t UTF-8",
        )


def places_in(raw: bytes) -> Callable[[int], tuple[int, int]]:
    """Return the function from an offset in a text to its line and column."""
    from receiptkit.text.json_locate import LineIndex

    return LineIndex(decode(raw)[0]).place


def _not_utf8(offset: int, message: str, hint: str | None) -> Problem:
    return Problem("", message, hint, rule="json.encoding", offset=offset)


def _diagnose(raw: bytes) -> JsonText:
    from receiptkit.text.json_scan import scan

    text, problem = decode(raw)
    if problem is not None:
        return JsonText(None, (problem,), readable=False)
    scanned = scan(text, MAX_DEPTH)
    return JsonText(scanned.value, tuple(scanned.problems), scanned.readable)
