"""Words that are evidence of parameters, searched for quickly and exactly."""

from __future__ import annotations

import random

from receiptkit.captures.parameters import _HINT, _HINTS, has_hint
from receiptkit.captures.unwrap import _RESPONSE_WORDS, _RESPONSES

_PIECES = (
    *(b"event", b"_", b"-", b"Type", b"TYPE", b"delivery", b"receipt", b"Sid", b"h4sia"),
    *(b"RXZlbnRUeXBl", b"rxzlbnr", b"UeXBl", b'"buffer"', b"Twilio", b"proxy", b"V2ZW50X3R5cG"),
    *(b" ", b"response", b"Responses", b'"', b":", b"res", b"resp", b"\n", b"status", b"Code"),
    *(b"is", b"EventType", b"\xff"),
)


def test_quick_searches_miss_nothing() -> None:
    rng, found = random.Random(1), 0
    for _ in range(20_000):
        raw = b"".join(rng.choice(_PIECES) for _ in range(rng.randrange(8)))
        assert has_hint(raw) is (_HINT.search(raw) is not None), raw
        if _RESPONSES.search(raw):
            found += 1
            assert any(word in raw for word in _RESPONSE_WORDS), raw
    assert found > 100


def test_each_word_is_searched_for() -> None:
    for hint in _HINTS:
        for mark in ("", "_", " ", "-"):
            word = f"a {hint.replace('[_ -]?', mark)}."
            for text in (word, word.upper(), word.lower()):
                assert has_hint(text.encode()), text
