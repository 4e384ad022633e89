"""Several processes have the findings of one, in the same order."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import traffic
from proofs import wrapping
from receiptkit import Contract
from receiptkit.captures import Limits, Records, Source
from receiptkit.captures.formats import json_document
from receiptkit.captures.spans import line_spans, opened_span
from receiptkit.generation import Generator
from receiptkit.model.finding import Finding
from receiptkit.rules.examples import form, sample
from receiptkit.validation import processes, shares, units
from receiptkit.validation.choices import Choices
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Summary

Run = Callable[..., tuple[int, str, str]]
STATES = (("sent", 2), ("sent", 9), ("delivered", 4), ("delivered", 1), ("undelivered", 5))
PAGE = json.dumps(sample("page"))
BAD = PAGE.replace('"delivered"', '"queued"')
URL = sample("page")["meta"]["url"]
#: States of one receipt, a page of it, a summary: whatever comes together, something is to be told of it.
STORY = [
    *(
        json.dumps(
            sample("receipt") | {"status": status, "date_updated": f"2026-03-02T09:15:0{second}Z"}
        )
        for status, second in STATES
    ),
    *(json.dumps(sample("webhook")), json.dumps(sample("message") | {"delivery": None}), PAGE, BAD),
]


class Collected(list[Finding]):
    """A sink that keeps what it is given, and how many files ended."""

    finding = list.append
    files = 0

    def end_of_file(self) -> None:
        self.files += 1


@pytest.fixture
def small_spans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(units, "_SPAN", 5000)
    monkeypatch.setattr(processes, "_MUCH", 0)


@pytest.fixture
def captures(tmp_path: Path) -> Path:
    """Files of every kind, good and bad; one NDJSON that is cut into many pieces."""
    rng = random.Random(7)
    odd = [
        PAGE,
        BAD,
        "",
        "   ",
        "{",
        '{"a": 1, "a": 2}',
        "[]",
        f"[{BAD}, {BAD}]",
        json.dumps({"x": "y" * 9000}),
        "é",
        "null",
    ]
    lines = [rng.choice([*odd, *STORY]) for _ in range(300)]
    (tmp_path / "a.ndjson").write_text("\n".join([PAGE, BAD, *lines]) + "\n")
    (tmp_path / "b.har").write_bytes(wrapping.har(URL, 200, BAD))
    (tmp_path / "c.yaml").write_bytes(wrapping.as_yaml(wrapping.vcrpy(URL, 200, BAD)))
    (tmp_path / "d.form").write_text(form().replace("=sent", "=queued"))
    (tmp_path / "e.json").write_text("[1, 2")
    (tmp_path / "f.txt").write_text("no capture")
    (tmp_path / "g.ndjson").write_text("\n".join([BAD] * 40))
    (tmp_path / "h.gz").write_bytes(b"\x1f\x8b damaged")
    return tmp_path


@pytest.mark.usefixtures("small_spans")
@pytest.mark.parametrize("jobs", [2, 3, 16])
@pytest.mark.parametrize("join", [False, True])
@pytest.mark.parametrize("format_", ["json", "ndjson", "text"])
def test_as_with_one_process(captures: Path, run: Run, jobs: int, format_: str, join: bool) -> None:
    """Report, errors and exit code are the same byte for byte, across observations, too."""
    named = (captures / "a.ndjson", captures, captures / "nothing.json", captures / "g.ndjson")
    arguments = (
        "validate",
        "--format",
        format_,
        "--show-values",
        *(["--join"] if join else []),
        *named,
    )
    alone = run(*arguments, "--jobs", 1)
    assert run(*arguments, "--jobs", jobs) == alone
    assert alone[0] == 2
    assert alone[2].count("\n") == 2
    assert "timeline.regression" in alone[1]


def traffic_files(folder: Path) -> list[Path]:
    """Write a HAR, cassettes and forms: some of each with a flaw, some in another order of time."""
    made, rng = traffic.Traffic(5), random.Random(5)
    pages = [made.page(2) for _ in range(60)]
    entries = [made.har_entry(page) for page in [*pages, *pages[::7]]]
    rng.shuffle(entries)
    for entry in entries[::9]:
        text = entry["response"]["content"]["text"]
        entry["response"]["content"]["text"] = text.replace('"delivered"', '"queued"')
        del entry["startedDateTime"]
    har = {"log": {"version": "1.2", "entries": entries}}
    interactions = [made.interaction(page) for page in [*pages, *pages[::5]]]
    text = yaml.dump({"interactions": interactions, "version": 1})
    spoilt = text.replace(' "delivered"', ' "queued"', 9)
    forms = [made.form() for _ in range(90)]
    contents = {
        "a.har": "\n".join(made.har(iter(pages))),
        "b.har": json.dumps(har, indent=1),
        "c.har": json.dumps(har)[:-9000],
        "d.yaml": spoilt,
        "e.yaml": text.replace("body: null", "body: 'null", 1).replace("GET", "it's", 1),
        "f.yaml": spoilt.replace("code: 200", "code: [200", 40).replace("[200", "200", 39),
        "g.json": json.dumps({"interactions": interactions}),
        "h.form": "\n".join([*forms, *forms[::8], forms[3].replace("=sent", "=queued")]),
    }
    for name, content in contents.items():
        (folder / name).write_text(content)
    return [folder / name for name in contents]


@pytest.mark.parametrize("join", [False, True])
def test_hars_cassettes_and_forms(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, join: bool
) -> None:
    """Files that several processes read, each checking its share, are reported as by one."""
    monkeypatch.setattr(units, "_SPAN", 2000)
    monkeypatch.setattr("receiptkit.captures.envelope._GROUP", 6000)
    monkeypatch.setattr("receiptkit.captures.yaml_cut._CHUNK", 6000)
    paths = traffic_files(tmp_path)
    divided = [
        path.name
        for path in paths
        for step in units.steps(Validation(Contract.load()), [Source(str(path))])[:1]
        if isinstance(step, units.Unit) and step.is_divided
    ]
    assert divided == [path.name for path in paths]
    for named in [paths, *([path] for path in paths)]:
        arguments = ("validate", "-v", "--format", "json", *(["--join"] if join else []), *named)
        alone = run(*arguments, "--jobs", 1)
        for jobs in (2, 3):
            assert run(*arguments, "--jobs", jobs) == alone, named


@pytest.mark.usefixtures("small_spans")
def test_a_line_that_is_too_long(tmp_path: Path, run: Run) -> None:
    """Reading stops at the same line for any number of processes; later lines are not reported."""
    path = tmp_path / "long.ndjson"
    path.write_text("\n".join([BAD] * 20 + ["x" * 30_000] + [BAD] * 20))
    arguments = ("validate", "--max-record", "20K", path)
    alone = run(*arguments, "--jobs", 1)
    assert (
        alone[2]
        == f"receiptkit: {path}: line 21 is larger than 20,480 bytes; --max-record allows more\n"
    )
    assert run(*arguments, "--jobs", 3) == alone


@pytest.mark.usefixtures("small_spans")
@pytest.mark.parametrize("place", [1, 5, 20])
def test_a_history_that_ends_early(tmp_path: Path, run: Run, place: int) -> None:
    """Lines behind one that is too long do not count in any process, nor for another file."""
    paths = tmp_path / "a.ndjson", tmp_path / "b.ndjson"
    generator = Generator()
    pages = generator.at(generator.world("three-pages")).pages(2)
    first, *others = (
        json.dumps(
            {"request": {"url": page["meta"]["url"]}, "response": {"status": 200, "body": page}}
        )
        for page in pages
    )
    lines = [first, *["{}" + " " * 3000] * 20]
    paths[0].write_text("\n".join([*lines[:place], "x" * 30_000, *lines[place:], *others]))
    paths[1].write_text(first)
    arguments = ("validate", "--join", "--max-record", "20K", *paths)
    alone = run(*arguments, "--jobs", 1)
    assert "is larger than" in alone[2]
    assert "listing.truncated" in run("validate", paths[1])[1]
    for jobs in (2, 3, 5):
        assert run(*arguments, "--jobs", jobs) == alone


@pytest.mark.usefixtures("small_spans")
def test_reads_a_pipe_in_the_first_process(tmp_path: Path, run: Run) -> None:
    """A pipe among the files is read by the first process, in its place."""
    (tmp_path / "a.ndjson").write_text("\n".join([BAD] * 20))
    (tmp_path / "z.ndjson").write_text("\n".join([PAGE] * 20))
    os.mkfifo(tmp_path / "pipe")
    paths = [tmp_path / name for name in ("a.ndjson", "pipe", "z.ndjson")]
    alone = run("validate", *paths, "--jobs", 1)
    assert run("validate", *paths, "--jobs", 2) == alone
    assert alone[2].endswith("the file is empty\n")


@given(
    st.lists(st.sampled_from(["{}", "", " ", "é" * 40, "x" * 200, "\r"]), max_size=60),
    st.integers(1, 300),
    st.booleans(),
)
def test_pieces_make_the_whole(lines: list[str], size: int, ended: bool) -> None:
    """The pieces of a file hold each of its lines once, wherever they are cut."""
    path = (
        Path("/dev/shm" if Path("/dev/shm").is_dir() else ".") / f"receiptkit-{os.getpid()}.ndjson"
    )
    content = ("\n".join(lines) + ("\n" if ended else "")).encode()
    path.write_bytes(content)
    try:
        source = Source(str(path))
        spans = line_spans(source, Limits(), size)
        assert bool(spans) == (len(content) >= 2 * size and content.strip() != b"")
        read: list[bytes] = []
        count = 0
        for span in spans:
            with opened_span(source, span, 10_000) as piece:
                read += [line for _, line in piece]
                count += piece.number
        if spans:
            assert read == [
                line for line in content.splitlines(keepends=True) if not line.isspace()
            ]
            assert count == content.count(b"\n") + (not content.endswith(b"\n"))
    finally:
        path.unlink()


@settings(max_examples=15)
@given(
    st.lists(st.sampled_from(["", "{", "[]", *STORY]), min_size=2, max_size=40),
    st.integers(2, 4),
    st.integers(100, 9000),
)
def test_any_file_in_any_pieces(lines: list[str], jobs: int, size: int) -> None:
    """Whatever the lines, and however they are shared out, findings and counts are those of one process."""
    path = (
        Path("/dev/shm" if Path("/dev/shm").is_dir() else ".")
        / f"receiptkit-{os.getpid()}-any.ndjson"
    )
    path.write_text("\n".join([PAGE, PAGE, *lines]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "_SPAN", size)
        try:
            results = [judged(path, count) for count in (1, jobs)]
        finally:
            path.unlink()
    assert results[0] == results[1]


def judged(path: Path, jobs: int) -> tuple[list[Finding], Summary, int]:
    found = Collected()
    run = partial(processes.run, jobs=jobs) if jobs > 1 else Validation.run
    summary = run(Validation(Contract.load()), [Source(str(path))], found)
    return list(found), summary, found.files


def test_contracts_travel() -> None:
    """A contract and a run can be sent to a process that starts anew."""
    import pickle

    validation = pickle.loads(
        pickle.dumps(Validation(Contract.load("strict"), Choices(known_as=["receipt"])))
    )
    assert validation.contract.profile == "strict"
    assert validation.contract.check(sample("receipt")) == []


def test_shapes_are_learnt_before_processes_are_started(tmp_path: Path) -> None:
    """Nothing is counted or remembered by that; what a new process is sent has no shapes."""
    import pickle

    path, lines = tmp_path / "a.ndjson", traffic.lines(traffic.Traffic())["receipts"]
    path.write_text("\n".join(islice(lines, 400)))
    validation = Validation(Contract.load())
    shares.learn(validation, Source(str(path)), None)
    more = [f"{line}\n".encode() for line in islice(lines, 50)]
    records = Records(range(1, 51), more, json_document.observations)
    assert sum(map(len, validation.clean.runs(records))) > 25
    assert validation.summary.counts() == Summary().counts()
    assert list(validation.remembering.forget().findings()) == []
    sent = pickle.loads(pickle.dumps(validation))
    assert next(sent.clean.runs(records)) == []


@pytest.mark.usefixtures("small_spans")
def test_a_process_that_dies(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed process is exit 2 and a line that says what to do."""
    path = tmp_path / "a.ndjson"
    path.write_text("\n".join([BAD] * 40))
    judged, own = units.run_unit, os.getpid()

    def dies(*arguments: Any) -> Any:
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        return judged(*arguments)

    for module in (processes, units):
        monkeypatch.setattr(module, "run_unit", dies)
    code, _, err = run("validate", path, "--jobs", 2)
    assert code == 2
    assert err == f"receiptkit: {path}: the process that checked it ended early; use --jobs 1\n"


def test_interrupting_ends_all(tmp_path: Path) -> None:
    """Ctrl-C ends every process, with one line."""
    path = tmp_path / "large.ndjson"
    with path.open("w") as out:
        for _ in range(1500):
            out.write((BAD + "\n") * 30)
    command = [
        sys.executable,
        "-m",
        "receiptkit",
        "validate",
        "--format",
        "ndjson",
        "-j",
        "2",
        str(path),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # In a background run of the tests it is ignored, and children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 # no threads here
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate()
    assert (process.returncode, err.strip()) == (2, b"receiptkit: interrupted")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_their_parent(tmp_path: Path, number: signal.Signals) -> None:
    """A parent that is ended, or killed, leaves no process behind."""
    path = tmp_path / "large.ndjson"
    path.write_text((BAD + "\n") * 45_000)
    command = [sys.executable, "-m", "receiptkit", "validate", "--format", "ndjson", "-j3"]
    process = subprocess.Popen(
        [*command, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        process.stdout.readline()
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        assert len(children) == 2
        process.send_signal(number)
        process.communicate()
    deadline = time.monotonic() + 10
    while any(map(is_running, children)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not list(filter(is_running, children))


def is_running(process: str) -> bool:
    """Return True if a process runs; one that only waits for its parent to notice has ended."""
    try:
        return "(python" in Path(f"/proc/{process}/stat").read_text() and (
            Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except FileNotFoundError:
        return False
