"""One body in every format in which it can be captured."""

from __future__ import annotations

import base64
import csv
import gzip
import html
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import brotli
import yaml
import zstandard

#: Other people's traffic around what is wrapped, so that entries are counted, too.
ELSEWHERE = "https://example.com/logo.png"

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def har(
    url: str, status: int, text: str, *, indent: int | None = 2, encoded: bool = False
) -> bytes:
    """A HAR with two entries, the second of which is the exchange."""
    content: dict[str, Any] = {
        "size": len(text.encode()),
        "mimeType": "application/json",
        "text": text,
    }
    if encoded:
        content |= {"encoding": "base64", "text": base64.b64encode(text.encode()).decode()}
    entries = [
        {
            "request": {"method": "GET", "url": ELSEWHERE},
            "response": {"status": 200, "content": {"mimeType": "image/png"}},
        },
        {
            "startedDateTime": "2026-03-02T09:15:00.000Z",
            "request": {"method": "GET", "url": url, "headers": [], "queryString": []},
            "response": {
                "status": status,
                "headers": [{"name": "content-type", "value": "application/json; charset=utf-8"}],
                "content": content,
            },
        },
    ]
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "é"}, "entries": entries}}, indent=indent
    ).encode()


def vcrpy(url: str, status: int, text: str, *, encoding: str | None = None) -> dict[str, Any]:
    """A cassette of vcrpy, the body compressed if an encoding is named."""
    headers = {
        "Content-Type": ["application/json"],
        **({"Content-Encoding": [encoding]} if encoding else {}),
    }
    body: str | bytes = ENCODERS[encoding](text.encode()) if encoding else text
    other = {
        "request": {"method": "GET", "uri": ELSEWHERE, "body": None, "headers": {}},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": {},
            "body": {"string": ""},
        },
    }
    interaction = {
        "request": {"method": "GET", "uri": url, "body": None, "headers": {"Accept": ["*/*"]}},
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": headers,
            "body": {"string": body},
        },
    }
    return {"interactions": [other, interaction], "version": 1}


def ruby(url: str, status: int, text: str) -> dict[str, Any]:
    """A cassette of Ruby's VCR, the body as it preserves bytes."""
    encoded = base64.encodebytes(text.encode()).decode()
    interaction = {
        "request": {
            "method": "get",
            "uri": url,
            "body": {"encoding": "US-ASCII", "string": ""},
            "headers": {},
        },
        "response": {
            "status": {"code": status, "message": "OK"},
            "headers": {"Content-Type": ["application/json"]},
            "body": {"encoding": "ASCII-8BIT", "base64_string": encoded},
        },
        "recorded_at": "Mon, 02 Mar 2026 09:15:00 GMT",
    }
    return {"http_interactions": [interaction], "recorded_with": "VCR 6.3.1"}


def httpx_of_old(url: str, status: int, text: str) -> dict[str, Any]:
    """A cassette as older versions of vcrpy wrote it for httpx."""
    interaction = {
        "request": {"method": "GET", "uri": url, "body": "", "headers": {}},
        "response": {
            "status_code": status,
            "http_version": "HTTP/1.1",
            "headers": [["content-type", "application/json"]],
            "content": text,
        },
    }
    return {"version": 1, "interactions": [interaction]}


def go_vcr(url: str, status: int, text: str) -> dict[str, Any]:
    """A cassette of go-vcr."""
    interaction = {
        "id": 0,
        "request": {"body": "", "form": {}, "headers": {}, "url": url, "method": "GET"},
        "response": {
            "body": text,
            "headers": {"Content-Type": ["application/json"]},
            "status": f"{status} OK",
            "code": status,
        },
    }
    return {"version": 2, "interactions": [interaction]}


def as_yaml(cassette: dict[str, Any]) -> bytes:
    return yaml.safe_dump(cassette, width=100).encode()


def as_json(cassette: Any, indent: int | None = 1) -> bytes:
    return json.dumps(cassette, indent=indent).encode()


def http(url: str, status: int, text: str, *, ending: str = "\r\n") -> bytes:
    """A request and its response, as text."""
    lines = [
        f"GET {url} HTTP/1.1",
        "Host: example.com",
        "",
        f"HTTP/1.1 {status} Said",
        "Content-Type: application/json",
        "",
    ]
    return ending.join([*lines, text]).encode() + ending.encode()


def exchange(url: str, status: int, body: Any) -> bytes:
    """An exchange on a line of NDJSON; `body` is a value, or its text."""
    value = {"request": {"method": "GET", "url": url}, "response": {"status": status, "body": body}}
    return json.dumps(value).encode() + b"\n"


#: Every way to wrap the text of a body, by name.
def tape(url: str, status: int, text: str) -> bytes:
    """Return a tape of yakbak."""
    path = "/" + url.split("/", 3)[3]
    return (
        'var path = require("path");\n\n/**\n'
        f" * GET {path}\n *\n * host: conversations.twilio.com\n */\n\n"
        f"module.exports = function (req, res) {{\n  res.statusCode = {status};\n\n"
        '  res.setHeader("content-type", "application/json");\n\n'
        '  res.setHeader("x-yakbak-tape", path.basename(__filename, ".js"));\n\n'
        f'  res.write(new Buffer({json.dumps(text)}, "utf8"));\n  res.end();\n\n'
        "  return __filename;\n};\n"
    ).encode()


def curl_v(url: str, status: int, text: str) -> bytes:
    """Return the output of `curl -v` for two calls, the first of which is the exchange."""
    path = "/" + url.split("/", 3)[3]
    lines = [
        "*   Trying 127.0.0.1:80...",
        f"> GET {path} HTTP/1.1",
        "> Host: conversations.twilio.com",
        "> ",
        f"< HTTP/1.1 {status} OK",
        "< Content-Type: application/json",
        "< ",
        "{ [633 bytes data]",
        "* Connection #0 to host left intact",
        f"{text}*   Trying 127.0.0.1:80...",
        "> GET /elsewhere HTTP/1.1",
        "> Host: example.com",
        "> ",
        "< HTTP/1.1 204 No Content",
        "< ",
    ]
    return "\n".join([*lines, ""]).encode()


def postman(url: str, status: int, text: str) -> dict[str, Any]:
    """A collection of Postman with a saved response."""
    saved = {
        "name": "saved",
        "originalRequest": {"method": "GET", "url": {"raw": url}},
        "status": "OK",
        "code": status,
        "header": [{"key": "Content-Type", "value": "application/json"}],
        "body": text,
    }
    item = {"name": "r", "request": {"method": "GET", "url": url}, "response": [saved]}
    return {"info": {"name": "c"}, "item": [{"name": "folder", "item": [item]}]}


def toml(url: str, status: int, text: str) -> bytes:
    """A cassette of cassetter in TOML."""
    body = json.dumps(text, ensure_ascii=False)
    return (
        f'version = 1\n\n[[interactions]]\n\n[interactions.request]\nmethod = "GET"\nuri = "{url}"\n'
        f'body_type = "none"\n\n[interactions.response]\nstatus = {status}\nbody_type = "text"\n'
        f"body_content = {body}\n"
    ).encode()


def bruno(url: str, status: int, text: str) -> bytes:
    """A request of Bruno with an example."""
    inner = "".join(f"        {line}\n" for line in text.splitlines())
    return (
        "meta {\n  name: r\n}\n\nexample {\n  name: e\n\n  request: {\n"
        f"    url: {url}\n    method: get\n  }}\n\n  response: {{\n    status: {{\n"
        f"      code: {status}\n    }}\n\n    body: {{\n      type: json\n      content: '''\n"
        f"{inner}      '''\n    }}\n  }}\n}}\n"
    ).encode()


def httpyac(url: str, status: int, text: str) -> bytes:
    """Return the output of httpyac for an exchange."""
    return (
        f"\n---------------------\n\n=== r ===\n\nGET {url}\naccept: */*\nHTTP/1.1 {status}  - OK\n"
        f"content-type: application/json\n\nTimings:\ntotal: 7\n\n{text}\n"
    ).encode()


def archive(url: str, status: int, text: str) -> bytes:
    """A HAR of Playwright with its bodies, in a ZIP."""
    content = {"mimeType": "application/json", "_file": "body.json"}
    entry = {
        "request": {"method": "GET", "url": url},
        "response": {"status": status, "headers": [], "content": content},
    }
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as file:
        file.writestr("body.json", text)
        file.writestr("har.har", json.dumps({"log": {"entries": [entry]}}))
    return raw.getvalue()


WRAPPED: dict[str, Callable[[str, int, str], bytes]] = {
    "har": har,
    "har of one line": lambda url, status, text: har(url, status, text, indent=None),
    "har, base64": lambda url, status, text: har(url, status, text, encoded=True),
    "har, gzip": lambda url, status, text: gzip.compress(har(url, status, text)),
    "vcrpy, YAML": lambda url, status, text: as_yaml(vcrpy(url, status, text)),
    "vcrpy, JSON": lambda url, status, text: as_json(vcrpy(url, status, text)),
    "vcrpy, JSON of one line": lambda url, status, text: as_json(vcrpy(url, status, text), None),
    **{
        f"vcrpy, {name}": lambda url, status, text, name=name: as_yaml(
            vcrpy(url, status, text, encoding=name)
        )  # type: ignore[misc]
        for name in ENCODERS
    },
    "vcrpy, httpx": lambda url, status, text: as_yaml(httpx_of_old(url, status, text)),
    "Ruby, YAML": lambda url, status, text: b"---\n" + as_yaml(ruby(url, status, text)),
    "Ruby, JSON": lambda url, status, text: as_json(ruby(url, status, text)),
    "go-vcr": lambda url, status, text: b"---\n" + as_yaml(go_vcr(url, status, text)),
    "HTTP": http,
    "HTTP, line feeds": lambda url, status, text: http(url, status, text, ending="\n"),
    "HTTP, curl -v": curl_v,
    "WireMock": lambda url, status, text: as_json(
        {"mappings": [{"request": {"url": url}, "response": {"status": status, "body": text}}]}
    ),
    "Postman": lambda url, status, text: as_json(postman(url, status, text)),
    "nock": lambda url, status, text: as_json(
        [{"scope": "", "path": url, "method": "GET", "status": status, "response": text}]
    ),
    "cassetter": lambda url, status, text: as_yaml(
        {
            "version": 1,
            "interactions": [
                {
                    "request": {"method": "GET", "uri": url, "body": {"type": "none"}},
                    "response": {"status": status, "body": {"type": "text", "content": text}},
                }
            ],
        }
    ),
    "cassetter, TOML": toml,
    "Bruno": bruno,
    "HTTP, httpyac": httpyac,
    "YAML": lambda url, status, text: as_yaml(
        {"request": {"url": url}, "response": {"status": status, "body": text}}
    ),
    "zip": archive,
    "yakbak": tape,
    "NDJSON": lambda url, status, text: exchange(url, status, json.loads(text)),
    "NDJSON, text": exchange,
}


def form(parameters: dict[str, str]) -> str:
    return urlencode(parameters)


def table(parameters: dict[str, str]) -> bytes:
    """A table with the body in a column."""
    out = io.StringIO()
    rows = [("id", "payload"), ("1", form(parameters))]
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def statements(parameters: dict[str, str]) -> bytes:
    """A dump of a table with the form in a column."""
    literal = form(parameters).replace("'", "''")
    return f"INSERT INTO hooks (id, payload) VALUES (1, '{literal}');\n".encode()


def page_of_html(parameters: dict[str, str]) -> bytes:
    """A page that shows the form."""
    shown = html.escape(form(parameters))
    return f"<!DOCTYPE html>\n<html><body><pre>{shown}</pre></body></html>\n".encode()


#: Every way to wrap the parameters of a webhook, by name.
WEBHOOKS: dict[str, Callable[[dict[str, str]], bytes]] = {
    "object": lambda parameters: json.dumps(parameters).encode(),
    "form": lambda parameters: form(parameters).encode(),
    "URL": lambda parameters: f"https://example.com/hook?{form(parameters)}#rc=2\n".encode(),
    "path": lambda parameters: f"/hook?{form(parameters)}\n".encode(),
    "request, params": lambda parameters: json.dumps(
        {"method": "POST", "url": "https://example.com/hook", "headers": {}, "params": parameters}
    ).encode(),
    "request, pairs": lambda parameters: json.dumps(
        {"headers": {}, "params": list(parameters.items())}
    ).encode(),
    "request, form": lambda parameters: json.dumps(
        {"method": "POST", "headers": {}, "body": form(parameters)}
    ).encode(),
    "request, JSON": lambda parameters: json.dumps(
        {"method": "POST", "headers": {}, "body": json.dumps(parameters)}
    ).encode(),
    "structured log, object": lambda parameters: json.dumps(
        {"level": "info", "time": 1, "form": parameters}
    ).encode(),
    "structured log, text": lambda parameters: json.dumps(
        {"level": "info", "msg": f'\u00e9 "got" {form(parameters)}'}
    ).encode(),
    "queue, text in a text in a text": lambda parameters: json.dumps(
        {"Records": [{"body": json.dumps({"Message": json.dumps({"body": form(parameters)})})}]}
    ).encode(),
    "function URL, base64": lambda parameters: json.dumps(
        {
            "version": "2.0",
            "rawPath": "/hook",
            "headers": {"host": "example.com"},
            "requestContext": {"http": {"method": "POST"}},
            "body": base64.b64encode(form(parameters).encode()).decode(),
            "isBase64Encoded": True,
        }
    ).encode(),
    "table": table,
    "SQL": statements,
    "HTML": page_of_html,
    "log": lambda parameters: f"INFO got a webhook: {form(parameters)}\n".encode(),
    "request, GET": lambda parameters: json.dumps(
        {
            "method": "GET",
            "headers": {},
            "body": "",
            "url": f"https://example.com/hook?{form(parameters)}",
        }
    ).encode(),
    "request, GET without a body": lambda parameters: json.dumps(
        {"method": "GET", "url": f"https://example.com/hook?{form(parameters)}"}
    ).encode(),
    "HTTP": lambda parameters: (
        f"POST /hook HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n{form(parameters)}".encode()
    ),
    "HTTP, GET": lambda parameters: (
        f"GET /hook?{form(parameters)} HTTP/1.1\nHost: example.com\n\n".encode()
    ),
    "HTTP, answered": lambda parameters: (
        f"POST /hook HTTP/1.1\n\n{form(parameters)}\n\nHTTP/1.1 204 No Content\n\n".encode()
    ),
    "HAR": lambda parameters: _webhook_har(
        {"mimeType": "application/x-www-form-urlencoded", "text": form(parameters)}
    ),
    "HAR, params": lambda parameters: _webhook_har(
        {"params": [{"name": k, "value": v} for k, v in parameters.items()]}
    ),
    "cassette": lambda parameters: as_yaml(
        {
            "interactions": [
                {
                    "request": {
                        "method": "POST",
                        "uri": "https://example.com/hook",
                        "body": form(parameters),
                        "headers": {},
                    },
                    "response": {"status": {"code": 204}, "headers": {}, "body": {"string": ""}},
                }
            ]
        }
    ),
}


def _webhook_har(post: dict[str, Any]) -> bytes:
    request = {"method": "POST", "url": "https://example.com/hook", "postData": post}
    return json.dumps(
        {"log": {"entries": [{"request": request, "response": {"status": 200, "content": {}}}]}}
    ).encode()
