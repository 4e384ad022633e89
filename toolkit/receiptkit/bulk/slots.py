"""Line up the tokens of alike texts: what is the same in all of them, and what may differ."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from receiptkit.bulk.dates import form_of_date, pattern_of_date
from receiptkit.bulk.tokens import (
    BARE_STRING,
    OPAQUE_STRING,
    PLAIN_NUMBER,
    PLAIN_STRING,
    SHORT_STRING,
    Kind,
    Token,
    kept_pattern,
)

_WORD = r"[A-Za-z0-9_.%+*-]+"
#: Looked at later, all at once: that is quicker.
_HEX = ".{32}"
_ANY_PREFIX = "[A-Z]{2}"
_DIGITS = re.compile(r"[0-9a-f]+")
NULL = "null"
_CAPTURED = (Kind.SID, Kind.DATE, Kind.OPAQUE, Kind.MOMENT, Kind.KEPT)


class Slot(NamedTuple):
    """
    A place in alike texts.

    Attributes:
        token: the token in the first text.
        differs: whether the word, or the prefix of the SID, differs between the texts.
        optional: whether a date is null in some of them.
    """

    token: Token
    differs: bool = False
    optional: bool = False

    @property
    def is_captured(self) -> bool:
        """Return True if the pattern must capture this slot."""
        kind = self.token.kind
        return self.differs or kind in _CAPTURED

    @property
    def pattern(self) -> str:
        """Return the pattern of the texts that this slot allows."""
        kind, text, _ = self.token
        if kind is Kind.SID:
            return (_ANY_PREFIX if self.differs else text[:2]) + _HEX
        if kind in (Kind.DATE, Kind.MOMENT):
            return pattern_of_date(text)
        if kind is Kind.OPAQUE:
            return OPAQUE_STRING
        if kind is Kind.STRING:
            return PLAIN_STRING
        if kind is Kind.SHORT:
            return SHORT_STRING
        if kind is Kind.HEX:
            return _DIGITS.sub(lambda digits: f"[0-9a-f]{{{len(digits[0])}}}", text)
        if kind is Kind.KEPT:
            return kept_pattern(text) or re.escape(text)
        if kind is Kind.BARE:
            return BARE_STRING
        if kind is Kind.NUMBER:
            return PLAIN_NUMBER
        return _WORD if self.differs else re.escape(text)


def lined_up(
    slots: Sequence[Slot], tokens: Sequence[Token], *, whole_values: bool
) -> list[Slot] | None:
    """
    Return slots for these tokens, too; None if the texts are not alike.

    Args:
        slots: the slots of texts that are alike.
        tokens: the tokens of one more text.
        whole_values: whether only words may differ that are a whole value; parts of longer texts
            may, too, otherwise.
    """
    if len(slots) != len(tokens):
        return None
    found: list[Slot] = []
    for index, (slot, token) in enumerate(zip(slots, tokens, strict=True)):
        if (
            whole_values
            and slot.token.kind is token.kind is Kind.WORD
            and slot.token.text != token.text
            and not _is_whole_value(tokens, index)
        ):
            return None
        widened = _widened(slot, token)
        if widened is None:
            return None
        found.append(widened)
    return found


def _widened(slot: Slot, token: Token) -> Slot | None:
    known = slot.token
    if known == token:
        return slot
    if {known.kind, token.kind} == {Kind.WORD, Kind.DATE}:
        return _with_null(slot, token)
    if known.kind is not token.kind or known.quote != token.quote:
        return None
    if known.kind is Kind.WORD:
        return slot._replace(differs=True)
    if known.kind is Kind.SID:
        return slot._replace(differs=slot.differs or known.text[:2] != token.text[:2])
    if known.kind in (Kind.DATE, Kind.MOMENT):
        return slot if form_of_date(known.text) == form_of_date(token.text) else None
    if known.kind in (Kind.HEX, Kind.KEPT):
        return slot if slot.pattern == Slot(token).pattern else None
    return None if known.kind is Kind.LITERAL else slot


def _with_null(slot: Slot, token: Token) -> Slot | None:
    """Return the slot of a date that may be null."""
    date, word = (slot.token, token) if slot.token.kind is Kind.DATE else (token, slot.token)
    if not date.quote or word.text != NULL or slot.differs:
        return None
    return Slot(date, optional=True)


def _is_whole_value(tokens: Sequence[Token], index: int) -> bool:
    r"""Return True if a word is all of a JSON value: `"sent"`, `0`, or `\"sent\"` within a text."""
    before = "".join(token.text for token in tokens[max(index - 6, 0) : index])
    after = "".join(token.text for token in tokens[index + 1 : index + 4])
    return (
        re.search(r':\s*(?:\\*")?\Z', before) is not None
        and re.match(r'(?:\\*")?\s*[,}\]]', after + ("}" if index + 1 == len(tokens) else ""))
        is not None
    )


def literal(slots: Sequence[Slot]) -> list[str]:
    """Return the literal texts that slots begin with."""
    found = []
    for slot in slots:
        if slot.is_captured or slot.token.kind not in (Kind.LITERAL, Kind.WORD):
            break
        found.append(slot.token.text)
    return found
