"""States of receipts are kept between runs, so that webhooks are compared with those of earlier days."""

from __future__ import annotations

import copy
import json
import random
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import many_webhooks
import stores
from receiptkit.history.state import Keeper
from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]


def webhook(day: int, status: str, number: int = 1, **more: str) -> str:
    """A webhook of a receipt, of a day in March."""
    made = sample("webhook")
    form = {
        **made["params"],
        "DeliveryReceiptSid": f"DY{'0123456789abcdef' * 2}"[:-3] + f"{number:03x}",
        "Status": status,
        "DateUpdated": f"2026-03-{day:02}T09:15:02.100Z",
        **more,
    }
    return json.dumps({**made, "params": form})


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


class Days:
    """Runs over one file a day, with one state."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.run = run
        self.folder = folder
        self.state: object = folder / "state"
        self.count = 0

    def day(
        self, *lines: str, options: tuple[object, ...] = ()
    ) -> tuple[list[str], dict[str, int]]:
        """Check a day; return the rules across days that it breaks, with their places, and the saved state."""
        self.count += 1
        path = write(self.folder / f"day{self.count}.ndjson", *lines)
        arguments = ("validate", "--format", "json", "--state", self.state, *options, path)
        _, out, _ = self.run(*arguments)
        report = json.loads(out)
        found = [
            f"{each['rule']} {Path(each['origin']['file']).stem}:{each['origin']['line']}"
            for each in report["findings"]
            if each["rule"].startswith("timeline.")
        ]
        return found, report["summary"]["state"]


@pytest.fixture
def days(run: Run, tmp_path: Path) -> Days:
    return Days(run, tmp_path)


def counts(kept: int, expired: int = 0, lost: int = 0) -> dict[str, int]:
    return {"kept": kept, "expired": expired, "lost": lost}


def test_a_finding_across_days(days: Days, run: Run, tmp_path: Path) -> None:
    """A step back is found with a state, names the place of the day before, and is not found without."""
    assert days.day(webhook(1, "delivered"), webhook(1, "sent", 2)) == ([], counts(2))
    second = webhook(2, "sent")
    assert days.day(second) == (["timeline.regression day2:1"], counts(1))
    _, out, _ = run("validate", tmp_path / "day2.ndjson")
    assert "timeline" not in out
    # What was found is not found again; what is new is.
    assert days.day(webhook(3, "read", 2)) == ([], counts(1))
    found, _ = days.day(webhook(4, "delivered"), webhook(5, "sent"))
    assert "timeline.regression day4:2" in found
    assert not any("day1" in each or "day2" in each for each in found)


def test_the_message_names_the_earlier_place(days: Days, run: Run, tmp_path: Path) -> None:
    """A finding says where the earlier state was, also where a run in between has carried it on."""
    days.day(webhook(1, "sent"), webhook(1, "delivered"))
    days.day(webhook(2, "read", 2))
    days.day(webhook(3, "delivered"))
    path = write(tmp_path / "last.ndjson", webhook(4, "sent"))
    _, out, err = run("validate", "--state", days.state, path)
    assert "is dated after `delivered`" in out
    assert "compare" in out
    assert "day" in out.partition("compare")[2]
    assert err == "receiptkit: note: --state: 1 receipts kept, 0 expired\n"


def test_late_and_repeated_webhooks(days: Days) -> None:
    """The same file again, and late webhooks in the order of their dates, have no finding."""
    first = [webhook(1, "sent"), webhook(3, "read")]
    assert days.day(*first)[0] == []
    assert days.day(*first)[0] == []
    assert days.day(webhook(2, "delivered"))[0] == []
    assert days.day(webhook(3, "read"), webhook(3, "read"))[0] == ["timeline.duplicate day4:2"]


def test_receipts_expire(days: Days) -> None:
    """A receipt is kept for some days after its last event, then counted once, then unknown."""
    options = ("--state-days", 3)
    days.day(webhook(1, "delivered"), webhook(1, "delivered", 2), options=options)
    days.day(webhook(3, "delivered", 2), options=options)
    assert days.day(webhook(5, "sent", 3), options=options) == ([], counts(1, expired=1))
    found, kept = days.day(webhook(6, "sent"), webhook(6, "sent", 2), options=options)
    assert found == ["timeline.regression day4:2"]
    assert kept == counts(2)
    assert days.day(webhook(6, "sent", 4), options=options)[1] == counts(1)


def test_a_date_in_the_future_expires_nothing(days: Days) -> None:
    """A webhook with a date of the next century does not end the time of all receipts."""
    days.day(webhook(1, "delivered"))
    future = webhook(2, "sent", 2).replace("2026-03", "2099-03")
    days.day(future, options=("--state-days", 5000))
    assert days.day(webhook(2, "sent"), options=("--state-days", 5000))[0] == [
        "timeline.regression day3:1"
    ]


def test_one_receipt_of_two_messages(days: Days) -> None:
    """A receipt that another message has on another day is found."""
    days.day(webhook(1, "sent"))
    other = f"IM{'0123456789abcdef' * 2}"[:-1] + "0"
    found, _ = days.day(webhook(2, "delivered", MessageSid=other))
    assert found == ["timeline.identity day2:1"]


def test_pages_and_webhooks(days: Days) -> None:
    """The rows of a page are kept, too, and compared with webhooks of another day."""
    page = sample("page")
    row = page["delivery_receipts"][0]
    days.day(json.dumps(page))
    made = sample("webhook")
    names = {
        "DeliveryReceiptSid": "sid",
        "MessageSid": "message_sid",
        "ConversationSid": "conversation_sid",
        "AccountSid": "account_sid",
    }
    form = {**made["params"], **{name: row[member] for name, member in names.items()}}
    form["ParticipantSid"] = f"MB{'0123456789abcdef' * 2}"
    found, _ = days.day(json.dumps({**made, "params": form}))
    assert "timeline.identity day2:1" in found


def test_a_lost_state_costs_findings_only(days: Days, run: Run, tmp_path: Path) -> None:
    """Damaged or missing files of a state are reported, and everything else is checked."""
    days.day(webhook(1, "delivered"), webhook(1, "delivered", 2))
    state = Path(str(days.state))
    (kept,) = state.glob("*.kept")
    kept.write_bytes(b"\0" * kept.stat().st_size)
    found, of_state = days.day(webhook(2, "sent"))
    assert found == []
    assert of_state["lost"] > 0
    for path in state.glob("*.kept"):
        path.unlink()
    (state / "receiptkit-state-1-5.json").write_text('{"base": 1')
    path = write(tmp_path / "last.ndjson", webhook(3, "sent", 2))
    code, out, err = run("validate", "--state", state, path)
    assert code == 0
    assert "limit: --state: receiptkit-state-1-5.json cannot be read" in out
    assert "pieces of earlier runs could not be read" in err


#: Replacements of a value of a state: a run writes none of them.
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    2**62,
    10**30,
    "x",
    "../x.kept",
    [],
    {},
    [[]],
    "\ud800",
)


def spoilt(value: Any, draw: random.Random) -> Any:
    """Return a JSON value in which one value is another."""
    if draw.random() < 0.3 or not isinstance(value, (dict, list)) or not value:
        return draw.choice(ODD)
    key = draw.choice(list(value) if isinstance(value, dict) else range(len(value)))
    changed = copy.copy(value)
    changed[key] = spoilt(value[key], draw)
    return changed


def test_a_state_that_no_run_wrote(days: Days, run: Run, tmp_path: Path) -> None:
    """A corrupted state never keeps a run from checking its files."""
    days.day(webhook(1, "delivered"), webhook(1, "delivered", 2))
    state, draw = Path(str(days.state)), random.Random(0)
    (kept,), (of_run,) = state.glob("*.kept"), state.glob("*.json")
    raw, content = kept.read_bytes(), json.loads(of_run.read_text())
    path = write(tmp_path / "last.ndjson", webhook(2, "sent"))
    for number in range(150):
        pieces, places = [], {}
        for key, ((name, start, length),) in content["places"].items():
            piece = zlib.decompress(raw[start : start + length])
            if number % 2 and key.startswith("1.") and piece != b"[]":
                piece = json.dumps(spoilt(json.loads(piece), draw)).encode()
            elif number % 3 == 0 and key.startswith("0."):
                piece = piece[: draw.randint(0, len(piece))]
            pieces.append(zlib.compress(piece))
            places[key] = [[name, sum(map(len, pieces[:-1])), len(pieces[-1])]]
        shutil.rmtree(state)
        state.mkdir()
        kept.write_bytes(b"".join(pieces))
        header = {**content, "places": places}
        of_run.write_text(json.dumps(header if number % 2 else spoilt(header, draw)))
        code, _, err = run("validate", "--state", state, path)
        assert code in (0, 1), err
        assert "internal error" not in err


def test_nothing_is_changed_or_left(days: Days) -> None:
    """Runs only add files, and leave no temporary one."""
    before: dict[Path, bytes] = {}
    for day in (1, 2, 3):
        days.day(webhook(day, "sent", day))
        now = {path: path.read_bytes() for path in Path(str(days.state)).iterdir()}
        assert before.items() <= now.items()
        assert len(now) == len(before) + 2
        before = now


def test_a_run_that_is_killed_leaves_nothing_behind(days: Days) -> None:
    """A run that is killed before its last file leaves nothing that the next run reads."""
    days.day(webhook(1, "delivered"))
    state = Path(str(days.state))
    (kept,) = state.glob("*.kept")
    (state / "receiptkit-state-1-9-0-all.kept").write_bytes(kept.read_bytes()[:20])
    (state / f"{kept.name}.77.tmp").write_bytes(b"{")
    assert days.day(webhook(2, "sent")) == (["timeline.regression day2:1"], counts(1))


def test_a_state_that_cannot_be_written_ends_the_run(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state that cannot be written is one line and exit 2, and leaves no file."""
    path = write(tmp_path / "day.ndjson", webhook(1, "sent"))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    code, _, err = run("validate", "--state", tmp_path / "state", path)
    assert (code, err.count("\n")) == (2, 1)
    assert "space" in err
    assert list((tmp_path / "state").iterdir()) == []


def test_runs_that_begin_at_once_keep_both(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simultaneous runs write separate files; the next run reads both."""
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: 1_790_000_000.0)
        patch.setattr("secrets.randbits", lambda _: 5)
        keepers = [Keeper(str(days.state), 7) for _ in range(2)]
    assert keepers[0].state.base == keepers[1].state.base
    for number in (1, 2):
        with monkeypatch.context() as patch:
            patch.setattr("receiptkit.history.state.Keeper", lambda *_: keepers.pop())
            assert days.day(webhook(1, "delivered", number)) == ([], counts(1))
    found, kept = days.day(webhook(2, "sent"), webhook(2, "sent", 2))
    assert found == ["timeline.regression day3:1", "timeline.regression day3:2"]
    assert kept == counts(2)


def test_a_line_that_is_too_long_keeps_nothing(run: Run, tmp_path: Path) -> None:
    """A run that cannot read a file to its end compares and keeps nothing, and says so in a line."""
    long = write(tmp_path / "long.ndjson", webhook(1, "sent"), json.dumps("x" * 5000))
    path = write(tmp_path / "day.ndjson", webhook(1, "delivered"), webhook(2, "sent"))
    arguments = ("--max-record", "4K", "--state", tmp_path / "state", "--jobs")
    found = [run("validate", *arguments, jobs, path, long) for jobs in (1, 2)]
    assert found[0] == found[1]
    code, out, err = found[0]
    assert code == 2
    assert "limit: nothing was compared between observations" in out
    assert "0 receipts kept" in err


def test_another_version_is_refused(days: Days, run: Run, tmp_path: Path) -> None:
    """A state of another receiptkit version is refused in one line, before any check."""
    days.day(webhook(1, "sent"))
    (Path(str(days.state)) / "receiptkit-state-9-1.json").write_text("{}")
    code, _, err = run("validate", "--state", days.state, tmp_path / "day1.ndjson")
    assert (code, err.count("\n")) == (2, 1)
    assert err.endswith(": another version of receiptkit wrote receiptkit-state-9-1.json\n")


def test_a_folder_that_cannot_be_is_one_line(run: Run, tmp_path: Path) -> None:
    """A path to a file instead of a folder is one line and exit 2."""
    path = write(tmp_path / "day.ndjson", webhook(1, "sent"))
    code, _, err = run("validate", "--state", path / "state", path)
    assert (code, err.count("\n")) == (2, 1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_processes_keep_the_same(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """Several processes find the same across runs as one that checks all files at once."""
    monkeypatch.setattr("receiptkit.validation.units._SPAN", 9000)
    paths = []
    for file in range(4):
        paths.append(tmp_path / f"{file}.ndjson")
        paths[-1].write_text("".join(many_webhooks.lines(file, 150)))
    _, whole, _ = run("validate", "--join", "--format", "ndjson", *paths)
    found = []
    for path in paths:
        arguments = ("--state", tmp_path / "state", "--jobs", jobs, "--format", "ndjson")
        found += run("validate", *arguments, path)[1].splitlines()
    assert "timeline.regression" in whole

    def across(lines: list[str]) -> list[str]:
        return sorted(line for line in lines if '"timeline.' in line)

    assert across(found) == across(whole.splitlines())


def test_a_state_in_a_bucket(run: Run, tmp_path: Path) -> None:
    """A state behind a URL works like one in a folder."""
    with stores.bucket():
        days = Days(run, tmp_path)
        days.state = "s3://hooks/state/receipts"
        assert days.day(webhook(1, "delivered")) == ([], counts(1))
        assert days.day(webhook(2, "sent")) == (["timeline.regression day2:1"], counts(1))


def test_no_days_are_refused(days: Days) -> None:
    """A state is kept for a day at least."""
    code, _, err = days.run("validate", "--state-days", 0, "x.json")
    assert code == 2
    assert "0 is not in the range" in err
