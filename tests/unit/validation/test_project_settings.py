"""A team's settings: found, read strictly, and outranked by options."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from conftest import ROOT, receipt
from examples import blocks
from receiptkit.model.finding import Severity
from receiptkit.openapi.document import PROFILES
from receiptkit.rules.examples import sample
from receiptkit.validation import project_settings
from receiptkit.validation.project_settings import ProjectSettings

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with captures: a page with a warning, one with a placeholder in a folder of its own."""
    (tmp_path / "captures" / "old").mkdir(parents=True)
    page = sample("page")
    page["meta"]["previous_page_url"] = page["meta"]["url"]
    (tmp_path / "captures" / "page.json").write_text(json.dumps(page))
    (tmp_path / "captures" / "old" / "receipt.json").write_text(
        json.dumps(receipt("DY" + "a" * 32))
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings(project: Path, text: str, name: str = "receiptkit.toml") -> None:
    (project / name).write_text(text)


def rules(run: Run, *options: str) -> tuple[int, list[tuple[str, str]]]:
    code, out, _ = run("validate", "captures", "--format", "json", *options)
    return code, sorted((item["rule"], item["severity"]) for item in json.loads(out)["findings"])


PLAIN = [("page.previous-on-first", "warning"), ("receipt.placeholder", "info")]


@pytest.mark.parametrize("name", ["receiptkit.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, PLAIN)),
        (
            'profile = "strict"',
            (1, [("page.previous-on-first", "error"), ("receipt.placeholder", "info")]),
        ),
        ('select = ["page.*"]', (0, PLAIN[:1])),
        ('ignore = ["page.*"]', (0, PLAIN[1:])),
        ('fail-on = "warning"', (1, PLAIN)),
        (
            'severity = {"page.*" = "error", "receipt.placeholder" = "warning"}',
            (1, [("page.previous-on-first", "error"), ("receipt.placeholder", "warning")]),
        ),
        ('per-path-ignores = {"captures/old/*" = ["receipt.*"]}', (0, PLAIN[:1])),
        ('per-path-ignores = {"*.toml" = ["*"]}', (0, PLAIN)),
    ],
)
def test_settings_hold(
    run: Run, project: Path, name: str, text: str, expected: tuple[int, list[tuple[str, str]]]
) -> None:
    """Each setting has the effect of the option of its name, in either file."""
    settings(
        project,
        text
        if name == "receiptkit.toml"
        else f"[project]\nname = 'x'\n[tool.receiptkit]\n{text}\n",
        name,
    )
    assert rules(run) == expected


def test_options_win(run: Run, project: Path) -> None:
    """An option that is given outranks the setting of its name."""
    settings(project, 'profile = "strict"\nselect = ["receipt.*"]\nfail-on = "info"')
    assert rules(run) == (1, PLAIN[1:])
    assert rules(run, "--select", "page.*", "--profile", "documented", "--fail-on", "error") == (
        0,
        PLAIN[:1],
    )


def test_finds_the_settings(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest settings count, a file of ours first; paths are relative to it; --config names another."""
    settings(project, 'select = ["page.*"]')
    settings(project, "[tool.receiptkit]\nselect = []\n", "pyproject.toml")
    monkeypatch.chdir(project / "captures")
    assert project_settings.find(Path.cwd()).path == project / "receiptkit.toml"
    settings(project, 'per-path-ignores = {"captures/old/*" = ["receipt.*"]}')
    assert run("validate", ".", "-q")[1].endswith("0 errors, 1 warning, 0 info\n")
    settings(project, 'ignore = ["*"]', "other.toml")
    assert run("validate", ".", "-q", "--config", "../other.toml")[1].endswith(
        "0 errors, 0 warnings, 0 info\n"
    )
    settings(project, '[project]\ndependencies = ["receiptkit"]\n', "pyproject.toml")
    (project / "receiptkit.toml").unlink()
    assert project_settings.find(project).path is None


@pytest.mark.parametrize(
    "text",
    [
        "[tool]\nreceiptkit.{}",
        '[tool."receiptkit"]\n{}',
        "[ tool . receiptkit ]\n{}",
        "tool.receiptkit.{}",
    ],
)
def test_however_the_table_is_written(project: Path, text: str) -> None:
    """TOML has several ways to write a table."""
    settings(project, text.format('profile = "strict"'), "pyproject.toml")
    assert project_settings.find(project).profile == "strict"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('profil = "strict"', "unknown setting 'profil'; did you mean profile?"),
        (
            'profile = "stict"',
            'profile is "stict"; expected vendor, documented, strict; did you mean strict?',
        ),
        ("profile = 5", "profile is 5"),
        ('ignore = "page.*"', "ignore is not a list of strings"),
        ("ignore = [5]", "ignore is not a list of strings"),
        ('ignore = ["page.kye"]', "unknown rule 'page.kye'; did you mean page.key?"),
        ('severity = {"page.key" = "fatal"}', 'severity.page.key is "fatal"'),
        ('severity = {"page.kye" = "error"}', "did you mean page.key?"),
        ("severity = 5", "severity is not a table"),
        ("baseline = 2026-01-01", "baseline is not a string"),
        ("ignore = [2026-01-01]", "ignore is not a list of strings"),
        ("api-base-url = nan", "api-base-url is not a string"),
        ('per-path-ignores = {"x" = "page.key"}', "per-path-ignores.x is not a list of strings"),
        # Newer readers of TOML refuse so many parts themselves.
        ("severity." + "a." * 2000 + "a = 1", "severity.a is |not TOML"),
        ('per-path-ignores = {1 = {x = ["page.key"]}}', "per-path-ignores.1 is not a list of"),
        ('per-path-ignores = {01 = {x = ["page.key"]}}', "per-path-ignores.01 is not a list of"),
        ('per-path-ignores = {"" = [11]}', "per-path-ignores. is not a list of strings"),
        ('per-path-ignores = {"" = 11}', "per-path-ignores. is not a list of strings"),
        ('per-path-ignores = {"x" = ["page.kye"]}', "did you mean page.key?"),
        ("= 5", "not TOML"),
        ("a = [" * 5000, "not TOML"),
    ],
)
def test_mistakes_are_one_line(run: Run, project: Path, text: str, says: str) -> None:
    """An unknown name or value is refused with a suggestion, in one line, with exit 2."""
    settings(project, text)
    code, out, err = run("validate", "captures")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert any(each in err for each in says.split("|"))
    assert str(project / "receiptkit.toml") in err


def test_files_that_cannot_be_used(run: Run, project: Path) -> None:
    """A file that is missing, not text, or without a required table is refused."""
    assert "no such file" in run("validate", "captures", "--config", "none.toml")[2]
    (project / "receiptkit.toml").write_bytes(b"\xff\xfe")
    assert "not TOML" in run("validate", "captures")[2]
    (project / "receiptkit.toml").unlink()
    settings(project, "[tool]\nreceiptkit = 5\n", "pyproject.toml")
    assert run("validate", "captures")[0] in (0, 2)


def test_the_example_of_the_documentation(tmp_path: Path) -> None:
    """The settings in docs/settings.md can be read."""
    page = (ROOT / "docs" / "settings.md").read_text()
    text = next(block.text for block in blocks(page) if block.value == "pyproject.toml")
    settings(tmp_path, text, "pyproject.toml")
    assert project_settings.read(tmp_path / "pyproject.toml") == ProjectSettings(
        path=tmp_path / "pyproject.toml",
        profile="strict",
        ignore=("receipt.placeholder",),
        fail_on="warning",
        baseline=str(tmp_path / "tests" / "known-findings.json"),
        severity={"page.next-*": Severity.ERROR},
        per_path_ignores={"tests/old/*": ("receipt.expected-field",)},
    )


def test_settings_without_end_are_refused(run: Run) -> None:
    """A device is not read for ever."""
    code, out, err = run("validate", "fixtures/samples", "--config", "/dev/zero")
    assert (code, out) == (2, "")
    assert (
        err
        == "receiptkit: /dev/zero: larger than 16,777,216 bytes; --limit settings=N allows more\n"
    )


def test_receiptkit_toml_has_no_tool_table(run: Run, tmp_path: Path) -> None:
    """The table of pyproject.toml in receiptkit.toml is a common mistake, and is explained."""
    (tmp_path / "receiptkit.toml").write_text("[tool.receiptkit]\n")
    err = run("validate", "x", "--config", tmp_path / "receiptkit.toml")[2]
    assert err.endswith("settings are at the top level here, without [tool.receiptkit]\n")


def test_the_schema_is_a_schema() -> None:
    """Editors can use it: it is valid, and its defaults are those that hold."""
    schema = project_settings.schema()
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["profile"]["enum"] == list(PROFILES)
    assert schema["properties"]["profile"]["default"] == project_settings.PROFILE
    assert schema["properties"]["fail-on"]["default"] == project_settings.FAIL_ON
    assert schema["$defs"]["severity"]["enum"] == [each.value for each in Severity]
    names = {name.replace("-", "_") for name in schema["properties"]}
    assert names == set(ProjectSettings._fields) - {"path"}
