"""When it is worth learning, and which shape comes first."""

from __future__ import annotations

import json
from typing import Any

from receiptkit.bulk import Bulk


def record(number: int, name: str = "sid") -> bytes:
    return json.dumps({name: f"DY{number + 0x1234567:032x}"}).encode()


def exact(text: str) -> tuple[bool, Any]:
    return True, json.loads(text)


def test_knows_nothing_at_first() -> None:
    assert Bulk().facts([record(1), b"\xff"]) == [None, None]


def test_learns_several_shapes() -> None:
    bulk = Bulk()
    for name in ("sid", "other"):
        bulk.learn(record(1, name).decode(), (), exact)
    found = bulk.facts([record(2), b"\xff", record(3, "other"), record(4, "more"), record(5)])
    assert found == [
        json.loads(record(2)),
        None,
        json.loads(record(3, "other")),
        None,
        json.loads(record(5)),
    ]


def test_waits_before_it_learns_and_stops_where_nothing_comes_of_it() -> None:
    bulk = Bulk()
    worth = [bulk.is_worth_learning() for _ in range(300)]
    assert not any(worth[:20])
    assert worth[30]
    assert sum(worth[:100]) < 18
    assert sum(worth) < 20
    bulk.learn(record(1).decode(), (), exact)
    assert bulk.facts([record(2)]) != [None]
    assert sum(bulk.is_worth_learning() for _ in range(100)) > 10


def test_members_that_a_rule_looks_into() -> None:
    bulk = Bulk(literal=("sid",))
    bulk.learn(record(1).decode(), (), exact)
    assert bulk.facts([record(1), record(2)]) == [json.loads(record(1)), None]
