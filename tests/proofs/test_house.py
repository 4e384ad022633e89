"""The laws of the house that a program can check: small modules, plain docstrings, nothing twice."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "toolkit" / "receiptkit"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "node_modules" not in path.parts)
#: First words with which a docstring describes something without a verb.
_QUESTIONS = re.compile(r"(What|Whether|How|Where|Which|Who|Whoever)\b")
#: Words of the old dialect; each has a plain one, such as: reports, is, the user, without one.
_DIALECT = re.compile(r"\b((is|are) (told|said)|(is|are) none|[Ss]tands|[Ww]hoever)\b")
#: Module names that say nothing of what is in them.
_BANNED = {
    *("given", "declared", "asked", "told", "facts", "sights", "sightings", "single", "many"),
    *("loops", "arrivals", "ending", "watching", "stash", "words", "checks", "utils", "helpers"),
}
#: A body of fewer statements is too small to be logic.
_LEAST = 4
_Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def place(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[_Function]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, _Function):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_are_small_and_narrow(path: Path) -> None:
    """No module has more than 350 lines, and no line more than 100 columns."""
    lines = path.read_text().splitlines()
    assert len(lines) <= 350
    assert [number for number, line in enumerate(lines, 1) if len(line) > 100] == []


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=place)
def test_docstrings_are_plain(path: Path) -> None:
    """No docstring begins with a question word, or has words of the old dialect."""
    nodes = [
        node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, _Documented)
    ]
    texts = [ast.get_docstring(node) or "" for node in nodes]
    assert [text for text in texts if _QUESTIONS.match(text)] == []
    assert [text for text in texts if _DIALECT.search(text)] == []


def test_modules_are_named_after_what_is_in_them() -> None:
    """No module has a name of the old dialect."""
    assert [name(path) for path in MODULES if path.stem in _BANNED] == []


def test_no_logic_is_written_twice() -> None:
    """No two functions have the same body."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for function in functions(path):
            body = function.body[bool(ast.get_docstring(function)) :]
            text = "\n".join(ast.dump(statement) for statement in body)
            if len(body) >= _LEAST:
                places[text].append(f"{name(path)}:{function.name}")
    assert [each for each in places.values() if len(each) > 1] == []
