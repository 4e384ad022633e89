"""A body is collected while the code under test reads it, in whichever way."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from receiptkit.testing.guard.body_reader import BodyReader, decoded

BODY = b"first\nsecond\nthird"


class Response(io.BytesIO):
    """A response whose methods can be replaced."""

    def stream(self, size: int) -> Any:
        while chunk := self.read(size):
            yield chunk


def by_lines(response: Response) -> bytes:
    lines = []
    while line := response.readline():
        lines.append(line)
    return b"".join(lines)


def into_a_buffer(response: Response) -> bytes:
    buffer, parts = bytearray(4), []
    while count := response.readinto(buffer):
        parts.append(bytes(buffer[:count]))
    return b"".join(parts)


@pytest.mark.parametrize(
    "read",
    [
        lambda response: response.read(),
        lambda response: response.read(-1),
        lambda response: b"".join(iter(lambda: response.read(4), b"")),
        lambda response: b"".join(iter(lambda: response.read1(4), b"")),
        lambda response: response.read(6) + response.read(),
        lambda response: b"".join(response.stream(5)),
        by_lines,
        into_a_buffer,
    ],
)
def test_collects_a_body_once(read: Callable[[Response], bytes]) -> None:
    """The body is shown once, whole, and the code gets it as without us."""
    shown: list[bytes] = []
    response = Response(BODY)
    BodyReader(response, shown.append)
    assert read(response) == BODY
    assert response.read() == b""
    assert shown == [BODY]


def test_shows_no_body_that_is_not_read_to_its_end() -> None:
    """A body that is left in the middle is not shown."""
    shown: list[bytes] = []
    response = Response(BODY)
    BodyReader(response, shown.append)
    assert response.read(5) + response.read(0) == b"first"
    assert shown == []


def test_keeps_errors_of_its_own_to_itself() -> None:
    """An error while a body is checked does not reach the code that reads."""

    def show(body: bytes) -> None:
        raise ZeroDivisionError

    response = Response(BODY)
    BodyReader(response, show)
    assert response.read() == BODY


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (BODY, None, BODY),
        (BODY, " Identity ", BODY),
        (gzip.compress(BODY, mtime=0), "gzip", BODY),
        (zlib.compress(BODY), "deflate", BODY),
        (BODY, "gzip", None),
        (b"", "gzip", b""),
        (BODY, "deflate", None),
        (BODY, "br", None),
    ],
)
def test_decodes_a_body(body: bytes, encoding: str | None, expected: bytes | None) -> None:
    """A Content-Encoding is undone where the standard library can, and the body left aside if not."""
    assert decoded(body, encoding) == expected
