"""The same in every format: the same findings, at the right places."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT, receipt
from proofs import wrapping
from receiptkit.captures.formats import readable, recognise
from receiptkit.model.location import Position
from receiptkit.rules.examples import form, sample
from receiptkit.text.forms import decode_form, form_offsets
from receiptkit.text.json_locate import LineIndex, offsets

Report = Callable[..., dict[str, Any]]
_HOST = "https://conversations.twilio.com"


def broken_page() -> dict[str, Any]:
    """A page with something wrong in several places, and characters of several bytes before them."""
    page: dict[str, Any] = sample("page")
    row = page["delivery_receipts"][0]
    page["delivery_receipts"] = [
        {"note": "Grüße, 世界 🎉", **row, "status": "queued"},
        {**receipt("DY" + "0" * 31 + "1"), "date_created": "yesterday", "error_code": "0"},
    ]
    del page["delivery_receipts"][1]["participant_sid"]
    del page["meta"]["key"]
    return page


def told(report: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return rule, severity and pointer of the findings about the body."""
    findings = [
        item
        for item in report["findings"]
        if item["rule"] not in ("http.unknown-operation", "request.parameter")
    ]
    return sorted((item["rule"], item["severity"], item["pointer"]) for item in findings)


@pytest.mark.parametrize("name", wrapping.WRAPPED)
def test_a_page_in_every_format(tmp_path: Path, report: Report, name: str) -> None:
    """A page has the same findings in every format, and each place leads to the value it is about."""
    page = broken_page()
    text = json.dumps(page, indent=2, ensure_ascii=False)
    plain = tmp_path / "plain.json"
    plain.write_text(text)
    expected = told(report(plain))
    assert len(expected) == 5
    path = tmp_path / "capture"
    path.write_bytes(wrapping.WRAPPED[name](page["meta"]["url"], 200, text))
    judged = report(path)
    assert told(judged) == expected
    assert judged["summary"]["checked"] == 1
    content = path.read_bytes()
    if name == "zip":
        # Its members have no lines of the file.
        return
    content = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    for finding in judged["findings"]:
        if finding["rule"] != "http.unknown-operation":
            check_place(finding, content.decode(), text, page, name)


def test_every_format_is_tried() -> None:
    """No reader is left out of these tests; Parquet has its own, since it needs pyarrow."""
    page, webhook = sample("page"), sample("webhook")["params"]
    contents = [wrap(page["meta"]["url"], 200, TEXT) for wrap in wrapping.WRAPPED.values()]
    contents += [wrap(webhook) for wrap in wrapping.WEBHOOKS.values()]
    found = {
        recognise(name, gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw[:4096])[0]
        for raw in contents
        for name in ("capture", "capture.log")
    }
    # NDJSON is read as JSON, unless `--as` names it.
    assert {each.name for each in found if each} >= readable().keys() - {"ndjson", "parquet"}


#: What holds the body encoded as a whole, so that places lead to its beginning.
_ENCODED = ("base64", "Ruby", *(f"vcrpy, {name}" for name in wrapping.ENCODERS))


def check_place(finding: dict[str, Any], content: str, text: str, page: Any, name: str) -> None:
    """Hold the place of a finding against the file, or the place in the body against the body."""
    location = finding["origin"]
    there = content[LineIndex(content).offset(location["line"], location["column"]) :]
    at = offsets(text, [finding["pointer"]])[finding["pointer"]]
    if any(part in name for part in _ENCODED):
        inside = LineIndex(text).place(at) if finding["pointer"] else (None, None)
        assert (location["body_line"], location["body_column"]) == inside
        assert there[0] in "\"'|!{>" or there.startswith(("ey", "ew"))
        return
    assert location["body_line"] is None
    if name == "NDJSON":
        assert there.startswith(json.dumps(value_at(page, finding["pointer"])))
    else:
        assert there.lstrip("\\")[0] == text[at]


def value_at(node: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        node = node[int(token)] if isinstance(node, list) else node[token]
    return node


def test_a_configuration_is_no_request(tmp_path: Path, report: Report) -> None:
    """A webhook configuration has a method and a URL, too, and both of them are its own."""
    path = tmp_path / "capture.json"
    path.write_text(json.dumps(sample("configuration")))
    judged = report(path)
    assert (judged["findings"], judged["summary"]["checked"]) == ([], 1)
    path.write_text(
        json.dumps(
            {"method": "GET", "url": "https://example.com/hook?a=1#EventType=onDeliveryUpdated"}
        )
    )
    assert told(report(path)) == [("schema.required", "error", "")]
    configuration = {
        **sample("configuration"),
        "post_webhook_url": "https://example.com/?EventType=x",
    }
    path.write_text(json.dumps(configuration))
    assert report(path)["summary"]["checked"] == 1


@pytest.mark.parametrize("name", wrapping.WEBHOOKS)
def test_a_webhook_in_every_format(tmp_path: Path, report: Report, name: str) -> None:
    """A webhook has the same findings in every format, and each place leads to the parameter it is about."""
    good = sample("webhook")["params"]
    bad = {
        **good,
        "Status": "queued",
        "DateUpdated": "2026-03-02 09:15:04",
        "ClientIdentity": "é & =+",
    }
    del bad["MessageSid"]
    path = tmp_path / ("capture.log" if name == "log" else "capture")
    path.write_bytes(wrapping.WEBHOOKS[name](good))
    assert report(path)["findings"] == []
    path.write_bytes(wrapping.WEBHOOKS[name](bad))
    judged = report(path)
    assert told(judged) == [
        ("schema.enum", "error", "/Status"),
        ("schema.format", "error", "/DateUpdated"),
        ("schema.required", "error", ""),
    ]
    content = path.read_text()
    for finding in judged["findings"]:
        location, parameter = finding["origin"], finding["pointer"][1:]
        there = content.splitlines(keepends=True)[location["line"] - 1][location["column"] - 1 :]
        if not parameter:
            continue
        if location["body_line"] is not None:
            assert name == "function URL, base64"
            at = form_offsets(decode_form(wrapping.form(bad)), [finding["pointer"]])
            assert location["body_column"] == at[finding["pointer"]] + 1
        elif name == "request, JSON":
            assert there.startswith(json.dumps(json.dumps(bad[parameter]))[1:-1])
        elif name in ("object", "request, params", "structured log, object"):
            assert there.startswith(json.dumps(bad[parameter]))
        elif name not in ("request, pairs", "HAR, params"):
            assert there.startswith(wrapping.form({parameter: bad[parameter]}).partition("=")[2])


def test_everything_captured_in_every_format(
    reference: Path, tmp_path: Path, report: Report
) -> None:
    """Samples of other people's have, in every format they can be wrapped in, the findings they have as bare bodies."""
    wrapped = 0
    for source in sorted((reference / "captured").rglob("*.json*")):
        if source.parent.name in ("signature", "webhook", "oai_other"):
            continue
        bare = report("--allow-empty", source)
        operation = next(
            (item["operation"] for item in bare["findings"] if item["operation"]), None
        )
        text = source.read_text()
        body = json.loads(text)
        url, status = address(body)
        if url is None or bare["summary"]["checked"] == 0:
            continue
        wrapped += 1
        places = {(item["rule"], item["pointer"]): item["origin"] for item in bare["findings"]}
        for name, wrap in wrapping.WRAPPED.items():
            path = tmp_path / "capture"
            path.write_bytes(wrap(url, status, text))
            judged = report(path)
            found = [
                item for item in judged["findings"] if (item["rule"], item["pointer"]) in places
            ]
            assert told(judged) == told(bare), (source.name, name)
            assert operation is None or found[0]["operation"] == operation
            lines, index = LineIndex(text), None if name == "zip" else _lines(path)
            for item in found:
                there, origin = places[item["rule"], item["pointer"]], item["origin"]
                at = lines.offset(there["line"], there["column"])
                if origin["body_line"] is not None:
                    assert (origin["body_line"], origin["body_column"]) == lines.place(at)
                elif index is not None and "NDJSON" not in name and item["pointer"]:
                    content, own = index
                    place = own.offset(origin["line"], origin["column"])
                    assert content[place:].lstrip("\\")[0] == text[at], (source.name, name, item)
    assert wrapped > 25


def _lines(path: Path) -> tuple[str, LineIndex]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw).decode()
    return text, LineIndex(text)


def address(body: Any) -> tuple[str | None, int]:
    """The URL that a body answered to, by what it says of itself; an error answers to any of ours."""
    if "code" in body or "more_info" in body or set(body) == {"message", "status"}:
        return sample("page")["meta"]["url"], body["status"]
    url = body.get("url") or body.get("meta", {}).get("url")
    return (url if isinstance(url, str) and url.startswith(_HOST) else None), 200


# -- what real captures look like


def entry(**response: Any) -> dict[str, Any]:
    url = response.pop("url", sample("page")["meta"]["url"])
    method = response.pop("method", "GET")
    return {
        "request": {"method": method, "url": url},
        "response": {"status": 200, "content": {}, **response},
    }


TEXT = json.dumps(sample("page"))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (entry(status=0, content={}), "no response was captured"),
        (entry(content={"size": 900, "mimeType": "application/json"}), "no body was captured"),
        (entry(content={"size": 900, "text": ""}), "no body was captured"),
        (entry(status=304, content={"text": ""}), "not modified: the body is in a cache"),
        (entry(method="OPTIONS", status=204), "a CORS preflight"),
        (
            entry(url="https://api.twilio.com/2010-04-01/Accounts.json"),
            "no operation of the contract",
        ),
        (entry(url="data:image/png;base64,AAAA"), "no operation of the contract"),
        (
            entry(content={"size": 90_000, "text": TEXT[:200]}),
            "the capture holds only the beginning of the body",
        ),
        (
            entry(content={"size": len(TEXT), "text": TEXT[: TEXT.index("}") + 1]}),
            "the capture holds only the beginning of the body",
        ),
        (
            entry(
                content={
                    "size": len(TEXT),
                    "text": base64.b64encode(TEXT.encode()[:402]).decode(),
                    "encoding": "base64",
                }
            ),
            "the capture holds only the beginning of the body",
        ),
        (
            entry(content={"text": "%%%", "encoding": "base64"}),
            "the body is marked as base64, but is not",
        ),
        (
            entry(content={"text": "é", "encoding": "base64"}),
            "the body is marked as base64, but is not",
        ),
        ({"request": {"method": "GET"}, "response": {}}, "an entry without a URL"),
        ({"request": None, "response": []}, "an entry without request or response"),
        (None, "an entry without request or response"),
        (7, "an entry without request or response"),
        ([], "an entry without request or response"),
        ("text, with ] and }", "an entry without request or response"),
    ],
)
def test_har_entries_that_hold_nothing(
    tmp_path: Path, report: Report, item: Any, reason: str
) -> None:
    """Entries without a body are counted as unchecked, with the reason; the others are checked."""
    good = entry(content={"text": TEXT, "mimeType": "application/json"})
    path = tmp_path / "browser.har"
    path.write_text(json.dumps({"log": {"entries": [good, item, good]}}))
    judged = report(path)
    assert judged["summary"]["unchecked_reasons"] == {reason: 1}
    assert judged["summary"]["checked"] == 2
    assert {finding["severity"] for finding in judged["findings"]} <= {"info"}
    assert [finding["origin"]["entry"] for finding in judged["findings"]] in ([], [1])


@pytest.mark.parametrize(
    "host",
    [
        "https://conversations.dublin.ie1.twilio.com",
        "http://localhost:4010",
        "https://proxy.example.com:8443",
    ],
)
def test_several_hosts(tmp_path: Path, report: Report, host: str) -> None:
    """A request is ours by its path, whatever host it went to."""
    path = tmp_path / "proxy.har"
    url = sample("page")["meta"]["url"].replace(_HOST, host)
    path.write_text(json.dumps({"log": {"entries": [entry(url=url, content={"text": TEXT})]}}))
    assert report(path)["summary"]["checked"] == 1


def test_har_of_other_tools(tmp_path: Path, report: Report) -> None:
    """Members in any order, a byte order mark, pages after the entries, a trailing comment: all read."""
    good = entry(content={"text": TEXT})
    for content in (
        b"\xef\xbb\xbf"
        + json.dumps({"log": {"entries": [good], "pages": [{"id": "entries"}]}}).encode(),
        json.dumps(
            {
                "comment": "x [{",
                "log": {"_meta": {"entries": [{"no": 1}]}, "entries": [good], "comment": "y"},
            }
        ).encode(),
        json.dumps(
            {"log": {"browser": {"name": '\\" entries \\\\'}, "entries": [good]}}, indent="\t"
        ).encode()
        + b"\n\n",
    ):
        path = tmp_path / "other.har"
        path.write_bytes(content)
        assert report(path)["summary"] == {
            **report(path)["summary"],
            "observations": 1,
            "checked": 1,
        }


def test_a_har_without_entries(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    """An empty HAR has nothing to check; one without a list of entries is an error, also beside other files."""
    path = tmp_path / "none.har"
    path.write_text('{"log": {"entries": []}}')
    assert (
        run("validate", path)[2]
        == "receiptkit: nothing was judged: no response and no webhook was found in the file; --allow-empty accepts that\n"
    )
    for content in ('{"log": {}}', '{"log": []}', '{"log": {"entries": {}}}'):
        path.write_text(content)
        code, _, err = run("validate", path, "fixtures/samples/conforming.ndjson")
        assert (code, err) == (
            2,
            f"receiptkit: {path}: not a HAR: the list log.entries is missing\n",
        )


@pytest.mark.parametrize("format_", ["har", "cassette", "http"])
@pytest.mark.parametrize("content", [b"{}", b"a: b\n", b"\x89PNG\r\n\x1a\n", b"HTTP", b"[1]"])
def test_refuses_a_file_of_another_format(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]], format_: str, content: bytes
) -> None:
    """A file that is not what `--as` says is exit 2, also beside others that are."""
    path = tmp_path / "capture"
    path.write_bytes(content)
    code, _, err = run("validate", "--allow-empty", "--as", format_, path)
    assert (code, err.count("\n")) == (2, 1)


def test_a_har_that_was_cut_off(tmp_path: Path, report: Report) -> None:
    """Entries before the cut are checked, and the cut is a finding."""
    text = json.dumps({"log": {"entries": [entry(content={"text": TEXT})] * 3}})
    path = tmp_path / "cut.har"
    path.write_text(text[:-100])
    judged = report(path)
    assert [
        (item["rule"], item["origin"]["line"], item["origin"]["column"])
        for item in judged["findings"]
    ] == [("json.syntax", 1, len(text) - 100 + 1)]
    assert judged["summary"]["checked"] == 3


def test_a_broken_entry(tmp_path: Path, report: Report) -> None:
    """An entry with broken JSON is a finding at its place, and the others are checked."""
    good = json.dumps(entry(content={"text": TEXT}))
    path = tmp_path / "broken.har"
    path.write_text('{"log": {"entries": [\n' + good + ",\n  {x: 1},\n" + good + "\n]}}")
    judged = report(path)
    (finding,) = judged["findings"]
    assert (finding["rule"], finding["origin"]["entry"]) == ("json.syntax", 1)
    assert (finding["origin"]["line"], finding["origin"]["column"]) == (3, 4)
    assert judged["summary"]["observations"] == 3


def test_findings_about_the_request_lead_to_it(tmp_path: Path, report: Report) -> None:
    """A parameter is found in the URL, a status at the status, a media type at the headers."""
    url = sample("page")["meta"]["url"].replace("PageSize=50", "PageSize=500")
    items = [
        entry(url=url, content={"text": TEXT}),
        entry(status=202, content={"text": TEXT}),
        entry(headers=[{"name": "Content-Type", "value": "text/html"}], content={"text": TEXT}),
    ]
    path = tmp_path / "request.har"
    path.write_text(json.dumps({"log": {"entries": items}}, indent=1))
    lines = path.read_text().splitlines()
    places = {
        item["rule"]: lines[item["origin"]["line"] - 1][item["origin"]["column"] - 1 :]
        for item in report(path)["findings"]
    }
    assert places["request.parameter"].startswith("https://conversations.twilio.com/v1/")
    assert places["http.undocumented-status"].startswith("202")
    assert places["http.media-type"].startswith("[")


# -- cassettes


def test_tags_of_old_cassettes(tmp_path: Path, report: Report) -> None:
    """Harmless tags are read as what they hold; others construct nothing."""
    url = sample("page")["meta"]["url"]
    text = json.dumps(json.dumps(broken_page()))
    path = tmp_path / "old.yaml"
    path.write_text(
        f"""interactions:
- request:
    body: !!python/object/apply:os.system ["touch {tmp_path}/constructed"]
    headers: !!python/object:dict {{}}
    method: !!python/unicode 'GET'
    uri: !!python/unicode "{url}"
  response:
    body: {{string: !!python/unicode {text}}}
    headers: {{content-type: [!!python/unicode application/json]}}
    status: {{code: 200, message: !!python/unicode OK}}
version: 1
"""
    )
    judged = report(path)
    assert judged["summary"]["checked"] == 1
    assert len(judged["findings"]) == 5
    assert not (tmp_path / "constructed").exists()


def test_a_cassette_that_stops_being_yaml(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    """Interactions before invalid YAML are checked; the error names its line."""
    path = tmp_path / "broken.yaml"
    good = wrapping.as_yaml(wrapping.vcrpy(sample("page")["meta"]["url"], 200, TEXT)).partition(
        b"version:"
    )[0]
    path.write_bytes(good + b"- a: b: c\n")
    code, out, err = run("validate", path)
    assert code == 2
    assert err.startswith(f"receiptkit: {path}: line {good.count(10) + 1}, column 7: not YAML: ")
    assert "1 judged" in out


def test_a_body_that_no_package_decodes(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a decoder the body is unchecked, and the reason says what to install."""
    url = sample("page")["meta"]["url"]
    path = tmp_path / "zstd.yaml"
    monkeypatch.setattr("receiptkit.captures.encodings.import_module", no_module)
    for name in ("br", "zstd"):
        path.write_bytes(wrapping.as_yaml(wrapping.vcrpy(url, 200, TEXT, encoding=name)))
        (reason,) = set(report("--allow-empty", path)["summary"]["unchecked_reasons"]) - {
            "no operation of the contract"
        }
        assert (
            reason
            == f"no decoder for {name} is installed; `pip install 'receiptkit[encodings]'` brings one"
        )


def no_module(name: str) -> Any:
    raise ImportError(name)


@pytest.mark.parametrize("name", wrapping.ENCODERS)
def test_compressed_bodies_that_are_damaged_or_bombs(
    tmp_path: Path, report: Report, name: str
) -> None:
    """A body that is cut off, or unpacks to more than is allowed, is unchecked with the reason."""
    url = sample("page")["meta"]["url"]
    cassette = wrapping.vcrpy(url, 200, TEXT, encoding=name)
    body = cassette["interactions"][1]["response"]["body"]
    path = tmp_path / "bad.yaml"
    whole = body["string"]
    for cut in (whole[: len(whole) // 2], whole[: len(whole) // 2] + b"\xff" * 40, b""):
        body["string"] = cut
        path.write_bytes(wrapping.as_yaml(cassette))
        judged = report("--allow-empty", path)
        if cut:
            assert judged["summary"]["unchecked_reasons"]["a compressed body is damaged"] == 1
    body["string"] = wrapping.ENCODERS[name](b"[" + b" " * 30_000_000)
    path.write_bytes(wrapping.as_yaml(cassette))
    reasons = report("--allow-empty", "--max-record", "1M", path)["summary"]["unchecked_reasons"]
    assert (
        "a compressed body unpacks to more than 1,048,576 bytes; --max-record allows more"
        in reasons
    )


def test_headers_that_lie_about_the_encoding(tmp_path: Path, report: Report) -> None:
    """A recorder that decoded the body and kept the header is believed about the body."""
    path = tmp_path / "decoded.yaml"
    cassette = wrapping.vcrpy(sample("page")["meta"]["url"], 200, TEXT)
    cassette["interactions"][1]["response"]["headers"]["Content-Encoding"] = ["gzip"]
    path.write_bytes(wrapping.as_yaml(cassette))
    assert report(path)["summary"]["checked"] == 1
    cassette["interactions"][1]["response"]["body"]["string"] = TEXT.encode()
    path.write_bytes(wrapping.as_yaml(cassette))
    assert report(path)["summary"]["checked"] == 1


# -- HTTP as text


def test_only_a_response(
    tmp_path: Path, report: Report, run: Callable[..., tuple[int, str, str]]
) -> None:
    """Output of `curl -i` is checked as a bare body, or as an error body after an error status."""
    path = tmp_path / "curl.txt"
    path.write_text("HTTP/2 200 \ncontent-type: application/json\n\n" + json.dumps(broken_page()))
    assert len(report(path)["findings"]) == 5
    path.write_text(
        "HTTP/1.1 100 Continue\n\nHTTP/1.1 404 Not Found\ncontent-type: application/json\n\n"
        + json.dumps({"code": 20404, "status": 404})
    )
    rules = {item["rule"] for item in report(path)["findings"]}
    assert rules == {"error.shape", "error.expected-field"}
    path.write_text("HTTP/1.1 404 Not Found\n\n" + json.dumps({**sample("error"), "status": 400}))
    listed = [item["rule"] for item in report(path)["findings"]]
    assert listed == ["error.code-mismatch", "error.status-mismatch"]
    path.write_text("HTTP/1.1 200 OK\n\n")
    assert run("validate", path)[2].startswith(
        "receiptkit: nothing was judged: no body was captured"
    )


def test_lengths_and_chunks(tmp_path: Path, report: Report) -> None:
    """Content-Length separates messages where it is right, and is not believed where it is wrong; chunks are joined."""
    url = sample("page")["meta"]["url"]
    body = json.dumps({**broken_page(), "note": "\nHTTP/1.1 200 OK\n"}, indent=1)
    head = f"GET {url} HTTP/1.1\n\nHTTP/1.1 200 OK\n"
    path = tmp_path / "dump.txt"
    for length in (len(body.encode()), 3, 10**9, "many"):
        path.write_text(f"{head}Content-Length: {length}\n\n{body}\n{head}\n{TEXT}")
        judged = report(path)
        assert judged["summary"]["observations"] == 2
        assert judged["summary"]["checked"] == 2
        assert len(judged["findings"]) == 5
    pieces = [body[at : at + 100].encode() for at in range(0, len(body), 100)]
    chunked = (
        b"".join(b"%x;ext=1\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    )
    path.write_bytes(head.encode() + b"Transfer-Encoding: chunked\n\n" + chunked)
    (first, *_) = [item for item in report(path)["findings"] if item["pointer"]]
    assert first["origin"]["body_line"] is not None
    path.write_text(head + "Transfer-Encoding: chunked\n\n" + body)
    assert len(report(path)["findings"]) == 5


def test_responses_of_others(tmp_path: Path, report: Report) -> None:
    """An unrecognised response is unchecked; with --url it is checked."""
    path = tmp_path / "curl.txt"
    for content in (
        "HTTP/1.1 200 OK\nContent-Type: text/html\n\n<html></html>",
        "HTTP/1.1 200 OK\nContent-Type: text/plain\n\nok",
        'HTTP/1.1 404 Not Found\nContent-Type: application/json\n\n{"detail": "no such order"}',
        "HTTP/1.1 502 Bad Gateway\n\n<html></html>",
    ):
        path.write_text(content)
        judged = report("--allow-empty", path)
        assert judged["summary"]["unchecked"] == 1
        assert judged["summary"]["errors"] == 0
    url = sample("page")["meta"]["url"]
    path.write_text("HTTP/1.1 200 OK\nContent-Type: text/html\n\n<html></html>")
    assert [item["rule"] for item in report("--url", url, path)["findings"]] == ["http.media-type"]
    path.write_text(f"HTTP/1.1 201 Created\nContent-Type: application/json\n\n{TEXT}")
    assert [item["rule"] for item in report("--url", url, path)["findings"]] == [
        "http.undocumented-status"
    ]


def test_an_error_page_of_a_proxy(tmp_path: Path, report: Report) -> None:
    """A 5xx without JSON is not the API's: it is unchecked in every format, without an error."""
    url = sample("page")["meta"]["url"]
    path = tmp_path / "capture"
    for headers in ({"Content-Type": "text/html"}, {}):
        value = {
            "request": {"url": url},
            "response": {"status": 502, "headers": headers, "body": "<html></html>"},
        }
        path.write_text(json.dumps(value))
        judged = report("--allow-empty", path)
        assert (judged["findings"], judged["summary"]["checked"]) == ([], 0)


def test_two_responses_in_a_file(tmp_path: Path, report: Report) -> None:
    """`curl -i` of two URLs puts the second response right behind the body of the first."""
    bad = json.dumps(broken_page())
    path = tmp_path / "two.txt"
    path.write_text(
        "".join(
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}" for body in (TEXT, bad)
        )
    )
    judged = report(path)
    assert judged["summary"]["checked"] == 2
    assert {item["origin"]["entry"] for item in judged["findings"]} == {1}


def test_statuses_as_tools_write_them(tmp_path: Path, report: Report) -> None:
    """An exchange may say `status_code`, and the number as a text."""
    path = tmp_path / "capture"
    for answer in ({"status": "200"}, {"status_code": 200}):
        path.write_text(
            json.dumps(
                {
                    "request": {"url": sample("page")["meta"]["url"]},
                    "response": {**answer, "body": {}},
                }
            )
        )
        assert report(path)["summary"]["checked"] == 1


def test_a_misspelt_event(tmp_path: Path, report: Report) -> None:
    """An event of nearly our name is ours, misspelt; any other is left alone."""
    path = tmp_path / "capture"
    parameters = sample("webhook")["params"]
    path.write_text(wrapping.form({**parameters, "EventType": "onDeliveryUpdate"}))
    assert [(item["rule"], item["pointer"]) for item in report(path)["findings"]] == [
        ("schema.enum", "/EventType")
    ]
    for event in ("onMessageUpdated", "onConversationUpdated", "onUserUpdated"):
        path.write_text(wrapping.form({**parameters, "EventType": event}))
        assert report("--allow-empty", path)["summary"]["unchecked_reasons"] == {
            "a webhook of another event": 1
        }


def test_a_request_with_the_body_of_a_response(tmp_path: Path, report: Report) -> None:
    """The finding of a lone request with a response's body says so."""
    path = tmp_path / "capture"
    path.write_text(
        json.dumps(
            {"method": "GET", "url": "https://example.com/", "headers": {}, "body": sample("page")}
        )
    )
    (finding,) = report("--allow-empty", path)["findings"]
    assert (
        "(the body of this request looks like a page, which a response has)" in finding["message"]
    )


# -- said to be


def test_formats_can_be_named(
    tmp_path: Path, report: Report, run: Callable[..., tuple[int, str, str]]
) -> None:
    """`--as` names the format, the kind, or both; two of one sort, or another word, is an error."""
    path = tmp_path / "capture"
    path.write_bytes(
        b'{"log"'
        + b" " * 5000
        + wrapping.har(sample("page")["meta"]["url"], 200, TEXT, indent=None)[6:]
    )
    assert report("--allow-empty", path)["summary"]["checked"] == 1
    assert report("--as", "har", path)["summary"]["checked"] == 1
    path.write_text("Status=sent")
    assert run("validate", path)[0] == 2
    assert len(report("--as", "form", "--as", "webhook", path)["findings"]) == 8
    code, _, err = run("validate", "--as", "har", "--as", "json", path)
    assert (code, err) == (
        2,
        "receiptkit: --as har --as json: give one format and one kind at most\n",
    )
    code, _, err = run("validate", "--as", "pcap", path)
    assert code == 2
    assert err.startswith(
        "receiptkit: --as pcap: unknown format, kind or operation; formats are har, cassette, http, httpyac, form, "
    )


@pytest.mark.parametrize(
    "content",
    [
        b"KEY=value\nOTHER=1&2\n",
        b"a = 1 & b = 2\n",
        b"# a note\n\nGET the keys & go\n",
        b"version: 3\nservices:\n  interactions: x\n",
        b"GET /x\n",
        b"https://example.com/\n",
        b"<html><body>?a=b&c=d</body></html>",
    ],
)
def test_skips_files_that_are_no_captures(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]], content: bytes
) -> None:
    """Other files that only resemble captures are skipped in folders, and refused by name."""
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    assert run("validate", "--allow-empty", tmp_path)[1].endswith(
        "skipped: 1 file of other kinds\n"
    )
    code, _, err = run("validate", path)
    assert code == 2
    assert "format not recognised; use --as NAME" in err


def test_positions_know_what_a_line_is() -> None:
    """A position moves with the bytes, and counts code points."""
    start = Position()
    assert start.after("é世🎉".encode()) == (1, 4)
    assert start.after("é\n世".encode()) == (2, 2)
    assert Position(3, 5).shifted(1, 4) == (3, 8)
    assert Position(3, 5).shifted(2, 4) == (4, 4)
    assert yaml.__version__


def test_skips_other_files_that_begin_like_json(tmp_path: Path, report: Report) -> None:
    """Other files that begin like JSON are skipped in a folder; a named one has a finding."""
    others = {
        "README.md": "[![badge](http://x)](http://y)\n# Title\n",
        "pyproject.toml": '[tool.x]\nname = "a"\n',
        "app.log": "[2026-01-01 10:00:00] INFO hello\n",
        "tsconfig.json": '{\n  // TS\n  "compilerOptions": {"strict": true,},\n}\n',
        "shell.nix": "{ pkgs }: pkgs.mkShell { }\n",
        "template.json": "{{#each rows}}{{this}}{{/each}}",
    }
    for name, text in others.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "page.json").write_text(json.dumps(sample("page"), indent=1))
    (tmp_path / "cut.json").write_text(json.dumps(sample("page"))[:200])
    (tmp_path / "other.json").write_text('{"name": "x", "version": 1}')
    said = report(tmp_path)
    assert said["summary"]["skipped"] == len(others) + 1
    assert [(Path(item["origin"]["file"]).name, item["rule"]) for item in said["findings"]] == [
        ("cut.json", "json.syntax")
    ]
    assert [
        item["rule"] for item in report("--allow-empty", tmp_path / "other.json")["findings"]
    ] == ["body.unknown-kind"]
    assert [item["rule"] for item in report(tmp_path / "tsconfig.json")["findings"]] == [
        "json.syntax"
    ]


def test_a_byte_order_mark_takes_nothing_away(tmp_path: Path, report: Report) -> None:
    """Behind a BOM the first message and the first interaction are read like any other."""
    request = (
        f"POST /hook HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{form()}"
    )
    path = tmp_path / "two.http"
    path.write_bytes(
        b"\xef\xbb\xbf"
        + f"{request.replace('Status=sent', 'Status=queued')}\r\n\r\n{request}".encode()
    )
    said = report(path)
    assert (said["summary"]["checked"], [item["rule"] for item in said["findings"]]) == (
        2,
        ["schema.enum"],
    )
    cassette = tmp_path / "bom.yaml"
    cassette.write_bytes(
        b"\xef\xbb\xbf" + (ROOT / "fixtures" / "samples" / "recorded.yaml").read_bytes()
    )
    assert [item["rule"] for item in report(cassette)["findings"]] == [
        "http.unknown-operation",
        "receipt.failure-without-code",
        "webhook.field-name",
    ]


@pytest.mark.parametrize(
    "head",
    ["content-encoding: gzip\r\ncontent-length: 500\r\n", "content-type: application/json\r\n"],
)
def test_responses_without_a_line_break_between_them(
    tmp_path: Path, report: Report, head: str
) -> None:
    """Successive outputs of `curl -i` are read, though a status line follows a body on its line."""
    page = {**sample("page"), "note": "}HTTP/2 200"}
    path = tmp_path / "several.http"
    path.write_bytes((f"HTTP/2 200 \r\n{head}\r\n{json.dumps(page)}" * 3).encode())
    said = report(path)
    assert (said["summary"]["checked"], said["findings"]) == (3, [])


@pytest.mark.parametrize(
    ("url", "body", "judged"),
    [
        ("https://api.acme.test/v1/Conversations/42/Messages/7", {"id": 7, "text": "hello"}, False),
        ("https://api.acme.test/v1/Configuration/Webhooks", {"webhooks": []}, False),
        ("https://api.acme.test/v1/Configuration/Webhooks", sample("configuration"), True),
        ("http://localhost:3000/v1/Conversations/42/Messages/7", {"id": 7}, True),
        ("http://10.0.0.7/v1/Conversations/42/Messages/7", {"id": 7}, True),
        ("http://mock:8080/v1/Conversations/42/Messages/7", {"id": 7}, True),
        ("/v1/Conversations/42/Messages/7", {"id": 7}, True),
        (
            "https://mock.acme.test/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages/7",
            {"id": 7},
            True,
        ),
        (
            "https://conversations.dublin.ie1.twilio.com/v1/Conversations/42/Messages/7",
            {"id": 7},
            True,
        ),
    ],
)
def test_other_services_with_such_paths(
    tmp_path: Path, report: Report, url: str, body: Any, judged: bool
) -> None:
    """A response of another host at such a path is checked only if its SIDs or body are Twilio's."""
    path = tmp_path / "exchange.json"
    path.write_text(
        json.dumps(
            {"request": {"method": "GET", "url": url}, "response": {"status": 200, "body": body}}
        )
    )
    assert report(path)["summary"]["checked"] == int(judged)
