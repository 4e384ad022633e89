"""Forms and JSON values inside other texts, such as the lines of a log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

FORM = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9_.%\[\]-]*=[^\s&\"'<>\\{}]*&)*EventType=on[A-Za-z]+(?:&[A-Za-z][A-Za-z0-9_.%\[\]-]*=[^\s&\"'<>\\{}]*)*"
)
_BEFORE_QUERY = re.compile(r"(?:https?://|/)[^\s\"'<>?]*\?\Z")
_DECODER = json.JSONDecoder()


def texts_within(text: str) -> Iterator[tuple[int, Any]]:
    """Yield what of ours is inside a text, with its offset: a form or a URL as text, a JSON value parsed."""
    end = 0
    for match in re.finditer(r"(?i)event_?type", text):
        if match.start() < end:
            continue
        form = next(
            (found for found in FORM.finditer(text, end) if found.end() > match.start()), None
        )
        if form is not None and form.start() <= match.start():
            start = form.start()
            before = _BEFORE_QUERY.search(text[max(end, start - 2000) : start])
            if before:
                start -= len(before[0])
            yield start, text[start : form.end()]
            end = form.end()
            continue
        found = _json_around(text, end, match.start())
        if found is not None:
            yield found[0], found[2]
            end = found[1]


def _json_around(text: str, begin: int, at: int) -> tuple[int, int, Any] | None:
    """Return the outermost JSON object or list around an offset of a text, with where it begins and ends."""
    tried = 0
    for opening in re.finditer(r"[{\[]", text[begin:at]):
        start = begin + opening.start()
        tried += 1
        if tried > 50:
            return None
        try:
            value, end = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        if end > at:
            return start, end, value
    return None


def json_of(text: str) -> Any:
    """Return the value of a JSON text of a tool; None if it is none."""
    from receiptkit.text.json_text import read_envelope

    return read_envelope(text.strip().encode("utf-8", "surrogatepass")).value
