"""Recordings that do not say how they were written; each holds a clean observation and a wrong one."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unit.captures.pairs import FORMS, GOOD, PATHS, RECEIPTS, TEXTS, URLS, WEBHOOKS, base64_of

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
SENT = [f"GET {path} HTTP/1.1\r\nHost: conversations.twilio.com\r\n\r\n" for path in PATHS]
ANSWERS = [
    f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    for text in TEXTS
]
BOTH = (0, 1)
JSON_TYPE = {"Content-Type": ["application/json"]}


def spaced(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r" \1", name)


def lines(make: Callable[[int], Any]) -> str:
    return "".join(json.dumps(make(i)) + "\n" for i in BOTH)


def framed(sides: str, rule: str, quote: str = "") -> str:
    rows = [list(GOOD), *([f"{quote}{cell}{quote}" for cell in row.values()] for row in WEBHOOKS)]
    drawn = [f"{sides} " + f" {sides} ".join(row) + f" {sides}" for row in rows]
    return "\n".join([*([rule] if rule[0] in "+┌" else []), drawn[0], rule, *drawn[1:], ""])


def printed(pattern: str, around: tuple[str, str], between: str) -> str:
    return "".join(
        around[0]
        + between.join(
            pattern.replace("{name}", name).replace("{value}", value)
            for name, value in each.items()
        )
        + around[1]
        for each in WEBHOOKS
    )


DOCUMENTS: dict[str, str] = {
    "bytes-of-go.json": json.dumps(
        {
            "Tracks": [
                {
                    "Request": {
                        "Method": "GET",
                        "URL": {
                            "Scheme": "https",
                            "Host": "conversations.twilio.com",
                            "Path": PATHS[i],
                        },
                    },
                    "Response": {
                        "Status": "200 OK",
                        "StatusCode": 200,
                        "Header": JSON_TYPE,
                        "Body": base64_of(TEXTS[i]),
                    },
                }
                for i in BOTH
            ]
        }
    ),
    "http-replay.json": json.dumps(
        {
            "Entries": [
                {
                    "Request": {"Method": "GET", "URL": URLS[i]},
                    "Response": {
                        "StatusCode": 200,
                        "Header": JSON_TYPE,
                        "Body": base64_of(TEXTS[i]),
                    },
                }
                for i in BOTH
            ]
        }
    ),
    "load.ndjson": lines(
        lambda i: {
            "seq": i,
            "code": 200,
            "body": base64_of(TEXTS[i]),
            "method": "GET",
            "url": URLS[i],
            "headers": JSON_TYPE,
        }
    ),
    "scanner.ndjson": lines(
        lambda i: {"matched-at": URLS[i], "request": SENT[i], "response": ANSWERS[i]}
    ),
    "prober.ndjson": lines(
        lambda i: {
            "url": URLS[i],
            "method": "GET",
            "status_code": 200,
            "request": SENT[i],
            "response": ANSWERS[i],
        }
    ),
    "socket.json": json.dumps(
        {
            "127.0.0.1": {
                "80": {
                    str(i): {
                        "request": SENT[i],
                        "response": ANSWERS[i].encode().hex(" ").upper(),
                    }
                    for i in BOTH
                }
            }
        }
    ),
    "answer-alone.ndjson": lines(
        lambda i: {
            "origin": "remote",
            "type": "response",
            "status": 200,
            "headers": JSON_TYPE,
            "body": RECEIPTS[i],
        }
    ),
    "body-json.json": json.dumps(
        {
            "version": "2.0",
            "interactions": [
                {
                    "request": {"method": "GET", "uri": URLS[i], "body_type": "text", "body": ""},
                    "response": {"status": 200, "body_type": "json", "body_json": RECEIPTS[i]},
                }
                for i in BOTH
            ],
        }
    ),
    "anchored.yaml": "".join(
        f"- request:\n    url: ^{PATHS[i]}$\n    method: GET\n"
        f"  response:\n    status: 200\n    body: '{TEXTS[i]}'\n"
        for i in BOTH
    ),
    "flattened.ndjson": lines(
        lambda i: {
            "data": {f"request.form.{name}": value for name, value in WEBHOOKS[i].items()},
        }
    ),
    "blanks-in-names.json": json.dumps(
        {
            "records": [
                {"id": "r", "fields": {spaced(name): value for name, value in each.items()}}
                for each in WEBHOOKS
            ]
        }
    ),
    "notebook.ipynb": json.dumps(
        {
            "cells": [
                {
                    "outputs": [
                        {"text": json.dumps(each, indent=1).splitlines(keepends=True)},
                    ]
                }
                for each in RECEIPTS
            ]
        }
    ),
    "texts.ndjson": "".join(json.dumps(text) + "\n" for text in TEXTS),
    "chat.json": json.dumps(
        [{"type": "message", "text": f"see ```{html.escape(form)}```"} for form in FORMS]
    ),
    "client.log": "".join(
        f"> GET {PATHS[i]}\n> Host: conversations.twilio.com\n\n"
        f"< HTTP/1.1 200 OK\n< Content-Type: application/json\n\n{TEXTS[i]}\n\n"
        for i in BOTH
    ),
    "swift.log": printed('"{name}": "{value}"', ("[", "]\n"), ", "),
    "edn.log": printed(':{name} "{value}"', ("{", "}\n"), ", "),
    "go.log": "".join(f"INFO hook {form.replace('&', chr(92) + 'u0026')} end\n" for form in FORMS),
    "rust.log": printed('{name}: Some("{value}")', ("Hook { ", " }\n"), ", "),
    "kotlin.log": "".join(
        "INFO Webhook("
        + ", ".join(f"{name[0].lower()}{name[1:]}={value}" for name, value in each.items())
        + ")\n"
        for each in WEBHOOKS
    ),
    "erlang.log": printed('<<"{name}">> => <<"{value}">>', ("#{", "}\n"), ","),
    "scala.log": printed("{name} -> List({value})", ("Map(", ")\n"), ", "),
    "php-serialize.log": "".join(
        "x a:11:{"
        + "".join(
            f's:{len(name)}:"{name}";s:{len(value)}:"{value}";' for name, value in each.items()
        )
        + "}\n"
        for each in WEBHOOKS
    ),
    "clojure.log": "".join(
        "{"
        + ", ".join(
            f':{spaced(name).lower().replace(" ", "-")} "{value}"' for name, value in each.items()
        )
        + "}\n"
        for each in WEBHOOKS
    ),
    "rails-sql.log": "".join(
        "  Hook Create (0.5ms)  INSERT INTO hooks VALUES (?)  "
        + json.dumps(
            [[spaced(name).lower().replace(" ", "_"), value] for name, value in each.items()]
        )
        + "\n"
        for each in WEBHOOKS
    ),
    "base64.log": "".join(f"INFO body={base64_of(form)} end\n" for form in FORMS),
    "base64url.log": "".join(
        f"INFO body={base64.urlsafe_b64encode(form.encode()).decode().rstrip('=')} end\n"
        for form in FORMS
    ),
    "mysql.txt": framed("|", "+---+---+"),
    "duckdb.txt": framed("│", "├───┼───┤"),
    "console-table.txt": framed("│", "├───┼───┤", "'"),
    "page.md": framed("|", "|---|---|"),
}
AS_LOG: dict[str, str] = {
    "powershell.txt": printed("{name}             : {value}\n", ("", "\n"), ""),
    "rows.xml": "<rows>"
    + printed('<field name="{name}">{value}</field>', ("<row>", "</row>\n"), "")
    + "</rows>",
    "hooks.xml": "<?xml version='1.0'?>\n"
    + printed("<{name}>{value}</{name}>", ("<hook>", "</hook>\n"), ""),
    "responses.toml": "".join(
        "[[responses]]\n\n[responses.response]\nauto_calculate_content_length = false\n"
        f'body = {json.dumps(text)}\ncontent_type = "text/plain"\nmethod = "GET"\nstatus = 200\n'
        f'url = "http://127.0.0.1:8787{path}"\n\n'
        for text, path in zip(TEXTS, PATHS, strict=True)
    ),
}


def hold(judged: dict[str, Any]) -> None:
    assert [each["rule"] for each in judged["findings"]] == ["schema.enum"]
    assert judged["findings"][0]["pointer"].lower() == "/status"
    summary = judged["summary"]
    assert (summary["checked"], summary["unchecked"]) == (2, 0)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_finds_the_lie(tmp_path: Path, report: Report, name: str) -> None:
    """The lie is found, the clean observation is judged, and nothing else is reported."""
    path = tmp_path / name
    path.write_text(DOCUMENTS[name])
    hold(report(path))


@pytest.mark.parametrize("name", AS_LOG)
def test_reads_it_as_a_log(tmp_path: Path, report: Report, run: Run, name: str) -> None:
    """The message about the file leads to the option that reads it."""
    path = tmp_path / name
    path.write_text(AS_LOG[name])
    code, _, error = run("validate", path)
    assert (code, f"receiptkit validate --as log {path}" in error) == (2, True)
    hold(report("--as", "log", path))


@pytest.mark.parametrize("name", ["scanner.ndjson", "mysql.txt", "chat.json", "console-table.txt"])
def test_the_place_of_the_value(tmp_path: Path, report: Report, name: str) -> None:
    """The finding is where the value is, behind the headers, in its cell, in its form."""
    path = tmp_path / name
    path.write_text(DOCUMENTS[name])
    found = report(path)["findings"][0]["origin"]
    line = path.read_text().splitlines()[found["line"] - 1]
    assert line[found["column"] - 1 :].lstrip('\\"').startswith("queued")


def test_a_status_of_the_answer_to_a_webhook(tmp_path: Path, report: Report) -> None:
    """A webhook that a server logged with its own status stays a webhook."""
    path = tmp_path / "server.ndjson"
    path.write_text(
        lines(
            lambda i: {
                "url": "https://hooks.example.com/t",
                "method": "POST",
                "headers": {"Content-Type": "application/x-www-form-urlencoded"},
                "body": FORMS[i],
                "status": 204,
            }
        )
    )
    hold(report(path))


def test_a_pattern_of_many_urls(tmp_path: Path, report: Report) -> None:
    """Of a pattern that matches more than one URL the URL is unknown, and the body is judged."""
    path = tmp_path / "mock.yaml"
    exact, many = f"{PATHS[0][-34:]}$", "DY[0-9a-f]+$"
    path.write_text(DOCUMENTS["anchored.yaml"].replace(exact, many))
    hold(report(path))


def test_base64_that_is_the_body_itself(tmp_path: Path, report: Report) -> None:
    """A body in base64 that holds no JSON is not taken for one that a tool wrote so."""
    path = tmp_path / "exchange.json"
    body = base64_of("no JSON at all, but a text that is long enough")
    path.write_text(
        json.dumps({"request": {"url": URLS[0]}, "response": {"status": 200, "body": body}})
    )
    assert [each["rule"] for each in report(path)["findings"]] == ["json.syntax"]


def test_mail_is_decoded_first(tmp_path: Path, run: Run, report: Report) -> None:
    """Of a quoted-printable text no value is judged: the message says how to decode it."""
    import quopri
    import subprocess

    path = tmp_path / "mail.eml"
    head = "Subject: hook\nContent-Transfer-Encoding: quoted-printable\n\n"
    path.write_bytes(head.encode() + quopri.encodestring("\n".join(FORMS).encode()))
    code, _, error = run("validate", "--as", "log", path)
    assert code == 2
    command = error.partition("decode it: ")[2].splitlines()[0]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)  # as a person would
    hold(report(f"{path}.log"))


@pytest.mark.parametrize("mark", ["// a mock\n", "/* a mock */\n"])
def test_json_with_comments_is_no_json(tmp_path: Path, run: Run, mark: str) -> None:
    """A file that begins with a comment of JavaScript is one file with a message, not 14 errors."""
    path = tmp_path / "mock.json"
    path.write_text(mark + json.dumps(RECEIPTS[1], indent=1))
    code, _, error = run("validate", path)
    assert (code, f"receiptkit scan {path}" in error) == (2, True)


def test_signs_in_one_run_of_base64_take_linear_time(tmp_path: Path, report: Report) -> None:
    """A text that is full of the sign of base64, and holds no form, is read to its end."""
    path = tmp_path / "signs.log"
    path.write_text("RXZlbnRUeXBl" * 100_000 + "\n" + f"INFO {FORMS[0]}\n")
    assert report(path)["summary"]["checked"] == 1
