"""Tables: parameters or receipts as columns, and bodies in cells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from receiptkit.rules.examples import form, sample
from receiptkit.webhooks import sign

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
PARAMETERS: dict[str, str] = sample("webhook")["params"]
RECEIPT: dict[str, Any] = sample("receipt")


def found(report: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    return [
        (each["rule"], each["pointer"], each["origin"]["line"], each["origin"]["column"])
        for each in report["findings"]
    ]


def snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("spell", [str, str.upper, snake], ids=["own", "upper", "snake"])
def test_reads_parameters_as_columns(
    tmp_path: Path, report: Report, delimiter: str, spell: Callable[[str], str]
) -> None:
    """A row is a webhook; blank cells are absent, and each place is that of a cell."""
    path = tmp_path / "hooks.txt"
    names = [*PARAMETERS, "ErrorCode"]
    values = [*PARAMETERS.values(), "NULL"]
    bad = [
        "queued" if name == "Status" else value for name, value in zip(names, values, strict=True)
    ]
    rows = [["id", *map(spell, names)], ["1", *values], ["2", *bad]]
    path.write_text("".join(delimiter.join(row) + "\r\n" for row in rows))
    judged = report(path)
    column = len(delimiter.join(rows[2][: 1 + names.index("Status")])) + 2
    assert found(judged) == [("schema.enum", "/Status", 3, column)]
    assert judged["summary"]["checked"] == 2


def test_checks_only_the_columns_that_are_there(tmp_path: Path, report: Report) -> None:
    """A table with some of the columns is checked by these."""
    path = tmp_path / "some.csv"
    path.write_text(
        f"delivery_receipt_sid,status\n{RECEIPT['sid']},delivered\n{RECEIPT['sid']},queued\n"
    )
    judged = report(path)
    assert [each[:3] for each in found(judged)] == [("schema.enum", "/Status", 3)]


@pytest.mark.parametrize(
    ("columns", "cells", "rules"),
    [
        ("status", "failed", []),
        ("status,error_code", "failed,", ["receipt.failure-without-code"]),
        ("status,error_code", "failed,30008", []),
        ("status,error_code", "sent,30008", ["receipt.code-without-failure"]),
    ],
)
@pytest.mark.parametrize("sid", ["delivery_receipt_sid", "message_sid,sid"])
def test_misses_a_code_only_where_there_is_a_column(
    tmp_path: Path, report: Report, columns: str, cells: str, rules: list[str], sid: str
) -> None:
    """A table without error codes says nothing of them."""
    path = tmp_path / "codes.csv"
    sids = RECEIPT["sid"] if "," not in sid else f"{RECEIPT['message_sid']},{RECEIPT['sid']}"
    path.write_text(f"{sid},{columns}\n{sids},{cells}\n")
    assert [each["rule"] for each in report(path)["findings"]] == rules


def test_reads_receipts_as_columns(tmp_path: Path, report: Report) -> None:
    """A table of receipts has the names of REST, dates of a database, and blanks for null."""
    path = tmp_path / "receipts.csv"
    names = [name for name in RECEIPT if name not in ("url", "chat_service_sid")]
    values = {**RECEIPT, "error_code": "", "date_created": "2026-03-02 09:15:00+00"}
    bad = {**values, "status": "queued"}
    rows = [names, [values[name] for name in names], [bad[name] for name in names]]
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows))
    judged = report(path)
    assert [each[:3] for each in found(judged)] == [("schema.enum", "/status", 3)]
    assert judged["summary"]["checked"] == 2


def test_reads_bodies_in_cells(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form or JSON in a cell is a webhook; the URL and headers beside it make its signature checkable."""
    token, url = "0123456789abcdef0123456789abcdef", "https://example.com/hook"
    headers = json.dumps({"X-Twilio-Signature": sign(url, token, PARAMETERS)})
    good = json.dumps(PARAMETERS)
    bad = json.dumps({**PARAMETERS, "Status": "queued"})
    path = tmp_path / "bodies.csv"

    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    path.write_text(
        f"id,url,headers,note,payload\n1,{url},{quoted(headers)},{quoted('two' + chr(10) + 'lines')},{quoted(good)}\n"
        f"2,,,,{quoted(bad)}\n"
    )
    monkeypatch.setenv("TOKEN", token)
    judged = report("--auth-token-env", "TOKEN", path)
    line = path.read_text().splitlines()[3]
    assert found(judged) == [("schema.enum", "/Status", 4, line.index('""queued""') + 1)]
    assert judged["summary"]["checked"] == 2


def test_takes_the_column_that_is_named(tmp_path: Path, report: Report, run: Run) -> None:
    """`--column` says which column holds the body; one that is not there is a line."""
    path = tmp_path / "two.csv"
    path.write_text(f"raw,other\n{form()},{form().replace('Status=sent', 'Status=queued')}\n")
    assert report("--column", "raw", path)["findings"] == []
    assert len(report("--column", "other", path)["findings"]) == 1
    code, _, error = run("validate", "--column", "body", path)
    assert code == 2
    assert "there is no column body; --column takes one of raw, other" in error


@pytest.mark.parametrize(
    "wrapped",
    [
        {"params": {name: [value] for name, value in PARAMETERS.items()}},
        {"level": "info", "params": {**PARAMETERS, "RetryCount": 0, "ErrorCode": None}},
        {"level": "info", "ts": 1, "msg": "webhook", **PARAMETERS},
        {"path": "/x", "params": {**PARAMETERS, "controller": "hooks", "action": "create"}},
        {"params": [{"name": name, "value": value} for name, value in PARAMETERS.items()]},
    ],
    ids=["lists of one", "typed", "flat log", "framework", "pairs"],
)
def test_undoes_what_a_wrapper_did(tmp_path: Path, report: Report, wrapped: Any) -> None:
    """Lists of one, numbers, nulls and members that a framework adds are the wrapper's."""
    path = tmp_path / "log.ndjson"
    path.write_text(json.dumps(wrapped) + "\n")
    judged = report(path)
    assert (judged["findings"], judged["summary"]["checked"]) == ([], 1)


def test_undoes_nothing_in_a_bare_body(tmp_path: Path, report: Report) -> None:
    """Without a wrapper a number is a number."""
    path = tmp_path / "body.json"
    path.write_text(json.dumps({**PARAMETERS, "RetryCount": 0}))
    assert [each["rule"] for each in report(path)["findings"]] == ["schema.type"]


def test_checks_signatures_at_the_called_url(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--called-at` gives the URL that a log does not hold."""
    token, url = "0123456789abcdef0123456789abcdef", "https://example.com/hook"
    path = tmp_path / "log.ndjson"
    headers = {"X-Twilio-Signature": sign(url, token, PARAMETERS)}
    path.write_text(json.dumps({"msg": "x", "headers": headers, "body": PARAMETERS}) + "\n")
    monkeypatch.setenv("TOKEN", token)
    assert report("--auth-token-env", "TOKEN", "--called-at", url, path)["findings"] == []
    other = report("--auth-token-env", "TOKEN", "--called-at", f"{url}/other", path)
    assert [each["rule"] for each in other["findings"]] == ["webhook.signature"]


@pytest.mark.parametrize(
    "public", ["https://example.com/hook", "https://example.com/base/hook?a=b%20c"]
)
def test_checks_signatures_of_a_har_behind_a_proxy(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch, public: str
) -> None:
    """A HAR of a reverse proxy has the URL of the application; `--called-at` gives that of Twilio's call."""
    token = "0123456789abcdef0123456789abcdef"
    headers = {
        "Host": "127.0.0.1:3000",
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": "192.0.2.1",
        "X-Twilio-Signature": sign(public, token, PARAMETERS),
    }
    entry = {
        "startedDateTime": "2026-03-02T09:15:05.000Z",
        "request": {
            "method": "POST",
            "url": "http://127.0.0.1:3000/hook",
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "postData": {"mimeType": headers["Content-Type"], "text": urlencode(PARAMETERS)},
        },
        "response": {"status": 204, "headers": [], "content": {"size": 0}},
    }
    path = tmp_path / "proxied.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    monkeypatch.setenv("TOKEN", token)
    unknown = report("--auth-token-env", "TOKEN", path)
    assert (unknown["findings"], unknown["summary"]["signatures"]["judged"]) == ([], 0)
    judged = report("--auth-token-env", "TOKEN", "--called-at", public, path)
    assert (judged["findings"], judged["summary"]["signatures"]["judged"]) == ([], 1)
    other = report("--auth-token-env", "TOKEN", "--called-at", "https://example.com/other", path)
    assert [each["rule"] for each in other["findings"]] == ["webhook.signature"]
