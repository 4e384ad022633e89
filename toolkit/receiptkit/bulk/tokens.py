"""
Split the text of a record into tokens: SIDs, dates, opaque tokens, values that nothing reads, and
literal text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from enum import Enum
from typing import NamedTuple

from receiptkit.bulk.law import Unread

#: Query parameters whose values are compared with each other and never looked into.
OPAQUE_PARAMETERS = ("PageToken",)

_SID = r"[A-Z]{2}[0-9a-f]{32}(?![0-9A-Za-z])"
_DATE = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}(?::[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
    r"|%3A[0-9]{2}%3A[0-9]{2}(?:\.[0-9]{1,9})?Z)(?![0-9A-Za-z])"
)
#: An opaque token; words that programs write where they have none are not.
OPAQUE_STRING = r"(?!(?::\w+|undefined|null|None|nil|NaN)(?![A-Za-z0-9_.:~-]))[A-Za-z0-9_.:~-]+"
_QUOTE = r'\\*"'
_OPAQUE = rf"(?:{'|'.join(OPAQUE_PARAMETERS)})="
_TOKENS = re.compile(
    rf"(?P<quote>{_QUOTE})(?P<quoted>{_DATE})(?P=quote)|(?P<date>{_DATE})|(?P<sid>{_SID})"
    rf"|(?P<name>{_OPAQUE})(?P<opaque>{OPAQUE_STRING}(?=[&#\"\\\s]|\Z))?"
    # A quotation mark, with the backslashes before it, can belong to a date behind it.
    r"|(?P<word>[A-Za-z0-9_.%+*-]+)"
    rf"|(?P<other>(?:[^A-Za-z0-9_.%+*\"\\-]|{_QUOTE}(?![0-9\"\\]))+|.)",
    re.DOTALL,
)
_WHOLE_DATE = re.compile(_DATE)
#: Tools that drop the zone write UTC.
_NAIVE_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?")
#: Text and numbers that are read the same whatever they are: no escape, no quote, nothing that is
#: not finite.
PLAIN_STRING = r"[ !#-\[\]-~]*"
PLAIN_NUMBER = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,20})?(?:[eE]-[0-9]{1,2})?"
#: A text that needs no quotation marks in YAML, either.
BARE_STRING = r"[A-Za-z0-9](?:[A-Za-z0-9,._/+=();-]|[ :](?=[A-Za-z0-9(]))*"
#: Plain text that is too short to hold anything.
SHORT_STRING = r"[ !#-\[\]-~]{0,39}"
#: Hexadecimal digits, with the hyphens of a UUID.
_HEX_STRING = re.compile(r"[0-9a-f]+(?:-[0-9a-f]+)*")
#: Texts that facts have.
KEPT_STRINGS = (
    r"[A-Za-z0-9+/]{1,36}={0,2}",
    r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT",
)
_SHORT_STRING = re.compile(SHORT_STRING)
_PLAIN_STRING, _BARE_STRING, _PLAIN_NUMBER = map(
    re.compile, (PLAIN_STRING, BARE_STRING, PLAIN_NUMBER)
)
_PLACEHOLDER = re.compile(r"..([0-9a-f])\1{31}")
#: The name of a member or a parameter right before its value.
_NAME_BEFORE = re.compile(r'([\w.-]+)(?:\\*"\s*:\s*(?:\\*")?|=)[^"=]*\Z')
_NAME_REACH = 300


class Kind(Enum):
    """The class of a token: the part of it that can decide a result."""

    #: Everything.
    LITERAL = "literal"
    #: Everything; the text of a word may differ between records that are alike.
    WORD = "word"
    #: The prefix, and which SIDs are equal.
    SID = "sid"
    #: The form, the day, and the order of dates.
    DATE = "date"
    #: Which ones are equal.
    OPAQUE = "opaque"
    #: Nothing but the form: a date or a text that is only remembered, a text with or without
    #: quotation marks, one that is short, as many digits, a number.
    MOMENT = "moment"
    KEPT = "kept"
    STRING = "string"
    SHORT = "short"
    HEX = "hex"
    BARE = "bare"
    NUMBER = "number"


class Token(NamedTuple):
    """
    A piece of text.

    Attributes:
        kind: its class.
        text: the text, without its quotation marks where `quote` has them.
        quote: the quotation mark on both sides of a date that is a whole value, with its
            backslashes.
    """

    kind: Kind
    text: str
    quote: str = ""


def tokens(
    text: str, start: int, end: int, unread: Iterable[Unread], literal: Collection[str]
) -> list[Token]:
    """
    Return the tokens of a piece of a text.

    Args:
        text: the text of a record.
        start: where the piece begins.
        end: where it ends.
        unread: values in it that nothing reads, in order: plain text without its quotation marks,
            or numbers.
        literal: names of members and parameters whose values a rule looks into.
    """
    found: list[Token] = []
    at = start
    for value in unread:
        token = _unread(text[value.start : value.end], value)
        if token is not None and value.start >= at:
            found += _split(text, at, value.start, literal)
            found.append(token)
            at = value.end
    found += _split(text, at, end, literal)
    return found


def text_of(tokens: Iterable[Token]) -> str:
    """Return the text that tokens make."""
    return "".join([token.quote + token.text + token.quote for token in tokens])


def _unread(text: str, value: Unread) -> Token | None:
    if value.is_kept:
        return Token(Kind.KEPT, text) if kept_pattern(text) else None
    if _WHOLE_DATE.fullmatch(text) or _NAIVE_DATE.fullmatch(text):
        return Token(Kind.MOMENT, text)
    if value.is_hex:
        return Token(Kind.HEX, text) if _HEX_STRING.fullmatch(text) else None
    if value.is_short:
        return Token(Kind.SHORT, text) if _SHORT_STRING.fullmatch(text) else None
    if _PLAIN_NUMBER.fullmatch(text):
        return Token(Kind.NUMBER, text)
    if not value.is_quoted:
        return Token(Kind.BARE, text) if _BARE_STRING.fullmatch(text) else None
    return Token(Kind.STRING, text) if _PLAIN_STRING.fullmatch(text) else None


def kept_pattern(text: str) -> str | None:
    """Return the pattern of the texts that facts have and that are like one; None if none is."""
    return next((pattern for pattern in KEPT_STRINGS if re.fullmatch(pattern, text)), None)


def _split(text: str, start: int, end: int, literal: Collection[str]) -> Iterator[Token]:
    for match in _TOKENS.finditer(text, start, end):
        for token in _token(match):
            is_class = token.kind in (Kind.SID, Kind.DATE, Kind.OPAQUE)
            if is_class and literal and _name_before(text, match.start()) in literal:
                token = Token(Kind.LITERAL, token.quote + token.text + token.quote)
            yield token


def _token(match: re.Match[str]) -> Iterator[Token]:
    kind, text = match.lastgroup, match[0]
    if kind in ("quoted", "quote"):
        yield Token(Kind.DATE, match["quoted"], match["quote"])
    elif kind == "date":
        yield Token(Kind.DATE, text)
    elif kind == "sid":
        yield Token(Kind.LITERAL if _PLACEHOLDER.fullmatch(text) else Kind.SID, text)
    elif kind in ("name", "opaque"):
        yield Token(Kind.LITERAL, match["name"])
        if match["opaque"]:
            yield Token(Kind.OPAQUE, match["opaque"])
    else:
        yield Token(Kind.WORD if kind == "word" else Kind.LITERAL, text)


def _name_before(text: str, at: int) -> str | None:
    match = _NAME_BEFORE.search(text[max(at - _NAME_REACH, 0) : at])
    return match[1] if match else None
