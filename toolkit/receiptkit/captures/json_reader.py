"""JSON and NDJSON captures: a body or an exchange each, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, BinaryIO

from receiptkit.captures.record import Observation, Record, below
from receiptkit.errors import CaptureError
from receiptkit.jsontext import read
from receiptkit.observations import NOT_CAPTURED, Exchange

_LINE_SUFFIXES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
_JSON_SUFFIXES = (".json", ".json.gz", *_LINE_SUFFIXES)
#: A text and the line it begins on.
Text = tuple[int, bytes]

#: Short lines are handed out together up to this many bytes, which a processor's cache still holds when parsed; a page stands alone.
_BATCH_BYTES = 1 << 15
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def accepts(name: str, head: bytes) -> bool:
    """Whether a file is JSON or NDJSON, by its first bytes; by its name where they are neither (broken JSON is still JSON)."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return True
    if not start:
        return False
    return head.startswith(_BOMS) or start[:2] in (b"\0{", b"\0[") or name.lower().endswith(_JSON_SUFFIXES)


def batches(stream: BinaryIO, name: str, max_record: int) -> Iterator[list[Text]]:
    """
    The texts of a JSON or NDJSON stream, a few at a time; how many says nothing.

    Args:
        stream: positioned at the start, decompressed.
        name: the name of the file; one that ends in .ndjson or .jsonl is not asked what it is.
        max_record: the most bytes that a JSON document or a line may have.

    Raises:
        CaptureError: a record is larger than that; what stands before it has been handed out.
    """
    batch: list[Text] = []
    size = 0
    try:
        for text in _texts(stream, name, max_record):
            batch.append(text)
            size += len(text[1])
            if size >= _BATCH_BYTES:
                yield batch
                batch, size = [], 0
    except Exception:
        # Whatever ended the reading, what was read is judged first.
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def observations(text: Text, entry: int) -> Iterator[Observation]:
    """The observations in a text, numbered from `entry` on: one, or one for each element of an array."""
    record = Record(text[1], text[0])
    value, defects, readable = read(record.raw)
    if not readable:
        yield Observation(entry, record, None, None, defects=defects, unusable="unreadable")
    elif isinstance(value, list) and not (defects and not value):
        for index, element in enumerate(value):
            yield _observation(entry + index, record, index, element, below(defects, index) if defects else ())
    else:
        yield _observation(entry, record, None, value, defects)


def _texts(stream: BinaryIO, name: str, max_record: int) -> Iterator[Text]:
    """The texts of a stream with the lines they begin on: its lines, or itself."""
    lines = _lines(stream, max_record)
    first = next(lines, None)
    if first is None:
        return
    second = too_large = None
    try:
        second = next(lines, None)
    except CaptureError as error:
        too_large = error
    if name.lower().endswith(_LINE_SUFFIXES) or too_large or (second is not None and _are_lines(first[1], second[1])):
        yield from chain((first,), (second,) if second is not None else (), _raising(too_large), lines)
    else:
        gap = b"\n" * (second[0] - first[0] - 1) + second[1] if second is not None else b""
        yield first[0], _rest(stream, first[1] + gap, max_record)


def _raising(error: CaptureError | None) -> Iterator[Text]:
    """Nothing, or the error that was met while looking ahead."""
    if error is not None:
        raise error
    yield from ()


def _are_lines(first: bytes, second: bytes) -> bool:
    """Whether two lines are two JSON values rather than the beginning of one."""
    return second[:1] in (b"{", b"[") and first.rstrip()[-1:] not in (b",", b":", b"[", b"{")


def _lines(stream: BinaryIO, limit: int) -> Iterator[Text]:
    """The lines that are not blank, with their numbers."""
    number = 0
    readline: Callable[[int], bytes] = stream.readline
    while line := readline(limit + 1):
        number += 1
        if len(line) > limit:
            raise _too_large(f"line {number}", limit)
        if not line.isspace():
            yield number, line


def _rest(stream: BinaryIO, head: bytes, limit: int) -> bytes:
    raw = head + stream.read(max(limit + 1 - len(head), 1))
    if len(raw) > limit:
        raise _too_large("the JSON document", limit)
    return raw


def _too_large(what: str, limit: int) -> CaptureError:
    return CaptureError(f"{what} is larger than {limit:,} bytes; --max-record allows more")


def _observation(entry: int, record: Record, element: int | None, value: Any, defects: tuple[Any, ...]) -> Observation:
    if type(value) is dict and "response" in value and "request" in value:
        exchange, unusable = _exchange(value)
        return Observation(entry, record, element, value, exchange, defects, unusable)
    return Observation(entry, record, element, value, None, defects)


def _exchange(value: dict[str, Any]) -> tuple[Exchange | None, str | None]:
    """The exchange of `{"request": {"method", "url"}, "response": {"status", "headers", "body"}}`, or why it is none."""
    request, response = value["request"], value["response"]
    if not isinstance(request, dict) or not isinstance(response, dict):
        return None, "an exchange without request or response"
    method, url, status = request.get("method", "GET"), request.get("url"), response.get("status")
    if not isinstance(url, str) or not isinstance(method, str):
        return None, "an exchange without a URL"
    if not isinstance(status, int) or isinstance(status, bool):
        return None, "an exchange without a status"
    body = response.get("body")
    return Exchange(method, url, status, NOT_CAPTURED if body is None else body, _headers(response.get("headers"))), None


def _headers(said: Any) -> Mapping[str, str]:
    """Headers as an object, or as a list of {name, value}."""
    if isinstance(said, list):
        said = {item.get("name"): item.get("value") for item in said if isinstance(item, dict)}
    if not isinstance(said, dict):
        return {}
    first = {name: value[0] if isinstance(value, list) and value else value for name, value in said.items()}
    return {name: value for name, value in first.items() if isinstance(name, str) and isinstance(value, str)}
