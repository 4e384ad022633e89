"""`receiptkit init` sets a project up, asks first, and overwrites nothing."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from receiptkit.cli import main
from receiptkit.validation.project_survey import survey

Run = Callable[..., tuple[int, str, str]]
WORKFLOW = ".github/workflows/receipts.yml"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a webhook receiver, tests with mocks, and a cassette."""
    for name, text in {
        "shop/hooks.py": "import flask\n\nHEADER = 'X-Twilio-Signature'\n",
        "tests/test_shop.py": "import responses\nimport httpx as client\n",
        "web/node_modules/x.js": "require('express')",
        ".github/dependabot.yml": "version: 2\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "tests" / "cassettes").mkdir()
    shutil.copy(ROOT / "fixtures" / "samples" / "recorded.yaml", tmp_path / "tests" / "cassettes")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(project: Path) -> dict[str, bytes]:
    return {
        path.relative_to(project).as_posix(): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
    }


def test_the_survey_sees_what_is_there(project: Path) -> None:
    found = survey(project)
    assert (found.pytest, found.pytest_file) == (True, None)
    assert (found.clients, found.mocks, found.frameworks) == ({"httpx"}, {"responses"}, {"flask"})
    assert (found.captures, found.webhooks) == (["tests/cassettes"], ["shop/hooks.py:3"])
    assert (found.ci, found.is_cut) == (["github"], False)


def test_the_survey_reads_every_name_of_an_import(project: Path) -> None:
    """One statement may import several modules, each under another name."""
    code = "import os, requests as r, aioresponses\nimport  # unfinished\nfrom twilio.rest import Client\n"
    (project / "shop" / "calls.py").write_text(code)
    found = survey(project)
    assert found.clients == {"httpx", "requests", "twilio"}
    assert found.mocks == {"responses", "aioresponses"}


def test_nothing_is_written_without_consent(run: Run, project: Path) -> None:
    before = files(project)
    code, out, _ = run("init")
    assert code == 0
    assert "write receiptkit.toml" in out
    assert out.endswith("nothing was written; `receiptkit init --yes` writes these files\n")
    assert files(project) == before


def test_the_step_for_ci_says_that_the_name_is_not_published(run: Run, project: Path) -> None:
    """A name that nobody has registered may become a stranger's package."""
    (project / ".gitlab-ci.yml").write_text("stages: [test]\n")
    code, out, _ = run("init", "--yes", "--no-tests")
    assert code == 0
    note = "# not on PyPI yet: write the path or the Git URL of a clone instead of the name\n"
    workflow = (project / WORKFLOW).read_text()
    assert f"      {note}      - run: pip install receiptkit\n" in workflow
    assert out.count(note) == 2


def test_a_project_is_set_up(run: Run, project: Path) -> None:
    """The first findings are shown, and are known from then on; the step for CI passes."""
    before = files(project)
    code, out, _ = run("init", "--yes", "--no-tests")
    assert code == 0
    assert "webhook.field-name: unknown parameter DeliveryStatus" in out
    after = files(project)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {
        "receiptkit.toml",
        "receiptkit-baseline.json",
        "pytest.ini",
        WORKFLOW,
    }
    step = yaml.safe_load(after[WORKFLOW])["jobs"]["receipts"]["steps"][-1]["run"]
    _, *arguments = step.partition(" -o ")[0].split()
    code, out, _ = run(*arguments)
    assert code == 0
    assert "0 errors, 0 warnings, 0 info; 3 in the baseline" in out
    code, out, _ = run("init", "--yes", "--no-tests")
    assert "nothing to write" in out
    assert files(project) == after


def test_keeps_existing_files(run: Run, project: Path) -> None:
    """Existing settings, workflows and configurations stay; the lines to add are shown."""
    for name, text in {
        "pyproject.toml": "[tool.receiptkit]\n[tool.pytest.ini_options]\n",
        WORKFLOW: "on: push\n",
        ".gitlab-ci.yml": "{}\n",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    before = files(project)
    out = run("init", "--yes", "--no-tests")[1]
    assert files(project) == before
    assert (
        'add by hand to pyproject.toml: pytest fails tests whose mocks are wrong\n    addopts = "--'
        in out
    )
    assert f"exists; add by hand to {WORKFLOW}" in out
    assert "exists; add by hand to .gitlab-ci.yml" in out
    assert "nothing to write" in out


def test_the_tests_of_the_project_run(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (project / "tests" / "test_shop.py").write_text(
        "import responses\n\ndef test_one(): assert 1 == 2, 'seen'\n"
    )
    assert main(["init", "--yes"]) == 0
    out, _ = capfd.readouterr()
    assert "AssertionError: seen" in out
    assert "pytest ended with exit code 1" in out


def test_an_empty_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings alone are planned where there is nothing else."""
    monkeypatch.chdir(tmp_path)
    assert run("init", "--yes")[0] == 0
    assert set(files(tmp_path)) == {"receiptkit.toml"}
    assert run("doctor")[0] == 0


# -- odd repositories

MOCK = ROOT / "fixtures" / "samples" / "lying-mock.json"


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a capture and nothing else, not even a repository of git."""
    shutil.copy(MOCK, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_link_that_leads_nowhere_is_kept(run: Run, odd: Path) -> None:
    (odd / "receiptkit.toml").symlink_to("nowhere")
    code, out, _ = run("init", "--yes", "--no-tests")
    assert code == 0
    assert "exists; add by hand to receiptkit.toml" in out
    assert not (odd / "nowhere").exists()


def test_a_file_in_the_place_of_a_folder_is_kept(run: Run, odd: Path) -> None:
    (odd / ".github").mkdir()
    (odd / ".github" / "workflows").write_text("mine")
    code, out, _ = run("init", "--yes", "--no-tests")
    assert code == 0
    assert f"exists; add by hand to {WORKFLOW}" in out
    assert (odd / ".github" / "workflows").read_text() == "mine"


def test_a_foreign_file_is_no_baseline(run: Run, odd: Path) -> None:
    """A file of this name that is no baseline stays, and the settings do not name it."""
    (odd / "receiptkit-baseline.json").write_text('{"a": 1}')
    code, out, _ = run("init", "--yes", "--no-tests")
    assert (code, "receiptkit-baseline.json" in out) == (0, False)
    assert run("validate", ".", "-q")[0] == 1
    assert (odd / "receiptkit-baseline.json").read_text() == '{"a": 1}'


@pytest.mark.parametrize("folder", ["-x", "a $(touch ran) b", "it's: #1", 'say "x"'])
def test_odd_names_are_quoted(run: Run, odd: Path, folder: str) -> None:
    """The step for CI checks the captures, whatever their folder is called."""
    (odd / folder).mkdir()
    (odd / ".github").mkdir()
    (odd / MOCK.name).rename(odd / folder / MOCK.name)
    assert run("init", "--yes", "--no-tests")[0] == 0
    step = yaml.safe_load((odd / WORKFLOW).read_text())["jobs"]["receipts"]["steps"][-1]["run"]
    _, *arguments = shlex.split(step.partition(" --format ")[0])
    code, out, _ = run(*arguments)
    assert (code, "5 in the baseline" in out) == (0, True)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("pyproject.toml", "[tool.pytest]\n", 'addopts = ["--receipts-guard"]\n'),
        ("pytest.toml", "[pytest]\n", 'addopts = ["--receipts-guard"]\n'),
        ("pyproject.toml", "[tool.pytest.ini_options]\n", 'addopts = "--receipts-guard"\n'),
        ("tox.ini", "[pytest]\n", "addopts = --receipts-guard\n"),
    ],
)
def test_a_package_of_a_monorepo(
    run: Run, odd: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, line: str
) -> None:
    """The configuration of pytest above is not hidden by one here, and its syntax is followed."""
    (odd / ".git").mkdir()
    (odd / name).write_text(text)
    package = odd / "packages" / "shop"
    package.mkdir(parents=True)
    (package / "test_a.py").write_text("import responses\n")
    monkeypatch.chdir(package)
    out = run("init", "--yes", "--no-tests")[1]
    assert f"add by hand to ../../{name}: pytest fails tests" in out
    assert f"    {line}" in out
    assert set(files(package)) == {"test_a.py", "receiptkit.toml"}


def test_a_project_without_a_table_of_pytest(run: Run, odd: Path) -> None:
    """A pyproject.toml that says nothing of pytest stays; pytest.ini turns the guard on."""
    (odd / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1"\n')
    (odd / "test_a.py").write_text("def test_a(): pass\n")
    before = files(odd)
    run("init", "--yes", "--no-tests")
    after = files(odd)
    assert {name: after[name] for name in before} == before
    assert after["pytest.ini"] == b"[pytest]\naddopts = --receipts-guard\n"
