"""
Suppressions: comments in a capture that name the rules which it breaks on purpose.

A comment is `receiptkit: ignore[RULE, RULE] reason`: behind `#` in YAML and between lines of
NDJSON, and in a member `comment` of a HAR. What was captured is never taken for a comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, count
from typing import BinaryIO, NamedTuple

from receiptkit.captures.format import Records
from receiptkit.captures.formats import readable, recognise
from receiptkit.captures.sources import STDIN, Limits, Source, everything, opened
from receiptkit.model.errors import CaptureError
from receiptkit.text.json_text import read_envelope

#: The formats that can hold comments.
FORMATS = ("har", "cassette", "yaml", "json", "ndjson")
_MARK = b"receiptkit: ignore["
_COMMENT = re.compile(r"receiptkit: ignore\[(?P<rules>[^\]\n]*)\](?P<reason>[^\n]*)")
_HASH = re.compile(rf"(?P<before>^[ \t]*|[ \t])#[ \t]*{_COMMENT.pattern}", re.MULTILINE)
_CHUNK = 1 << 20
#: Of a line, in bytes: a comment is no longer.
_LINE = 1 << 16


class Suppression(NamedTuple):
    """
    A comment that suppresses findings.

    Attributes:
        file, line: where the comment is.
        rules: the ids of the rules.
        reason: what follows them; it may be empty.
        first, last: the lines it holds for; None for a HAR.
        entry: the entry it holds for; None for lines. Without both it holds for the whole file.
    """

    file: str
    line: int
    rules: tuple[str, ...]
    reason: str = ""
    first: int | None = None
    last: int | None = None
    entry: int | None = None


def suppressions_in(source: Source, limits: Limits) -> list[Suppression]:
    """
    Return the suppressions of a file, in their order.

    Standard input and files behind URLs are read only once: they have none.

    Raises:
        CaptureError: there are some, and the file is larger than may be read for them.
    """
    if source.name == STDIN or source.content is not None or source.is_remote:
        return []
    try:
        with opened(source, limits) as (stream, head):
            if not _is_marked(stream):
                return []
            found, _ = recognise(source.name, head)
    except CaptureError:
        return []  # the run itself says what is wrong with the file
    name = source.format or (found.name if found else "")
    if name not in FORMATS:
        return []
    with opened(source, limits) as (stream, head):
        if name == "har":
            return list(_in_har(stream, source.name, limits))
        if name in ("json", "ndjson") or head.lstrip()[:1] == b"{":
            return list(_between_lines(stream, source.name))
        return list(_in_yaml(stream, source.name, limits.record))


def _is_marked(stream: BinaryIO) -> bool:
    rest = b""
    while chunk := stream.read(_CHUNK):
        if _MARK in chunk or _MARK in rest + chunk[: len(_MARK)]:
            return True
        rest = chunk[-len(_MARK) :]
    return False


def _rules(match: re.Match[str]) -> tuple[tuple[str, ...], str]:
    """Return the ids and the reason of a comment."""
    rules = (rule.strip() for rule in match["rules"].split(","))
    return tuple(dict.fromkeys(rule for rule in rules if rule)), match["reason"].strip(" \t\r:-")


# -- HAR


def _in_har(stream: BinaryIO, file: str, limits: Limits) -> Iterator[Suppression]:
    """Yield those of the entries: in the comment of one, its request, its response or content."""
    read = readable()["har"].read
    entries = count()
    for piece in read(stream, file, limits) if read else ():
        if not isinstance(piece, Records):
            next(entries)
            continue
        for raw, line, entry in zip(piece.texts, piece.lines, entries, strict=False):
            if _MARK in raw:
                for text in _har_comments(read_envelope(raw)[0]):
                    match = _COMMENT.match(text.strip())
                    if match:
                        yield Suppression(file, line, *_rules(match), entry=entry)


def _har_comments(entry: object) -> Iterator[str]:
    for path in ((), ("request",), ("response",), ("response", "content")):
        value = entry
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        text = value.get("comment") if isinstance(value, dict) else None
        if isinstance(text, str):
            yield text


# -- NDJSON


def _between_lines(stream: BinaryIO, file: str) -> Iterator[Suppression]:
    """Yield those between the lines of NDJSON; each holds for the line that follows."""
    waiting: list[Suppression] = []
    number, begins = 1, True
    while piece := stream.readline(_LINE):
        if begins and piece[:1] == b"#":
            match = _HASH.match(piece.decode("utf-8", "replace"))
            if match:
                waiting.append(Suppression(file, number, *_rules(match)))
        elif begins and waiting and not piece.isspace():
            for each in waiting:
                yield each._replace(first=number, last=number)
            waiting = []
        begins = piece.endswith(b"\n")
        number += begins


# -- YAML


def _in_yaml(stream: BinaryIO, file: str, limit: int) -> Iterator[Suppression]:
    """
    Yield those of a YAML document.

    Within an element of its outermost list, and directly above one, a comment holds for the
    element; anywhere else for the file.
    """
    raw = everything(stream, limit, f"{file}: it has suppressions, and")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    from receiptkit.captures.yaml_layout import layout

    scalars, beginnings = layout(text)
    starts = [start for start, _ in scalars]
    content = text.split("\n")
    lines = list(accumulate((len(line) + 1 for line in content), initial=0))
    elements = [bisect_right(lines, at) for at in beginnings]
    following = _following(content)
    for match in _HASH.finditer(text):
        at = match.end("before")
        number = bisect_right(starts, at) - 1
        if number >= 0 and at < scalars[number][1]:
            continue  # captured text
        line = bisect_right(lines, at)
        is_alone = lines[line - 1] + len(match["before"]) == at
        below = bisect_right(elements, following[line] if is_alone else line) - 1
        first = elements[below] if below >= 0 else None
        last = elements[below + 1] - 1 if below + 1 < len(elements) else len(content)
        yield Suppression(file, line, *_rules(match), first=first, last=last if first else None)


def _following(lines: list[str]) -> list[int]:
    """Return for each line, from 1, the next one that is neither blank nor a comment."""
    following = [len(lines)] * (len(lines) + 1)
    for number in range(len(lines) - 1, 0, -1):
        content = lines[number].strip()
        is_content = content and not content.startswith("#")
        following[number] = number + 1 if is_content else following[number + 1]
    return following
