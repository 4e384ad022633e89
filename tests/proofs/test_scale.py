"""A Dask cluster beside an S3 API has the findings of one process, also when a worker is killed."""

from __future__ import annotations

import fnmatch
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import many_webhooks
import stores
from conftest import ROOT
from proofs import recipes
from receiptkit.captures import Source, expand
from receiptkit.contract import Contract
from receiptkit.model.finding import Finding
from receiptkit.scale import client
from receiptkit.scale import cluster as on_cluster
from receiptkit.scale.functions import versions
from receiptkit.validation.choices import Choices
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Summary

distributed: Any = pytest.importorskip("distributed", reason="needs the extra `dask`")
pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
Run = Callable[..., tuple[int, str, str]]
#: 200,000 webhooks.
FILES, WEBHOOKS = 40, 5000
#: The memory of a driver, in KiB.
MOST = 300 * 1024
#: Twenty million webhooks take a process this many seconds at most, on a busy machine.
_LONGEST = 3600
#: The peak that `resource` tells includes that of the process which started this one.
_MEASURED = """
import sys
from receiptkit.cli import main
code = main(sys.argv[1:])
with open("/proc/self/status") as status:
    print(code, next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


class Collected(list[Finding]):
    """A sink that keeps what it is given."""

    finding = list.append

    def end_of_file(self) -> None:
        pass


@pytest.fixture(scope="module")
def bucket() -> Iterator[stores.Bucket]:
    """A bucket with webhooks in compressed files."""
    with stores.bucket() as found:
        for number in range(FILES):
            found.put(f"many/{number:05}.ndjson.gz", many_webhooks.content(number, WEBHOOKS))
        yield found


@pytest.fixture(scope="module")
def cluster(bucket: stores.Bucket) -> Iterator[Any]:
    """A scheduler and two workers, which find the bucket."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs="ERROR"
    ) as started:
        yield started


def judged(out: Path, *arguments: str) -> tuple[int, int, bytes]:
    """The exit code, the memory in KiB and the report of a run in a process of its own."""
    command = [sys.executable, "-c", _MEASURED, "validate", "--join", *arguments]
    result = subprocess.run(
        [*command, "-q", "-o", f"json={out}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=_LONGEST,
    )
    assert result.stderr == ""
    code, memory = result.stdout.splitlines()[-1].split()
    return int(code), int(memory), out.read_bytes()


@pytest.fixture(scope="module")
def expected(bucket: stores.Bucket, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The report of one process."""
    out = tmp_path_factory.mktemp("one") / "one.json"
    code, _, report = judged(out, "s3://hooks/many/*.gz", "--jobs", "1")
    assert code == 1
    return report


def test_as_one_process(cluster: Any, expected: bytes, tmp_path: Path) -> None:
    """Two workers give the bytes of one process, and the driver stays small."""
    arguments = ("s3://hooks/many/*.gz", "--cluster", cluster.scheduler_address)
    code, memory, report = judged(tmp_path / "two.json", *arguments)
    assert report == expected
    found = json.loads(report)
    events = FILES * (WEBHOOKS // 3) * 3 - 3 * (WEBHOOKS // 3)
    assert found["summary"]["checked"] == events
    assert {each["rule"] for each in found["findings"]} >= {
        "timeline.regression",
        "schema.required",
    }
    assert code == 1
    assert memory < MOST


def test_a_killed_worker_changes_nothing(cluster: Any, expected: bytes, tmp_path: Path) -> None:
    """The pieces of a worker that is killed in the middle are checked again."""
    killed: list[int] = []

    def kill() -> None:
        while not killed:
            time.sleep(0.2)
            done = sum(
                str(task.key).startswith("judge_piece") and task.state == "memory"
                for task in list(cluster.scheduler.tasks.values())
            )
            if done >= 1:
                process = cluster.workers[0].process.process
                killed.append(process.pid)
                os.kill(process.pid, signal.SIGKILL)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    arguments = ("s3://hooks/many/*.gz", "--cluster", cluster.scheduler_address)
    code, _, report = judged(tmp_path / "killed.json", *arguments)
    thread.join(5)
    assert killed
    assert code == 1
    assert report == expected


def test_a_part_that_cannot_be_read(run: Run, cluster: Any, bucket: stores.Bucket) -> None:
    """Objects that are cut or gone are problems, the same as in one process."""
    bucket.put("bad/a.ndjson.gz", many_webhooks.content(0, 300)[:-200])
    bucket.put("bad/b.ndjson.gz", many_webhooks.content(1, 300))
    arguments = ("validate", "--join", "--format", "json", "s3://hooks/bad/*", "s3://hooks/none.gz")
    alone = run(*arguments)
    assert run(*arguments, "--cluster", cluster.scheduler_address) == alone
    assert alone[0] == 2
    assert alone[2].count("\n") == 2


@pytest.mark.parametrize("join", [False, True])
def test_blocks_of_lines(cluster: Any, tmp_path: Path, join: bool) -> None:
    """Files that are cut into blocks, beside whole ones, give the findings and counts of one process."""
    for number in range(4):
        lines = "".join(many_webhooks.lines(2, 600 * (number + 1)))
        (tmp_path / f"{number}.ndjson").write_text(lines * 2)
    many_webhooks.write(tmp_path / "whole", 2, 90)
    paths = [str(tmp_path), str(tmp_path / "no.json")]

    def found(run: Callable[..., Summary], **options: Any) -> tuple[list[Finding], Summary]:
        sink = Collected()
        summary = run(
            Validation(Contract.load(), Choices(join=join)), expand(paths), sink, **options
        )
        return list(sink), summary

    address = cluster.scheduler_address
    assert found(on_cluster.run, address=address, piece=90_000) == found(Validation.run)


def test_a_part_that_vanishes(run: Run, cluster: Any, bucket: stores.Bucket) -> None:
    """An object deleted after the listing is a problem on a worker, too; the others are checked."""
    url = bucket.put("vanish/b.ndjson.gz", many_webhooks.content(0, 300))
    gone = Source(
        "s3://hooks/vanish/a.ndjson.gz", address="s3://hooks/vanish/a.ndjson.gz", length=9
    )
    sink = Collected()
    validation = Validation(Contract.load(), Choices(join=True))
    address = cluster.scheduler_address
    summary = on_cluster.run(validation, [gone, *expand([url])], sink, address=address)
    assert summary.problems == [f"{gone.name}: no such file or directory"]
    assert summary.checked == 100


@pytest.mark.parametrize("place", ["folder", "bucket"])
def test_a_state_on_a_cluster(run: Run, cluster: Any, tmp_path: Path, place: str) -> None:
    """Across runs, a cluster has the findings of one process, saves as much, and reads the other's state."""
    address = cluster.scheduler_address
    states = str(tmp_path) if place == "folder" else "s3://hooks/states"
    paths = many_webhooks.write(tmp_path / "days", 4, 1500)

    def days(name: str, *runners: tuple[str, ...]) -> list[tuple[int, str, str]]:
        return [
            run("validate", path, "--state", f"{states}/{name}", "--format", "json", *runner)
            for path, runner in zip(paths, runners, strict=True)
        ]

    here, there = ("--jobs", "1"), ("--cluster", address)
    alone = days("alone", here, here, here, here)
    assert days("cluster", there, there, there, there) == alone
    assert days("mixed", here, there, here, there) == alone
    found = [json.loads(out) for _, out, _ in alone]
    assert [day["summary"]["state"]["kept"] for day in found] == [500, 1000, 1500, 1500]
    assert any(each["rule"] == "timeline.regression" for each in found[2]["findings"])


def test_no_credentials_are_printed(run: Run, cluster: Any, bucket: stores.Bucket) -> None:
    """Keys of the environment, and users and queries of URLs, are in no output of a cluster either."""
    bucket.put("secret/a.ndjson.gz", many_webhooks.content(0, 300))
    here, out = ("--cluster", cluster.scheduler_address), bucket.put("secret/out.json", b"")
    for arguments in (
        (f"{bucket.endpoint}/hooks/secret/a.ndjson.gz?X-Amz-Signature=geheim", *here),
        (f"{bucket.endpoint}/hooks/secret/none.gz?X-Amz-Signature=geheim", *here),
        ("http://somebody:geheim@127.0.0.1:1/a.ndjson?sig=geheim", *here, "-v"),
        ("s3://hooks/secret/*.gz", *here, "-o", f"json={out}", "--state", "s3://hooks/secret/st"),
        ("s3://hooks/secret/*.gz", "--cluster", "tcp://somebody:geheim@127.0.0.1:1"),
    ):
        _, *printed = run("validate", *arguments)
        for text in (*printed, bucket.get("secret/out.json").decode()):
            assert "geheim" not in text
            assert "somebody" not in text
            assert stores.SECRET not in text
            assert stores.KEY not in text
    for path in bucket.files.find("hooks/secret/st"):
        assert stores.SECRET.encode() not in bucket.files.cat_file(path)


def test_version_skew_is_refused(
    run: Run, cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers with another version are refused in one line that names a worker and both versions."""
    path = many_webhooks.write(tmp_path, 1, 9)[0]
    other = {**versions(), "receiptkit": "9.9.9"}
    monkeypatch.setattr(client, "versions", lambda: other)
    code, _, err = run("validate", path, "--cluster", cluster.scheduler_address)
    assert code == 2
    assert err.count("\n") == 1
    assert err.startswith("receiptkit: --cluster: the worker tcp://")
    assert err.endswith("here 9.9.9; install the same versions there\n")


@pytest.mark.parametrize(
    ("files", "line"),
    [
        (
            {"jsonschema_rs-0.0.1.dist-info/METADATA": "Name: jsonschema-rs\nVersion: 0.0.1\n"},
            "--cluster: the worker tcp://*:* has jsonschema-rs 0.0.1, here *; install the same versions there",
        ),
        (
            {"receiptkit/__init__.py": "raise ModuleNotFoundError('there is\\nno receiptkit')"},
            "--cluster: a worker cannot run receiptkit: *there is*no receiptkit*",
        ),
    ],
    ids=["skew", "missing"],
)
def test_a_worker_of_another_installation(
    run: Run, tmp_path: Path, files: dict[str, str], line: str
) -> None:
    """A real worker with another version of a package, or without receiptkit, is one line."""
    path = many_webhooks.write(tmp_path / "hooks", 1, 9)[0]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as alone:
        address = alone.scheduler_address
        paths = os.pathsep.join([str(tmp_path), *sys.path])
        command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--no-dashboard"]
        worker = subprocess.Popen(
            [*command, "--nthreads", "1", "--no-nanny"],
            env={**os.environ, "PYTHONPATH": paths},
            stderr=subprocess.DEVNULL,
        )
        try:
            code, _, err = run("validate", path, "--cluster", address)
        finally:
            worker.terminate()
            worker.wait(60)
    assert code == 2
    assert fnmatch.fnmatchcase(err, f"receiptkit: {line}\n"), err
    assert err.count("\n") == 1


def test_a_scheduler_that_ends_is_one_line(tmp_path: Path) -> None:
    """A scheduler that is gone in the middle of a run is one line and exit 2."""
    many_webhooks.write(tmp_path / "hooks", 8, 3000)
    with distributed.LocalCluster(n_workers=0, dashboard_address=":0") as cluster:
        command = [
            sys.executable,
            "-m",
            "receiptkit",
            "validate",
            str(tmp_path / "hooks"),
            "--join",
        ]
        with subprocess.Popen(
            [*command, "-q", "--cluster", cluster.scheduler_address],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        ) as process:
            while not cluster.scheduler.clients.keys() - {"fire-and-forget"}:
                time.sleep(0.1)
            cluster.scale(1)
            while not cluster.scheduler.tasks:
                time.sleep(0.01)
            cluster.close()
            _, err = process.communicate(timeout=300)
    assert process.returncode == 2
    assert err == "receiptkit: --cluster: the connection to the scheduler was lost\n"


def test_an_interrupt_is_one_line(tmp_path: Path) -> None:
    """Ctrl-C at a terminal, which reaches workers, too, is one line and exit 2."""
    many_webhooks.write(tmp_path, 6, 3000)
    command = [sys.executable, "-m", "receiptkit", "validate", "--join", "-q", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--cluster", "local", "--jobs", "2"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        while len(workers_of(process.pid)) < 2:
            assert process.poll() is None
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert (process.returncode, err.lstrip("\n")) == (2, "receiptkit: interrupted\n")


def workers_of(pid: int) -> list[int]:
    """The processes that a process has started, but for the one that tracks resources."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                command = (path.parent / "cmdline").read_bytes()
                found += [int(path.parent.name)] if b"spawn_main" in command else []
    return found


def test_without_dask_is_one_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the extra, `--cluster` is one line with the command that installs it."""
    path = many_webhooks.write(tmp_path, 1, 9)[0]
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, _, err = run("validate", path, "--cluster", "local")
    assert code == 2
    assert err == "receiptkit: --cluster needs Dask; `pip install 'receiptkit[dask]'`\n"


def test_no_scheduler_is_one_line(run: Run, tmp_path: Path) -> None:
    """An address where no scheduler answers is one line."""
    path = many_webhooks.write(tmp_path, 1, 9)[0]
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        code, _, err = run("validate", path, "--cluster", address)
        assert code == 2
        assert err.startswith(f"receiptkit: --cluster {address}: no scheduler answers there")
        assert err.count("\n") == 1


def test_workers_are_started_here(run: Run, tmp_path: Path) -> None:
    """`local` starts workers, and ends them."""
    many_webhooks.write(tmp_path, 4, 300)
    alone = run("validate", "--join", tmp_path, "--jobs", 1)
    assert run("validate", "--join", tmp_path, "--cluster", "local", "--jobs", 2) == alone
    assert alone[0] == 1


def test_the_recipe_for_a_bag(tmp_path: Path) -> None:
    """The recipe of docs/scale.md for a Dask bag prints what the one for processes does."""
    assert recipes.run("Dask", tmp_path) == recipes.expected()
