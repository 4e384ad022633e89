"""Write records in the formats in which people keep them."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from typing import Any

from .model import har_date
from .records import Record


def ndjson(records: list[Record]) -> bytes:
    """Return exchanges and webhook requests one a line, in the order in which they were noted."""
    return b"".join(json.dumps(_as_exchange(each)).encode() + b"\n" for each in noted(records))


def webhook_exchanges(records: list[Record]) -> bytes:
    """Return webhooks as exchanges, with the response of their receiver."""
    return b"".join(json.dumps(_exchange(each)).encode() + b"\n" for each in noted(records))


def array(records: list[Record]) -> bytes:
    """Return the same as one JSON array."""
    return json.dumps([_as_exchange(each) for each in noted(records)], indent=1).encode()


def bodies(records: list[Record]) -> bytes:
    """Return what was received, without the requests: bare bodies, and the parameters of webhooks."""
    found = [dict(each.parameters) if each.parameters else each.body for each in noted(records)]
    return b"".join(json.dumps(body).encode() + b"\n" for body in found if isinstance(body, dict))


def forms(records: list[Record]) -> bytes:
    """Return webhooks one a line: the form, or the URL of a GET."""
    told = [
        each.url if each.sent is None else each.sent for each in noted(records) if each.parameters
    ]
    return b"".join(text.encode() + b"\n" for text in told)


def har(records: list[Record]) -> bytes:
    """Return a HAR with its entries in the order in which they ended."""
    entries = [_entry(each) for each in noted(records)]
    creator = {"name": "simulator", "version": "1"}
    return json.dumps({"log": {"version": "1.2", "creator": creator, "entries": entries}}).encode()


def noted(records: list[Record]) -> list[Record]:
    """Return records in the order in which they were noted."""
    return sorted(records, key=lambda each: each.ended)


FORMATS: dict[str, tuple[str, Callable[[list[Record]], bytes]]] = {
    "ndjson": ("ndjson", ndjson),
    "exchanges": ("ndjson", webhook_exchanges),
    "array": ("json", array),
    "bodies": ("ndjson", bodies),
    "har": ("har", har),
    "forms": ("form", forms),
    "forms, CRLF": ("log", lambda records: forms(records).replace(b"\n", b"\r\n")),
    "ndjson, gzip": ("ndjson.gz", lambda records: gzip.compress(ndjson(records), 1, mtime=0)),
}


def _as_exchange(record: Record) -> dict[str, Any]:
    if record.parameters is None:
        return _exchange(record)
    found: dict[str, Any] = {"url": record.url, "method": record.method, "headers": record.headers}
    if record.sent is None:
        return found
    # Every other process notes the parameters that its framework parsed.
    if record.process.endswith("b"):
        return found | {"params": dict(record.parameters)}
    return found | {"body": record.sent}


def _exchange(record: Record) -> dict[str, Any]:
    asked: dict[str, Any] = {"method": record.method, "url": record.url, "headers": record.headers}
    if record.sent is not None:
        asked["body"] = record.sent
    headers = {"Content-Type": record.media_type} if record.media_type else {}
    body: Any = record.body
    # One process notes bodies as text, and the names of headers as HTTP/2 writes them.
    if record.process.endswith("1") and isinstance(body, dict):
        body = json.dumps(body)
        headers = {name.lower(): value for name, value in headers.items()}
    return {
        "request": asked,
        "response": {"status": record.status, "headers": headers, "body": body},
    }


def _entry(record: Record) -> dict[str, Any]:
    text = record.body if isinstance(record.body, str) else json.dumps(record.body)
    content: dict[str, Any] = {"size": len(text), "mimeType": record.media_type or "", "text": text}
    if len(text) % 3 == 0 and text:
        content |= {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"}
    asked: dict[str, Any] = {
        "method": record.method,
        "url": record.url,
        "headers": [{"name": name, "value": value} for name, value in record.headers.items()],
    }
    if record.sent is not None:
        media_type = record.headers.get("Content-Type", "application/x-www-form-urlencoded")
        asked["postData"] = {"mimeType": media_type, "text": record.sent}
    headers = [{"name": "Content-Type", "value": record.media_type}] if record.media_type else []
    return {
        "startedDateTime": har_date(record.begun, is_local=record.process.endswith(("1", "b"))),
        "time": record.ended - record.begun,
        "request": asked,
        "response": {"status": record.status, "headers": headers, "content": content},
    }
