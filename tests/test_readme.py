"""The README is executed: what it shows is what happens."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT
from receiptkit import pytest_plugin
from receiptkit.cli.generate import generate
from receiptkit.cli.main import _COMMANDS
from receiptkit.generation.outputs import FORMS
from receiptkit.pytest_plugin.options import OPTIONS
from suites import Suite
from test_consumers import run as run_consumer

README = (ROOT / "README.md").read_text()
SESSIONS = re.findall(r"```console\n\$ receiptkit ([^\n]*)\n(.*?)```", README, re.DOTALL)
PYTEST = re.findall(r"```console\n\$ pytest ([^\n]*)\n(.*?)```", README, re.DOTALL)
SUITES = re.findall(r"```py\n(.*?)```", README, re.DOTALL)
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_sessions(command: str, shown: str, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every session prints what the README shows."""
    monkeypatch.chdir(ROOT)
    _, out, err = run(*shlex.split(command))
    assert out + err == shown


@pytest.mark.parametrize("code", PYTHON)
def test_python_blocks(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every Python block runs, and what it prints are findings."""
    exec(compile(code, "README.md", "exec"), {})
    out = capsys.readouterr().out
    assert ("error schema.required /meta" in out) is ("print(" in code)


@pytest.mark.parametrize(("command", "shown"), PYTEST, ids=[command for command, _ in PYTEST])
def test_pytest_sessions(command: str, shown: str, tmp_path: Path) -> None:
    """What pytest is shown to print about a consumer's suite is what it prints."""
    *arguments, suite = shlex.split(command)
    consumer, which = suite.removeprefix("test_").removesuffix(".py").split("_")
    assert run_consumer(consumer, which, tmp_path, *arguments[1:])[1] == shown


@pytest.mark.parametrize("source", SUITES)
def test_suites(source: str, suite: Suite) -> None:
    """Every suite that is shown passes, guarded, with a table of what it exercised."""
    suite.write(test_it=source)
    printed = suite.run("--receipts-guard", "--receipts-coverage", "--strict-markers")
    assert set(suite.result.parseoutcomes()) == {"passed"}
    assert "=== receipt coverage ===" in printed


def test_every_fixture_and_option_of_the_plugin_is_in_the_readme() -> None:
    """Nothing of the plugin is left undocumented."""
    for name in (*pytest_plugin.__all__, *(f"--receipts-{option}" for option in OPTIONS)):
        assert name.startswith(("_", "pytest_")) or name in README, name


def test_every_scenario_and_form_is_in_the_readme() -> None:
    """Every form is explained, every option of `generate` too."""
    for name in (*FORMS, *(option for parameter in generate.params for option in parameter.opts if option.startswith("--"))):
        assert f"`{name}" in README or name == "--as" or f", {name}" in README, name


def test_links_lead_somewhere() -> None:
    """Every relative link of the documents has a target."""
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "spec" / "README.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"


def test_every_command_is_in_the_readme() -> None:
    """No command is left undocumented."""
    for name in _COMMANDS:
        assert f"receiptkit {name}" in README


def test_make_targets_of_the_documents_exist() -> None:
    """What the documents tell to make can be made."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = set(re.findall(r"`?make ([a-z]+)", README + (ROOT / "CONTRIBUTING.md").read_text()))
    assert told - {"of"} <= targets


def test_nothing_names_this_machine() -> None:
    """No tracked text holds a path of a developer's machine."""
    suffixes = {".py", ".md", ".toml", ".yaml", ".json", ".ndjson", ""}
    own = re.compile(r"(^|[\s\"'=(])/(home|root|Users|work)/[A-Za-z]")
    for folder in ("toolkit", "spec", "tests", "fixtures"):
        for path in Path(ROOT / folder).rglob("*"):
            if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts:
                assert not own.search(path.read_text(errors="replace")), path
