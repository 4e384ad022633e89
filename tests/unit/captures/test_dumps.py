"""Dumps of databases, pages of HTML, tapes, and texts that were encoded for another text."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from receiptkit.rules.examples import sample
from unit.captures.pairs import FORMS, RECEIPTS, WEBHOOKS

Report = Callable[..., dict[str, Any]]
PAGE = {**sample("page"), "delivery_receipts": RECEIPTS[1:]}
_SNAKE = {
    "EventType": "event_type",
    "AccountSid": "account_sid",
    "ConversationSid": "conversation_sid",
    "MessageSid": "message_sid",
    "ParticipantSid": "participant_sid",
    "ChannelMessageSid": "channel_message_sid",
    "DeliveryReceiptSid": "delivery_receipt_sid",
    "Status": "status",
    "DateCreated": "date_created",
    "DateUpdated": "date_updated",
}


def sql(value: Any) -> str:
    """Return a literal of standard SQL."""
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def mysql(value: Any) -> str:
    """Return a literal as mysqldump writes it."""
    if not isinstance(value, str):
        return sql(value)
    return "'" + "".join(f"\\{each}" if each in "\\'\"" else each for each in value) + "'"


def insert(table: str, rows: list[dict[str, Any]], literal: Callable[[Any], str] = sql) -> str:
    names = ", ".join(rows[0])
    values = ",\n".join(f"({', '.join(map(literal, row.values()))})" for row in rows)
    return f"INSERT INTO {table} ({names}) VALUES {values};\n"


def snake(parameters: dict[str, str]) -> dict[str, str]:
    return {_SNAKE[name]: value for name, value in parameters.items() if name in _SNAKE}


def tape(body: str, encoding: str, **headers: str) -> str:
    url = PAGE["meta"]["url"].removeprefix("https://conversations.twilio.com")
    lines = "".join(f'  res.setHeader("{name}", "{value}");\n\n' for name, value in headers.items())
    return (
        'var path = require("path");\n\n/**\n'
        f" * GET {url}\n *\n * accept: application/json\n * host: conversations.twilio.com\n */\n\n"
        "module.exports = function (req, res) {\n  res.statusCode = 200;\n\n"
        f'{lines}  res.setHeader("x-yakbak-tape", path.basename(__filename, ".js"));\n\n'
        f'  res.write(new Buffer({json.dumps(body)}, "{encoding}"));\n  res.end();\n\n'
        "  return __filename;\n};\n"
    )


def cef(form: str) -> str:
    escaped = form.replace("=", "\\=")
    return f"CEF:0|Acme|Gateway|1.0|100|webhook|3|requestMethod=POST cs1Label=body cs1={escaped} cnt=1\n"


_JSON = json.dumps(PAGE)
_HOOKS = [json.dumps(each) for each in WEBHOOKS]
_PACKED = base64.b64encode(gzip.compress(_JSON.encode())).decode()
_TABLE = "".join(
    f"<tr><td>{name}</td><td><pre>&#x27;{value}&#x27;</pre></td></tr>\n"
    for name, value in WEBHOOKS[1].items()
)
#: What is read, and where the wrong status is: the text before it on its line.
READ = {
    "receipts.sql": insert("receipts", RECEIPTS),
    "mysql.sql": "-- MySQL dump 10.13\n" + insert("`receipts`", RECEIPTS, mysql),
    "webhooks.sql": "CREATE TABLE hooks (id int);\n"
    + insert("public.hooks", [*map(snake, WEBHOOKS)]),
    "replaced.sql": insert("hooks", [*map(snake, WEBHOOKS)]).replace("INSERT INTO", "REPLACE INTO"),
    "bodies.sql": insert(
        "hooks", [{"id": 1, "note": "it's (1), ok; ", "body": each} for each in _HOOKS]
    ),
    "mysql-bodies.sql": insert("`hooks`", [{"id": 1, "body": each} for each in _HOOKS], mysql),
    "cast.sql": insert("hooks", [{"id": 1, "body": _HOOKS[1]}]).replace("}'", "}'::jsonb"),
    "escaped.sql": insert("hooks", [{"id": 1, "body": _HOOKS[1]}]).replace("'{", "E'{"),
    "forms.sql": insert("hooks", [{"id": 1, "body": each} for each in FORMS]),
    "unnamed.sql": f"INSERT INTO hooks VALUES (1, '{FORMS[1]}');\n",
    "copy.sql": "COPY public.hooks (id, error, body) FROM stdin;\n"
    + "".join(f"{n}\t\\N\t{each}\n" for n, each in enumerate(_HOOKS))
    + "\\.\n",
    "pre.html": f"<!DOCTYPE html>\n<html><body><pre>{html.escape(json.dumps(PAGE, indent=1))}</pre></body></html>\n",
    "coloured.html": "<html><pre>"
    + html.escape(_JSON).replace("&quot;", '<span class="s">&quot;</span>')
    + "</pre></html>\n",
    "script.html": f'<!doctype html><script type="application/json">{_JSON}</script>\n',
    "form.html": f"<html><body><code>{html.escape(FORMS[1])}</code></body></html>\n",
    "debug.html": f"<html><!-- <pre> -->\n<table><tr><th>Variable</th><th>Value</th></tr>{_TABLE}</table></html>\n",
    "tape.js": tape(_JSON, "utf8", **{"content-type": "application/json"}),
    "packed.js": tape(
        _PACKED, "base64", **{"content-encoding": "gzip", "content-type": "application/json"}
    ),
    "cef.log": cef(FORMS[0]) + cef(FORMS[1]),
    "once.log": f"INFO got {quote(FORMS[1], safe='')} ok\n",
    "json.log": f"INFO got {quote(_HOOKS[1], safe='')} ok\n",
    "twice.txt": urlencode({"body": quote(FORMS[1], safe=""), "ok": 1}) + "\n",
    "field.txt": "".join(urlencode({"payload": quote(each, safe="")}) + "\n" for each in _HOOKS),
    "twice.ndjson": json.dumps({"level": "info", "body": quote(quote(FORMS[1], safe=""), safe="")})
    + "\n",
}


@pytest.mark.parametrize("name", READ)
def test_a_dump_is_read(tmp_path: Path, report: Report, name: str) -> None:
    """One wrong status is found, at its place where the text is in the file unchanged."""
    path = tmp_path / name
    path.write_text(READ[name])
    judged = report(path)
    assert [each["rule"] for each in judged["findings"]] == ["schema.enum"]
    assert judged["summary"]["unchecked"] == 0
    origin = judged["findings"][0]["origin"]
    line = READ[name].split("\n")[origin["line"] - 1][origin["column"] - 1 :]
    is_hidden = name in (
        "packed.js",
        "once.log",
        "json.log",
        "twice.txt",
        "field.txt",
        "twice.ndjson",
    )
    assert is_hidden or re.match(r"(?:'|\\?\"|&quot;(?:</span>)?)?queued", line)


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO hooks (a, b) VALUES (1, 'x",
        "INSERT INTO hooks (a, b) VALUES (1, 'x'), (2);\nINSERT INTO x (a) VALUES ((((;",
        "COPY hooks (a, b) FROM stdin;\n1",
        "<html><script>" * 2000,
        "<html>" + "<!--" * 20_000,
        "<html>" + "<a" * 20_000,
        "<html>" + "&amp;" * 20_000,
        'var path = require("path");\n\n/**\n * GET /\n */\nmodule.exports = function',
        tape("!", "base64"),
    ],
)
def test_broken_dumps_are_no_internal_errors(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]], text: str
) -> None:
    path = tmp_path / "broken"
    path.write_text(text)
    code, _, error = run("validate", path)
    assert code in (1, 2)
    assert "internal error" not in error
