"""The files that a project begins with: settings, the guard, a step for CI. None is replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from receiptkit.validation import project_settings
from receiptkit.validation.project_survey import Survey

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
      - run: pip install receiptkit
      - run: receiptkit validate {paths} --format github -o markdown="$GITHUB_STEP_SUMMARY"
"""
_JOB = """\
receipts:
  image: python:3.12
  script:
    - pip install receiptkit
    - receiptkit validate {paths} -o gitlab=gl-code-quality-report.json
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
        settings += f'baseline = "{BASELINE}"\n' if found.captures else ""
        yield _planned(found, "receiptkit.toml", settings, "settings of your team")
    if found.captures and not has_settings:
        yield _planned(found, BASELINE, None, "what is wrong today; only new findings fail")
    if found.pytest and not found.is_guarded:
        why = "pytest fails tests whose mocks are wrong"
        if found.pytest_file is None:
            yield _planned(found, "pytest.ini", _INI, why)
        else:
            line = 'addopts = "--receipts-guard"' if found.pytest_file.endswith("toml") else _INI
            yield PlannedFile(found.pytest_file, line.rpartition("]\n")[2], why, is_new=False)
    if found.captures:
        paths = " ".join(json.dumps(path) if " " in path else path for path in found.captures)
        why = "checks the captures on every push"
        if "github" in found.ci:
            yield _planned(
                found, ".github/workflows/receipts.yml", _WORKFLOW.format(paths=paths), why
            )
        if "gitlab" in found.ci:
            yield PlannedFile(".gitlab-ci.yml", _JOB.format(paths=paths), why, is_new=False)


def _holds(found: Survey, file: PlannedFile) -> bool:
    """Return True if a file has the planned lines."""
    text = (found.folder / file.path).read_text("utf-8", "replace")
    return file.content is not None and file.content in text


def _planned(found: Survey, path: str, content: str | None, why: str) -> PlannedFile:
    return PlannedFile(path, content, why, is_new=not (found.folder / path).exists())
