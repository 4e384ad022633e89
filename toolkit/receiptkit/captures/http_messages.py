"""HTTP messages as text, taken apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from receiptkit.captures.encodings import decoded
from receiptkit.model.exchange import NOT_CAPTURED, header
from receiptkit.model.regex import regex

_METHODS = rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)"
_LINE = (
    rb"(?:(?P<method>%s) (?P<target>\S+) HTTP/[0-9.]+[ \t]*|"
    rb"HTTP/[0-9.]+ +(?P<status>[0-9]{3})\b[^\r\n]*)\r?$" % _METHODS
)
FIRST_LINE = regex(_LINE, re.MULTILINE)
#: The responses of an API end without a line break, so that the next message follows on the same
#: line.
_NEXT_FIRST_LINE = regex(
    rb"(?:^|(?<=\A\xef\xbb\xbf)|(?<=[}\]])(?=(?:HTTP/[0-9.]+ |%s \S+ HTTP/)[^\"\r\n]*\r?$))"
    % _METHODS
    + _LINE,
    re.MULTILINE,
)
#: As many blanks as are skipped behind a body.
_SPACE = regex(rb"\s{0,4096}")
_BLANK_LINE = regex(rb"\r?\n[ \t]*\r?\n")
_ELAPSED = regex(rb"\s*^Elapsed time: [0-9.e-]+s\s*\Z", re.MULTILINE)
_CHUNK = regex(rb"([0-9A-Fa-f]{1,8})[^\r\n]*\r?\n")
BOM = b"\xef\xbb\xbf"
_HTTP = regex(
    rf"\s{{0,64}}(?:{_METHODS.decode()} \S+ HTTP/[0-9.]+[ \t]*\r?\n|HTTP/[0-9.]+ [0-9]{{3}})"
)


@dataclass(slots=True)
class HttpMessage:
    """A request or a response: what it says, and where in the text its parts begin."""

    method: str
    target: str
    status: int
    headers: dict[str, str]
    body: Any
    literal: bool
    at: int
    first_at: int
    headers_at: int
    body_at: int


def is_http(text: str) -> bool:
    """Return True if a text begins with the first line of a request or a response."""
    return _HTTP.match(text) is not None


def first_message(raw: bytes, limit: int) -> HttpMessage | None:
    """Return the first message of a text; None without one."""
    return next(messages(raw, limit), None)


def messages(raw: bytes, limit: int) -> Iterator[HttpMessage]:
    """Yield the messages of a text, provisional responses left out."""
    start = _NEXT_FIRST_LINE.search(raw, len(BOM) if raw.startswith(BOM) else 0)
    while start:
        end_of_head = _BLANK_LINE.search(raw, start.end())
        headers_at, body_at = start.end() + 1, end_of_head.end() if end_of_head else len(raw)
        headers = _headers(raw[start.end() : body_at])
        following = _next(raw, body_at, headers)
        literal_body = raw[body_at : following.start() if following else len(raw)].rstrip(b"\r\n")
        # What HTTPie adds where it is asked for metadata.
        if elapsed := _ELAPSED.search(literal_body, max(len(literal_body) - 80, 0)):
            literal_body = literal_body[: elapsed.start()]
        body = decoded(
            _unchunked(literal_body, headers), header(headers, "content-encoding"), limit
        )
        status = int(start["status"] or 0)
        if not 100 <= status < 200:
            first = "target" if start["method"] else "status"
            yield HttpMessage(
                (start["method"] or b"").decode(),
                (start["target"] or b"").decode("utf-8", "replace"),
                status,
                headers,
                NOT_CAPTURED if body == b"" else body,
                body is literal_body,
                start.start(),
                start.start(first),
                min(headers_at, len(raw)),
                body_at,
            )
        start = following


def _headers(head: bytes) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in head.splitlines():
        name, colon, value = line.partition(b":")
        if colon:
            headers.setdefault(name.strip().decode("latin-1"), value.strip().decode("latin-1"))
    return headers


def _next(raw: bytes, body_at: int, headers: dict[str, str]) -> re.Match[bytes] | None:
    """
    Return the first line of the next message.

    Behind as much as the Content-Length says, if that is right; wherever there is one, if not.
    """
    length = header(headers, "content-length") or ""
    if (
        length.isascii()
        and length.isdigit()
        and len(length) < 12
        and body_at + int(length) <= len(raw)
    ):
        space = _SPACE.match(raw, body_at + int(length))
        behind = space.end() if space else len(raw)
        following = FIRST_LINE.match(raw, behind)
        if following or behind == len(raw):
            return following
    return _NEXT_FIRST_LINE.search(raw, body_at)


def _unchunked(body: bytes, headers: dict[str, str]) -> bytes:
    """
    Return the body without its chunk sizes, if it has some.

    `curl` has taken them away, and left the header.
    """
    if "chunked" not in (header(headers, "transfer-encoding") or "").lower():
        return body
    pieces, at = [], 0
    while size := _CHUNK.match(body, at):
        length = int(size[1], 16)
        pieces.append(body[size.end() : size.end() + length])
        at = size.end() + length
        at += 2 if body[at : at + 2] == b"\r\n" else 1
        if length == 0:
            return b"".join(pieces)
    # The last chunk may have lost its line break to the end of the file.
    return b"".join(pieces) if body[at - 1 :].strip() in (b"", b"0") and pieces else body
