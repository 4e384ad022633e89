"""The copies that the exact path is asked about."""

from __future__ import annotations

from receiptkit.bulk.law import Unread
from receiptkit.bulk.probe import marked, moved
from receiptkit.bulk.tokens import Kind, Token, text_of, tokens

SID = "DY" + "0123456789abcdef" * 2
TEXT = f"{SID} {SID} 2028-02-28T09:15:00Z 2028-02-28T09:15:00Z At=2028-02-28T09%3A15%3A00.5Z 17"
TOKENS = tokens(TEXT, 0, len(TEXT), [Unread(len(TEXT) - 2, len(TEXT))], ())


def of(kind: Kind, found: list[Token]) -> list[str]:
    return [token.text for token in found if token.kind is kind]


def test_every_date_has_a_marker_of_its_own() -> None:
    dates = of(Kind.DATE, marked(TOKENS))
    assert len(set(dates)) == 3
    assert dates[0] < dates[1]
    assert dates[2].count("%3A") == 2
    assert dates[2].endswith(".5Z")


def test_equal_sids_stay_equal() -> None:
    for change in (marked, moved):
        one, other = of(Kind.SID, change(TOKENS))
        assert one == other != SID
        assert one[:2] == SID[:2]


def test_dates_move_by_one_day() -> None:
    assert text_of(moved(TOKENS)).count("2028-02-29T09:15:00Z") == 2
    assert "2028-02-29T09%3A15%3A00.5Z" in text_of(moved(TOKENS))


def test_changes_unread_values() -> None:
    assert of(Kind.NUMBER, moved(TOKENS)) == ["18"]
    assert of(Kind.NUMBER, marked(TOKENS)) == ["17"]
