"""Cassettes have the bytes that PyYAML's emitter writes, for any content."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from receiptkit.generation import SCENARIOS, Generator, recording
from receiptkit.generation.cassette import interaction as written

GENERATOR = Generator()


def dumped(interactions: list[dict[str, Any]]) -> bytes:
    """The same by PyYAML alone."""
    whole = {"interactions": interactions, "version": 1}
    text: str = yaml.dump(whole, Dumper=yaml.SafeDumper, allow_unicode=True, width=1_000_000)
    return text.encode()


def cassette(interactions: list[dict[str, Any]]) -> bytes:
    """A cassette of interactions."""
    return b"".join(recording.CASSETTE.framed(map(written, interactions)))


def interaction(body: str | None, value: str, name: str = "X") -> dict[str, Any]:
    return {
        "request": {"body": body, "headers": {name: [value]}, "method": "POST", "uri": value},
        "response": {
            "body": {"string": body or ""},
            "headers": {},
            "status": {"code": 200, "message": "OK"},
        },
    }


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenarios(name: str) -> None:
    """The cassette of any scenario has PyYAML's bytes, also with GET and signatures."""
    options: list[dict[str, Any]] = [{}, {"method": "GET"}, {"auth_token": "12345"}]
    for each in options:
        seen = recording.seen(GENERATOR, GENERATOR.world(name, seed=3), **each)
        interactions = [recording._interaction(item) for _, item in seen]
        assert cassette(interactions) == dumped(interactions)
    assert cassette([]) == dumped([])


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "a=", "a=b", "y", "null", "0.053", "412", "1e5", "12:30", "=", "a: b", "a #b", "- a", "?a", "&a", "*a", "%a"),
        *("{}", "{ }", "{'}", "{\x85}", "{\u2028}", "{\ufeff}", "{\U0001f600}", "{\x7f}", "{\ud7ff\ue000}", '{"a": "ü\'"}'),
        *("a\nb", "{\n}", "a=b\n", "https://x/:", "https://x/a:b", "https://x/?a=b&c=*", "2026-03-02", "x" * 200),
        *("a=" + "b" * 1_000_000, "{" + "a b " * 250_001 + "}"),
    ],
)  # fmt: skip
def test_odd_texts(text: str) -> None:
    """A text that looks like another type, or needs quotes, escapes or several lines, is written as PyYAML writes it."""
    interactions = [interaction(text, text), interaction(None, text)]
    assert cassette(interactions) == dumped(interactions)


@given(st.text(), st.text(alphabet=":{}'\" #&*!|>%@`-?,[]=\n\t\x85a1."), st.text())
@settings(deadline=None, max_examples=300)
def test_any_text(body: str, value: str, name: str) -> None:
    """The same holds for any text at all."""
    for text in (body, "{" + body + "}", "a=" + value, "https://" + value):
        interactions = [interaction(text, value, "X-" + name)]
        assert cassette(interactions) == dumped(interactions)
