"""The webhooks in a capture, ready to be sent again."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import urlencode

import orjson

from receiptkit.captures import Limits, Observation, Reading, Records, Source, opened, read_beside
from receiptkit.live.forwarding import Fields
from receiptkit.live.recording import FIRST, TIME
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import WebhookRequest, text_of
from receiptkit.model.location import Position
from receiptkit.text.dates import milliseconds
from receiptkit.validation.recognition import Recognised, format_of

#: Responses of proxies before an application that is down.
_DOWN = (502, 503, 504)


class Recorded(NamedTuple):
    """
    A webhook of a capture.

    Attributes:
        at: when it came, in milliseconds since 1970; None if that is unknown.
        is_undelivered: True if a recording says that it did not reach the application.
    """

    url: str
    method: str
    headers: Fields
    body: bytes
    at: int | None = None
    is_undelivered: bool = False


def webhooks_in(path: str) -> tuple[list[Recorded], int]:
    """
    Return the webhooks of a capture, and how many other observations it has.

    Raises:
        CaptureError: it cannot be read, or is no capture.
    """
    found, others = [], 0
    for text, observation in _observations(path):
        recorded = _own(text) or _of(observation)
        if recorded is None:
            others += 1
        else:
            found.append(recorded)
    return found, others


def pauses(recorded: list[Recorded]) -> list[float]:
    """Return how many seconds before each webhook nothing came; 0 where that is unknown."""
    if not recorded:
        return []
    return [
        0.0,
        *(
            max(after.at - before.at, 0) / 1000
            if before.at is not None and after.at is not None
            else 0.0
            for before, after in pairwise(recorded)
        ),
    ]


def _observations(path: str) -> Iterator[tuple[bytes, Observation]]:
    source, limits = Source(path), Limits()
    reading = Reading(limits.record, read_beside(path, limits.record))
    with opened(source, limits) as (stream, head):
        found = format_of(source, head, None, limits)
        if not isinstance(found, Recognised):
            raise CaptureError(found)
        entry = 0
        for piece in found.read(stream, path, limits):
            if not isinstance(piece, Records):
                yield b"", piece
                continue
            for line, text in zip(piece.lines, piece.texts, strict=True):
                for observation in piece.observe(text, Position(line, 1), entry, reading):
                    entry += 1
                    yield text, observation


def _own(text: bytes) -> Recorded | None:
    """Return the webhook of a line that `listen` wrote, byte for byte."""
    if not text.startswith(FIRST):
        return None
    try:
        entry: Any = orjson.loads(text)
        url, method, body = entry["url"], entry["method"], entry.get("body", "")
        raw = base64.b64decode(body) if entry.get("isBase64Encoded") else body.encode()
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, values in entry["headers"].items()
            for value in ([values] if isinstance(values, str) else values)
        ]
        answered = entry.get("answer") or {}
        status = answered.get("status")
        is_undelivered = "failure" in answered or status in _DOWN
        return Recorded(
            str(url), str(method), headers, raw, milliseconds(entry[TIME]), is_undelivered
        )
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return None


def _of(observation: Observation) -> Recorded | None:
    """Return the webhook that an observation is; None for everything else."""
    seen = observation.seen
    if not isinstance(seen, WebhookRequest):
        return None
    raw = text_of(seen.body)
    if raw is None and isinstance(seen.body, dict):
        raw = urlencode(seen.body, doseq=True).encode()
    headers = [
        (name.encode("latin-1", "replace"), str(value).encode("latin-1", "replace"))
        for name, value in seen.headers.items()
        # The reader has taken these back.
        if name.lower() not in ("content-encoding", "content-length")
    ]
    if raw and not any(name.lower() == b"content-type" for name, _ in headers):
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
    return Recorded(
        seen.url, seen.method or "POST", headers, raw or b"", milliseconds(observation.made_at)
    )
