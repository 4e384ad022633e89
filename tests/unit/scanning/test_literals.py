"""Receipts, pages and webhooks in source code of any language."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receiptkit.rules.examples import form, sample
from receiptkit.scanning.literals import literals

RECEIPT: dict[str, Any] = sample("receipt")
TEXT = json.dumps(RECEIPT, indent=1)


def members(joint: str, key: str = '"{}"', nothing: str = "null") -> str:
    return ",\n".join(
        f"  {key.format(name)}{joint} {nothing if value is None else json.dumps(value)}"
        for name, value in RECEIPT.items()
    )


@pytest.mark.parametrize(
    ("suffix", "code"),
    [
        (".py", f"x = 1  # isn't\nR = {RECEIPT!r}\n"),
        (".py", f'r"""\nnothing "here\n"""\nR = dict(a={RECEIPT!r})'),
        (".py", f"R = json.loads('''{TEXT}''')"),
        (".py", f"responses.add(body={TEXT!r})"),
        (".ts", "const r = {\n" + members(":", "{}", "undefined") + ",\n} as const; // don't"),
        (".js", "/* it's */ f({\n" + members(":", "'{}'") + ",\n});"),
        (".js", f"const r = `{TEXT}`;"),
        (".js", f"const r = {json.dumps(RECEIPT, separators=(',', ':'))};"),
        (".py", "R={" + ",".join(f"{name!r}:{value!r}" for name, value in RECEIPT.items()) + "}"),
        (".rb", "R = {\n" + members(" =>", nothing="nil") + ",\n}.freeze # isn't"),
        (".rb", "R = {\n" + members(" =>", ":{}", "nil") + "}"),
        (".go", "r := map[string]interface{}{\n" + members(":", nothing="nil") + ",\n}"),
        (".go", "r := []map[string]any{\n{\n" + members(":", nothing="nil") + ",\n},\n}"),
        (".go", f"var r = `{TEXT}`"),
        (".php", "$r = [\n" + members(" =>", "'{}'", "NULL") + ",\n]; // isn't"),
        (".swift", "let r: [String: Any] = [\n" + members(":", nothing="nil") + "]"),
        (".md", f"It's so:\n```json\n{TEXT}\n```\n"),
    ],
)
def test_a_receipt_in_every_language(suffix: str, code: str) -> None:
    """The value of a literal is that of the program."""
    found = [each.value for each in literals(code, suffix)]
    assert found == [RECEIPT]


def test_pages_and_webhooks() -> None:
    """A page is one literal and not its rows; a form in a string is a webhook."""
    page = sample("page")
    assert [each.value for each in literals(f"P = {page!r}", ".py")] == [page]
    (found,) = literals(f"send('{form()}')", ".rb")
    assert found.value == sample("webhook")["params"]
    webhook = sample("webhook")["params"]
    assert [each.value for each in literals(f"W = {webhook!r}", ".py")] == [webhook]


def test_lists_literals_made_at_run_time() -> None:
    """A literal with a name, a call or a spread is listed with its place, but not checked."""
    for change in ("sid", "f'DY{x}'", "make()", "a + b"):
        code = TEXT.replace(json.dumps(RECEIPT["status"]), change).replace("null", "None")
        (found,) = literals(f"\nR = {code}", ".py")
        assert (found.value, found.start) == (None, 5)
    (spread,) = literals("R = {...base, " + members(":") + "}", ".ts")
    assert spread.value is None


@pytest.mark.parametrize(
    "code",
    [
        "call({message_sid: a, conversation_sid: b})",
        "x = {'sid': 'MG1', 'status': 'sent', 'url': '', 'date_created': 1}",
        "class A { sid: string; status: string; }",
        "{" * 10_000,
        '"' * 9_999,
        "[" * 50 + "]" * 70,
        "/*" * 200_000,
        '\\"' * 200_000,
        "'''" + '"' * 99_999,
        "",
    ],
)
def test_other_code_holds_nothing(code: str) -> None:
    """Arguments, other resources and broken code are nothing."""
    assert literals(code, ".ts") == []
