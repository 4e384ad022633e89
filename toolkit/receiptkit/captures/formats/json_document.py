"""
JSON and NDJSON: bodies, exchanges and webhook requests,
and documents of tools that hold some.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, islice, pairwise
from typing import Any, BinaryIO

from receiptkit.captures import large_documents
from receiptkit.captures.bodies import Reading, read_beside
from receiptkit.captures.documents import observe, see
from receiptkit.captures.format import Format, Piece, Records, beginning
from receiptkit.captures.lines import Lines
from receiptkit.captures.nodes import Node
from receiptkit.captures.observation import Observation, below
from receiptkit.captures.records import JsonRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.captures.unwrap import hints
from receiptkit.captures.webhook_requests import descends, time_of
from receiptkit.model import pointers
from receiptkit.model.errors import CaptureError
from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.json_text import read, read_envelope

_PACKED = ("", ".gz", ".zst")
_LINE_SUFFIXES = tuple(name + packed for name in (".ndjson", ".jsonl") for packed in _PACKED)
_JSON_SUFFIXES = (*(".json" + packed for packed in _PACKED), *_LINE_SUFFIXES)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff", b"\0{", b"\0[", b"{\0", b"[\0")
_IN_UTF_16 = regex(rb"(?:\xff\xfe|\xfe\xff)?\0?[{\[]")
#: The first line of a log: something in brackets, and a text.
_LOG_LINE = regex(rb'\A\[[^"\[\]{},\n]*\][^\S\n]*[^\s,\]}]')
#: What can follow the bracket with which JSON begins.
_PLAUSIBLE = regex(
    rb'\{\s*(?:["}\']|\xe2\x80[\x98-\x9f])|\[\s*(?:[\[{"\]]|-?[0-9]|true|false|null)'
)
#: What can follow one in a file of another kind: a table of TOML or INI, a bare name of a dump.
_OF_OTHERS = regex(
    rb"\[\[?(?!(?:true|false|null)\])[A-Za-z_][\w.:-]*\]?\][^\S\n]*(?:\n|\Z)"
    rb"|\{\s*:?[A-Za-z_$][\w$]*\s*(?::|=)"
    rb"|\{\s*:[A-Za-z][\w-]*\s+\"|\[\s*\"[^\"\n]*\"\s*:"
)
#: A comment of JavaScript, with which no JSON begins.
_REMARK = regex(rb"//|/\*")
#: What a program of Python or JavaScript printed into a log.
_PRINTED = regex(rb"\{\s*'")
#: An object that ends at the beginning of a line, and the next one.
_NEXT_DOCUMENT = regex(rb"^\}\s*\n\{", re.MULTILINE)
#: The first line of an indented document.
_OPENINGS = (b"{", b"[")
#: What begins each text of a JSON text sequence (RFC 7464).
_SEPARATOR = b"\x1e"
_COMMENTS = regex(rb"\A(?:#[^\n]*\n\s*)+")


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is JSON, also a broken one.

    Its first bytes, or else its name.
    """
    start = beginning(_COMMENTS.sub(b"", beginning(head)))
    if start.startswith((_SEPARATOR + b"{", _SEPARATOR + b"[")):
        return "it is a sequence of JSON texts behind record separators"
    if not start:
        return ""
    if _REMARK.match(start):
        return ""
    is_named = name.lower().endswith(_JSON_SUFFIXES)
    is_other = (
        _LOG_LINE.match(start)
        or (_OF_OTHERS.match(start) and not is_named)
        or (_PRINTED.match(start) and name.lower().endswith(".log"))
    )
    if start[:1] in (b"{", b"[") and not is_other:
        return f"it begins with {start[:1].decode()}"
    if head.startswith(_UTF_16) and _IN_UTF_16.match(head):
        return "it begins like JSON in UTF-16"
    return "its name is that of a JSON file" if is_named else ""


def is_likely(name: str, head: bytes) -> bool:
    """Return True if a file is JSON rather than a text that begins with a bracket."""
    start = beginning(_COMMENTS.sub(b"", beginning(head)))
    return _PLAUSIBLE.match(start) is not None or name.lower().endswith(_JSON_SUFFIXES)


def is_by_lines(stream: BinaryIO, name: str, limit: int) -> bool:
    """Return True if a stream of JSON is NDJSON: by its name, or by its first two lines."""
    by_line = iter(Lines(stream, limit))
    first, second = next(by_line, None), next(by_line, None)
    if first is None or first[1].strip() in _OPENINGS:
        return False
    if name.lower().endswith(_LINE_SUFFIXES):
        return True
    return second is not None and _are_lines(first[1], second[1])


def read_json(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Piece]:
    """
    Yield the texts of a stream that is JSON, or NDJSON if its first two lines or its name say so.

    Raises:
        CaptureError: a text is larger than a record may be; texts before it have been yielded.
    """
    lines = Lines(stream, limits.record)
    begun, error = _beginning(lines)
    if (
        error
        or (
            name.lower().endswith(_LINE_SUFFIXES) and begun and begun[0][1].strip() not in _OPENINGS
        )
        or (len(begun) > 1 and _are_lines(*(text for _, text in begun)))
    ):
        yield from (_alone(*line) for line in begun)
        if error:
            raise error
        yield from in_batches(lines)
    elif begun:
        (number, first), *others = begun
        head = first + b"".join(b"\n" * (other - number - 1) + text for other, text in others)
        head += stream.read(max(large_documents.LARGE - len(head), 0))
        if len(head) >= large_documents.LARGE and large_documents.holds_list(head):
            reading = Reading(limits.record, read_beside(name, limits.record))
            yield from large_documents.elements(head, stream, number, reading)
            return
        yield _documents(number, everything(stream, limits.record, "the JSON document", head))


def in_batches(lines: Lines) -> Iterator[Records]:
    """Yield the rest of some lines, each of which is a text."""
    return (Records(*batch, observations) for batch in lines.batches())


def observations(
    raw: bytes, start: Position, entry: int, reading: Reading
) -> Iterator[Observation]:
    """Yield the observations in a text that begins at `start`, numbered from `entry` on."""
    if raw[:1] == _SEPARATOR:
        raw, start = raw[1:], start._replace(column=start.column + 1)
    if raw[:1] != b"#":
        yield from _observations(JsonRecord(raw, start), entry, reading)


def _documents(line: int, raw: bytes) -> Records:
    """Return a text, or the several indented ones that it is, one below the other."""
    cuts = [0, *(found.end() - 1 for found in _NEXT_DOCUMENT.finditer(raw)), len(raw)]
    texts = [raw[start:end] for start, end in pairwise(cuts)]
    if len(texts) == 1 or not all(read_envelope(text).readable for text in texts):
        return _alone(line, raw)
    breaks = accumulate((text.count(b"\n") for text in texts[:-1]), initial=line)
    return Records(list(breaks), texts, observations)


def _alone(line: int, text: bytes) -> Records:
    return Records((line,), [text], observations)


def _beginning(lines: Lines) -> tuple[list[tuple[int, bytes]], CaptureError | None]:
    """Return the first two lines, and what was wrong with the next."""
    begun = []
    try:
        for line in islice(lines, 2):
            begun.append(line)  # noqa: PERF402 # an error leaves those before it
    except CaptureError as error:
        return begun, error
    return begun, None


def _are_lines(first: bytes, second: bytes) -> bool:
    """Return True if two lines are two JSON values rather than the beginning of one."""
    return second.lstrip(_SEPARATOR)[:1] in (b"{", b"[") and first.rstrip()[-1:] not in (
        b",",
        b":",
        b"[",
        b"{",
    )


def _observations(record: JsonRecord, entry: int, reading: Reading) -> Iterator[Observation]:
    """
    Yield the observations in a text.

    One, one for each element of an array, or what a tool's document holds.
    """
    value, problems, readable = read(record.raw)
    if not readable:
        yield Observation(entry, record, problems=problems, unusable="unreadable")
        return
    if _is_action(value):
        return
    wrapped = hints(record.raw)
    if not isinstance(value, list) or (problems and not value):
        found = see(value, wrapped, reading)
        yield from observe(entry, record, None, value, found, problems)
        return
    groups = [see(element, wrapped, reading) for element in value]
    order = range(len(value))
    if wrapped and len(value) > 1 and all(groups):
        times = [time_of(Node(element)) for element in value]
        order = order[::-1] if all(times) and descends(times) else order
    for index in order:
        own = below(problems, pointers.join([index])) if problems else ()
        for each in observe(entry, record, index, value[index], groups[index], own):
            entry += 1
            yield each


def _is_action(value: Any) -> bool:
    """Return True for a line that says where Elasticsearch puts the document of the next line."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    ((name, item),) = value.items()
    return (
        name in ("index", "create", "update", "delete")
        and isinstance(item, dict)
        and all(each[:1] == "_" for each in item)
    )


FORMAT = Format(
    name="json",
    title="JSON",
    description="JSON: a body, an exchange or a webhook request, "
    "an array of them, or a document of a tool that holds some",
    recognise=recognise,
    read=read_json,
    order=90,
    vague=True,
    likely=is_likely,
)
