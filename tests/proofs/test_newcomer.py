"""
The guides, followed by somebody who has the wheel and nothing else of the project.

Three routes: pytest with responses (getting-started), a FastAPI receiver, an Express application.
"""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

import pytest

import examples
from conftest import ROOT
from environments import PATIENCE, interpreter

pytestmark = pytest.mark.proofs
_GUIDES = tuple(
    f"docs/{name}.md"
    for name in ("getting-started", "applications", "clients", "local-twilio", "ci", "live")
)
#: What the guides say that one installs.
_INSTALLED = ("requests", "responses", "twilio", "fastapi", "django", "flask")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment with the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("newcomer")
    builder = interpreter("build", ("build", "hatchling"))
    build = [builder, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, timeout=PATIENCE, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=True)
    bin_ = folder / "venv" / "bin"
    install = [str(bin_ / "python"), "-m", "pip", "install", "--quiet", f"{wheel}[server,pytest]"]
    subprocess.run([*install, *_INSTALLED], check=True, timeout=PATIENCE)
    return bin_


@pytest.mark.parametrize("name", _GUIDES)
def test_a_guide_is_enough(programs: Path, name: str) -> None:
    """Every block of the guide does what it shows, without a clone of the repository."""
    absent = [each for each in examples.lacks(ROOT / name) if each.startswith(("node", "npm:"))]
    if absent:
        pytest.skip(f"not here: {', '.join(absent)}")
    now = examples.rewritten(ROOT / name, programs, in_clone=False)
    assert now == (ROOT / name).read_text(encoding="utf-8")
