"""Hostile captures in every format: a finding, a reason or one line, in bounded time and memory; libraries that crash are out of reach."""

from __future__ import annotations

import base64
import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from acceptance.test_bad_input import limited
from conftest import ROOT
from proofs import wrapping
from receiptkit.captures.yaml_items import items
from receiptkit.rules.examples import form, sample

Run = Callable[..., tuple[int, str, str]]
URL = sample("page")["meta"]["url"]
TEXT = json.dumps(sample("page"))
#: Parts of other people's bodies.
BODIES: dict[str, bytes] = {
    "truncated": TEXT[:300].encode(),
    "smart quotes": "{\u201csid\u201d: 1}".encode(),
    "byte order mark": b"\xef\xbb\xbf" + TEXT.encode(),
    "UTF-16": TEXT.encode("utf-16"),
    "invalid UTF-8": TEXT.encode().replace(b"DY", b"\xff\xfe", 1),
    "lone surrogate": TEXT.replace("DY", "\\ud800", 1).encode(),
    "NUL": TEXT.encode().replace(b"DY", b"\\u0000\0", 1),
    "1e400": TEXT.replace('"error_code": 0', '"error_code": 1e400').encode(),
    "NaN": TEXT.replace('"error_code": 0', '"error_code": NaN').encode(),
    "twice": TEXT.replace('"error_code": 0', '"status": "sent"').encode(),
    "digits": TEXT.replace('"error_code": 0', '"error_code": ' + "9" * 100_000).encode(),
    "deep": b"[" * 100_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "255 deep": (TEXT[:-1] + ', "x": ' + "[" * 255 + "]" * 255 + "}").encode(),
    "controls": TEXT.replace("delivered", "\\u001b[2J\\u0007").encode(),
}


def containers(body: bytes) -> dict[str, bytes]:
    """The body in every format that can hold any bytes."""
    encoded = base64.b64encode(body).decode()
    entry = {
        "request": {"url": URL},
        "response": {"status": 200, "content": {"text": encoded, "encoding": "base64"}},
    }
    vcr = wrapping.vcrpy(URL, 200, "")
    vcr["interactions"][1]["response"]["body"]["string"] = body
    squeezed = wrapping.vcrpy(URL, 200, "")
    squeezed["interactions"][1]["response"] = {
        "status": {"code": 200},
        "headers": {"Content-Encoding": ["gzip"]},
        "body": {"string": gzip.compress(body)},
    }
    ruby = wrapping.ruby(URL, 200, "")
    ruby["http_interactions"][0]["response"]["body"]["base64_string"] = encoded
    return {
        "har": json.dumps({"log": {"entries": [entry]}}).encode(),
        "cassette": wrapping.as_yaml(vcr),
        "gzip": wrapping.as_yaml(squeezed),
        "ruby": wrapping.as_json(ruby),
        "http": f"GET {URL} HTTP/1.1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body,
    }


@pytest.mark.parametrize("name", BODIES)
def test_bodies(tmp_path: Path, report: Callable[..., dict[str, Any]], name: str) -> None:
    """A bad body has the same findings in every format as it has in a file of its own."""
    plain = tmp_path / "plain.json"
    plain.write_bytes(BODIES[name])
    expected = {
        (item["rule"], item["pointer"])
        for item in report(plain)["findings"]
        if item["rule"] != "body.unknown-kind"
    }
    assert expected
    for kind, content in containers(BODIES[name]).items():
        path = tmp_path / "capture"
        path.write_bytes(content)
        judged = report("--allow-empty", path)
        found = {
            (item["rule"], item["pointer"])
            for item in judged["findings"]
            if item["rule"] != "http.unknown-operation"
        }
        assert found == expected, kind
        assert judged["summary"]["checked"] == 1, kind


#: Values of every type, where a tool writes something else.
ODD: list[Any] = [
    None,
    1,
    "x",
    [],
    {},
    [[]],
    [{}],
    {"text": 1},
    {"params": [1, {"name": 1}]},
    {"size": -1, "text": "x"},
    True,
]


def alone(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "receiptkit", "validate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


#: Files that only look like captures of a format, or are made to hurt their reader.
FILES: dict[str, bytes] = {
    "har-values.har": b'{"log": {"entries": [null, 1, -1e400, NaN, "x", [], {}, [[]], {"request": 1, "response": 2}, true]}}',
    "har-types.har": json.dumps(
        {
            "log": {
                "entries": [
                    {
                        "request": {"url": URL, "method": odd, "postData": odd, "headers": odd},
                        "response": {"status": odd, "headers": odd, "content": odd},
                    }
                    for odd in ODD
                ]
            }
        }
    ).encode(),
    "har-deep.har": b'{"log": {"entries": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}}",
    "har-open.har": b'{"log": {"entries": [' + b'{"a":' * 100_000,
    "har-closed.har": b'{"log": {"entries": [' + b"]" * 100_000,
    "har-quotes.har": b'{"log": {"entries": ["' + b'\\"' * 100_000 + b"\\" * 99_999,
    "har-commas.har": b'{"log": {"entries": [' + b"," * 100_000 + b"]}}",
    "har-scalars.har": b'{"log": {"entries": [' + b"1 " * 50_000 + b"]}}",
    "har-no-json.har": b'{"log": {"entries": [{x}, {"request": }, {"a": "\xff"}]}}',
    "har-envelope.har": b'{"log": "x", [[{"entries": [{}]',
    "json-cassette.json": b'{"interactions": [null, 1, {"request": {}}, {"request": {"uri": 1}, "response": {"body": []}}, []]}',
    "yaml-values.yaml": b"interactions:\n- null\n- 1\n- []\n- {}\n- {request: 1, response: 2}\n- {request: {uri: [x]}, response: {}}\n",
    "yaml-types.yaml": (
        f"interactions:\n- request: {{uri: '{URL}', method: GET, body: [1], headers: {{1: 2, x: [{{}}]}}}}\n"
        "  response: {status: {code: x}, headers: [[a], [b, c]], body: {string: {a: b}}}\n"
    ).encode(),
    "yaml-base64.yaml": b"interactions:\n- request: {uri: x}\n  response: {body: {base64_string: '%%%', string: !!binary '%%'}}\n",
    "yaml-deep.yaml": b"interactions: " + b"[" * 100_000,
    "yaml-deep-keys.yaml": b"interactions:\n" + b"? " * 100_000,
    "yaml-deep-items.yaml": b"interactions:\n" + b"- " * 100_000 + b"x",
    "yaml-deep-maps.yaml": b"interactions:\n- " + b"{a: " * 100_000,
    "yaml-anchors.yaml": b"interactions:\n"
    + b"".join(b"- &a%d x\n" % number for number in range(20_000)),
    "yaml-self.yaml": b"interactions: &a\n- *a\n- &b {request: *b, response: *b}\n- &c [*c]\n",
    "yaml-unknown.yaml": b"interactions:\n- *nobody\n- !!python/object/apply:os.system [exit 1]\n- !<x> y\n",
    "yaml-merge.yaml": b"interactions:\n- {<<: {request: {uri: x}}, <<: [1, 2]}\n",
    "yaml-utf16.yaml": "interactions:\n- {request: {uri: x}, response: {}}\n".encode("utf-16"),
    "yaml-cut.yaml": b"interactions:\n- request: {uri: 'x",
    "yaml-tab.yaml": b"interactions:\n\t- x\n",
    "yaml-control.yaml": b"interactions:\n- \x01\n",
    "yaml-documents.yaml": b"interactions: []\n---\n" * 1000,
    "http-headers.txt": b"GET /x HTTP/1.1\n"
    + b"".join(b"A\x1b[2J%d: \x00\xff\n" % number for number in range(10_000)),
    "http-no-end.txt": b"HTTP/1.1 200 OK\r\nA: b",
    "http-many.txt": b"HTTP/1.1 200 OK\n\n" * 3000,
    "http-requests.txt": b"GET /x HTTP/1.1\n\n" * 3000,
    "http-chunks.txt": b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nFFFFFFFF\n{}\n-1\nzz",
    "http-length.txt": b"HTTP/1.1 200 OK\nContent-Length: 99999999999999999999\nContent-Length: \xc2\xb2\n\n{}",
    "http-encoding.txt": b"HTTP/1.1 200 OK\nContent-Encoding: gzip, gzip, identity, nonsense\n\n\x1f\x8bxx",
    "http-spaces.txt": b"HTTP/1.1 200 OK\nA: " + b" " * 300_000 + b"x",
    "http-status-spaces.txt": b"HTTP/1.1 200 OK\n\n{}\nHTTP/1.1 200 " + b" " * 300_000 + b"\rx\n",
    "http-target.txt": b"GET " + b"x" * 300_000 + b"\n\nGET / HTTP/1.1\n\n",
    "form-many.form": b"a=b&" * 100_000,
    "form-same.form": form().encode() + b"&Status=sent" * 50_000,
    "form-escapes.form": form().encode() + b"&x=" + b"%" * 100_000,
    "form-bytes.form": b"EventType=\xff\xfe&a=b\n" + form().encode(),
    "url-only.txt": b"https://example.com/?" + b"?" * 50_000 + b"&a=b",
    "log-signs.log": b"EventType " * 20_000,
    "log-openings.log": b"{" * 200_000 + b"EventType" * 100,
    "log-pairs.log": b"Status: 'x' " * 20_000 + b"EventType",
    "log-zero.log": b"EventType=on\0",
    "table-quotes.csv": b"a,b\n" + b'"x,' * 20_000 + b"EventType",
    "table-empty.csv": b"sid,message_sid,status\n,,\n\n",
    "table-other.csv": b"sid,message_sid,status\nDY\xff,1,queued,4,5\n",
    "yaml-laughs.yaml": b"a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (98 + at, 98 + at, b", ".join([b"*%c" % (97 + at)] * 10))
        for at in range(12)
    )
    + b"EventType: onDeliveryUpdated\n",
    "yaml-document-self.yaml": b"a: &a [*a]\nEventType: onDeliveryUpdated\n",
    "json-openings.json": json.dumps({"m": ['{"EventType": ' * 50] * 100}).encode(),
    "json-odd-requests.json": json.dumps(
        [
            {"request": odd, "response": [{"originalRequest": odd, "code": 200, "body": odd}]}
            for odd in [*ODD, {"url": {"path": [None, 1], "query": [{"key": 1}]}}, "Conversations"]
        ]
    ).encode(),
    "zip-cut.zip": b"PK\x03\x04" + b"\0" * 26 + b"har.har" + b"\0" * 30,
    "bruno-open.bru": b"meta { \n" + b"example {\n" * 5_000,
    "toml-deep.toml": b"[[interactions]]\na=" + b"[" * 5_000,
    "curl-many.txt": b"> GET /x HTTP/1.1\n" + b"< HTTP/1.1 200\n" * 5_000,
    "ndjson-requests.ndjson": b"\n".join(
        json.dumps({"headers": odd, "method": odd, "url": odd, "body": odd, "params": odd}).encode()
        for odd in [*ODD, [["a", "b"]], {"a": {}}, {"a": [[]]}]
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_files(tmp_path: Path, run: Run, name: str) -> None:
    """No file of any format is more than findings, reasons or one line."""
    path = tmp_path / name
    path.write_bytes(FILES[name])
    code, out, err = run("validate", "-v", "--show-values", "--allow-empty", path)
    assert code in (0, 1, 2)
    assert (code == 2) == bool(err)
    assert err.count("\n") <= 1
    assert "Traceback" not in out + err
    assert all(char.isprintable() or char == "\n" for char in out + err)
    assert len(err) < 500


def test_aliases_that_multiply(tmp_path: Path) -> None:
    """A billion references to one value are a few values."""
    path = tmp_path / "laughs.yaml"
    lines = ["a0: &a0 [lol, lol]"]
    lines += [
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 60)
    ]
    lines += [
        "interactions:",
        f"- {{request: {{uri: '{URL}', headers: *a59}}, response: {{headers: *a59, body: {{string: *a59}}}}}}",
    ]
    path.write_text("\n".join(lines))
    result = limited("validate", "--show-values", "-v", "--allow-empty", path, memory=600 * 2**20)
    assert (result.returncode, result.stderr) == (0, "")
    assert "no response was captured (1)" in result.stdout


def test_an_interaction_as_large_as_it_likes(tmp_path: Path) -> None:
    """A YAML scalar, a HAR entry or a line of forms beyond the limit is one line, and memory stays."""
    large = b"x" * 40_000_000
    files = {
        "a.yaml": b"interactions:\n- {request: {uri: x}, response: {body: {string: '"
        + large
        + b"'}}}\n",
        "b.har": b'{"log": {"entries": [{"a": "' + large + b'"}]}}',
        "c.form": b"a=" + large + b"&b=c\n",
        "d.txt": b"HTTP/1.1 200 OK\n\n" + large,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        result = limited("validate", "--max-record", "10M", path, memory=400 * 2**20)
        assert result.returncode == 2
        assert result.stderr.endswith("is larger than 10,485,760 bytes; --max-record allows more\n")
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["har", "cassette"])
def test_memory_does_not_grow_with_entries(tmp_path: Path, name: str) -> None:
    """A long HAR or cassette needs no more memory than a short one."""

    def peak(count: int) -> int:
        path = tmp_path / f"{count}.{name}"
        whole = (
            wrapping.har(URL, 200, TEXT)
            if name == "har"
            else wrapping.as_yaml(wrapping.vcrpy(URL, 200, TEXT))
        )
        start, end = (
            (whole.index(b"["), whole.rindex(b"]"))
            if name == "har"
            else (whole.index(b"\n"), whole.index(b"version:"))
        )
        between = b"," if name == "har" else b""
        with path.open("wb") as out:
            out.write(whole[: start + 1] + whole[start + 1 : end])
            for _ in range(count):
                out.write(between + whole[start + 1 : end])
            out.write(whole[end:])
        script = "import sys\nfrom receiptkit.cli import main\nmain(sys.argv[1:])\nprint(open('/proc/self/status').read())"
        result = subprocess.run(
            [sys.executable, "-c", script, "validate", str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        assert f" {count + 1} judged" in result.stdout
        return int(result.stdout.partition("VmHWM:")[2].split()[0])

    short, long = peak(50), peak(3000)
    assert long - short < 8 * 1024


# -- library calls that crash the process: each in one of its own


def test_yaml_composed_in_c(tmp_path: Path) -> None:
    """The reader of cassettes uses YAML events, since PyYAML's composer in C overflows the stack."""
    path = tmp_path / "deep.yaml"
    path.write_bytes(b"interactions: " + b"[" * 100_000 + b"]" * 100_000)
    result = alone(path)
    assert (result.returncode, result.stderr) == (
        2,
        f"receiptkit: {path}: line 1: nested deeper than 100\n",
    )


def test_yaml_of_users_documents(tmp_path: Path) -> None:
    """A contract document that is as deep is one line, too: no YAML of a user's reaches the composer in C unchecked."""
    for content in (b"openapi: " + b"[" * 100_000, b"a: " + b"{a: " * 100_000, b"- " * 100_000):
        path = tmp_path / "document.yaml"
        path.write_bytes(content)
        result = alone("--document", path, "fixtures/samples")
        assert result.returncode == 2, result
        assert result.stderr.count("\n") == 1


def test_ijson_is_not_used(tmp_path: Path) -> None:
    """Its C backend crashes on a 5,000-digit integer and takes quadratic time on deep nesting; nothing here loads it."""
    path = tmp_path / "digits.har"
    path.write_bytes(
        b'{"log": {"entries": [{"time": '
        + b"9" * 5_000
        + b'}, {"a": '
        + b"[" * 30_000
        + b"]" * 30_000
        + b"}]}}"
    )
    result = alone("--allow-empty", path)
    assert result.returncode in (0, 1)
    assert not any("ijson" in source.read_text() for source in (ROOT / "toolkit").rglob("*.py"))
    assert "2 observations" in result.stdout


def test_deep_values_and_the_engine(tmp_path: Path) -> None:
    """jsonschema-rs gives up at 254 levels, and lone surrogates make it raise: neither reaches it."""
    deep = TEXT[:-1] + ', "x": ' + "[" * 300 + "]" * 300 + "}"
    lone = TEXT.replace("DY", "\\udfff", 1)
    path = tmp_path / "both.ndjson"
    path.write_text(
        "\n".join(wrapping.exchange(URL, 200, body).decode() for body in (deep, lone, TEXT))
    )
    for engine in ("default", "reference"):
        result = alone("--engine", engine, "--format", "json", path)
        assert result.returncode == 1, result.stderr
        rules = [item["rule"] for item in json.loads(result.stdout)["findings"]]
        assert "json.too-deep" in rules
        assert "json.lone-surrogate" in rules


def test_the_pure_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyYAML's C extension cassettes are read, and refused, alike."""
    import yaml

    cassette = wrapping.as_yaml(wrapping.vcrpy(URL, 200, TEXT, encoding="gzip"))
    deep = b"interactions: " + b"[" * 1000
    results = []
    for pure in (False, True):
        if pure:
            monkeypatch.delattr(yaml, "CSafeLoader")
        read = list(items(io.BytesIO(cassette), ["interactions"], 1 << 20))
        with pytest.raises(Exception, match="nested deeper than 100"):
            list(items(io.BytesIO(deep), ["interactions"], 1 << 20))
        results.append([(item.value, item.start, item.places) for item in read])
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "m.yaml",
            'interactions:\n- request: {method: GET, uri: x}\n  response:\n    ? "'
            + "A" * 100_000
            + '"\n    : ['
            + "1," * 2000
            + "1]\n",
        ),
        ("m.json", '{"sid": "x", "' + "A" * 100_000 + '": [' + "NaN," * 2000 + "NaN]}"),
    ],
    ids=["yaml", "json"],
)
def test_a_long_key_over_many_values(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]], name: str, text: str
) -> None:
    """Pointers do not repeat a long key as often as there are values below it."""
    path = tmp_path / name
    path.write_text(text)
    code, out, _ = run("validate", path, "--allow-empty", "-v")
    assert code in (0, 1)
    assert len(out) < 10_000_000


@pytest.mark.parametrize("name", ["brackets.log", "brackets.json"])
def test_reports_a_search_that_ends(
    tmp_path: Path, report: Callable[..., dict[str, Any]], name: str
) -> None:
    """A text with too many brackets to search is reported, with its place."""
    text = "INFO " + "{[(EventType " * 40_000 + "\n" + form() + "\n"
    path = tmp_path / name
    path.write_text(text if name.endswith("log") else json.dumps({"level": "info", "msg": text}))
    judged = report(path)
    (reason,) = judged["summary"]["unchecked_reasons"]
    assert reason.startswith("so many brackets")
    assert judged["unchecked"][0]["origin"]["file"] == str(path)
    assert judged["summary"]["checked"] == 1


@pytest.mark.parametrize(
    ("members", "options", "message"),
    [
        (
            {"a.har": b"{}", "b": b"", "c": b""},
            ["--limit", "archive=2"],
            "the archive has more than 2 members; --limit archive=N allows more",
        ),
        (
            {f"{number}-trace.network": b'{"snapshot":{}}\n' * 40 for number in range(9)},
            ["--max-record", "4K"],
            "the trace is larger than 4,096 bytes; --max-record allows more",
        ),
        (
            {"secret4711.har": b" " * 9000},
            ["--max-record", "4K"],
            "<name, 14 characters> in the archive is larger than 4,096 bytes; --max-record allows more",
        ),
    ],
    ids=["members", "trace", "member"],
)
def test_an_archive_that_unpacks_to_too_much(
    tmp_path: Path, run: Run, members: dict[str, bytes], options: list[str], message: str
) -> None:
    """Members of an archive are counted and measured together; their names are not shown."""
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    code, out, err = run("validate", str(path), *options)
    assert code == 2
    assert message in err
    assert "secret4711" not in out + err


def test_many_sessions_are_read_in_a_run(tmp_path: Path, run: Run) -> None:
    """Each member is looked up, not searched for among all others."""
    path = tmp_path / "sessions.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3000):
            archive.writestr(f"raw/{number:05}_c.txt", "GET / HTTP/1.1\r\n\r\n")
    code, out, _ = run("validate", str(path))
    assert code == 2
    assert "3000 observations: 0 judged, 3000 unchecked" in out
