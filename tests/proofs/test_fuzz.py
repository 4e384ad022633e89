"""The fuzz targets: their corpus replayed in the proofs, an hour of all of them in the soak."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT
from proofs.fuzz.readers import READ_AS
from proofs.fuzz.targets import TARGETS

FUZZ = ROOT / "tests" / "proofs" / "fuzz"
CORPUS = {name: sorted((FUZZ / "corpus" / name).iterdir()) for name in TARGETS}
_SECONDS = int(os.environ.get("FUZZ_SECONDS", "3600"))


def test_the_corpus_is_small() -> None:
    """Every target has a corpus, and it does not outgrow the repository."""
    assert all(CORPUS.values())
    assert len(CORPUS["readers"]) > 20
    assert sum(path.stat().st_size for paths in CORPUS.values() for path in paths) < 300_000


@pytest.mark.parametrize("name", TARGETS)
def test_replay(tmp_path: Path, name: str) -> None:
    """No input of the corpus raises what must not happen."""
    for path in CORPUS[name]:
        TARGETS[name](path.read_bytes(), tmp_path)


def test_replay_as_every_format(tmp_path: Path) -> None:
    """Every capture of the corpus, read as every format, is checked without falling over."""
    for path in CORPUS["readers"]:
        for number in range(len(READ_AS)):
            TARGETS["readers"](bytes([number]) + path.read_bytes()[1:], tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("name", TARGETS)
def test_fuzz(tmp_path: Path, name: str) -> None:
    """Nothing is found in an hour of all targets, or in FUZZ_SECONDS; the message names the folder of what is."""
    pytest.importorskip("atheris", reason="atheris has no build for this Python or platform")
    found = tmp_path / "found"
    found.mkdir()
    command = [
        *(sys.executable, "-m", "proofs.fuzz", name, found, FUZZ / "corpus" / name),
        f"-dict={FUZZ / 'dictionary.txt'}",
        f"-max_total_time={_SECONDS // len(TARGETS)}",
        "-max_len=8192",
        "-timeout=60",
        f"-artifact_prefix={tmp_path}/",
    ]
    result = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT / "tests",
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'toolkit'}{os.pathsep}{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert result.returncode == 0, f"{tmp_path}: {result.stderr[-4000:]}"
