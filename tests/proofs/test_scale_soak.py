"""
Millions of webhooks behind an S3 API, on a Dask cluster; and the recipe for Spark.

`SCALE_FILES` and `SCALE_WEBHOOKS` change how many files there are, and webhooks in each.
"""

from __future__ import annotations

import os
import shutil
import time
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import many_webhooks
import stores
from proofs import recipes
from proofs.test_scale import MOST, judged

distributed: Any = pytest.importorskip("distributed", reason="needs the extra `dask`")
pytestmark = pytest.mark.soak
FILES = int(os.environ.get("SCALE_FILES", "400"))
WEBHOOKS = int(os.environ.get("SCALE_WEBHOOKS", "50000"))


class Ran(NamedTuple):
    """A run on a cluster: seconds of the wall clock and of processors, the memory of the driver in KiB, the report."""

    seconds: float
    of_workers: list[float]
    of_driver: float
    memory: int
    report: bytes

    def __str__(self) -> str:
        own = " + ".join(f"{each:.1f}" for each in self.of_workers)
        return (
            f"{self.seconds:.0f} s; workers {own} s, driver {self.of_driver:.1f} s of a processor"
        )


def on_workers(count: int, out: Path, files: str) -> Ran:
    """Check files on some workers."""
    with distributed.LocalCluster(
        n_workers=count, threads_per_worker=1, dashboard_address=":0", silence_logs="ERROR"
    ) as cluster:
        pids = [worker.process.process.pid for worker in cluster.workers.values()]
        before, children = [processor(pid) for pid in pids], os.times()
        began = time.perf_counter()
        _, memory, report = judged(out, files, "--cluster", cluster.scheduler_address)
        seconds = time.perf_counter() - began
        own = [processor(pid) - used for pid, used in zip(pids, before, strict=True)]
        now = os.times()
        driver = now.children_user + now.children_system
        driver -= children.children_user + children.children_system
        return Ran(seconds, own, driver, memory, report)


def processor(pid: int) -> float:
    """The seconds of a processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_millions_of_webhooks(tmp_path: Path) -> None:
    """The cluster writes one process's bytes, with a small driver; times are printed for workers and files."""
    folder = tmp_path / "many"
    folder.mkdir()
    with stores.bucket() as bucket, Pool(2) as pool:
        made = pool.imap(partial(many_webhooks.content, webhooks=WEBHOOKS), range(FILES))
        for number, content in enumerate(made):
            name = f"{number % 16:02}-{number:05}.ndjson.gz"
            bucket.put(f"many/{name}", content)
            if number % 16 < 4:
                (folder / name).write_bytes(content)
        everything = "s3://hooks/many/*.gz"
        began = time.perf_counter()
        _, _, expected = judged(tmp_path / "one.json", everything, "--jobs", "1")
        print(f"{FILES} files of {WEBHOOKS:,}: one process {time.perf_counter() - began:.0f} s")
        found = on_workers(2, tmp_path / "two.json", everything)
        assert found.report == expected
        assert found.memory < MOST
        print(f"two workers {found}; driver {found.memory} KiB")
    runs = {
        f"{count} workers, {len(list(folder.glob(files)))} files": on_workers(
            count, tmp_path / "part.json", f"file://{folder}/{files}"
        )
        for count, files in ((1, "0*"), (2, "0*"), (2, "0[01]*"), (2, "00*"))
    }
    for name, run in runs.items():
        print(f"{name}: {run}; driver {run.memory} KiB")
    one, two, *_ = runs.values()
    assert one.report == two.report
    assert max(run.memory for run in runs.values()) < MOST
    alone = sum(one.of_workers) + one.of_driver
    print(f"two workers, of processors: {alone / (max(two.of_workers) + two.of_driver):.2f} times")


def test_the_recipe_for_spark(tmp_path: Path) -> None:
    """The recipe of docs/scale.md for Spark prints what the one for processes does."""
    pytest.importorskip("pyspark", reason="needs the group `soak`")
    if shutil.which("java") is None:
        pytest.skip("needs Java, such as Debian's default-jre-headless")
    assert recipes.run("Spark", tmp_path) == recipes.expected()
