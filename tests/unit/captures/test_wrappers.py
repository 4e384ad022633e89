"""Every sample of a tool's format has its one wrong value found at its place, or names its conversion."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from missing import REFERENCE

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]

#: How many observations of a sample are judged, and the pointers of its lies, where that is not two and one.
OTHERS: dict[str, tuple[int, list[str]]] = {
    "cassetter/cassetter.toml": (3, ["/status"]),
    "cassetter/cassetter.yaml": (3, ["/status"]),
    "cypress/fixtures/receipt0.json": (1, []),
    "cypress/fixtures/receipt1.json": (1, ["/status"]),
    "mitmproxy/hardump.har": (4, ["/Status", "/status"]),
    # Each webhook is logged in several ways.
    "node-logs/pino.ndjson": (4, ["/Status", "/Status"]),
    "node-logs/winston.ndjson": (4, ["/Status", "/Status"]),
    "php-logs/laravel.log": (6, ["/Status"] * 3),
    "php-logs/monolog.ndjson": (6, ["/Status"] * 3),
    "redocly-proxy/proxy.har": (4, ["/Status", "/status"]),
    "rest-files/2026-07-30T021438.200.json": (1, []),
    "rest-files/2026-07-30T021439.200.json": (1, ["/status"]),
    "wiremock/hand-body-single.json": (1, ["/status"]),
    "wiremock/journal.json": (4, ["/Status", "/status"]),
    "wiremock/mappings-all.json": (4, ["/Status", "/status"]),
    "wiremock/snapshot.json": (4, ["/Status", "/status"]),
    "sqlite/dump.sql": (2, ["/Status"]),
    "playwright/attach/b27ecab5822dd7ba856ce04d7ed73d2630b49fb1.json": (1, ["/status"]),
    "playwright/attach/e7ba8add1583c08ad3a1562b2174bc17effedf6e.json": (1, []),
    "playwright/route-update/b27ecab5822dd7ba856ce04d7ed73d2630b49fb1.json": (1, ["/status"]),
    "playwright/route-update/e7ba8add1583c08ad3a1562b2174bc17effedf6e.json": (1, []),
}
#: Samples that are read with an option.
AS_LOG = (
    "heroku/heroku-logs.txt",
    "node-logs/console-log-body.txt",
    "node-logs/console-log-json.txt",
    "php-logs/print_r.txt",
    "php-logs/var_dump.txt",
    "sqlite/sqlite-line.txt",
)
#: Samples that are recognised, and their messages.
NAMED = {
    "burp/items.xml": "this is an export of Burp; convert it: python3 -c",
    "curl/trace-ascii.txt": "this is a trace of curl, in which texts are cut into lines; record it again: curl -s -i",
    "httpyac/httpyac.json": "this is a summary of httpyac, which has no bodies; record it again: httpyac send",
    "insomnia/v5-collection.yaml": "this is a collection of Insomnia; it holds requests without responses",
    "mitmproxy/flows.mitm": "this is a flow file of mitmproxy; convert it: mitmdump -q -nr",
    "nock/nock-code.js": "this is code that nock recorded; convert it: node -e",
    "rest-files/receipts.http": "this is a file of requests for an editor; it holds requests without responses",
    **(
        {}
        if find_spec("pyarrow")
        else {"parquet/payload.parquet": "read it with: pip install 'receiptkit[parquet]'"}
    ),
    **dict.fromkeys(AS_LOG, "read it as a log: receiptkit validate --as log"),
}
_AGAIN = "record it again: curl -s -i -o"
_ON_THEIR_WAY = "record webhooks on their way: mitmdump -q --mode reverse:URL --set hardump="
#: Samples that lack what is checked, and what to do about it.
NOTHING = {
    "curl/curl-v-post.txt": _ON_THEIR_WAY,
    "curl/curl-v-stderr-only.txt": _AGAIN,
    "envoy/access-log.ndjson": _ON_THEIR_WAY,
    "node-logs/pino-http.ndjson": _ON_THEIR_WAY,
    "playwright/omit.har": _AGAIN,
    "twilio-events/cloudevents-not-ours.json": "see what to receive instead: receiptkit explain",
}


def samples() -> list[str]:

    folder = REFERENCE / "wrappers"
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.stat().st_size and path.name != "converters.sh"
    )


READ = [name for name in samples() if name not in NAMED and name not in NOTHING]


def lies(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the findings, those about a webhook that was logged twice left out."""
    return [found for found in report["findings"] if found["severity"] != "info"]


def expected(name: str) -> tuple[int, list[str]]:
    if name in OTHERS:
        return OTHERS[name]
    if name.startswith("wiremock/recorded/"):
        return 1, ["/status"] if "DYf3c" in name or "mujTu" in name else []
    return 2, ["/status"]


def check_place(finding: dict[str, Any], lines: list[str]) -> None:
    """Compare the place of the wrong value with the file: the value, a text around it, or its base64."""
    origin = finding["origin"]
    rest = lines[origin["line"] - 1][origin["column"] - 1 :]
    if origin["body_line"] is None:
        assert rest.removeprefix("%22").lstrip("\"'\\").startswith("queued") or is_encoded(rest)
        return
    if rest.lstrip("\"' |>-").startswith("queued"):
        return
    if lines[0].startswith(
        ("---", "http_interactions", "interactions", "version", "info", "meta", "\n")
    ):
        # YAML folds and quotes as it likes: the value begins here.
        assert rest[:1] in "'|>\"{e!"
        return
    body = text_at(lines, origin)
    assert (
        body.splitlines()[origin["body_line"] - 1][origin["body_column"] - 1 :]
        .lstrip('"')
        .startswith("queued")
    )


def text_at(lines: list[str], origin: dict[str, Any]) -> str:
    """Return the text that begins at a place of a file: a JSON string, a quoted text, or base64."""
    rest = lines[origin["line"] - 1][origin["column"] - 1 :]
    block = "".join(lines[origin["line"] - 1 :])[origin["column"] - 1 :]
    if rest[:1] == '"':
        text = json.JSONDecoder().raw_decode(block)[0]
    elif rest[:2] == '\\"':
        text = rest[2:].partition("\\")[0]
    elif rest[:1] in "|>":
        text = "\n".join(line.strip() for line in lines[origin["line"] :])
    elif rest[:1] == "'":
        text = block[1:].replace("''", "'")
    elif rest[:1] == "[":
        return bytes(json.JSONDecoder().raw_decode(block)[0]).decode()
    elif rest[:1] == "{":
        value = json.JSONDecoder().raw_decode(block)[0]
        return bytes(value["data"]).decode() if "data" in value else block
    else:
        text = block
    return decoded(text)


def decoded(text: str) -> str:
    try:
        raw = base64.b64decode(
            "".join(text.split()[:1]) if len(text.split()) == 1 else "".join(text.split()),
            validate=True,
        ).decode()
    except (binascii.Error, ValueError):
        return text
    return raw.partition("\r\n\r\n")[2] if raw.startswith("POST ") else raw


def is_encoded(text: str) -> bool:
    return text.lstrip('"').startswith(("ey", "RXZ", "H4sI"))


@pytest.mark.parametrize("name", READ)
def test_finds_the_lie_of_a_sample(reference: Path, report: Report, name: str) -> None:
    """The one wrong value of a sample is found at its place; its clean observation has no finding."""
    path = reference / "wrappers" / name
    judged = report(path)
    checked, pointers = expected(name)
    assert judged["summary"]["checked"] == checked
    found = lies(judged)
    assert sorted(each["pointer"].capitalize() for each in found) == sorted(
        pointer.capitalize() for pointer in pointers
    )
    assert {each["rule"] for each in found} <= {"schema.enum"}
    content = path.read_bytes()
    if (
        not content.startswith((b"PK", b"PAR1", b"\x1f\x8b"))
        and b'"_file"' not in content
        and b"bodyFileName" not in content
    ):
        lines = content.decode("utf-8-sig").splitlines(keepends=True)
        for each in found:
            check_place(each, lines)


#: Samples that hold the signatures, and the URL that was called or its parts.
SIGNED = (
    *("alb", "alb-multivalue", "function-url", "http-v2-base64", "rest-v1-stage"),
    *("serverless-offline-alb", "serverless-offline-http-v2", "serverless-offline-rest-v1"),
)
SIGNED_SAMPLES = (
    *(f"aws/{name}.ndjson" for name in SIGNED),
    "aws/cloudwatch-filter-log-events.json",
    *("csv/column-body-form.csv", "mockserver/recorded-requests.json", "nginx/nginx-json.ndjson"),
    *("ngrok/requests-http.json", "node-logs/bunyan.ndjson", "svix-play/history.json"),
    *("twilio-monitor/alert-instance.ndjson", "twilio-monitor/debugger-webhook.form"),
    "wiremock/journal.json",
)


@pytest.mark.parametrize("name", SIGNED_SAMPLES if READ else ())
def test_checks_the_signatures_of_a_sample(
    reference: Path, report: Report, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Both signatures verify with the URL that Twilio called, put together from the log."""
    monkeypatch.setenv("TOKEN", "receiptkit0local0auth0token00000")
    judged = report("--auth-token-env", "TOKEN", reference / "wrappers" / name)
    assert {each["rule"] for each in lies(judged)} == {"schema.enum"}
    assert judged["summary"]["signatures"]["judged"] == 2


def test_checks_a_signature_beside_the_body(
    reference: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signature is taken from the platform's log beside the application's."""
    monkeypatch.setenv("TOKEN", "receiptkit0local0auth0token00000")
    # The sample was signed for another URL than the one in it.
    url = "https://hooks.example.com/twilio/receipts"
    path = reference / "wrappers" / "cloudflare" / "wrangler-tail.ndjson"
    judged = report("--auth-token-env", "TOKEN", "--called-at", url, path)
    assert {each["rule"] for each in lies(judged)} == {"schema.enum"}
    assert judged["summary"]["signatures"]["judged"] == 2


@pytest.mark.parametrize("name", [name for name in samples() if name in NAMED])
def test_names_the_conversion_of_a_sample(reference: Path, run: Run, name: str) -> None:
    """The message about an unreadable file names its kind and conversion; in a folder it is skipped."""
    code, _, error = run("validate", reference / "wrappers" / name)
    assert code == 2
    assert NAMED[name] in error


@pytest.mark.parametrize("name", AS_LOG)
def test_reads_a_text_as_a_log(reference: Path, report: Report, name: str) -> None:
    """Any text is read as a log, where `--as` says so, and each place is that of the value."""
    path = reference / "wrappers" / name
    judged = report("--as", "log", path)
    found = lies(judged)
    assert (judged["summary"]["checked"], [each["pointer"] for each in found]) == (2, ["/Status"])
    check_place(found[0], path.read_text().splitlines(keepends=True))


@pytest.mark.parametrize("name", [name for name in samples() if name in NOTHING])
def test_says_why_nothing_is_checked(reference: Path, run: Run, name: str) -> None:
    """A file without the data to check is exit 2, with the command that captures it."""
    path = reference / "wrappers" / name
    code, _, error = run("validate", path)
    assert (code, f"receiptkit: {path}: {NOTHING[name]}" in error) == (2, True)


def test_passes_over_foreign_files_in_a_folder(tmp_path: Path, report: Report) -> None:
    """Broken or strange files without anything of ours are counted, never an error or a finding."""
    foreign = {
        "cassette.yaml": b"interactions:\n- {a: [\n",
        "module.pyc": b"\xa7\r\r\n\0\0\ninteractions:\nx",
        "page.json": b'{"delivery_receipts": [{"status": "queued"}], "meta": {"page": 0}}',
        "status.json": b'{"status": "queued", "meta": {}}',
        "cut.json": b'{"delivery_receipts": [{"status"',
        "collection.json": b'{"item": [{"request": {"url": "https://example.com/"}, "response": [{"code": 200, "body": "{}"}]}]}',
        "table.csv": b"id,status\n1,queued\n",
        "server.log": b"hello\n",
        "notes.yaml": b"status: queued\n",
        "README.md": b"[link](https://www.twilio.com/docs)\nEventType: 'onDeliveryUpdated'\n",
        "app.js": b"nock('http://x').get('/v1/Conversations/CH').reply(200)\n",
        "flows": b"10:9:websocket;",
    }
    for name, content in foreign.items():
        (tmp_path / name).write_bytes(content)
    judged = report("--allow-empty", tmp_path)
    assert (judged["findings"], judged["summary"]["checked"]) == ([], 0)
    assert judged["summary"]["skipped"] == len(foreign)


# -- the same in other words


def shaken(value: Any, chance: random.Random) -> Any:
    """Return a value with the members of all objects in another order, and unknown ones among them."""
    if isinstance(value, list):
        return [shaken(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    members = list(value.items())
    # What is Twilio's, or a list of names with values, stays what it is.
    ours = value.keys() & {"sid", "EventType", "key", "name", "type", "encoding", "uuid"}
    chance.shuffle(members)
    if not ours and len(members) > 1 and not is_headers(value):
        members.insert(chance.randrange(len(members)), ("x-added", {"a": [1, None, "b"]}))
    return {name: shaken(item, chance) for name, item in members}


def is_headers(value: dict[str, Any]) -> bool:
    return any(
        name.lower() in ("host", "content-type", "accept", "content-length") for name in value
    )


class _Texts(yaml.SafeLoader):
    """Reads numbers, and leaves dates as text."""


_Texts.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if "timestamp" not in tag]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def in_another_order(name: str, content: str, chance: random.Random, indent: int | None) -> str:
    """Return a sample with its members or columns in another order, other blanks, and more."""
    if name.endswith(".csv"):
        between = max(",;", key=content.partition("\n")[0].count)
        rows = [
            [*row, "added" if number == 0 else "x"]
            for number, row in enumerate(csv.reader(io.StringIO(content), delimiter=between))
        ]
        order = list(range(len(rows[0])))
        chance.shuffle(order)
        out = io.StringIO()
        writer = csv.writer(out, delimiter=between, quoting=csv.QUOTE_ALL if indent else 0)
        writer.writerows([row[at] for at in order] for row in rows)
        return out.getvalue()
    if name.endswith((".yaml", ".yml", "-yaml")):
        value = shaken(yaml.load(content, _Texts), chance)
        return yaml.safe_dump(value, sort_keys=False, indent=indent or 2, width=40 * (indent or 9))
    lines = content.splitlines() if name.endswith(".ndjson") else [content]
    if len(lines) > 1:
        values = [shaken(json.loads(line), chance) for line in lines if not line.startswith("#")]
        return "".join(json.dumps(value, separators=(",", " : ")) + "\n" for value in values)
    return json.dumps(shaken(json.loads(content), chance), indent=indent)


_REORDERED = (".json", ".ndjson", ".har", ".csv", ".yaml", ".yml", "-json", "-yaml")


@pytest.mark.parametrize("indent", [None, 0, 3])
@pytest.mark.parametrize("name", [name for name in READ if name.endswith(_REORDERED)])
def test_reads_a_sample_in_another_order(
    reference: Path, tmp_path: Path, report: Report, name: str, indent: int | None
) -> None:
    """The order of members, blanks, and unknown members change nothing."""
    sample = reference / "wrappers" / name
    # The bodies of some are in files beside them.
    folder = name.partition("/")[0]
    shutil.copytree(reference / "wrappers" / folder, tmp_path / folder)
    path = tmp_path / name
    chance = random.Random(f"{name} {indent}")  # repeatable
    text = sample.read_text("utf-8-sig")
    path.write_text(in_another_order(name, text, chance, indent))
    judged = report(path)
    checked, pointers = expected(name)
    assert judged["summary"]["checked"] == checked
    assert Counter(each["pointer"].capitalize() for each in lies(judged)) == Counter(
        pointer.capitalize() for pointer in pointers
    )


_FORM = re.compile(r"(?:[A-Za-z]+=[^&\s\"'<>|\\\\]*&){3,}[A-Za-z]+=[^&\s\"'<>|\\\\]*")
_HEADERS = re.compile(r"(?:^(?P<mark>[<>] )?[A-Za-z][A-Za-z-]+: [^\n]*\n){2,}", re.MULTILINE)
_OF_HTTP = re.compile(
    r"^(?:[<>] )?(?:host|content-type|accept|date):", re.IGNORECASE | re.MULTILINE
)
_MEMBERS = re.compile(
    r"(?:^\w+ = (?:\"(?:[^\"\\\\\n]|\\\\.)*\"|'[^'\n]*'|\d+)\n){2,}", re.MULTILINE
)


def _shuffled(chance: random.Random, pieces: list[str], more: str) -> list[str]:
    chance.shuffle(pieces)
    pieces.insert(chance.randrange(len(pieces) + 1), more)
    return pieces


def text_in_another_order(name: str, content: str, chance: random.Random) -> str:
    """Return a text with the parameters of forms, headers, and members of TOML in another order, and more of each."""

    def form(found: re.Match[str]) -> str:
        return "&".join(_shuffled(chance, found[0].split("&"), "Added=x%20y"))

    def headers(found: re.Match[str]) -> str:
        if not _OF_HTTP.search(found[0]):
            return found[0]
        ending = "\r\n" if "\r\n" in found[0] else "\n"
        lines = found[0].splitlines()
        return "".join(
            f"{each}{ending}"
            for each in _shuffled(chance, lines, f"{found['mark'] or ''}X-Added:   x")
        )

    def members(found: re.Match[str]) -> str:
        lines = [
            each.replace(" = ", chance.choice(["=", "   =  "]), 1) for each in found[0].splitlines()
        ]
        return "".join(f"{each}\n" for each in _shuffled(chance, lines, "x_added = {a = [1, 'b']}"))

    if name.endswith(".toml"):
        return _MEMBERS.sub(members, content)
    return _HEADERS.sub(headers, _FORM.sub(form, content))


_TEXTS = [
    name
    for name in READ
    if not name.endswith(_REORDERED)
    and (REFERENCE / "wrappers" / name).read_bytes()[:2] not in (b"PK", b"PA")
]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", [*_TEXTS, *AS_LOG])
def test_reads_a_text_in_another_order(
    reference: Path, tmp_path: Path, report: Report, name: str, seed: int
) -> None:
    """In TOML, HTTP as text and logs, order and additions change nothing, either."""
    folder = name.partition("/")[0]
    shutil.copytree(reference / "wrappers" / folder, tmp_path / folder)
    path = tmp_path / name
    before = path.read_bytes().decode("utf-8", "surrogateescape")
    after = text_in_another_order(name, before, random.Random(f"{name} {seed}"))
    options = ["--as", "log"] if name in AS_LOG else []
    expected_of = report(*options, path)
    path.write_bytes(after.encode("utf-8", "surrogateescape"))
    judged = report(*options, path)
    assert judged["summary"]["checked"] == expected_of["summary"]["checked"] > 0
    assert Counter((each["rule"], each["pointer"]) for each in lies(judged)) == Counter(
        (each["rule"], each["pointer"]) for each in lies(expected_of)
    )
