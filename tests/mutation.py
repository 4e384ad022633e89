"""
`make mutation` asks whether any test notices when a line of rules/ or contract/ says something else.

mutmut changes one thing at a time and runs the tests that reach it. It wants the package in src/, so it is given a copy that is laid out so.
A list of the changes that nobody noticed is printed at the end; those that change nothing that can be seen are in CONTRIBUTING.md.

    python tests/mutation.py [PATTERN ...]   only the mutants whose names match, such as 'receiptkit.rules.page.*'
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".mutation"
#: The tests that hold what is judged, one thing at a time.
TESTS = (
    *("rules", "breakages", "history", "contract", "reference", "signatures_judged", "secrets", "payload", "spec"),
    *("rewriting", "words", "judge", "documents"),
)
#: What takes long and notices nothing that others do not, or runs other processes, which are not the mutated ones.
LEFT_OUT = (
    *("generate_break", "idle", "random_mutants", "engine_agrees", "native", "stale", "many_states", "test_once", "in_order"),
    *(
        "several_processes",
        "corpus",
        "own_samples",
        "openapi",
        "taken_away",
        "every_format",
        "of_a_team",
        "token_comes",
        "likeliest",
    ),
    *("breaks_off", "every_pair", "any_text", "library_encodes", "of_its_document"),
)
#: What runs when a module is imported, before mutmut changes anything; the page of all rules is held to what it makes.
AT_IMPORT = ("*.x__rule__*", "*.x__then__*", "*.x__linked__*", "*.x__walked__*", "receiptkit.rules.examples.*")
#: What mutmut notes of a mutant that no test failed for, and of one that no test reaches.
_PASSED, _NO_TESTS = 0, 33
_SETTINGS = f"""
[tool.mutmut]
source_paths = ["src"]
only_mutate = ["src/receiptkit/rules/*", "src/receiptkit/contract/*"]
also_copy = ["toolkit", "spec", "fixtures", "README.md"]
pytest_add_cli_args = ["-q", "-p", "no:cacheprovider", "-k", "{" and ".join(f"not {name}" for name in LEFT_OUT)}"]
pytest_add_cli_args_test_selection = {[f"tests/test_{name}.py" for name in TESTS]}
"""


def lay_out() -> None:
    """The project as mutmut wants it; what it found before is kept."""
    for name, source in {"src/receiptkit": "toolkit/receiptkit", "src/receiptkit/_spec": "spec", "tests": "tests"}.items():
        shutil.copytree(ROOT / source, FOLDER / name, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("toolkit", "spec", "fixtures", "README.md"):
        if not (FOLDER / name).exists():
            (FOLDER / name).symlink_to(ROOT / name)
    reference = ROOT.parent / "shared"
    if reference.is_dir() and not (FOLDER / "shared").exists():
        (FOLDER / "shared").symlink_to(reference)
    (FOLDER / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text() + _SETTINGS)


def summary() -> list[str]:
    """The score, and what nobody noticed."""
    outcomes: dict[str, int | None] = {}
    for path in sorted((FOLDER / "mutants").rglob("*.meta")):
        outcomes |= json.loads(path.read_text())["exit_code_by_key"]
    counted = {name: code for name, code in outcomes.items() if not any(fnmatch(name, each) for each in AT_IMPORT)}
    survived = sorted(name for name, code in counted.items() if code in (_PASSED, _NO_TESTS))
    judged = sum(code is not None for code in counted.values())
    noticed = judged - len(survived)
    return [*survived, f"{noticed} of {judged} mutants were noticed: {100 * noticed / max(judged, 1):.1f} %"]


def main(patterns: list[str]) -> int:
    lay_out()
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    code = subprocess.run([mutmut, "run", *patterns], cwd=FOLDER, check=False).returncode
    print("\n".join(summary()))
    return code


if __name__ == "__main__":
    os.environ.pop("CI", None)
    raise SystemExit(main(sys.argv[1:]))
