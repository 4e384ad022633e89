"""Memories of messages give the same findings however a run is divided, and with bulk or without."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import messages
from receiptkit.captures import Observation
from receiptkit.history import Memory, note
from receiptkit.model.location import Arrival
from receiptkit.rules import catalogue
from receiptkit.rules.examples import sample
from receiptkit.validation import processes, units

Run = Callable[..., tuple[int, str, str]]
RULES = {
    "message.identity",
    "message.index-changed",
    "message.changed",
    "message.after-receipt",
    "message.receipt-of-author",
    "message.deleted",
    "delivery.disagrees-with-receipts",
}


@pytest.fixture(params=["exchanges", "bodies"])
def capture(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with two captures of the same messages."""
    made = list(messages.lines(160, in_bodies=request.param == "bodies"))
    for number, own in enumerate((made[::2], made[1::2])):
        text = "\n".join(line for line in own if line != '""')
        (tmp_path / f"{number}.ndjson").write_text(f"{text}\n")
    return tmp_path


def judged(run: Run, *arguments: object) -> tuple[int, str, str]:
    return run("validate", "--format", "json", *arguments)


@pytest.mark.parametrize("join", [[], ["--join"]])
def test_reports_are_the_same_however_they_come_about(
    capture: Path, run: Run, monkeypatch: pytest.MonkeyPatch, join: list[str]
) -> None:
    monkeypatch.setattr(units, "_SPAN", 20_000)
    monkeypatch.setattr(processes, "_MUCH", 0)
    expected = judged(run, capture, *join, "--jobs", 1)
    rules = {each["rule"] for each in json.loads(expected[1])["findings"]}
    is_whole = "request" in next(capture.iterdir()).read_text()
    wanted = RULES if is_whole else RULES - {"message.deleted"}
    assert wanted <= rules or not join
    for more in (["--no-bulk"], ["--memory", "64K"], ["--memory", "64K", "--no-bulk"]):
        assert judged(run, capture, *join, "--jobs", 1, *more) == expected
    for jobs in (2, 3):
        assert judged(run, capture, *join, "--jobs", jobs) == expected
        assert judged(run, capture, *join, "--jobs", jobs, "--memory", "64K") == expected


def test_messages_are_proven_clean(tmp_path: Path, run: Run, checked: list[Observation]) -> None:
    """Most of many alike messages, lists and deletions are never parsed, and yet compared."""
    path = tmp_path / "a.ndjson"
    path.write_text("\n".join(messages.lines(600)) + "\n")
    count = path.read_text().count("\n")
    _, out, _ = judged(run, "--jobs", 1, path)
    assert len(checked) < count / 2
    assert {each["rule"] for each in json.loads(out)["findings"]} >= RULES


def test_a_receipt_of_another_run_is_compared(tmp_path: Path, run: Run) -> None:
    """A receipt in a state is compared with a message of this run, if it was seen again."""
    state, days = tmp_path / "state", [tmp_path / f"{number}.ndjson" for number in (1, 2)]
    moved = {**sample("message"), "account_sid": f"AC{'0123456789abcdef' * 2}", "delivery": None}
    hook = sample("webhook")
    later = {**hook, "params": {**hook["params"], "Status": "delivered", "AccountSid": "AC"}}
    days[0].write_text(json.dumps(hook) + "\n")
    days[1].write_text(f"{json.dumps(moved)}\n{json.dumps(later)}\n")
    assert "message.identity" not in judged(run, "--state", state, days[0])[1]
    report = json.loads(judged(run, "--state", state, days[1])[1])
    found = [each for each in report["findings"] if each["rule"] == "message.identity"]
    assert [each["origin"]["line"] for each in found] == [1]


def _examples(rule: str) -> tuple[str, str]:
    """The two observations of the bad example of a rule."""
    example = catalogue.find(rule).bad
    assert example is not None
    first, second = example.capture().decode().splitlines()
    return first, second


@pytest.mark.parametrize("between", [0, 2])
@pytest.mark.parametrize(
    "rule",
    [
        "message.index-changed",
        "message.changed",
        "message.after-receipt",
        "message.receipt-of-author",
        "resource.identity",
        "resource.changed",
        "conversation.reopened",
    ],
)
def test_what_a_run_saw_is_compared_in_the_next(
    tmp_path: Path, run: Run, rule: str, between: int
) -> None:
    """With a state, messages, conversations and participants are compared with those of earlier runs."""
    first, second = _examples(rule)
    other = json.dumps(sample("configuration"))
    found = []
    for number, line in enumerate([first, *[other] * between, second, second]):
        path = tmp_path / f"{number}.ndjson"
        path.write_text(line + "\n")
        report = json.loads(judged(run, "--state", tmp_path / "state", path)[1])
        found.append([each for each in report["findings"] if each["rule"] == rule])
    assert [bool(each) for each in found[: between + 2]] == [*[False] * (between + 1), True]
    assert "compare" in found[between + 1][0]["message"]
    assert "0.ndjson:1" in found[between + 1][0]["message"]


@pytest.mark.parametrize("rule", ["message.after-receipt", "message.receipt-of-author"])
def test_a_receipt_of_an_earlier_run_is_compared_with_its_message(
    tmp_path: Path, run: Run, rule: str
) -> None:
    """A message of this run is compared with the receipts that are kept."""
    second, first = _examples(rule)
    found = []
    for number, line in enumerate([first, second]):
        path = tmp_path / f"{number}.ndjson"
        path.write_text(line + "\n")
        found.append(judged(run, "--state", tmp_path / "state", path)[1])
    assert [rule in each for each in found] == [False, True]


def test_a_state_keeps_no_address_and_no_summary(tmp_path: Path, run: Run) -> None:
    first, _ = _examples("resource.changed")
    path = tmp_path / "a.ndjson"
    path.write_text(f"{first}\n{json.dumps(sample('message'))}\n")
    judged(run, "--state", tmp_path / "state", path)
    (kept,) = (tmp_path / "state").glob("*.kept")
    (of_run,) = (tmp_path / "state").glob("*.json")
    raw = b"".join(
        zlib.decompress(kept.read_bytes()[start : start + length])
        for places in json.loads(of_run.read_text())["places"].values()
        for _, start, length in places
    )
    assert b"MB5193" in raw
    assert b"IM3f71" in raw
    assert b"+1555" not in raw
    assert b"undelivered" not in raw


def test_the_note_of_a_message_is_short() -> None:
    """A message takes about 280 bytes, of which its summary is a third."""
    head, rows = note("message", sample("message"))
    assert rows == []
    assert len(head) < 290
    assert len(note("message", {**sample("message"), "delivery": None}).head) < 200


def test_rows_of_a_list_are_remembered_by_themselves() -> None:
    """Each row goes to the partition of its own message."""
    rows = [{**sample("message"), "sid": f"IM{number:032x}"} for number in range(50)]
    memory = Memory(limit=1, parts=4)
    memory.enter("messages", {"messages": [*rows, None, {}]}, Arrival())
    partitions = memory.partitions()
    one = len(note("message", rows[0]).head)
    assert partitions.size < 50 * (one + 80)
