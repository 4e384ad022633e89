"""The places of characters in strings of YAML and TOML."""

from __future__ import annotations

import random
from typing import Any

import pytest
import yaml

from receiptkit.text.scalars import toml_offsets, yaml_offsets

_PIECES = (
    *("a", "b", " ", "  ", "\n", "\n\n", "\n  ", "'", '"', "\\", "é", "🎉", ": ", "#", "\t", "{"),
    *("word ", "longer words here ", "\x85", "\u2028", "}"),
)


def _scalars(text: str, value: str) -> list[str]:
    events: list[Any] = list(yaml.parse(text, Loader=yaml.SafeLoader))
    return [
        text[each.start_mark.index : each.end_mark.index]
        for each in events
        if getattr(each, "value", None) == value
    ]


@pytest.mark.parametrize("style", ["plain", "'", '"', "|", ">"])
def test_every_character_of_yaml(style: str) -> None:
    """Each character but folded white space is at its place, in every style that a writer chooses."""
    draw = random.Random(style)
    seen = 0
    for _ in range(150):
        value = "".join(draw.choice(_PIECES) for _ in range(draw.randint(1, 50)))
        text = yaml.safe_dump(
            {"k": [value]},
            default_style=None if style == "plain" else style,
            allow_unicode=draw.random() < 0.5,
            width=draw.choice([20, 40, 80]),
        )
        for raw in _scalars(text, value):
            offsets = yaml_offsets(raw, value)
            assert offsets is not None
            assert len(offsets) == len(value) + 1
            for char, at in zip(value, offsets, strict=False):
                assert char.isspace() or raw[at] in (char, "\\")
            seen += 1
    assert seen > 100


def test_another_value() -> None:
    """A text of another value has no places."""
    assert yaml_offsets('"a b"', "a c") is None
    assert toml_offsets('"a"', "b") is None
    assert toml_offsets("17", "17") is None


@pytest.mark.parametrize(
    ("raw", "value", "places"),
    [
        (r'"a\u00e9b"', "aéb", [1, 2, 8]),
        ("'a\\b'", "a\\b", [1, 2, 3]),
        ('"""\na\\\n   b"""', "ab", [4, 10]),
        ("'''\nx\ny'''", "x\ny", [4, 5, 6]),
    ],
)
def test_toml(raw: str, value: str, places: list[int]) -> None:
    """Escapes, and the line breaks that a string of several lines leaves out, are counted."""
    assert (toml_offsets(f"{raw}\nz = 1\n", value) or [])[: len(value)] == places
