"""
Run mutation testing: change one line at a time, and see if a test notices.

mutmut changes one thing at a time and runs the tests of the room. It wants the package in src/, so
each room is given a copy that is laid out so. Changes that no test noticed are compared, by their
source line, with tests/proofs/survivors.json, which has the reason why nobody can see each of them.
Modules that are named are tested with their own tests and those in BESIDE, which is quick.

    python tests/proofs/mutation.py [ROOM | ROOM.MODULE,MODULE,… ...]
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from difflib import ndiff
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from missing import REFERENCE  # noqa: E402

FOLDER = ROOT / ".mutation"
SURVIVORS = Path(__file__).with_name("survivors.json")
#: The rooms, and the tests beside their own that hold what they do.
ROOMS = {
    "rules": ["unit/contract", "unit/history"],
    "contract": ["unit/rules"],
    "schema": ["unit/contract"],
    "openapi": ["unit/contract"],
    "history": ["unit/rules"],
    "text": ["unit/rules"],
    "webhooks": ["unit/rules"],
    "bulk": [],
}
#: The tests beside their own that hold what single modules do.
_BODIES, _HISTORY = "unit/rules/test_bodies.py", "unit/history/test_history.py"
_VARIANTS = "corpus/test_variants.py"
_EXAMPLES = ("unit/rules/test_catalogue.py", _VARIANTS)
BESIDE = {
    **dict.fromkeys(("errors", "links", "message", "request", "webhook"), (_BODIES, _VARIANTS)),
    **dict.fromkeys(("configuration", "exchange", "page", "receipt"), (_BODIES, *_EXAMPLES)),
    **dict.fromkeys(("listing", "timeline", "sources", "delivery"), (_HISTORY, *_EXAMPLES)),
    "timeline_facts": ("unit/rules/test_timeline.py",),
}
#: Tests that take long and notice nothing more, or run other processes, which are not mutated.
LEFT_OUT = (
    "every_format",
    "idle",
    "several_processes",
    "random_mutants",
    "many_states",
    "names_what_is_stale",
    "of_a_team",
)
#: Code that runs at import, before mutmut changes anything; the page of rules is held to it.
AT_IMPORT = tuple(
    f"*.rules.*.x_{name}__*"
    for name in (
        *("rule", "_then", "_linked", "_two_pages", "_lost", "_added", "_messages", "_created"),
        *("_participant", "_with_address", "_resource", "_conversation", "_fetched", "_two_named"),
    )
)
#: Decorators that keep results.
CACHES = ("cache", "lru_cache", "remembered")
#: The exit codes of a mutant that no test failed for, and of one that no test reaches.
_PASSED, _NO_TESTS = 0, 33


class Mutant(NamedTuple):
    """A change of one line: the module, the original line, and the changed one."""

    module: str
    line: str
    change: str


def lay_out(folder: Path, room: str, modules: list[str]) -> None:
    """Copy the project in the layout of mutmut, with its settings; the reference data lies beside it."""
    ignore = shutil.ignore_patterns("__pycache__", "consumers")
    layout = {
        "src/receiptkit": "toolkit/receiptkit",
        "src/receiptkit/_spec": "spec",
        "tests": "tests",
    }
    for name, source in layout.items():
        shutil.copytree(ROOT / source, folder / name, dirs_exist_ok=True, ignore=ignore)
    for path in (folder / "src" / "receiptkit" / room).glob("*.py"):
        path.write_text(undecorated(path.read_text(encoding="utf-8")), encoding="utf-8")
    others = ("toolkit", "spec", "fixtures", "docs", "README.md")
    for name in others:
        (folder / name).symlink_to(ROOT / name)
    if REFERENCE.is_dir():
        (folder / "shared").symlink_to(REFERENCE.parent)
    settings = {
        "source_paths": ["src"],
        "only_mutate": [f"src/receiptkit/{room}/{module}.py" for module in modules],
        "also_copy": list(others),
        "pytest_add_cli_args": [
            *("-q", "-p", "no:cacheprovider"),
            *("-k", " and ".join(f"not {name}" for name in LEFT_OUT)),
        ],
        "pytest_add_cli_args_test_selection": tests_of(room, modules),
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    text = (ROOT / "pyproject.toml").read_text() + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n"
    (folder / "pyproject.toml").write_text(text)


def undecorated(text: str) -> str:
    """
    Return a module in which functions are decorated below them: mutmut passes over others.

    Nothing is remembered, since results of the original would hide its mutants.
    """
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            decorators = [str(ast.get_source_segment(text, each)) for each in node.decorator_list]
            kept = [
                source
                for each, source in zip(node.decorator_list, decorators, strict=True)
                if not any(
                    isinstance(name, ast.Name) and name.id in CACHES for name in ast.walk(each)
                )
            ]
            # Their expressions are evaluated from above, as Python does: rules keep that order.
            reduced = "reduce(lambda made, each: each(made), reversed(_decorators), "
            below = [
                f"_decorators = [{', '.join(kept)}]\n",
                f"{node.name} = __import__('functools').{reduced}{node.name})\n",
            ]
            if kept != decorators:
                below.append(f"{node.name}.cache_clear = lambda: None\n")
            first, last = node.decorator_list[0].lineno - 1, node.end_lineno
            lines[first:last] = [*lines[node.lineno - 1 : last], "\n\n", *below]
    return "".join(lines)


def tests_of(room: str, modules: list[str]) -> list[str]:
    """Return the tests of a room, or those of modules if there are any."""
    own = [f"tests/unit/{room}/test_{module}.py" for module in modules]
    own += [f"tests/{path}" for module in modules for path in BESIDE.get(module, ())]
    if there := [path for path in dict.fromkeys(own) if (ROOT / path).is_file()]:
        return there
    return [f"tests/{name}" for name in (f"unit/{room}", *ROOMS[room])]


def outcomes(folder: Path) -> dict[str, int | None]:
    """Return the exit code of each mutant by its name, without those that run at import."""
    found: dict[str, int | None] = {}
    for path in sorted((folder / "mutants").rglob("*.meta")):
        found |= json.loads(path.read_text())["exit_code_by_key"]
    return {
        name: code
        for name, code in found.items()
        if not any(fnmatch(name, each) for each in AT_IMPORT)
    }


def mutant(folder: Path, name: str) -> Mutant:
    """Return what a mutant changes, by the functions that mutmut wrote beside each other."""
    module, _, function = name.removeprefix("src.").removeprefix("receiptkit.").rpartition(".")
    written = _functions(folder / "mutants" / "src" / "receiptkit", module)
    original = written[function.rpartition("__mutmut_")[0] + "__mutmut_orig"]
    lines = [line for line in ndiff(original[1:], written[function][1:]) if line[:1] in "-+"]
    before = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    after = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return Mutant(module, before, after)


@cache
def _functions(folder: Path, module: str) -> dict[str, list[str]]:
    """Return the lines of each function of a module that mutmut wrote, without its decorators."""
    text = (folder / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    lines = text.splitlines()
    return {
        node.name: lines[node.lineno - 1 : node.end_lineno]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    }


def _mutmut() -> str:
    return str(Path(sys.executable).with_name("mutmut"))


def known() -> dict[Mutant, str]:
    """Return the reasons of the known survivors."""
    listed = json.loads(SURVIVORS.read_text(encoding="utf-8"))
    return {Mutant(*(each[name] for name in Mutant._fields)): each["reason"] for each in listed}


def run(place: str) -> bool:
    """Test a room, or modules of it, and print its score; return True if every survivor is known."""
    room, _, named = place.partition(".")
    modules = named.split(",") if named else ["*"]
    folder = FOLDER / place
    shutil.rmtree(folder, ignore_errors=True)
    lay_out(folder, room, modules)
    with (FOLDER / f"{place}.log").open("w") as log:
        subprocess.run([_mutmut(), "run"], cwd=folder, check=False, stdout=log, stderr=log)
    found = outcomes(folder)
    names = sorted(name for name, code in found.items() if code in (_PASSED, _NO_TESTS))
    survived = {mutant(folder, name) for name in names}
    judged = sum(code is not None for code in found.values())
    noticed = judged - len(names)
    print(
        f"{place}: {noticed} of {judged} mutants noticed, {len(survived)} changes left", flush=True
    )
    reasons = known()
    for each in sorted(survived - reasons.keys()):
        print(
            f"  new survivor in {each.module}:\n    - {each.line}\n    + {each.change}", flush=True
        )
    tested = [f"{room}.{module}" for module in modules]
    for each in sorted(reasons.keys() - survived):
        if any(fnmatch(each.module, name) for name in tested):
            print(f"  noticed now, remove it: {each.module}: {each.line}", flush=True)
    return judged > 0 and None not in found.values() and survived <= reasons.keys()


def main(places: list[str]) -> int:
    """Test rooms or modules, all by default; return 1 if there is a new survivor."""
    results = [run(place) for place in places or ROOMS]
    return int(not all(results))


if __name__ == "__main__":
    os.environ.pop("CI", None)
    raise SystemExit(main(sys.argv[1:]))
