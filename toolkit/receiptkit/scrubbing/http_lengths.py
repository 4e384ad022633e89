"""Content-Length in messages of HTTP as text: the same body, after its edits."""

from __future__ import annotations

import re
from bisect import bisect_left

from receiptkit.scrubbing.edits import Edit

_HEADER = re.compile(
    r"^[<> ]*content-length:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_BLANK = re.compile(r"^[<>]?[ \t]*\r?\n", re.MULTILINE)


def header_lengths(text: str, edits: list[Edit]) -> list[Edit]:
    """Return edits in order, with those of the headers whose bodies they change."""
    if not edits or "ength:" not in text:
        return edits
    starts = [each.start for each in edits]
    more = []
    for match in _HEADER.finditer(text):
        blank = _BLANK.search(text, match.end() + 1)
        if blank is None:
            continue
        end = _end(text, blank.end(), int(match[1]))
        inside = edits[bisect_left(starts, blank.end()) : bisect_left(starts, end)]
        grown = sum(_size(each.new) - _size(text[each.start : each.end]) for each in inside)
        if grown:
            more.append(Edit(match.start(1), match.end(1), str(int(match[1]) + grown)))
    return sorted(edits + more)


def _end(text: str, start: int, size: int) -> int:
    """Return the offset at which a body of so many bytes ends."""
    part = text[start : start + size]
    if part.isascii():
        return start + len(part)
    raw = part.encode("utf-8", "surrogatepass")[:size]
    return start + len(raw.decode("utf-8", "ignore"))


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
