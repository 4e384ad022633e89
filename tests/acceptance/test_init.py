"""`receiptkit init` sets a project up, asks first, and overwrites nothing."""

from __future__ import annotations

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


def test_nothing_is_written_without_consent(run: Run, project: Path) -> None:
    before = files(project)
    code, out, _ = run("init")
    assert code == 0
    assert "write receiptkit.toml" in out
    assert out.endswith("nothing was written; `receiptkit init --yes` writes these files\n")
    assert files(project) == before


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
    assert "0 errors, 0 warnings, 0 info; 3 known" in out
    code, out, _ = run("init", "--yes", "--no-tests")
    assert "nothing to write" in out
    assert files(project) == after


def test_what_exists_is_kept(run: Run, project: Path) -> None:
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
