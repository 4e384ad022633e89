"""The examples of README.md and docs/ print what they show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import examples
from conftest import ROOT

PAGES = {page.relative_to(ROOT).as_posix(): page for page in examples.pages()}

needs_bash = pytest.mark.skipif(
    shutil.which("bash") is None, reason="the examples are run by bash, and there is none"
)


@needs_bash
@pytest.mark.parametrize("name", PAGES)
def test_every_example_prints_what_it_shows(name: str) -> None:
    """`python tests/examples.py --write` brings the pages up to date."""
    absent = examples.lacks(PAGES[name])
    if absent:
        pytest.skip(f"not here: {', '.join(absent)}")
    assert examples.rewritten(PAGES[name]) == PAGES[name].read_text(encoding="utf-8")


def _page(folder: Path, text: str) -> Path:
    """Write a page of a checkout of its own."""
    path = folder / "page.md"
    path.write_text(text, encoding="utf-8")
    return path


@needs_bash
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```yaml\na: 1\n```\n", "nothing runs a yaml block"),
        ("<!-- not run -->\n```sh\nfalse\n```\n", "say why it is not run"),
        ("```sh\nfalse\n```\n", "exit code 1"),
        ("```python\nassert False\n```\n", "AssertionError"),
        ("```python\nprint(1)\n```\n", "no output block shows"),
        ("```python\nprint(1)\n```\n\n```sh\ntrue\n```\n", "no output block shows"),
        ("```console\nls\n```\n", "begins with a command"),
        ("```console\n$ exit 3\n```\n", "the shell ended early"),
        ("<!-- background -->\n```sh\ntrue\n```\n", "names the port"),
        ("<!-- background: port 8099 -->\n```sh\ntrue\n```\n", "nothing answers"),
    ],
)
def test_rejects_examples_that_fail_or_say_too_little(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No example is skipped in silence, and none passes although it fails."""
    (tmp_path / "tests" / "consumers").mkdir(parents=True)
    monkeypatch.setattr(examples, "ROOT", tmp_path)
    with pytest.raises(examples.ExampleError, match=message):
        examples.rewritten(_page(tmp_path, text))


@needs_bash
def test_writes_current_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs are replaced; files, later commands and exit codes see what came before."""
    (tmp_path / "tests" / "consumers").mkdir(parents=True)
    monkeypatch.setattr(examples, "ROOT", tmp_path)
    page = _page(
        tmp_path,
        "<!-- file: a/b.txt -->\n```text\nhello\n```\n"
        "```console\n$ cat a/b.txt\nold\n$ false\nold\n$ echo $? \\\n  two\n```\n"
        "```python\nprint(open('a/b.txt').read().upper())\n```\n\n"
        "<!-- output -->\n```text\nold\n```\n",
    )
    assert examples.rewritten(page) == (
        "<!-- file: a/b.txt -->\n```text\nhello\n```\n"
        "```console\n$ cat a/b.txt\nhello\n$ false\n$ echo $? \\\n  two\n1 two\n```\n"
        "```python\nprint(open('a/b.txt').read().upper())\n```\n\n"
        "<!-- output -->\n```text\nHELLO\n\n```\n"
    )
