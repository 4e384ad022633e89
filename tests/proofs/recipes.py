"""The recipes of docs/scale.md that its page only shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

_RECIPE = re.compile(
    r"<!-- not run: (?P<why>[^\n]*) -->\n```python\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


def run(engine: str, folder: Path) -> str:
    """Run the recipe for an engine; return what it prints."""
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    (text,) = (each["text"] for each in _RECIPE.finditer(page) if engine in each["why"])
    script = folder / "recipe.py"
    script.write_text(text)
    command = [sys.executable, str(script)]
    done = subprocess.run(
        command,
        # Spark's workers are otherwise the first `python3` on the path.
        env={**os.environ, "PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def expected() -> str:
    """Return the expected output of every recipe: what one process finds in the same captures."""
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    found = re.search(
        r"<!-- output -->\n```text\n(?P<text>.*?)^```$", page, re.MULTILINE | re.DOTALL
    )
    assert found
    return found["text"]
