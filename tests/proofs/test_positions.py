"""A reported line and column are those of the value's first character, however deep its text is."""

from __future__ import annotations

import base64
import csv
import io
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import yaml

from proofs import wrapping
from receiptkit.rules.examples import sample
from receiptkit.text.json_locate import LineIndex

pytestmark = pytest.mark.proofs
Report = Callable[..., dict[str, Any]]

#: A value that nothing else in a file begins with, and every way to write its first character.
_LIE = "Ωqueued"
_FIRST = re.compile(r'(?:\\\s*|")*(?:Ω|u03a9|%CE%A9)', re.IGNORECASE)


def _page() -> tuple[str, dict[str, Any]]:
    page: dict[str, Any] = sample("page")
    page["delivery_receipts"][-1]["status"] = _LIE
    return page["meta"]["url"], page


def _webhook(draw: random.Random) -> dict[str, str]:
    """Return parameters in any order, with characters before the wrong value that need escapes."""
    found = {**sample("webhook")["params"], "Status": _LIE, "ClientIdentity": 'é "x" \\ 🎉'}
    names = list(found)
    draw.shuffle(names)
    return {name: found[name] for name in names}


def _json(draw: random.Random, value: Any) -> str:
    return json.dumps(
        value, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, None, 1, "\t"])
    )


def _in_json(draw: random.Random, text: str) -> str:
    """Return JSON with a text in a string."""
    member: Any = {'no "te"\u00e9': 'a \\ "b" \u2028', draw.choice(["body", "payload"]): text}
    for _ in range(draw.randint(0, 2)):
        member = draw.choice([{"Records": [member]}, {"data": member, "level": "info"}])
    return _json(draw, member)


def _in_yaml(draw: random.Random, value: Any) -> bytes:
    """Return YAML in any style of scalars, folded at any width."""
    text = yaml.dump(
        value,
        default_style=draw.choice([None, None, '"', "'", "|", ">"]),
        allow_unicode=draw.random() < 0.5,
        width=draw.choice([30, 80, 10_000]),
        indent=draw.choice([2, 4]),
        sort_keys=draw.random() < 0.5,
        explicit_start=draw.random() < 0.5,
    )
    return text.encode()


def _in_table(draw: random.Random, text: str) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=draw.choice(",;\t"), quoting=draw.choice([0, 1]))
    writer.writerows([("id", "payload", "note"), (1, "", 'a "b"\nc'), (2, text, "é")])
    return out.getvalue().encode()


_CONTAINERS: dict[str, Callable[[random.Random, str], bytes]] = {
    "JSON": lambda draw, text: _in_json(draw, text).encode(),
    "NDJSON": lambda draw, text: f'{{"a": "é"}}\n{json.dumps({"msg": text})}\n'.encode(),
    "YAML": lambda draw, text: _in_yaml(draw, {"events": [{"payload": text, "note": "é\n\nx"}]}),
    "table": _in_table,
}


@pytest.mark.parametrize("name", _CONTAINERS)
def test_webhooks_in_texts_in_texts(tmp_path: Path, report: Report, name: str) -> None:
    """A parameter of a form or of JSON is placed through every string around it."""
    for seed in range(40):
        draw = random.Random(f"{name} {seed}")
        parameters = _webhook(draw)
        text = urlencode(parameters) if draw.random() < 0.5 else _json(draw, parameters)
        for _ in range(draw.randint(0, 2)):
            text = _in_json(draw, text)
        _check(tmp_path, report, _CONTAINERS[name](draw, text), "/Status", (name, seed))


def _check(folder: Path, report: Report, raw: bytes, pointer: str, case: Any) -> None:
    """Compare the place of the wrong value with the file."""
    path = folder / "capture"
    path.write_bytes(raw)
    (finding,) = (each for each in report(path)["findings"] if each["rule"] == "schema.enum")
    origin = finding["origin"]
    assert (finding["pointer"], origin["body_line"]) == (pointer, None), (case, raw)
    text = raw.decode()
    at = LineIndex(text).offset(origin["line"], origin["column"])
    assert _FIRST.match(text, at), (case, text[at : at + 40])


def _cassette(draw: random.Random, url: str, text: str) -> bytes:
    made = draw.choice([wrapping.vcrpy, wrapping.go_vcr, wrapping.httpx_of_old])
    return _in_yaml(draw, made(url, 200, text))


def _toml(draw: random.Random, url: str, text: str) -> bytes:
    literal = json.dumps(text, ensure_ascii=draw.random() < 0.5)
    kind = draw.choice(["basic", "basic", "lines", "folded", "literal"])
    if "'''" not in text and kind == "literal":
        literal = f"'''\n{text}'''"
    elif kind == "lines":
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        literal = f'"""\n{escaped}"""'
    elif kind == "folded":
        literal = f'"""{literal[1:-1].replace(", ", chr(44) + chr(92) + chr(10) + "   " + chr(92) + "u0020")}"""'
    return wrapping.toml(url, 200, "@").replace(b'"@"', literal.encode())


_CAPTURES: dict[str, Callable[[random.Random, str, str], bytes]] = {
    "HAR": lambda draw, url, text: wrapping.har(url, 200, text, indent=draw.choice([None, 2])),
    "exchange": lambda draw, url, text: wrapping.exchange(url, 200, text),
    "vcrpy, JSON": lambda draw, url, text: wrapping.as_json(wrapping.vcrpy(url, 200, text)),
    "cassette": _cassette,
    "YAML": lambda draw, url, text: _in_yaml(
        draw, {"request": {"url": url}, "response": {"status": 200, "body": text}}
    ),
    "TOML": _toml,
    "Bruno": lambda draw, url, text: wrapping.bruno(url, 200, text),
    "HTTP": lambda draw, url, text: wrapping.http(
        url, 200, text, ending=draw.choice(["\n", "\r\n"])
    ),
    "curl -v": lambda draw, url, text: wrapping.curl_v(url, 200, text),
    "httpyac": lambda draw, url, text: wrapping.httpyac(url, 200, text),
    "Postman": lambda draw, url, text: _json(draw, wrapping.postman(url, 200, text)).encode(),
}


@pytest.mark.parametrize("name", _CAPTURES)
def test_bodies_of_captures(tmp_path: Path, report: Report, name: str) -> None:
    """A member of a body that a capture has as text is placed there, escapes and folds aside."""
    url, page = _page()

    pointer = f"/delivery_receipts/{len(page['delivery_receipts']) - 1}/status"
    for seed in range(25):
        draw = random.Random(f"{name} {seed}")
        note = {"note": draw.choice(["é 🎉", 'a "b" \\ c', "x" * 90 + " y  z: '# "])}
        body = {**note, **page} if draw.random() < 0.5 else page
        _check(
            tmp_path, report, _CAPTURES[name](draw, url, _json(draw, body)), pointer, (name, seed)
        )


@pytest.mark.parametrize(
    "name", ["form", "URL", "path", "HTTP", "HTTP, GET", "log", "HAR", "cassette"]
)
def test_forms(tmp_path: Path, report: Report, name: str) -> None:
    """A parameter of a form is placed at its value, wherever the form is."""
    for seed in range(10):
        draw = random.Random(f"{name} {seed}")
        raw = wrapping.WEBHOOKS[name](_webhook(draw))
        path = tmp_path / ("capture.log" if name == "log" else "capture")
        path.write_bytes(raw)
        (finding,) = (each for each in report(path)["findings"] if each["rule"] == "schema.enum")
        origin = finding["origin"]
        line = raw.decode().split("\n")[origin["line"] - 1]
        assert origin["body_line"] is None
        assert line[origin["column"] - 1 :].startswith(quote(_LIE)), (name, seed, line)


def test_base64_has_no_lines(tmp_path: Path, report: Report) -> None:
    """Inside a text that is encoded as a whole, the place is that of the text, and one within."""
    form = urlencode(_webhook(random.Random(1)))
    event: dict[str, Any] = {
        "version": "2.0",
        "rawPath": "/hook",
        "requestContext": {"http": {"method": "POST"}},
        "body": base64.b64encode(form.encode()).decode(),
        "isBase64Encoded": True,
    }
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event))
    (finding,) = (each for each in report(path)["findings"] if each["rule"] == "schema.enum")
    origin = finding["origin"]
    assert json.dumps(event)[origin["column"] - 1 :].startswith('"' + event["body"][:20])
    assert form[origin["body_column"] - 1 :].startswith(quote(_LIE))
