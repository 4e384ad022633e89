"""The files that a project begins with: settings, the guard, a step for CI. None is replaced."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from receiptkit.validation import project_settings
from receiptkit.validation.baseline import Baseline
from receiptkit.validation.project_survey import Survey

_NOT_PUBLISHED = "# not on PyPI yet: write the path or the Git URL of a clone instead of the name"
BASELINE = "receiptkit-baseline.json"
_WORKFLOW = """\
name: receipts
on: [push, pull_request]
jobs:
  receipts:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      {note}
      - run: pip install receiptkit
      - run: {command}
"""
_JOB = """\
receipts:
  image: python:3.12
  script:
    {note}
    - pip install receiptkit
    - {command}
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""
_INI = "[pytest]\naddopts = --receipts-guard\n"


class PlannedFile(NamedTuple):
    """
    A file of the plan.

    Attributes:
        path: relative to the root of the project.
        content: what it is to hold; None for the baseline, which a run makes.
        why: what it is for.
        is_new: False if the file exists: then a person adds what is in `content`.
    """

    path: str
    content: str | None
    why: str
    is_new: bool = True


def plan(found: Survey) -> Iterator[PlannedFile]:
    """Yield the files for a project, without those that are there already as planned."""
    yield from (file for file in _files(found) if file.is_new or not _holds(found, file))


def _files(found: Survey) -> Iterator[PlannedFile]:
    has_settings = project_settings.find(found.folder.absolute()).path is not None
    if not has_settings:
        settings = 'profile = "documented"\nfail-on = "error"\n'
        takes_baseline = found.captures and Baseline.may_stand_at(str(found.folder / BASELINE))
        settings += f'baseline = "{BASELINE}"\n' if takes_baseline else ""
        yield _planned(found, "receiptkit.toml", settings, "settings of your team")
    if found.captures and not has_settings and not os.path.lexists(found.folder / BASELINE):
        yield _planned(found, BASELINE, None, "what is wrong today; only new findings fail")
    if found.pytest and not found.is_guarded:
        why = "pytest fails tests whose mocks are wrong"
        if found.pytest_file is None:
            yield _planned(found, "pytest.ini", _INI, why)
        else:
            yield PlannedFile(found.pytest_file, _guard_line(found), why, is_new=False)
    if found.captures:
        why = "checks the captures on every push"
        if "github" in found.ci:
            summary = '--format github -o markdown="$GITHUB_STEP_SUMMARY"'
            content = _WORKFLOW.format(note=_NOT_PUBLISHED, command=_command(found, summary))
            yield _planned(found, ".github/workflows/receipts.yml", content, why)
        if "gitlab" in found.ci:
            command = _command(found, "-o gitlab=gl-code-quality-report.json")
            content = _JOB.format(note=_NOT_PUBLISHED, command=command)
            yield PlannedFile(".gitlab-ci.yml", content, why, is_new=False)


def _command(found: Survey, options: str) -> str:
    """Return the command that checks the captures, quoted for a shell and, if need be, for YAML."""
    paths = " ".join(map(shlex.quote, found.captures))
    command = f"receiptkit validate {paths} {options}"
    is_plain = not any(mark in command for mark in (": ", " #", "\\")) and command.isprintable()
    return command if is_plain else json.dumps(command)


def _guard_line(found: Survey) -> str:
    """Return the line that turns the guard on, in the syntax of the file that configures pytest."""
    if found.has_native_toml:
        return 'addopts = ["--receipts-guard"]'
    if str(found.pytest_file).endswith("toml"):
        return 'addopts = "--receipts-guard"'
    return "addopts = --receipts-guard\n"


def _holds(found: Survey, file: PlannedFile) -> bool:
    """Return True if a file has the planned lines."""
    try:
        text = (found.folder / file.path).read_text("utf-8", "replace")
    except OSError:
        return False  # a link that leads nowhere, or a folder
    return file.content is not None and file.content in text


def _planned(found: Survey, path: str, content: str | None, why: str) -> PlannedFile:
    """Return a planned file; it is not new if it exists, or something is in its way."""
    target = found.folder / path
    ancestors = [each for each in target.parents if os.path.lexists(each)]
    is_free = not os.path.lexists(target) and ancestors[0].is_dir()
    return PlannedFile(path, content, why, is_new=is_free)
