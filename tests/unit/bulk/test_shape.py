"""Records that are alike; here everything with an `ok` is clean, and its facts are the parsed text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receiptkit.bulk.law import NotAlike
from receiptkit.bulk.parts import parts
from receiptkit.bulk.shape import Shape


def sid(prefix: str, number: int) -> str:
    return f"{prefix}{number + 0x1234567:032x}"


def record(number: int, status: str = "ok", **more: Any) -> str:
    return json.dumps({"sid": sid("DY", number), "status": status, **more})


def page(number: int, *statuses: str) -> str:
    rows = [
        {"sid": sid("DY", 100 * number + index), "of": sid("IM", number), "status": status}
        for index, status in enumerate(statuses)
    ]
    return json.dumps({"rows": rows, "of": sid("IM", number)})


def exact(text: str) -> tuple[bool, Any]:
    value = json.loads(text)
    return all("ok" in row["status"] for row in value.get("rows", [value])), value


def taught(*texts: str) -> Shape:
    first = next(parts(texts[0]))
    shape = Shape(first)
    for text in texts:
        assert shape.learn(next(parts(text)), exact)
    return shape


def test_facts_of_a_record() -> None:
    shape = taught(record(1))
    texts = [record(2), record(3, "bad"), record(4) + " ", record(5)]
    assert shape.facts(texts) == [json.loads(texts[0]), None, None, json.loads(texts[3])]


def test_only_words_that_were_proven() -> None:
    shape = taught(record(1), record(2, "ok2"))
    assert [
        each is not None for each in shape.facts([record(3), record(4, "ok2"), record(5, "ok3")])
    ] == [
        True,
        True,
        False,
    ]


def test_rows_are_proven_one_by_one_and_their_number_too() -> None:
    shape = taught(page(1, "ok", "ok2"), page(2, "ok", "ok", "ok"))
    assert shape.facts([page(3, "ok2", "ok2")]) == [json.loads(page(3, "ok2", "ok2"))]
    assert shape.facts([page(3, "ok2", "ok2", "ok")]) != [None]
    assert shape.facts([page(3, "ok2", "ok2", "ok", "ok")]) == [None]
    assert shape.facts([page(3, "ok2", "bad")]) == [None]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (sid("DY", 301), sid("DY", 300)),
        (f'"of": "{sid("IM", 3)}"', f'"of": "{sid("IM", 4)}"'),
        (sid("DY", 301), "DY" + "a" * 32),
        ("}, {", "},  {"),
        ("}, {", "} {"),
        ('"ok"}]', '"ok"}, ]'),
    ],
)
def test_rows_relate_as_they_did(old: str, new: str) -> None:
    shape = taught(page(1, "ok", "ok"))
    text = page(3, "ok", "ok")
    assert shape.facts([text]) != [None]
    assert shape.facts([text.replace(old, new, 1), page(5, "ok", "ok")]) == [
        None,
        json.loads(page(5, "ok", "ok")),
    ]


def test_does_not_generalise_a_check_that_reads_more() -> None:
    def looks_at_more(text: str) -> tuple[bool, Any]:
        return sid("DY", 1) in text, json.loads(text)

    first = next(parts(record(1)))
    shape = Shape(first)
    with pytest.raises(NotAlike):
        shape.learn(first, looks_at_more)
    assert shape.facts([record(1)]) == [None]


def test_facts_that_are_no_texts_of_the_record() -> None:
    def counts(text: str) -> tuple[bool, Any]:
        return True, hash(json.loads(text)["sid"])

    first = next(parts(record(1)))
    with pytest.raises(NotAlike):
        Shape(first).learn(first, counts)
