"""Files for Compose, GitHub, GitLab and pre-commit, here and in docs/ci.md, conform to their vendors' schemas."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

import examples
from conftest import ROOT
from environments import interpreter

#: check-jsonschema ships the schemas: of the Compose Specification, GitHub, and GitLab.
_PACKAGES = ("check-jsonschema>=0.33", "pre-commit>=4.0")
_COMPOSE = ROOT / "docs" / "examples" / "compose.yaml"


def checked(*arguments: object) -> subprocess.CompletedProcess[str]:
    python = interpreter("vendor-schemas", _PACKAGES)
    command = [python, "-m", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def conforms(schema: str, path: Path) -> bool:
    result = checked("check_jsonschema", "--builtin-schema", f"vendor.{schema}", path)
    assert result.returncode in (0, 1), result.stdout + result.stderr
    return result.returncode == 0


def workflow(steps: Any) -> dict[str, Any]:
    return {"on": "push", "jobs": {"test": {"runs-on": "ubuntu-latest", "steps": steps}}}


def recipes() -> list[tuple[str, Any]]:
    """Return each recipe of docs/ci.md, with the schema that it is held to."""
    found = []
    for block in examples.blocks((ROOT / "docs" / "ci.md").read_text()):
        if block.language == "yaml":
            recipe = yaml.safe_load(block.text)
            if isinstance(recipe, list):
                found.append(("github-workflows", workflow(recipe)))
            elif "jobs" in recipe:
                found.append(("github-workflows", {"on": "push", **recipe}))
            else:
                found.append(("pre-commit" if "repos" in recipe else "gitlab-ci", recipe))
    return found


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        ("compose-spec", _COMPOSE),
        ("github-actions", ROOT / "action.yml"),
        *(("github-workflows", each) for each in (ROOT / ".github" / "workflows").iterdir()),
    ],
    ids=lambda each: each.name if isinstance(each, Path) else each,
)
def test_files(schema: str, path: Path, tmp_path: Path) -> None:
    """The file conforms, and an unknown member at its top would not."""
    assert conforms(schema, path)
    wrong = tmp_path / path.name
    wrong.write_text(path.read_text() + "\nservcies: {}\n")
    assert not conforms(schema, wrong)


def test_compose_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    """The schema reaches into services, so that a misspelt member or condition is seen."""
    for right, wrong in (("build:", "biuld:"), ("service_healthy", "service_helthy")):
        path = tmp_path / "compose.yaml"
        text = _COMPOSE.read_text()
        assert right in text
        path.write_text(text.replace(right, wrong))
        assert not conforms("compose-spec", path)


def test_recipes_of_the_page(tmp_path: Path) -> None:
    """Every recipe in YAML conforms, as a whole file or as the steps of one."""
    found = recipes()
    assert {schema for schema, _ in found} == {"github-workflows", "gitlab-ci", "pre-commit"}
    for number, (schema, recipe) in enumerate(found):
        path = tmp_path / f"{number}.yaml"
        path.write_text(json.dumps(recipe))
        if schema == "pre-commit":
            result = checked("pre_commit", "validate-config", path)
            assert (result.returncode, result.stdout) == (0, ""), result.stdout
        else:
            assert conforms(schema, path), recipe


def test_the_hooks_for_pre_commit() -> None:
    """The manifest of the hooks is one that pre-commit takes."""
    result = checked("pre_commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
    assert (result.returncode, result.stdout) == (0, ""), result.stdout
