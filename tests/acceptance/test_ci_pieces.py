"""The files for CI do what they promise; each test runs the commands of one."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import receiptkit
from conftest import ROOT
from receiptkit import reports
from receiptkit.cli.serve import serve

Run = Callable[..., tuple[int, str, str]]
SAMPLES = ROOT / "fixtures" / "samples"
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in ACTION["runs"]["steps"] if each["name"] == name)
    return found


def perform(name: str, tmp_path: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as a runner does, with its inputs in the environment."""
    values = {key: str(each["default"]) for key, each in ACTION["inputs"].items()} | {
        key.replace("_", "-"): value for key, value in inputs.items()
    }
    env = {
        key: values[match[1]] if (match := re.search(r"inputs\.([\w-]+)", text)) else text
        for key, text in step(name)["env"].items()
    }
    summary = tmp_path / "summary.md"
    summary.touch()
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        env={
            **os.environ,
            **env,
            "RUNNER_TEMP": str(tmp_path / "runner"),
            "GITHUB_STEP_SUMMARY": str(summary),
        },
    )


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A runner where the step `Install` has been."""
    folder = tmp_path / "runner" / "receiptkit" / "bin"
    folder.mkdir(parents=True)
    command = folder / "receiptkit"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m receiptkit "$@"\n')
    command.chmod(0o755)
    return tmp_path


def test_the_action_annotates_and_summarises(installed: Path) -> None:
    """One step writes annotations, SARIF and a summary, and fails the job."""
    result = perform(
        "Validate", installed, paths=f"{SAMPLES / 'lying-mock.json'}\n{SAMPLES / 'recorded.yaml'}\n"
    )
    assert result.returncode == 1, result.stderr
    assert result.stdout.count("::error ") == 4
    sarif = json.loads((installed / "receiptkit.sarif").read_text())
    assert {each["ruleId"] for each in sarif["runs"][0]["results"]} >= {"schema.enum"}
    assert (installed / "summary.md").read_text().startswith("## Delivery receipts: 4 errors")


def test_the_action_takes_arguments_and_odd_names(installed: Path) -> None:
    """Blanks in paths stay, options are split, and nothing is run from either."""
    odd = installed / "a $(touch ran) b.ndjson"
    odd.write_bytes((SAMPLES / "conforming.ndjson").read_bytes())
    result = perform(
        "Validate", installed, paths=odd.name, arguments="--quiet  --profile strict; touch ran"
    )
    assert result.returncode == 2
    result = perform("Validate", installed, paths=odd.name, arguments="--quiet --fail-on info")
    assert (result.returncode, result.stderr) == (0, "")
    assert not (installed / "ran").exists()


@pytest.mark.proofs
def test_the_action_installs_this_version(tmp_path: Path) -> None:
    """The step `Install` makes an environment in which the step `Validate` works."""
    result = perform("Install", tmp_path, package=str(ROOT))
    assert result.returncode == 0, result.stderr
    result = perform("Validate", tmp_path, paths=str(SAMPLES / "conforming.ndjson"))
    assert result.returncode == 0, result.stderr


@pytest.mark.proofs
def test_a_release_is_built_and_listed(tmp_path: Path) -> None:
    """The scripts of the release workflow build a wheel of this version and list its parts."""
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())["jobs"]
    scripts = {each["name"]: each["run"] for each in jobs["build"]["steps"] if "run" in each}
    # `make wheel` is a step of .ci/run, too.
    assert scripts.pop("Test the wheel") == "make wheel"
    clone = tmp_path / "clone"
    kept = shutil.ignore_patterns(".*", "build", "dist", "tests", "__pycache__")
    shutil.copytree(ROOT, clone, ignore=kept)
    venv.create(tmp_path / "python", with_pip=True)
    env = {
        **os.environ,
        "PATH": f"{tmp_path / 'python' / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": "",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_REF_NAME": f"v{receiptkit.__version__}",
    }
    shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c"]
    for name, script in scripts.items():
        result = subprocess.run(
            [*shell, script], cwd=clone, env=env, capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, f"{name}: {result.stdout}{result.stderr}"
    parts = json.loads((clone / "sbom" / "receiptkit.cdx.json").read_text())["components"]
    assert {"receiptkit", "click", "orjson"} <= {part["name"] for part in parts}


def hook(run: Run, name: str, *files: object) -> tuple[int, str, str]:
    """Run what pre-commit runs: the entry, its arguments, and the files of the commit."""
    each = HOOKS[name]
    command, *arguments = shlex.split(each["entry"])
    assert command == "receiptkit"
    return run(*arguments, *each.get("args", []), *files)


def test_the_hook_checks_captures_of_the_commit(run: Run, tmp_path: Path) -> None:
    """The hook passes files of other kinds, and fails for a wrong mock."""
    other = tmp_path / "package.json"
    other.write_text('{"name": "shop", "version": "1.0.0"}')
    assert hook(run, "receiptkit-validate", other)[0] == 0
    assert hook(run, "receiptkit-validate", other, SAMPLES / "lying-mock.json")[0] == 1
    pattern = re.compile(HOOKS["receiptkit-validate"]["files"])
    names = ["a.har", "b/c.yaml", "d.ndjson.gz", "e.py", "f.md"]
    assert [name for name in names if pattern.search(name)] == names[:3]


def test_the_hook_finds_stale_fixtures(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("fixtures", "write", "fixtures")
    assert hook(run, "receiptkit-fixtures")[0] == 0
    changed = next((tmp_path / "fixtures").rglob("*.json"))
    changed.write_text("{}")
    assert hook(run, "receiptkit-fixtures")[0] == 1


def test_gitlab(run: Run, tmp_path: Path) -> None:
    """Each finding is an issue with a fingerprint of its own, which new lines do not change."""
    page = (SAMPLES / "lying-mock.json").read_text()
    mock = tmp_path / "mock.json"
    mock.write_text(page)
    report = tmp_path / "gl-code-quality-report.json"
    code, _, err = run("validate", mock, mock, "-o", f"gitlab={report}")
    assert (code, err) == (1, "")
    issues = json.loads(report.read_text())
    first = issues[2]
    assert first | {"description": "", "fingerprint": ""} == {
        "type": "issue",
        "check_name": "receiptkit schema.enum",
        "description": "",
        "severity": "major",
        "fingerprint": "",
        "location": {"path": str(mock), "lines": {"begin": 19}},
    }
    prints = [issue["fingerprint"] for issue in issues]
    assert len(set(prints)) == len(issues) == 10
    mock.write_text("\n\n" + page)
    run("validate", mock, mock, "-o", f"gitlab={report}")
    again = json.loads(report.read_text())
    assert [issue["fingerprint"] for issue in again] == prints
    assert again[2]["location"]["lines"]["begin"] == 21


@pytest.mark.parametrize("name", ["conforming.ndjson", "lying-mock.json"])
def test_gitlab_replaces_its_own_reports_only(run: Run, tmp_path: Path, name: str) -> None:
    report = tmp_path / "report.json"
    run("validate", SAMPLES / name, "-o", f"gitlab={report}")
    assert reports.report_format("gitlab").is_at(str(report))
    assert run("validate", SAMPLES / name, "-o", f"gitlab={report}")[2] == ""
    report.write_text('[\n{"type": "issue"}\n]\n')
    assert run("validate", SAMPLES / name, "-o", f"gitlab={report}")[0] == 2


def recipes() -> list[Any]:
    """Return the recipes of docs/ci.md for a local Twilio, as YAML."""
    section = (ROOT / "docs" / "ci.md").read_text().partition("## A local Twilio")[2]
    return [
        yaml.safe_load(each)
        for each in re.findall("```yaml\n(.*?)```", section.partition("\n## ")[0], re.DOTALL)
    ]


def test_the_recipes_for_services() -> None:
    """Their port is that of the image, and their variables are options of `serve`."""
    github, gitlab = recipes()[1:]
    service = github["jobs"]["test"]["services"]["twilio"]
    entry = (ROOT / "Dockerfile").read_text().partition("ENTRYPOINT")[2]
    assert service["ports"] == ["8080:8080"]
    assert '"8080"' in entry
    known = {
        each.lstrip("-").replace("-", "_").upper()
        for option in serve.params
        for each in option.opts
    }
    variables = {**service["env"], **gitlab["test"]["variables"]}
    prefix = "RECEIPTKIT_SERVE_"
    given = {each.removeprefix(prefix) for each in variables if each.startswith(prefix)}
    assert len(given) == 3
    assert given <= known


def test_the_recipe_of_a_step(tmp_path: Path) -> None:
    """The step starts a server in the background, and goes on when it answers; variables of a service set its options."""
    step = recipes()[0][0]["run"].splitlines()
    assert step[0].startswith("pip install")
    lines = [*step[1:], "cat ready.json", "kill %1", "wait"]
    script = "\n".join(lines).replace("receiptkit serve", f"{sys.executable} -m receiptkit serve")
    variables = recipes()[1]["jobs"]["test"]["services"]["twilio"]["env"]
    result = subprocess.run(
        ["bash", "-mc", script.replace("--port 8080", "--port 0")],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
        timeout=60,
        env={**os.environ, **variables},
    )
    account = variables["RECEIPTKIT_SERVE_ACCOUNT_SID"]
    assert f'"account_sid": "{account}"' in result.stdout, result.stderr
