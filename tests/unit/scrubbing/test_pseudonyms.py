"""Pseudonyms have the form of the value that they replace, and are recognised without the key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiptkit.scrubbing import pseudonyms
from receiptkit.scrubbing.pseudonyms import Pseudonyms

MADE, OTHER = Pseudonyms(b"k" * 32), Pseudonyms(b"z" * 32)


@given(st.from_regex(r"\A[A-Z]{2}[0-9a-f]{32}\Z"))
def test_a_sid_keeps_prefix_and_form(sid: str) -> None:
    """A SID becomes another SID of the same prefix, which is known for a pseudonym; no real one is."""
    made = MADE.sid(sid)
    assert made[:2] == sid[:2]
    assert re.fullmatch(r"[A-Z]{2}[0-9a-f]{32}", made)
    assert made != sid
    assert made == Pseudonyms(b"k" * 32).sid(sid) != OTHER.sid(sid)
    assert pseudonyms.is_sid(made)
    assert not pseudonyms.is_sid(sid)


@given(st.from_regex(r"\A[A-Z]{2}[0-9A-Za-z]{20,40}\Z"))
def test_a_broken_sid_stays_broken_in_the_same_way(sid: str) -> None:
    """Every character stays of its kind, so that a rule says the same of it."""
    made = MADE.sid(sid)
    kinds = [r"[0-9a-f]", r"[A-F]", r"[g-z]", r"[G-Z]"]
    for old, new in zip(sid, made, strict=True):
        assert [bool(re.match(kind, old)) for kind in kinds] == [
            bool(re.match(kind, new)) for kind in kinds
        ]
    assert pseudonyms.is_sid(made)


@pytest.mark.parametrize("number", ["+15551234567", "+442071838750", "15551234567"])
def test_a_phone_number_becomes_a_fictional_one(number: str) -> None:
    """The pseudonym has the area code 555, which is not assigned."""
    made = MADE.phone(number)
    assert re.fullmatch(r"\+?1555[0-9]{11}", made)
    assert made.startswith("+") == number.startswith("+")
    assert MADE.phone("+" + number.lstrip("+")).lstrip("+") == made.lstrip("+")
    assert pseudonyms.is_phone(made)
    assert not pseudonyms.is_phone(number)


def test_other_kinds_are_recognised() -> None:
    """Each kind of pseudonym is recognised, and nothing that only resembles it."""
    email, text, signature = MADE.email("a@b.example"), MADE.text("Ada"), MADE.signature("x")
    assert pseudonyms.is_email(email)
    assert pseudonyms.is_text(text)
    assert pseudonyms.is_attributes(MADE.attributes('{"a": 1}'))
    assert pseudonyms.is_signature(signature)
    assert len(signature) == 28
    assert not pseudonyms.is_email("user-0123456789ab0000@example.com")
    assert not pseudonyms.is_text("text-0123456789ab0000")
    assert not pseudonyms.is_attributes('{"scrubbed": "no"}')
    assert not pseudonyms.is_signature("A" * 27 + "=")
    assert not pseudonyms.is_signature("é")
