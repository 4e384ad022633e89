"""Files of tools and logs of 2026, each with a clean observation and a wrong one."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unit.captures.pairs import BAD, FORMS, PATHS, RECEIPTS, TEXTS, URLS, WEBHOOKS

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
_PRETTY = [json.dumps(each, indent=4) for each in RECEIPTS]
_JSON = "Content-Type: application/json"


def _lines(rows: Any) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _values(values: dict[str, str]) -> list[dict[str, Any]]:
    return [{"key": name, "value": {"stringValue": value}} for name, value in values.items()]


def _members(values: dict[str, Any], form: str, nothing: str) -> str:
    return ", ".join(
        form.format(name, nothing if value is None else json.dumps(value))
        for name, value in values.items()
    )


def _logs(**record: Any) -> str:
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}) + "\n"


def _dated(receipt: dict[str, Any], date: Any) -> dict[str, Any]:
    return {
        "_id": {"$oid": "64b5f0000000000000000001"},
        **receipt,
        "error_code": {"$numberInt": "0"},
        "date_created": {"$date": date},
        "date_updated": {"$date": date},
    }


def _request(index: int) -> str:
    return f"GET {PATHS[index]} HTTP/1.1\nHost: conversations.twilio.com\n\n\n\n"


READ = {
    "httpie-meta.txt": "\n\n".join(
        f"{_request(i)}HTTP/1.1 200 OK\n{_JSON}\n\n{_PRETTY[i]}\n\nElapsed time: 0.12s\n"
        for i in (0, 1)
    ),
    "otlp-kvlist.ndjson": "".join(
        _logs(timeUnixNano="1", body={"kvlistValue": {"values": _values(each)}})
        for each in WEBHOOKS
    ),
    "otlp-attributes.ndjson": "".join(
        _logs(body={"stringValue": "webhook"}, attributes=_values(each)) for each in WEBHOOKS
    ),
    "otlp-spans.json": json.dumps(
        {
            "resourceSpans": [
                {
                    "scopeSpans": [
                        {
                            "spans": [
                                {
                                    "name": "GET",
                                    "attributes": _values({"http.response.body": text}),
                                }
                                for text in TEXTS
                            ]
                        }
                    ]
                }
            ]
        }
    ),
    "bigquery-pairs.ndjson": _lines(
        {
            "params": [
                {"key": name, "value": {"string_value": value, "int_value": None}}
                for name, value in each.items()
            ]
        }
        for each in WEBHOOKS
    ),
    "mongo-relaxed.ndjson": _lines(_dated(each, "2026-03-02T09:15:04.120Z") for each in RECEIPTS),
    "mongo-canonical.ndjson": _lines(
        _dated(each, {"$numberLong": "1772442904120"}) for each in RECEIPTS
    ),
    "dynamodb-receipts.ndjson": _lines(
        {
            "Item": {
                name: {"NULL": True} if value is None else {"S": value}
                for name, value in each.items()
            }
        }
        for each in RECEIPTS
    ),
    "elasticsearch-bulk.ndjson": "".join(
        _lines([{"index": {"_index": "hooks", "_id": str(index)}}, each])
        for index, each in enumerate(WEBHOOKS)
    ),
    "datadog-message.json": json.dumps(
        {
            "data": [
                {"type": "log", "attributes": {"message": f"GET {URLS[i]} -> 200 {TEXTS[i]}"}}
                for i in (0, 1)
            ]
        }
    ),
    "karate-report.json": json.dumps(
        {
            "stepResults": [
                {"stepLog": f"1 > GET {URLS[i]}\n1 < 200\n1 < {_JSON}\n{TEXTS[i]}\n"}
                for i in (0, 1)
            ]
        }
    ),
    "requests-cache.json": json.dumps(
        [
            {
                "response": {
                    "_content": "Y-wm?",
                    "_decoded_content": RECEIPTS[i],
                    "status_code": 200,
                    "url": URLS[i],
                    "request": {"method": "GET", "url": URLS[i]},
                }
            }
            for i in (0, 1)
        ]
    ),
    "restassured.log": "".join(
        f"Request method:\tGET\nRequest URI:\t{URLS[i]}\nHTTP/1.1 200 OK\n{_JSON}\n\n{_PRETTY[i]}\n"
        for i in (0, 1)
    ),
    "symbols.log": "".join(f"D -- : {{{_members(each, ':{}=>{}', 'nil')}}}\n" for each in RECEIPTS),
    "ruby34.log": "".join(f"{{{_members(each, '{}: {}', 'nil')}}}\n" for each in RECEIPTS),
    "strings.log": "".join(
        f"D -- : {{{_members(each, chr(34) + '{}' + chr(34) + '=>{}', 'nil')}}}\n"
        for each in RECEIPTS
    ),
    "dict.log": "".join(f"DEBUG:app:{each!r}\n" for each in RECEIPTS),
    "inspect.log": "".join(
        "{\n"
        + "".join(
            f"  {name}: {'null' if value is None else repr(value)},\n"
            for name, value in each.items()
        )
        + "}\n"
        for each in RECEIPTS
    ),
    "dates.log": "".join(
        f"receipt {_members(each, '{}: {}', 'null')}\n".replace(
            f'"{each["date_updated"]}"', "2026-03-02T09:15:04.000Z"
        ).replace(f'"{each["date_created"]}"', "datetime.datetime(2026, 3, 2, 9, 15)")
        for each in RECEIPTS
    ),
}
#: What the message about a file leads to reading as a log.
AS_LOG = {
    "receipts.toml": "".join(
        "[[receipts]]\n"
        + "".join(f"{name} = {json.dumps(each[name])}\n" for name in each if each[name] is not None)
        for each in RECEIPTS
    ),
    "receipts.ini": "".join(
        "[receipt]\n" + "".join(f"{name} = {value}\n" for name, value in each.items())
        for each in WEBHOOKS
    ),
    "receipts.xml": "<receipts>"
    + "".join(
        "<receipt>" + "".join(f"<{n}>{v}</{n}>" for n, v in each.items()) + "</receipt>"
        for each in RECEIPTS
    )
    + "</receipts>",
    "jest.snap": "// Jest Snapshot v1\n\n"
    + "".join(
        f"exports[`r {i} 1`] = `\nObject {{\n"
        + "".join(f'  "{name}": {json.dumps(value)},\n' for name, value in each.items())
        + "}\n`;\n"
        for i, each in enumerate(RECEIPTS)
    ),
    "k6.txt": "".join(
        f'level=info msg="Response:\\nHTTP/1.1 200 OK\\r\\n\\r\\n{json.dumps(each)[1:-1]}\\n" vu=1\n'
        for each in TEXTS
    ),
    "kafka.txt": "".join(
        f"CreateTime:1785377678101\tOffset:{i}\tnull\t{text}\n" for i, text in enumerate(TEXTS)
    ),
    "redis.txt": "".join(f'{i}) "{form}"\n' for i, form in enumerate(FORMS)),
}


def _hold(judged: dict[str, Any]) -> None:
    assert judged["summary"]["checked"] == 2
    assert [(each["rule"], each["pointer"].lower()) for each in judged["findings"]] == [
        ("schema.enum", "/status")
    ]


def _place(path: Path, judged: dict[str, Any]) -> str:
    """Return the text at the place of the first finding."""
    origin = judged["findings"][0]["origin"]
    return str(path.read_text().splitlines()[origin["line"] - 1][origin["column"] - 1 :])


@pytest.mark.parametrize("name", READ)
def test_finds_the_lie(tmp_path: Path, report: Report, name: str) -> None:
    """The wrong value is found in its line, both observations are checked, and nothing else is reported."""
    path = tmp_path / name
    path.write_text(READ[name])
    judged = report(path)
    _hold(judged)
    assert (
        name.startswith("requests-cache")
        or "queued" in _place(path, judged)
        or "{" in _place(path, judged)
    )
    if name.endswith(".log"):
        assert _place(path, judged).lstrip("\"' ").startswith("queued") or "rest" in name


@pytest.mark.parametrize("name", AS_LOG)
def test_reads_it_as_a_log(tmp_path: Path, report: Report, run: Run, name: str) -> None:
    """The message about the file leads to the option that reads it, and the place is the value's."""
    path = tmp_path / name
    path.write_text(AS_LOG[name])
    code, _, error = run("validate", path)
    assert (code, f"receiptkit validate --as log {path}" in error) == (2, True)
    judged = report("--as", "log", path)
    _hold(judged)
    assert "queued" in _place(path, judged)[:20] or name.startswith(("kafka", "redis"))


def test_a_report_of_hurl(tmp_path: Path, report: Report) -> None:
    """Hurl's bodies are in a folder beside the report; a missing one is reported."""
    calls = [
        {
            "request": {"method": "GET", "url": URLS[i]},
            "response": {"status": 200, "headers": [], "body": f"store/{i}_response.json"},
        }
        for i in (0, 1)
    ]
    path = tmp_path / "report.json"
    path.write_text(json.dumps([{"entries": [{"calls": calls}]}]))
    missing = report(path, "--allow-empty")["summary"]["unchecked_reasons"]
    assert missing == {"the file that holds the body is missing": 2}
    (tmp_path / "store").mkdir()
    for i in (0, 1):
        (tmp_path / "store" / f"{i}_response.json").write_text(TEXTS[i])
    _hold(report(path))


def test_the_colours_of_a_terminal(tmp_path: Path, report: Report, run: Run) -> None:
    """The message about a coloured text names the command that removes colours; its output is read."""
    path = tmp_path / "session.txt"
    path.write_text(
        "".join(
            f"\x1b[32mGET\x1b[39m \x1b[36m{PATHS[i]}\x1b[39m HTTP/1.1\nHost: conversations.twilio.com\n\n\n"
            f"\x1b[34mHTTP\x1b[39m/1.1 200 OK\n{_JSON}\n\n"
            + _PRETTY[i].replace('"status"', '\x1b[94m"status"\x1b[39;49;00m')
            + "\n\n"
            for i in (0, 1)
        )
    )
    code, _, error = run("validate", path)
    assert code == 2
    command = error.partition("take the colours out: ")[2].splitlines()[0]
    subprocess.run(command, shell=True, check=True, cwd=tmp_path)  # as a person would
    _hold(report(f"{path}.txt"))


@pytest.mark.parametrize("prefix", ["", "16:01:02.123456 "])
def test_a_trace_of_curl(tmp_path: Path, run: Run, prefix: str) -> None:
    """A trace is named, also with the times of its lines."""
    path = tmp_path / "trace.txt"
    path.write_text(f"{prefix}== Info:   Trying 1.2.3.4:443...\n0000: {TEXTS[1][:60]}\n")
    code, _, error = run("validate", path)
    assert (code, "this is a trace of curl" in error) == (2, True)


def test_a_page_behind_its_printed_rows(tmp_path: Path, report: Report) -> None:
    """A printed receipt does not take the URL of the page behind it."""
    own = {name: value for name, value in RECEIPTS[0].items() if name != "url"}
    path = tmp_path / "page.log"
    path.write_text(f"{{'rows': [{own!r}], 'meta': {{'url': 'https://example.com/x'}}}}\n")
    judged = report(path)
    assert (judged["summary"]["checked"], judged["findings"]) == (1, [])


@pytest.mark.parametrize(
    "text",
    [
        "sid: DYxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, message_sid: IMxx, channel_message_sid: SMx, status: queued\n",
        "the fields are `sid`, `message_sid`, `channel_message_sid` and `status`\n",
        f"channel_message_sid={RECEIPTS[0]['channel_message_sid']} status=queued\n",
        f"{BAD['DeliveryReceiptSid']} queued channel_message_sid\n",
    ],
)
def test_prose_is_no_receipt(tmp_path: Path, report: Report, text: str) -> None:
    """Names alone, or a status without its receipt, are not checked."""
    path = tmp_path / "notes.log"
    path.write_text(text)
    judged = report(path, "--allow-empty")
    assert judged["summary"]["checked"] == 0
    assert {each["severity"] for each in judged["findings"]} <= {"info"}
