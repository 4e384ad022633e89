"""Trees without captures, published or in this repository, have no finding, and each file has its reason."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from missing import NODE

Report = Callable[..., dict[str, Any]]
pytestmark = pytest.mark.proofs
#: Packages of the tests that have much text: a client of Twilio's, frameworks, readers of OpenAPI.
PACKAGES = ("twilio", "django", "openapi_spec_validator", "vcr", "pytest", "mypy", "yaml")


def check(report: Report, *folders: Path) -> None:
    """Hold folders to no finding, nothing checked, and a reason for each file."""
    judged = report("--allow-empty", *folders)
    assert judged["findings"] == []
    assert judged["summary"]["checked"] == 0
    files = judged["summary"]["files"] + judged["summary"]["skipped"]
    assert files > 0
    assert len(judged["skipped"]) == len(judged["skipped_reasons"]) == judged["summary"]["skipped"]
    assert all(judged["skipped_reasons"])
    assert (
        len({each["origin"]["file"] for each in judged["unchecked"]})
        == (judged["summary"]["files"])
    )


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_from_pypi(report: Report, name: str) -> None:
    """The files of a package for Python are no captures."""
    found = find_spec(name)
    if found is None or found.origin is None:
        pytest.skip(f"{name} is not installed")
    check(report, Path(found.origin).parent)


def test_packages_from_npm(report: Report) -> None:
    """The files of packages for Node.js are no captures; Twilio's is among them."""
    if not NODE.is_dir():
        pytest.skip("there is no package for Node.js")
    check(report, NODE)


def test_this_repository(report: Report) -> None:
    """The source, the documentation and the contract documents are no captures."""
    check(report, ROOT / "toolkit", ROOT / "docs", ROOT / "spec")
