"""The output of httpyac: requests without a version, and times between headers and body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from receiptkit.captures.format import Format, beginning
from receiptkit.captures.formats.http_text import observations
from receiptkit.captures.observation import Observation
from receiptkit.captures.rewritten import Rewritten
from receiptkit.captures.sources import Limits, everything
from receiptkit.model.regex import regex

#: The first request of a file without titles, below a rule.
_FIRST = regex(rb"-{10,}\r?\n\s*(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) https?://\S+[ \t]*\r?\n")
#: A request as editors have it, and the response that was saved behind it.
_BARE = regex(
    rb"(?:###[^\n]*\r?\n\s*)?(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) https?://\S+[ \t]*\r?\n"
)
_STATUS = regex(rb"^HTTP/[0-9.]+ +[0-9]{3}", re.MULTILINE)
_TITLE = regex(rb"^=== .* ===\r?$", re.MULTILINE)
_LINE = regex(
    rb"^(?:(?P<skipped>-{10,}\r?\n|###[^\n]*\n|\d+ requests? processed[^\n]*\n?|=== .* ===\r?\n|"
    rb"Timings:\r?\n(?:\w+: [^\n]*\n)*\s*)|"
    rb"(?P<request>(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+)[ \t]*(?=\r?\n)|"
    rb"(?P<status>HTTP/[0-9.]+ +[0-9]{3}))",
    re.MULTILINE,
)


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is the output of httpyac.

    A title between `===` above a request, or a rule.
    """
    start = beginning(head)
    if _FIRST.match(start):
        return "it begins with a rule above a request"
    if _BARE.match(start) and _STATUS.search(start):
        return "its requests have no HTTP version, and responses follow"
    return (
        "its titles are between ==="
        if start[:3] in (b"---", b"===") and _TITLE.search(start)
        else ""
    )


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """Yield the exchanges of a file."""
    text = _plain(everything(stream, limits.record, "the file"))
    return observations(text.raw, limits, text.position)


def _plain(raw: bytes) -> Rewritten:
    """Return the messages as HTTP has them."""
    text, at = Rewritten(raw), 0
    for found in _LINE.finditer(raw):
        text.keep(at, found.start())
        at = found.end()
        if found["request"]:
            text.keep(*found.span("request"))
            text.insert(b" HTTP/1.1", at)
        elif found["status"]:
            text.insert(b"\n", found.start())
            text.keep(found.start(), at)
    text.keep(at, len(raw))
    return text


FORMAT = Format(
    name="httpyac",
    title="the output of httpyac",
    description="what `httpyac --output exchange` prints, or requests of an editor "
    "with responses behind them",
    recognise=recognise,
    read=read,
    order=24,
)
