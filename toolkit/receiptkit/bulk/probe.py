"""Copies of a record's text that the exact path is asked about: other SIDs, other dates, other tokens."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from receiptkit.bulk.tokens import Kind, Token

_FIRST = datetime(2031, 1, 1)  # noqa: DTZ001 # naive, as the text it is written to
_WRITTEN = "%Y-%m-%dT%H:%M:%S"
_LENGTH = 19


def marked(tokens: Sequence[Token]) -> list[Token]:
    """
    Return tokens in which every value that a pattern captures is a marker.

    Equal SIDs and opaque tokens get equal markers; every date gets one of its own, later than that of the date before.
    """
    found, counted = [], 0
    for token in tokens:
        if token.kind in (Kind.DATE, Kind.MOMENT):
            counted += 1
            moment = _FIRST + timedelta(minutes=7 * counted, seconds=counted % 60)
            found.append(token._replace(text=_at(token.text, moment)))
        else:
            found.append(token._replace(text=_renamed(token, "marker")))
    return found


def moved(tokens: Sequence[Token]) -> list[Token]:
    """Return tokens with all SIDs and opaque tokens renamed, and all dates moved by a day; raise ValueError if one is no date."""

    def later(text: str) -> str:
        plain = text[:_LENGTH] if "%3A" not in text else text.replace("%3A", ":")[:_LENGTH]
        return _at(text, datetime.strptime(plain, _WRITTEN) + timedelta(days=1))  # noqa: DTZ007 # naive

    return [
        token._replace(
            text=later(token.text)
            if token.kind in (Kind.DATE, Kind.MOMENT)
            else _renamed(token, "moved")
        )
        for token in tokens
    ]


def _renamed(token: Token, salt: str) -> str:
    kind, text, _ = token
    if kind is Kind.SID:
        return text[:2] + _digest(salt + text)
    if kind is Kind.OPAQUE:
        return f"PT{_digest(salt + text)}"
    if kind is Kind.STRING and salt == "moved":
        return f"{text}x"
    if kind is Kind.NUMBER and salt == "moved":
        return text[:-1] + str((int(text[-1]) + 1) % 10)
    return text


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _at(text: str, moment: datetime) -> str:
    """Return a date of the same form at another moment."""
    written = moment.strftime(_WRITTEN)
    if "%3A" in text:
        written = written.replace(":", "%3A")
    return written + text[len(written) :]
