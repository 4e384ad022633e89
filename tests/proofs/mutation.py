"""
`make mutation` asks whether any test notices when a line of rules/ or contract/ says something else.

mutmut changes one thing at a time and runs the tests that reach it. It wants the package in src/, so each group of modules is given a copy that is
laid out so, with the tests that are about it. The changes that nobody noticed are printed; those that change nothing that can be seen are in
CONTRIBUTING.md.

    python tests/proofs/mutation.py [GROUP ...]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".mutation"
#: Modules, and the tests that hold what they do.
GROUPS = {
    "across": (
        ["rules/listing", "rules/timeline", "rules/delivery", "rules/configuration"],
        [
            "unit/rules/test_listing",
            "unit/rules/test_timeline",
            "unit/rules/test_catalogue",
            "unit/history/test_history",
        ],
    ),
    "bodies": (
        [
            "rules/page",
            "rules/receipt",
            "rules/body_checks",
            "rules/request",
            "text/dates",
            "rules/exchange",
        ],
        [
            "unit/rules/test_bodies",
            "unit/rules/test_catalogue",
            "unit/contract/test_validator",
            "unit/schema/test_many",
            "unit/contract/test_results",
        ],
    ),
    "webhooks": (
        ["rules/webhook", "rules/capture", "contract/webhook_payload"],
        [
            "unit/rules/test_catalogue",
            "unit/text/test_forms",
            "unit/rules/test_capture",
            "unit/contract/test_validator",
        ],
    ),
    "catalogue": (
        ["rules/catalogue", "rules/text", "rules/schema", "rules/rule"],
        ["unit/rules/test_catalogue"],
    ),
    "schemas": (
        ["schema/rewriting", "schema/engine", "schema/formats"],
        [
            "unit/schema/test_rewriting",
            "unit/schema/test_engine",
            "unit/schema/test_many",
            "unit/contract/test_contract",
            "unit/schema/test_messages",
        ],
    ),
    "words": (
        ["schema/hints", "schema/messages", "schema/trace", "contract/profile"],
        ["unit/schema/test_messages", "unit/schema/test_trace", "unit/contract/test_validator"],
    ),
    "judging": (
        [
            "contract/validator",
            "contract/recognition",
            "contract/body_checks",
            "contract/contract",
            "contract/arguments",
            "openapi/operations",
            "contract/parameters",
        ],
        [
            "unit/contract/test_validator",
            "unit/schema/test_many",
            "unit/contract/test_arguments",
            "unit/contract/test_contract",
            "unit/schema/test_messages",
            "unit/openapi/test_operations",
            "unit/contract/test_recognition",
            "unit/contract/test_results",
            "unit/contract/test_exchanges",
            "unit/contract/test_webhook_payload",
            "unit/rules/test_signature",
        ],
    ),
    "signatures": (["rules/signature"], ["unit/rules/test_signature"]),
    "documents": (
        ["openapi/document", "openapi/build", "openapi/overlay", "openapi/upgrade"],
        ["unit/openapi/test_document", "unit/openapi/test_build"],
    ),
    "reference": (["schema/reference"], ["proofs/test_reference"]),
}
#: What takes long and notices nothing that others do not, or runs other processes, which are not the mutated ones.
LEFT_OUT = (
    *(
        "generate_break",
        "idle",
        "random_mutants",
        "engine_agrees",
        "native",
        "names_what_is_stale",
        "many_states",
        "test_once",
        "worlds_are_in_order",
    ),
    *(
        "several_processes",
        "corpus",
        "own_samples",
        "are_openapi",
        "taken_away",
        "every_format",
        "of_a_team",
        "token_comes",
        "breaks_off",
    ),
)
#: What runs when a module is imported, before mutmut changes anything; the page of all rules is held to what it makes.
AT_IMPORT = ("*.x__rule__*", "*.x__then__*", "*.x__linked__*", "*.x__walked__*")
#: What mutmut notes of a mutant that no test failed for, and of one that no test reaches.
_PASSED, _NO_TESTS = 0, 33


def lay_out(folder: Path, modules: list[str], tests: list[str]) -> None:
    """The project as mutmut wants it."""
    for name, source in {
        "src/receiptkit": "toolkit/receiptkit",
        "src/receiptkit/_spec": "spec",
        "tests": "tests",
    }.items():
        shutil.copytree(
            ROOT / source,
            folder / name,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__", "consumers"),
        )
    for name in ("toolkit", "spec", "fixtures", "README.md"):
        (folder / name).symlink_to(ROOT / name)
    selected = [f"tests/{name}.py" for name in tests]
    settings = {
        "source_paths": ["src"],
        "only_mutate": [f"src/receiptkit/{module}.py" for module in modules],
        "also_copy": ["toolkit", "spec", "fixtures", "docs", "README.md"],
        "pytest_add_cli_args": [
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            " and ".join(f"not {name}" for name in LEFT_OUT),
        ],
        "pytest_add_cli_args_test_selection": selected,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    text = (ROOT / "pyproject.toml").read_text() + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n"
    (folder / "pyproject.toml").write_text(text)


def outcomes(folder: Path) -> dict[str, int | None]:
    """What became of each mutant, without those that could not be noticed."""
    found: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return {
        name: code
        for name, code in found.items()
        if not any(fnmatch(name, each) for each in AT_IMPORT)
    }


def main(groups: list[str]) -> int:
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    every: dict[str, int | None] = {}
    for group in groups or GROUPS:
        folder = FOLDER / group
        shutil.rmtree(folder, ignore_errors=True)
        lay_out(folder, *GROUPS[group])
        with (FOLDER / f"{group}.log").open("w") as log:
            subprocess.run([mutmut, "run"], cwd=folder, check=False, stdout=log, stderr=log)
        every |= said(group, outcomes(folder))
    said("all", every)
    return int(None in every.values() or not every)


def said(group: str, found: dict[str, int | None]) -> dict[str, int | None]:
    """Say what nobody noticed, and how much was."""
    survived = sorted(name for name, code in found.items() if code in (_PASSED, _NO_TESTS))
    judged = sum(code is not None for code in found.values())
    noticed = judged - len(survived)
    print("\n".join(survived) if group != "all" else "", end="\n", flush=True)
    print(
        f"{group}: {noticed} of {judged} mutants were noticed: {100 * noticed / max(judged, 1):.1f} %",
        flush=True,
    )
    return found


if __name__ == "__main__":
    os.environ.pop("CI", None)
    raise SystemExit(main(sys.argv[1:]))
