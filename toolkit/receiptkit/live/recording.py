"""
The file of what was seen: NDJSON, a webhook request or an exchange a line.

A line is written before its request is answered, so that a process that is killed loses nothing
that was answered. The response follows in the same line, in room that was left for it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any, BinaryIO

import orjson

from receiptkit.validation.output_files import Replaceable, appended

Headers = Iterable[tuple[bytes, bytes]]

#: Headers that open an account or a session, in lower case: no record has them.
_CREDENTIALS = frozenset(
    (b"authorization", b"proxy-authorization", b"cookie", b"set-cookie", b"x-api-key")
)
#: The member with which every line begins, and that beginning.
TIME = "received_at"
FIRST = f'{{"{TIME}":'.encode()
_ANSWER = b',"answer":'
#: The room that a line has for the response, in bytes.
_ROOM = 160
_LONGEST_OUTCOME = 80


def now() -> str:
    """Return the time, in UTC with milliseconds."""
    text = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def headers_of(headers: Headers) -> dict[str, str | list[str]]:
    """Return headers as a JSON object, without credentials; a repeated name has a list."""
    found: dict[str, str | list[str]] = {}
    for raw_name, raw_value in headers:
        if raw_name.lower() in _CREDENTIALS:
            continue
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        before = found.get(name)
        if before is None:
            found[name] = value
        else:
            found[name] = [*([before] if isinstance(before, str) else before), value]
    return found


def body_of(body: bytes) -> dict[str, Any]:
    """Return the members of a body: text, or base64 where it is not UTF-8."""
    try:
        return {"body": body.decode()}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def webhook(url: str, method: str, headers: Headers, body: bytes) -> bytes:
    """Return a webhook request as a line, with room for its response, without the line break."""
    entry = {
        TIME: now(),
        "url": url,
        "method": method,
        "headers": headers_of(headers),
        **(body_of(body) if body or method != "GET" else {}),
    }
    return orjson.dumps(entry)[:-1] + _ANSWER + b"null".ljust(_ROOM) + b"}"


def answer(outcome: int | str, milliseconds: float) -> bytes:
    """Return a response, or why there was none, as JSON that fits into the room of a line."""
    entry: dict[str, Any] = {"milliseconds": milliseconds}
    if isinstance(outcome, int):
        entry["status"] = outcome
    else:
        ascii_only = outcome.encode("ascii", "replace").decode()
        entry["failure"] = ascii_only.replace('"', "'").replace("\\", "/")[:_LONGEST_OUTCOME]
    return orjson.dumps(entry)


class Recording:
    """
    Lines of a file; without a file, nothing is kept.

    Attributes:
        lines: how many lines the file had at the beginning.
    """

    def __init__(self, file: BinaryIO | None = None, lines: int = 0) -> None:
        self._file = file
        self._end = file.seek(0, 2) if file is not None and file.seekable() else 0
        self.lines = lines

    @property
    def is_kept(self) -> bool:
        """Return True if there is a file."""
        return self._file is not None

    def append(self, text: bytes) -> int:
        """Write a line, and return where it ends; the system has it when this returns."""
        if self._file is None:
            return 0
        self._write(text + b"\n")
        self._end += len(text) + 1
        return self._end

    def extend(self, text: bytes, beginning: bytes, joint: bytes, end: bytes) -> None:
        """Write one more element of a list, which ends behind it until the next one."""
        if self._file is None:
            return
        if self._end:
            self._file.seek(self._end - len(end))
            text = joint + text
            self._end -= len(end)
        else:
            text = beginning + text
        self._write(text + end)
        self._end += len(text) + len(end)

    def fill(self, end: int, answered: bytes) -> None:
        """Put the response into the line that ends there."""
        if self._file is None or not self._file.seekable():
            return
        self._file.seek(end - 2 - _ROOM)
        self._write(answered.ljust(_ROOM))
        self._file.seek(self._end)

    def _write(self, text: bytes) -> None:
        left = memoryview(text)
        while left and self._file is not None:
            left = left[self._file.write(left) :]


def is_recording(path: str) -> bool:
    """Return True if the first line of a file is one that is written here."""
    with open(path, "rb") as file:
        return file.readline(64).startswith(FIRST)


@contextmanager
def recorded(path: str | None, *, is_list: bool = False) -> Iterator[Recording]:
    """
    Yield a recording that goes on at the end of a file.

    Args:
        path: of the file; None for none.
        is_list: True for a document that begins anew, in an empty file.

    Raises:
        UsageError: it cannot be written, or is a foreign file.
    """
    if path is None:
        yield Recording()
        return
    goes_on = (
        Replaceable("an empty file", lambda _: False, "name another file")
        if is_list
        else Replaceable("a recording of receiptkit", is_recording, "name another file")
    )
    with appended(path, goes_on) as file:
        lines = 0
        if file.seekable() and file.readable():
            file.seek(0)
            last = b""
            while chunk := file.read(1 << 20):
                lines, last = lines + chunk.count(b"\n"), chunk
            if last and not last.endswith(b"\n"):
                # A machine that lost power leaves a line without its end.
                file.write(b"\n")
                lines += 1
        yield Recording(file, lines)
