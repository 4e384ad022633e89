"""Patterns capture values; a result may depend on some of them."""

from __future__ import annotations

import re

import pytest

from receiptkit.bulk.law import NotAlike
from receiptkit.bulk.slots import Slot
from receiptkit.bulk.tokens import tokens
from receiptkit.bulk.unit import UnitPattern, are_sids

SID, OTHER = "DY" + "0123456789abcdef" * 2, "DY" + "fedcba9876543210" * 2
EARLY, LATE = "2026-03-02T09:15:00.100Z", "2026-03-02T09:15:00.900Z"


def unit(text: str) -> UnitPattern:
    return UnitPattern([Slot(token) for token in tokens(text, 0, len(text), (), ())])


def captured(text: str, other: str) -> tuple[str, ...] | None:
    match = re.fullmatch(unit(text).pattern, other)
    return match.groups("") if match else None


def test_equal_sids_stay_equal() -> None:
    assert captured(f"{SID} {SID}", f"{OTHER} {OTHER}") == (OTHER,)
    assert captured(f"{SID} {SID}", f"{OTHER} {SID}") is None


def test_everything_else_is_literal() -> None:
    assert captured(f'a.b "{SID}"', f'a.b "{OTHER}"') == (OTHER,)
    assert captured(f'a.b "{SID}"', f'axb "{OTHER}"') is None


def test_the_order_of_dates_is_part_of_the_key() -> None:
    of_two = unit(f"{EARLY} {LATE}")
    pairs = [(EARLY, LATE), (LATE, EARLY), (EARLY, EARLY), (EARLY, LATE.replace("00.9", "01.9"))]
    keys = of_two.keys(list(zip(*pairs, strict=True)), len(pairs))
    assert len(set(keys)) == len(pairs)


def test_hex_digits_are_looked_at_together() -> None:
    assert are_sids([(SID, OTHER), (OTHER,)])
    assert not are_sids([(SID, OTHER), (OTHER[:-1] + "g",)])
    assert not are_sids([(SID, "D" + OTHER[1:].upper())])
    assert not are_sids([(SID, OTHER[:-1] + "é")])


def test_dates_of_two_forms_have_no_order() -> None:
    with pytest.raises(NotAlike):
        unit(f"{EARLY} 2026-03-02T09:15:00Z")


@pytest.mark.parametrize("digit", "0a")
def test_placeholders_are_no_sids(digit: str) -> None:
    placeholder = "DY" + digit * 32
    assert not are_sids([(SID, placeholder), (OTHER,)])
    assert not are_sids([(placeholder,)])
    # A number with zeros before it is one.
    assert are_sids([(SID, f"DY{1:032x}", f"DY{16:032x}", f"DY{16**8:032x}")])
