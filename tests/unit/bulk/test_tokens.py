"""The text of a record is split into tokens."""

from __future__ import annotations

import pytest

from receiptkit.bulk.law import Unread
from receiptkit.bulk.tokens import Kind, Token, text_of, tokens

DY, IM = "DY" + "0123456789abcdef" * 2, "IM" + "fedcba9876543210" * 2


def split(text: str, *unread: Unread, literal: tuple[str, ...] = ()) -> list[Token]:
    found = tokens(text, 0, len(text), unread, literal)
    assert text_of(found) == text
    return [token for token in found if token.kind is not Kind.LITERAL]


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f'"{DY}"', [Kind.SID]),
        (f"Sid={DY}&MessageSid={IM}", [Kind.WORD, Kind.SID, Kind.WORD, Kind.SID]),
        (f'"{DY[:2]}{"a" * 32}"', []),
        (f'"{DY}0"', [Kind.WORD]),
        (f'"x{DY}"', [Kind.WORD]),
        (f'"{DY.upper()}"', [Kind.WORD]),
        ('"2026-03-02T09:15:00Z"', [Kind.DATE]),
        ("At=2026-03-02T09%3A15%3A00.120Z", [Kind.WORD, Kind.DATE]),
        ('"2026-03-02T09:15:00+01:00"', [Kind.DATE]),
        ('"2026-03-02 09:15:00Z"', [Kind.WORD, Kind.WORD, Kind.WORD, Kind.WORD]),
        ("?Page=1&PageToken=PT15:a.b", [Kind.WORD, Kind.WORD, Kind.OPAQUE]),
        ("?PageToken=PT%3A15", [Kind.WORD]),
    ],
)
def test_classes(text: str, kinds: list[Kind]) -> None:
    assert [token.kind for token in split(text)] == kinds


def test_a_date_that_is_a_whole_value_has_its_quotes() -> None:
    assert split(r"{\"at\": \"2026-03-02T09:15:00Z\"}")[-1] == (
        Kind.DATE,
        "2026-03-02T09:15:00Z",
        r"\"",
    )


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (DY, Kind.STRING),
        ("17", Kind.NUMBER),
        ("2026-03-02T09:15:00.000Z", Kind.MOMENT),
        ("Mon, 02 Mar 2026", Kind.STRING),
    ],
)
def test_splits_unread_values(value: str, kind: Kind) -> None:
    assert split(f'"{value}"', Unread(1, 1 + len(value))) == [Token(kind, value)]


@pytest.mark.parametrize("value", [r"\u0041", "é", "1e400x\\"])
def test_keeps_unusual_values_literal(value: str) -> None:
    kinds = {token.kind for token in split(f'"{value}"', Unread(1, 1 + len(value)))}
    assert kinds.isdisjoint((Kind.STRING, Kind.NUMBER))


def test_members_that_a_rule_looks_into_stay_literal() -> None:
    text = f'{{"sid": "{DY}", "url": "https://x/{DY}/{IM}"}}'
    assert sum(token.kind is Kind.SID for token in split(text)) == 3
    assert sum(token.kind is Kind.SID for token in split(text, literal=("url",))) == 1
    assert not [
        token for token in split(f"a=1&Sid={DY}", literal=("Sid",)) if token.kind is Kind.SID
    ]
