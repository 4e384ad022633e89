"""Elements of an array in a text of any size."""

from __future__ import annotations

import io
import json
import random
from typing import Any

import pytest

from receiptkit.model.errors import CaptureError
from receiptkit.text import json_split
from receiptkit.text.json_split import Element, Splitter

TEXTS = ["", "x", 'a "quoted" text', "back\\slash", '},{"a": 1}', "]}\n", "é", '\\"', '{"name"']


def value(rng: random.Random, depth: int) -> Any:
    """Return a value in which texts look like seams."""
    if depth == 0 or rng.random() < 0.3:
        return rng.choice([*TEXTS, 1, None, True])
    if rng.random() < 0.5:
        return [value(rng, depth - 1) for _ in range(rng.randrange(3))]
    return {name: value(rng, depth - 1) for name in ("a", "b")[: rng.randrange(3)]}


def element(rng: random.Random) -> Any:
    """Return an element: most are alike, and some hold elements that are alike, too."""
    if rng.random() < 0.1:
        return value(rng, 3)
    inner = [{"name": "x", "of": {"b": 1}} for _ in range(rng.randrange(3))]
    return {"name": rng.choice(TEXTS), "held": inner, "of": {"a": rng.choice(TEXTS)}}


def document(rng: random.Random) -> str:
    separators = rng.choice([(",", ":"), (", ", ": "), (",\n", ": ")])
    items = [element(rng) for _ in range(rng.randrange(20))]
    found = {"before": ["x", {}], "items": items, "after": [{"name": 1}, {"name": 2}]}
    return json.dumps(found, separators=separators, ensure_ascii=rng.random() < 0.5)


def split(text: str, *, limit: int = 10**6) -> list[Element]:
    return list(Splitter([("items",)], limit).elements(io.BytesIO(text.encode())))


@pytest.mark.parametrize("size", [7, 60, 300, 1 << 18])
def test_elements_are_those_of_the_parser(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Values and places are right for any size of chunks."""
    rng = random.Random(size)
    monkeypatch.setattr(json_split, "_CHUNK", size)
    for _ in range(150):
        text = document(rng)
        found = split(text)
        assert [json.loads(each.raw) for each in found] == json.loads(text)["items"]
        lines = text.split("\n")
        for raw, (line, column) in found:
            rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
            assert rest.encode().startswith(raw)


def test_alike_elements_are_found_by_their_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_split, "_CHUNK", 500)
    taken = []
    is_element = Splitter._is_element

    def counted(splitter: Splitter, raw: bytes) -> bool:
        taken.append(raw)
        return is_element(splitter, raw)

    monkeypatch.setattr(Splitter, "_is_element", counted)
    items = [{"name": str(number), "of": {"a": "x" * 50}} for number in range(100)]
    assert len(split(json.dumps({"items": items}))) == 100
    assert len(taken) > 80


def test_an_element_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_split, "_CHUNK", 300)
    items: list[Any] = [{"name": number} for number in range(100)]
    with pytest.raises(CaptureError, match="larger than 400 bytes"):
        split(json.dumps({"items": [*items, {"name": "x" * 500}, *items]}), limit=400)
