"""The two functions that an engine runs have the findings of one process, however captures are cut."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import random
from collections import defaultdict
from functools import partial
from pathlib import Path

import pytest

import many_webhooks
import messages
from receiptkit.captures import expand
from receiptkit.contract import Contract
from receiptkit.history.partitions import PARTS
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding
from receiptkit.rules.examples import sample
from receiptkit.scale import (
    ROUNDS,
    Concluded,
    Key,
    conclude_partition,
    functions,
    gather,
    judge_piece,
)
from receiptkit.scale.plan import Plan, plan_for
from receiptkit.validation.choices import Choices
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Summary


class Collected(list[Finding]):
    """A sink that keeps what it is given."""

    finding = list.append

    def end_of_file(self) -> None:
        pass


def travelled(value: object) -> object:
    """Return a value as another process receives it."""
    return pickle.loads(pickle.dumps(value))


def on_an_engine(plan: Plan) -> tuple[list[Finding], Summary]:
    """Check pieces and conclude partitions in any order, with every argument and result pickled."""
    rng = random.Random(len(plan.pieces))
    judge = travelled(partial(judge_piece, plan.job))
    conclude = travelled(conclude_partition)
    assert callable(judge)
    assert callable(conclude)
    order = list(range(len(plan.pieces)))
    rng.shuffle(order)
    judged = {number: travelled(judge(travelled(plan.pieces[number]))) for number in order}
    pieces: defaultdict[Key, list[bytes]] = defaultdict(list)
    for each in judged.values():
        for key, own in each.pieces.items():  # type: ignore[attr-defined] # a Judged
            pieces[key] += own
    concluded: list[Concluded] = []
    for number in ROUNDS:
        for key in [key for key in pieces if key.round == number]:
            rng.shuffle(pieces[key])
            concluded.append(travelled(conclude(key, pieces[key])))  # type: ignore[arg-type] # a Concluded
            for other, piece in concluded[-1].pieces.items():
                pieces[other].append(piece)
    found: list[Finding] = []
    in_order = [judged[number] for number in sorted(judged)]
    return found, gather(plan, in_order, concluded, found.append)  # type: ignore[arg-type] # Judged


def in_one_process(paths: list[str]) -> tuple[list[Finding], Summary]:
    found = Collected()
    summary = Validation(Contract.load(), Choices(join=True)).run(expand(paths), found)
    return list(found), summary


@pytest.fixture
def captures(tmp_path: Path) -> list[str]:
    """Webhooks over several files, a receipt of several messages, a file that is cut, one without anything."""
    paths = many_webhooks.write(tmp_path / "hooks", 5, 300)
    receipts = [
        sample("receipt"),
        sample("receipt") | {"message_sid": "IM" + "0123456789abcdef" * 2},
        sample("receipt") | {"message_sid": "IM" + "0123456789abcdee" * 2, "status": "sent"},
    ]
    for number, receipt in enumerate(receipts):
        (tmp_path / f"{number}.json").write_text(json.dumps(receipt))
    (tmp_path / "cut.ndjson.gz").write_bytes(gzip.compress(os.urandom(999))[:-20])
    (tmp_path / "messages.ndjson").write_text("\n".join(messages.lines(60)))
    lines = [*map(json.dumps, receipts), "{", json.dumps(sample("page"))] * 40
    (tmp_path / "lines.ndjson").write_text("\n".join(lines))
    return [*map(str, paths), *map(str, sorted(tmp_path.glob("*.*"))), str(tmp_path / "no.json")]


@pytest.mark.parametrize("piece", [2000, 30_000, 1 << 24])
def test_as_one_process(captures: list[str], piece: int) -> None:
    """Findings, their order and the counts are those of one process, however the input is cut."""
    plan = plan_for(captures, piece=piece)
    assert (len(plan.pieces) > 5) == (piece < 1 << 24)
    expected = in_one_process(captures)
    assert on_an_engine(plan) == expected
    rules = {finding.rule for finding in expected[0]}
    assert {"timeline.identity", "timeline.regression", "schema.required"} <= rules
    assert {"message.identity", "message.index-changed", "message.deleted"} <= rules
    assert len(expected[1].problems) == 2


def test_more_partitions_for_more_input(
    captures: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large input has more partitions, and the same findings."""
    monkeypatch.setattr("receiptkit.scale.plan._PER_PARTITION", 50)
    plan = plan_for(captures, piece=9000)
    assert plan.job.parts >= 2 * PARTS
    assert on_an_engine(plan) == in_one_process(captures)


def test_another_version_is_refused(captures: list[str]) -> None:
    """A worker with another version says so in one line, and checks nothing."""
    plan = plan_for(captures)
    job = plan.job._replace(versions={**plan.job.versions, "receiptkit": "0.0.1"})
    with pytest.raises(UsageError, match=r"^a worker has receiptkit [0-9.]+\S*, here 0\.0\.1; ins"):
        judge_piece(job, plan.pieces[0])


def test_a_validation_is_loaded_once(captures: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces of one run share what the process has learnt."""
    loaded: list[bytes] = []
    load = pickle.loads

    def counted(raw: bytes) -> object:
        loaded.append(raw)
        return load(raw)

    monkeypatch.setattr(functions, "_LOADED", {})
    monkeypatch.setattr("receiptkit.scale.functions.pickle.loads", counted)
    plan = plan_for(captures, piece=2000)
    for piece in plan.pieces[:4]:
        judge_piece(plan.job, piece)
    assert loaded == [plan.job.raw]


def test_an_empty_partition_has_nothing() -> None:
    """Partitions without pieces conclude to nothing."""
    for number in ROUNDS:
        assert conclude_partition(Key(number, 0), []) == Concluded([], {})
