"""Items of cassettes in YAML, cut without loading, beside those that the loader reads."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
import yaml

from receiptkit.captures.yaml_cut import Cut, unfolded
from receiptkit.captures.yaml_items import ROOT, Item, item, items
from receiptkit.model.errors import CaptureError

NAMES = ("interactions", "http_interactions", ROOT)
TEXTS = [
    *("plain", "it's", 'a "b"', "- dash", "a: b", "x # y", "two words", "", "null", "12", "*/*"),
    *("&a", "*a", "line\nbreak", "\n- item", "tail \n", "é\u2028", "{}", "[", "|", "a\\b", "%"),
    *('{"a": [{"b": "c c c"}, {"b": null}]} ' * 9, "word " * 40, "'" * 9, '\\"' * 9, "a:b"),
]


def interaction(rng: random.Random, texts: list[str]) -> dict[str, Any]:
    def text() -> str:
        return rng.choice(texts)

    headers = {name: [text()] for name in ("Accept", "Date", "X-Y")[: rng.randrange(4)]}
    request = {"method": "GET", "uri": f"https://x.y/{rng.random()}?a=b&c=d", "headers": headers}
    response = {"body": {"string": text()}, "status": {"code": 200, "message": text()}}
    return {"request": request, "response": response}


def cassette(rng: random.Random) -> str:
    # Most have nothing that is not simple until late.
    simple = [
        "plain",
        "12",
        "*/*",
        "a:b",
        "two words",
        "word " * 40,
        '{"a": [{"b": "c, d"}]}, ' * 9,
    ]
    count, from_here = rng.randrange(8), rng.randrange(16)
    found = [interaction(rng, simple if at < from_here else TEXTS) for at in range(count)]
    document: Any = {"version": 1, "interactions": found}
    if rng.random() < 0.5:
        document = {"interactions": found, "recorded_with": "x"}
    if rng.random() < 0.2:
        document = found
    if rng.random() < 0.2:
        document = {"http_interactions": found, "interactions": found[:1]}
    style = rng.choice([None, None, None, None, "'", '"', "|"])
    text = yaml.dump(document, default_style=style, width=rng.choice([80, 80, 40, 10**6]))
    for _ in range(rng.choice([0, 0, 1])):
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(["'", '"', "\n", "\n- ", " ", ":", "#", "\t"]) + text[at:]
    return text


def by_loader(text: str) -> tuple[list[Item], str]:
    return _gathered(items(io.BytesIO(text.encode()), NAMES, 10**6))


def by_cut(text: str) -> tuple[list[Item], str, int]:
    cut = Cut(io.BytesIO(text.encode()), NAMES)
    found: list[Item] = []
    try:
        for group in cut.groups():
            found += (item(raw, line)._replace(text="") for raw, line in group)
    except CaptureError as error:
        return found, str(error), len(found)
    count = len(found)
    rest, wrong = _gathered(items(cut, NAMES, 10**6, cut.before))
    return [*found, *rest], wrong, count


def _gathered(each: Any) -> tuple[list[Item], str]:
    found: list[Item] = []
    try:
        found += (one._replace(text="") for one in each)
    except CaptureError as error:
        return found, str(error)
    return found, ""


@pytest.mark.parametrize("size", [60, 1 << 17])
def test_items_are_those_of_the_loader(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Cut items have the loader's values, places and error lines, for any texts."""
    monkeypatch.setattr("receiptkit.captures.yaml_cut._CHUNK", size)
    rng, cut_once = random.Random(size), 0
    for _ in range(150):
        text = cassette(rng)
        expected, wrong = by_loader(text)
        found, error, count = by_cut(text)
        cut_once += count > 0
        assert bool(error) is bool(wrong), text
        assert found == expected or (wrong and found[: len(expected)] == expected), text
    assert cut_once > 20


def test_unfolded_items_have_the_same_values() -> None:
    rng, folded = random.Random(3), 0
    for _ in range(120):
        text = cassette(rng)
        for group in Cut(io.BytesIO(text.encode()), NAMES).groups():
            for raw, line in group:
                try:
                    expected = item(raw, line).value
                except CaptureError:
                    continue
                assert item(unfolded(raw), line).value == expected
                folded += unfolded(raw) != raw
    assert folded > 20


@pytest.mark.parametrize(
    "text",
    [
        "interactions:\n- request: 'a\n- b'\n- request: c\n",
        "interactions:\n- request: [a,\n- b]\n- request: c\n",
        "interactions:\n- request: &a b\n- request: *a\nversion: 1\n",
        "interactions:\n- request:\n    <<: *x\n- request: y\n",
        "interactions:\n- request: |\n    - a\n    'b\n- request: c\nversion: 1\n",
        "interactions:\r\n- request: a\r\n- request: b\r\n",
        "%TAG ! tag:x,2000:\n---\ninteractions:\n- request: !y b\n- request: c\n",
        "interactions:\n- request: a\n---\ninteractions:\n- request: b\n",
        "interactions:\n  - request: a\n  - request: b\n  -   request: c\n",
        "- request:\n    method: GET\n- request:\n    method: GET\n",
    ],
)
def test_does_not_cut_lookalikes_of_items(text: str) -> None:
    expected, wrong = by_loader(text)
    assert by_cut(text)[:2] == (expected, wrong)
