"""Costs of the pytest plugin in a suite that does not use it, beside the plugin of Faker."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: Runs of pytest with one empty test, by the plugins that are loaded.
_RUNS = {"pytest alone": (), "with receiptkit": ("receiptkit",), "with Faker": ("faker",)}


def _took(folder: str, plugins: tuple[str, ...]) -> float:
    named = [part for name in plugins for part in ("-p", name)]
    environment = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *named],
        cwd=folder,
        env={**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start


def idle(runs: int) -> None:
    """Elapsed milliseconds of whole runs, in turn."""
    took: dict[str, list[float]] = {name: [] for name in _RUNS}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_it.py").write_text("def test_it(): pass\n")
        for number in range(4 * runs + 1):
            for name, plugins in _RUNS.items():
                seconds = _took(folder, plugins)
                if number:  # the first one writes bytecode
                    took[name].append(seconds)
    print("\npytest with one empty test, in turn")
    for name, each in took.items():
        more = statistics.median(
            one - alone for one, alone in zip(each, took["pytest alone"], strict=True)
        )
        print(f"  {name:20} {statistics.median(each) * 1e3:5.0f} ms   {more * 1e3:+5.0f} ms")
