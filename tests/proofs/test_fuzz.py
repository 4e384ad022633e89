"""The fuzz target: its corpus replayed in the quick run, half an hour of it in the soak."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from proofs.fuzz.fuzz import READ_AS, judge

FUZZ = ROOT / "tests" / "proofs" / "fuzz"
CORPUS = sorted((FUZZ / "corpus").iterdir())


def test_the_corpus_is_small() -> None:
    """There is a corpus, and it does not outgrow the repository."""
    assert len(CORPUS) > 20
    assert sum(path.stat().st_size for path in CORPUS) < 300_000


def test_replay(tmp_path: Path) -> None:
    """Every input of the corpus, and each read as every format, is judged without falling over."""
    for path in CORPUS:
        data = path.read_bytes()
        judge(data, tmp_path / "input.json")
        for number in range(len(READ_AS)):
            judge(bytes([number]) + data[1:], tmp_path / "input.json")


@pytest.mark.soak
def test_fuzz(tmp_path: Path) -> None:
    """Nothing found in half an hour, or in FUZZ_SECONDS; what is found lies in the folder that the message names."""
    pytest.importorskip("atheris", reason="atheris has no build for this Python or platform")
    found = tmp_path / "found"
    found.mkdir()
    command = [
        sys.executable,
        FUZZ / "fuzz.py",
        found,
        FUZZ / "corpus",
        f"-dict={FUZZ / 'dictionary.txt'}",
        f"-max_total_time={os.environ.get('FUZZ_SECONDS', '1800')}",
        "-max_len=8192",
        "-timeout=30",
        f"-artifact_prefix={tmp_path}/",
    ]
    result = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert result.returncode == 0, f"{tmp_path}: {result.stderr[-4000:]}"
