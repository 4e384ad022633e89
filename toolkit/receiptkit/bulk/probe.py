"""
Copies of a record's text that the exact path is asked about: other SIDs, other dates,
other tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from receiptkit.bulk.tokens import Kind, Token

#: What markers look like wherever they come out again.
MARKERS = re.compile(
    r"([A-Z]{2}[0-9a-f]{32}|2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9:%A.]{8,24}(?:Z|[+-][0-9:]{5})?"
    r"|PT\.renamed\.[A-Za-z0-9_.:~-]+|KEPT[0-9]+/[A-Za-z0-9+/]+=*)"
)
_GMT = " GMT"
_FIRST = datetime(2031, 1, 1)  # noqa: DTZ001 # naive, as the text it is written to
_WRITTEN = "%Y-%m-%dT%H:%M:%S"
_LENGTH = 19
#: SIDs are renamed one to one, to others for each of the two copies.
_HEX = "0123456789abcdef"
_DATES, _SAME = (Kind.DATE, Kind.MOMENT), (Kind.LITERAL, Kind.WORD)
_MARKED, _MOVED = (str.maketrans(_HEX, _HEX[by:] + _HEX[:by]) for by in (5, 9))


def marked(tokens: Sequence[Token]) -> list[Token]:
    """
    Return tokens in which every value that a pattern captures is a marker.

    Equal SIDs and opaque tokens get equal markers; every date gets one of its own, later than that
    of the date before, and so does every text that facts have.
    """
    found: list[Token] = []
    counted = 0
    for token in tokens:
        kind, text, quote = token
        if kind in _SAME:
            found.append(token)
        elif kind in _DATES:
            counted += 1
            moment = _FIRST + timedelta(minutes=7 * counted, seconds=counted % 60)
            found.append(Token(kind, _at(text, moment), quote))
        elif kind is Kind.KEPT:
            # Of several that are equal, only one may be looked at.
            found.append(Token(kind, _kept(text, len(found)), quote))
        else:
            found.append(Token(kind, _renamed(token, _MARKED), quote))
    return found


def moved(tokens: Sequence[Token]) -> list[Token]:
    """
    Return tokens with all SIDs and opaque tokens renamed, and all dates moved by a day; raise
    ValueError if one is no date.
    """

    def later(text: str) -> str:
        plain = text[:_LENGTH] if "%3A" not in text else text.replace("%3A", ":")[:_LENGTH]
        return _at(text, datetime.fromisoformat(plain) + timedelta(days=1))

    return [
        token
        if token.kind in _SAME
        else Token(
            token.kind,
            later(token.text) if token.kind in _DATES else _altered(token),
            token.quote,
        )
        for token in tokens
    ]


def _renamed(token: Token, table: dict[int, int]) -> str:
    if token.kind is Kind.KEPT:
        return _kept(token.text, 0)
    if token.kind is Kind.SID:
        return token.text[:2] + token.text[2:].translate(table)
    return f"PT.renamed.{token.text}" if token.kind is Kind.OPAQUE else token.text


def _kept(text: str, number: int) -> str:
    """Return another text like one that facts have."""
    if text.endswith(_GMT):
        written = f"{number % 60:02d}:{number // 60 % 60:02d}:58{_GMT}"
        return text[: -len(written)] + written
    return f"KEPT{number}/{text}"


def _altered(token: Token) -> str:
    """Return another SID or token, and another value of what nothing reads."""
    if token.kind in (Kind.STRING, Kind.SHORT, Kind.BARE):
        return f"{token.text}x"
    if token.kind is Kind.HEX:
        return token.text.translate(_MOVED)
    if token.kind is Kind.NUMBER:
        return token.text[:-1] + str((int(token.text[-1]) + 1) % 10)
    return _renamed(token, _MOVED)


def _at(text: str, moment: datetime) -> str:
    """Return a date of the same form at another moment."""
    written = moment.strftime(_WRITTEN)
    if "%3A" in text:
        written = written.replace(":", "%3A")
    return written + text[len(written) :]
