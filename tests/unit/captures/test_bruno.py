"""Requests of Bruno: webhooks that are sent by hand, in a form or in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from receiptkit.rules.examples import form
from receiptkit.text.forms import decode_form

Run = Callable[..., tuple[int, str, str]]
PARAMETERS = {each.name: each.value for each in decode_form(form())}
HEAD = """meta {
  name: a hook
  type: http
}

post {
  url: {{host}}/hook
  auth: none
}

headers {
  ~X-Off: 1
  X-Token: {{token}}
}

"""
LIE = {**PARAMETERS, "Status": "teleported"}


def block(parameters: dict[str, str]) -> str:
    lines = "".join(f"  {name}: {value}\n" for name, value in parameters.items())
    return f"body:form-urlencoded {{\n{lines}}}\n"


def in_json(parameters: dict[str, str]) -> str:
    indented = "\n".join(f"  {line}" for line in json.dumps(parameters, indent=2).splitlines())
    return f"body:json {{\n{indented}\n}}\n"


@pytest.mark.parametrize("body", [block, in_json])
def test_a_webhook_that_is_sent(
    run: Run, tmp_path: Path, body: Callable[[dict[str, str]], str]
) -> None:
    """A request that sends a webhook is checked, without disabled parameters; each value has its place."""
    path = tmp_path / "a.bru"
    path.write_text(HEAD + body(PARAMETERS))
    code, out, err = run("validate", path)
    assert (code, err) == (0, "")
    assert "1 observation: 1 judged" in out
    text = HEAD + body(LIE)
    path.write_text(text.replace("  AccountSid", "  ~Status: queued\n  AccountSid"))
    code, out, _ = run("validate", path)
    if body is block:
        lines = path.read_text().splitlines()
        number = next(at for at, line in enumerate(lines, 1) if "teleported" in line)
        assert f"{path}:{number}:{lines[number - 1].index('teleported') + 1} /Status" in out
    assert code == 1


def test_the_place_in_json(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.bru"
    path.write_text(HEAD + in_json(LIE))
    lines = path.read_text().splitlines()
    number = next(at for at, line in enumerate(lines, 1) if "teleported" in line)
    column = lines[number - 1].index('"teleported"') + 1
    assert f"{path}:{number}:{column} /Status error schema.enum" in run("validate", path)[1]


def test_a_repository_with_requests(run: Run, tmp_path: Path) -> None:
    """A scan finds the wrong value in a request."""
    (tmp_path / "a.bru").write_text(HEAD + block(LIE))
    code, out, _ = run("scan", tmp_path)
    assert (code, "a.bru" in out, "schema.enum" in out) == (1, True, True)


def test_another_request(run: Run, tmp_path: Path) -> None:
    """A lone request that is no webhook is no observation."""
    path = tmp_path / "a.bru"
    path.write_text(HEAD + "body:form-urlencoded {\n  PageSize: 5\n}\n")
    assert "0 observations" in run("validate", "--allow-empty", path)[1]
