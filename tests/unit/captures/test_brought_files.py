"""The wrong value in files of many kinds is found, or the message says what the file is and what to do."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
RECEIPT: dict[str, Any] = {**sample("receipt"), "status": "queued"}
GOOD: dict[str, Any] = sample("receipt")
HOOK: dict[str, str] = {**sample("webhook")["params"], "Status": "queued"}
URL: str = RECEIPT["url"]
PATH = URL.removeprefix("https://conversations.twilio.com")
TEXT, LINES, FORM = json.dumps(RECEIPT), json.dumps(RECEIPT, indent=2), urlencode(HOOK)


def in_csv(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def trace() -> bytes:
    """Return a trace of Playwright with a response."""
    name = "a" * 40 + ".json"
    content = {"mimeType": "application/json", "_sha1": name}
    request = {"method": "GET", "url": URL, "headers": []}
    snapshot = {"request": request, "response": {"status": 200, "headers": [], "content": content}}
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        file.writestr("trace.trace", json.dumps({"type": "context-options"}))
        file.writestr(
            "trace.network", json.dumps({"type": "resource-snapshot", "snapshot": snapshot})
        )
        file.writestr(f"resources/{name}", TEXT)
    return raw.getvalue()


def exchange(body: Any, **more: Any) -> dict[str, Any]:
    return {
        "request": {"method": "GET", "url": URL, "headers": {}},
        "response": {"status": 200, "headers": {}, "body": body, **more},
    }


_POSTMAN = {
    "url": URL,
    "method": "GET",
    "responses": [{"responseCode": {"code": 200}, "text": TEXT}],
}
_HOVERFLY = {
    "request": {
        "path": [{"matcher": "exact", "value": PATH}],
        "method": [{"matcher": "exact", "value": "GET"}],
        "destination": [{"matcher": "exact", "value": "conversations.twilio.com"}],
    },
    "response": {"status": 200, "body": TEXT, "encodedBody": False, "templated": False},
}
_GZIPPED = gzip.compress(TEXT.encode(), mtime=0)
_CASSETTE = {
    "request": {"method": "GET", "uri": URL, "body": None, "headers": {}},
    "response": {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Encoding": ["gzip"]},
        "body": {"string": _GZIPPED},
    },
}
_BETAMAX = {
    "request": {"method": "GET", "uri": URL, "body": {"encoding": "utf-8", "string": ""}},
    "response": {
        "status": {"code": 200, "message": "OK"},
        "headers": {"Content-Encoding": ["gzip"]},
        "body": {"encoding": "UTF-8", "base64_string": base64.b64encode(_GZIPPED).decode()},
    },
}

#: The lie in each is found.
READ: dict[str, Any] = {
    "several.yaml": "---\n" + yaml.safe_dump(RECEIPT) + "---\n" + yaml.safe_dump(GOOD),
    "postman-v1.json": {"id": "a", "name": "c", "requests": [_POSTMAN]},
    "datadog.csv": f"Date,Host,Message\n2026-01-01T00:00:00Z,h,{in_csv(json.dumps({'body': FORM}))}\n",
    "splunk.csv": f'"_raw","_time"\n{in_csv("got " + FORM)},"2026"\n',
    "cloudwatch.json": {
        "events": [{"message": f"2026\tid\tINFO\t{json.dumps(HOOK)}", "eventId": "1"}]
    },
    "loki.json": {"data": {"result": [{"values": [["1", f"level=info body={FORM}"]]}]}},
    "elastic.json": {"hits": {"hits": [{"_source": {"message": json.dumps({"params": HOOK})}}]}},
    "kafka.ndjson": json.dumps({"topic": "t", "offset": 1, "payload": json.dumps(HOOK)}) + "\n",
    "sentry.json": {
        "event_id": "a",
        "request": {"url": "https://x.example/", "method": "POST", "data": HOOK},
    },
    "vcr-gzip.yaml": yaml.safe_dump({"version": 1, "interactions": [_CASSETTE]}),
    "okreplay.yaml": "!tape\nname: t\n" + yaml.safe_dump({"interactions": [exchange(TEXT)]}),
    "hoverfly-v5.json": {"data": {"pairs": [_HOVERFLY]}, "meta": {"schemaVersion": "v5.2"}},
    "thunder-client.json": {
        "client": "Thunder Client",
        "requests": [{"url": URL, "examples": [exchange(TEXT)]}],
    },
    "rest-client.http": f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{LINES}\r\n",
    "requests-with-responses.http": f"GET {URL}\nAccept: */*\n\nHTTP/1.1 200 OK\n\n{TEXT}\n",
    "named-requests.http": f"### r\nGET {URL}\n\nHTTP/1.1 200 OK\n\n{TEXT}\n",
    "wireshark.json": [{"_source": {"layers": {"http": {"http.file_data": FORM}}}}],
    "nginx.log": f'1.2.3.4 - - [01/Jan/2026:00:00:00 +0000] "POST /hook HTTP/1.1" 200 2 "{FORM}"\n',
    "envoy.json": {
        "method": "POST",
        "path": "/hook",
        "user_agent": "TwilioProxy/1.1",
        "request_body": FORM,
    },
    "sqs.json": {"Messages": [{"Body": json.dumps({"Type": "Notification", "Message": FORM})}]},
    "eventbridge.json": {"version": "0", "detail-type": "hook", "detail": HOOK},
    "segment.json": {"type": "track", "event": "delivery", "properties": HOOK},
    "zapier.json": {"bundle": {"rawRequest": {"method": "POST", "content": FORM}}},
    "n8n.json": {"nodes": [], "pinData": {"Webhook": [{"json": {"params": {}, "body": HOOK}}]}},
    "pubsub.json": {
        "message": {"data": base64.b64encode(json.dumps(HOOK).encode()).decode()},
        "subscription": "s",
    },
    "byte-order-mark.json": b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n").encode(),
    "carriage-returns.json": LINES.replace("\n", "\r"),
    "sequence.json": f"\x1e{TEXT}\n\x1e{json.dumps(GOOD)}\n",
    "sequence-of-one.json": f"\x1e{LINES}\n",
    "trace.zip": trace(),
    "betamax.json": {"http_interactions": [_BETAMAX], "recorded_with": "betamax/0.9"},
    "gatling.log": f"REQUEST\t1\tr\tOK\nResponse:\nHTTP response:\nbody={TEXT}\n",
    "jmeter.csv": f"timeStamp,label,responseCode,URL,responseData\n1,r,200,{URL},{in_csv(TEXT)}\n",
    "table.csv": f"id,answer\n1,{in_csv(TEXT)}\n",
    "quoted-names.yaml": '"request":\n'
    f'  "url": {URL}\n"response":\n  "status": 200\n  "body": {json.dumps(TEXT)}\n',
    "wiremock.yaml": yaml.safe_dump(
        {
            "mappings": [
                {"request": {"urlPath": PATH}, "response": {"status": 200, "jsonBody": RECEIPT}}
            ]
        }
    ),
}

#: What the message about each has in it.
SAID: dict[str, tuple[Any, str]] = {
    "commas.ndjson": (f"{TEXT},\n{TEXT},\n", "remove the comma behind the value"),
    "json5.json5": (
        f"// a mock\n{LINES.replace(chr(34) + 'sid' + chr(34), 'sid')}",
        "receiptkit scan",
    ),
    "comments.jsonc": (f"/* a */\n{LINES}", "receiptkit scan"),
    "joined.json": (TEXT + TEXT, "one a line would be NDJSON"),
    "jmeter.jtl": (
        f'<testResults version="1.2"><x>{TEXT}</x></testResults>',
        "this is results of JMeter",
    ),
    "flow.mitm": (b"1234:9:websocket;0:~8:response;", "mitmdump"),
    "cypress.js": (f"cy.intercept('GET', '/v1/**', {TEXT})", "receiptkit scan"),
    "msw.ts": (f"http.get('*', () => HttpResponse.json({TEXT}))", "receiptkit scan"),
    "karate.feature": (f'Feature: x\n* def r =\n"""\n{LINES}\n"""\n', "receiptkit scan"),
    "utf-16.json": (LINES.encode("utf-16"), "iconv -f UTF-16"),
    "latin-1.json": (LINES.replace('"DY', '"é').encode("latin-1"), "iconv -f CP1252"),
    "lines.txt": ("\n".join(f"{name}={value}" for name, value in HOOK.items()), "--as log"),
    "python.txt": (repr(RECEIPT), "was this printed by Python"),
}


def write(path: Path, content: Any) -> Path:
    raw = content if isinstance(content, (str, bytes)) else json.dumps(content)
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    return path


@pytest.mark.parametrize("name", READ)
def test_finds_the_wrong_value(tmp_path: Path, run: Run, name: str) -> None:
    """The wrong value is the only error, once."""
    code, out, _ = run("validate", "--format", "json", write(tmp_path / name, READ[name]))
    findings = json.loads(out)["findings"]
    assert code == 1
    assert [each["rule"] for each in findings if each["severity"] == "error"] == ["schema.enum"]


@pytest.mark.parametrize("name", SAID)
def test_says_what_to_do_with_unreadable_files(tmp_path: Path, run: Run, name: str) -> None:
    """The message about a file that cannot be read says what to do."""
    content, expected = SAID[name]
    code, out, error = run("validate", write(tmp_path / name, content))
    assert code in (1, 2)
    assert expected in out + error
