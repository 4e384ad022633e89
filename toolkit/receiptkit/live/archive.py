"""The file of exchanges: NDJSON, or a HAR that is whole after each entry."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from receiptkit import __version__
from receiptkit.live.forwarding import Answer, Fields
from receiptkit.live.recording import TIME, Recording, body_of, headers_of

_BEGINNING = (
    b'{"log": {"version": "1.2", "creator": '
    + orjson.dumps({"name": "receiptkit", "version": __version__})
    + b', "pages": [], "entries": [\n'
)
_END = b"\n]}}\n"


def is_har_name(path: str | None) -> bool:
    """Return True if the name of a file asks for a HAR."""
    return path is not None and path.lower().endswith(".har")


class SeenExchange(NamedTuple):
    """
    An exchange, as it was seen.

    Attributes:
        at: when the request came.
        headers, body: of the request.
    """

    at: str
    method: str
    url: str
    headers: Fields
    body: bytes
    answer: Answer


class Archive:
    """
    Exchanges of a file.

    Args:
        recording: the file.
        is_har: True to write a HAR.
    """

    def __init__(self, recording: Recording, *, is_har: bool = False) -> None:
        self._recording = recording
        self._is_har = is_har

    def text(self, seen: SeenExchange) -> bytes:
        """Return an exchange as a line, without credentials."""
        asked = body_of(seen.body) if seen.body else {}
        return orjson.dumps(
            {
                TIME: seen.at,
                "request": {
                    "method": seen.method,
                    "url": seen.url,
                    "headers": headers_of(seen.headers),
                    **asked,
                },
                "response": {
                    "status": seen.answer.outcome,
                    "headers": headers_of(seen.answer.headers),
                    **body_of(seen.answer.body),
                },
                "duration_ms": seen.answer.milliseconds,
            }
        )

    def append(self, seen: SeenExchange) -> bytes:
        """Write an exchange; return the line that is judged."""
        text = self.text(seen)
        if self._is_har:
            self._recording.extend(orjson.dumps(_entry(seen)), _BEGINNING, b",\n", _END)
        else:
            self._recording.append(text)
        return text


def _entry(seen: SeenExchange) -> dict[str, Any]:
    """Return an exchange as an entry of a HAR."""
    answered = seen.answer
    status = int(answered.outcome)
    posted = {"postData": _content(seen.headers, seen.body)} if seen.body else {}
    return {
        "startedDateTime": seen.at,
        "time": answered.milliseconds,
        "request": {
            "method": seen.method,
            "url": seen.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(seen.headers),
            "queryString": [],
            "headersSize": -1,
            "bodySize": len(seen.body),
            **posted,
        },
        "response": {
            "status": status,
            "statusText": HTTPStatus(status).phrase if status in set(HTTPStatus) else "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(answered.headers),
            "content": {
                "size": len(answered.body),
                **_content(answered.headers, answered.body, "x-unknown"),
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(answered.body),
        },
        "cache": {},
        "timings": {"send": 0, "wait": answered.milliseconds, "receive": 0},
    }


def _content(headers: Fields, body: bytes, unknown: str = "") -> dict[str, str]:
    """Return the type of a body, or `unknown`, and its text."""
    media = next((value for name, value in headers if name == b"content-type"), b"")
    text = body_of(body)
    encoding = {"encoding": "base64"} if "isBase64Encoded" in text else {}
    return {"mimeType": media.decode("latin-1") or unknown, "text": text["body"], **encoding}


def _pairs(headers: Fields) -> list[dict[str, str]]:
    return [
        {"name": name, "value": value}
        for name, values in headers_of(headers).items()
        for value in ([values] if isinstance(values, str) else values)
    ]
