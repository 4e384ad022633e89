"""JSON and NDJSON captures: bodies, exchanges and webhook requests, one at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from receiptkit.captures.envelope import seen
from receiptkit.captures.exchanges import exchange, is_webhook_request, webhook_request
from receiptkit.captures.lines import Batch, Lines
from receiptkit.captures.observation import JsonRecord, Observation, below
from receiptkit.captures.sources import Limits, everything
from receiptkit.model.errors import CaptureError
from receiptkit.model.position import Position
from receiptkit.model.problem import Problem
from receiptkit.text.json_text import read, read_envelope

_LINE_SUFFIXES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
_JSON_SUFFIXES = (".json", ".json.gz", *_LINE_SUFFIXES)
#: Lines are handed out together up to this many bytes, which a processor's cache still holds when parsed.
_BATCH_BYTES = 1 << 17
_NAMES = re.compile(
    rb"delivery_receipts|conversation_sid|message_sid|MessageSid|EventType|error_code|"
    rb'"(?:sid|account_sid|url|request|response|params|interactions|http_interactions|log|meta|more_info)"'
)
_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


def accepts(name: str, head: bytes) -> bool:
    """Whether a file is JSON or NDJSON, by its first bytes; by its name where they are neither (broken JSON is still JSON)."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] in (b"{", b"["):
        return True
    if not start:
        return False
    return (
        head.startswith(_BOMS)
        or start[:2] in (b"\0{", b"\0[")
        or name.lower().endswith(_JSON_SUFFIXES)
    )


def is_likely(head: bytes) -> bool:
    """Whether a file is JSON rather than something that begins like it: it holds names of a capture, or can be read."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _NAMES.search(start):
        return True
    return any(read_envelope(text).readable for text in (start, start.partition(b"\n")[0]))


def is_by_lines(stream: BinaryIO, name: str, limit: int) -> bool:
    """Whether a stream of JSON is NDJSON: by its name, or by its first two lines."""
    if name.lower().endswith(_LINE_SUFFIXES):
        return True
    by_line = iter(Lines(stream, limit))
    first, second = next(by_line, None), next(by_line, None)
    return first is not None and second is not None and _are_lines(first[1], second[1])


def read_json(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Batch]:
    """
    The texts of a stream that is JSON, or NDJSON if its first two lines or its name say so.

    Raises:
        CaptureError: a text is larger than a record may be; what stands before it has been handed out.
    """
    lines = Lines(stream, limits.record)
    begun, error = _beginning(lines)
    if (
        error
        or name.lower().endswith(_LINE_SUFFIXES)
        or (len(begun) > 1 and _are_lines(*(text for _, text in begun)))
    ):
        yield from (_alone(*line) for line in begun)
        if error:
            raise error
        yield from in_batches(lines)
    elif begun:
        (number, first), *others = begun
        head = first + b"".join(b"\n" * (other - number - 1) + text for other, text in others)
        yield _alone(number, everything(stream, limits.record, "the JSON document", head))


def read_lines(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Batch]:
    """The same of a stream that is NDJSON."""
    return in_batches(Lines(stream, limits.record))


def in_batches(lines: Lines) -> Iterator[Batch]:
    """What is left of lines, each of which is a text."""
    return lines.batches(_BATCH_BYTES)


def observations(batch: Batch, entry: int) -> Iterator[Observation]:
    """The observations in the texts of a batch, numbered from `entry` on."""
    for line, raw in zip(batch.lines, batch.texts, strict=True):
        for observation in _observations(JsonRecord(raw, Position(line, 1)), entry):
            entry += 1
            yield observation


def _alone(line: int, text: bytes) -> Batch:
    return Batch((line,), [text])


def _beginning(lines: Lines) -> tuple[list[tuple[int, bytes]], CaptureError | None]:
    """The first two lines, and what was wrong with the next."""
    begun = []
    try:
        for line in islice(lines, 2):
            begun.append(line)  # noqa: PERF402 # an error leaves those before it
    except CaptureError as error:
        return begun, error
    return begun, None


def _are_lines(first: bytes, second: bytes) -> bool:
    """Whether two lines are two JSON values rather than the beginning of one."""
    return second[:1] in (b"{", b"[") and first.rstrip()[-1:] not in (b",", b":", b"[", b"{")


def _observations(record: JsonRecord, entry: int) -> Iterator[Observation]:
    """The observations in a text: one, or one for each element of an array."""
    value, problems, readable = read(record.raw)
    if not readable:
        yield Observation(entry, record, problems=problems, unusable="unreadable")
    elif isinstance(value, list) and not (problems and not value):
        for index, element in enumerate(value):
            yield _observation(
                entry + index, record, index, element, below(problems, index) if problems else ()
            )
    else:
        yield _observation(entry, record, None, value, problems)


def _observation(
    entry: int, record: JsonRecord, element: int | None, value: Any, problems: tuple[Problem, ...]
) -> Observation:
    if type(value) is dict:
        if "response" in value and "request" in value:
            return seen(entry, record, exchange(value), element, problems)
        if is_webhook_request(value):
            return seen(entry, record, webhook_request(value), element, problems)
    return Observation(entry, record, value=value, element=element, problems=problems)
