"""
The output of `curl -v`, both streams in one file.

Headers behind `>` and `<`, bodies between remarks.
"""

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

_REQUEST = regex(rb"^> [A-Z]+ \S+ HTTP/", re.MULTILINE)
_RESPONSE = regex(rb"^< HTTP/", re.MULTILINE)
_PREFIX = regex(rb"[<>] ?")
#: A request as other clients print it in the manner of curl, without the version.
_BARE_REQUEST = regex(rb"> [A-Z]+ \S+(?=\s*\Z)")
#: Remarks, and how many bytes were received or sent.
_REMARK = regex(rb"\* |[{}] \[\d+ bytes data\]|\*$")
#: The remark on the next call follows a body without a line break.
_NEXT_CALL = regex(rb"(?<=[}\]])\* {1,3}[A-Z][a-z]+ ")


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is what `curl -v` prints.

    Lines that begin with `>` or `<`.
    """
    start = beginning(head)
    if start[:1] not in (b"*", b">", b"<"):
        return ""
    return (
        "lines of headers begin with > and <"
        if _REQUEST.search(start) or _RESPONSE.search(start)
        else ""
    )


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """Yield the exchanges of a file; `curl` prints no body of a request."""
    text = _plain(everything(stream, limits.record, "the file"))
    return observations(text.raw, limits, text.position)


def _plain(raw: bytes) -> Rewritten:
    """Return the messages without what `curl` wrote around them."""
    text, at = Rewritten(raw), 0
    for line in raw.splitlines(keepends=True):
        end = at + len(line)
        prefix = _PREFIX.match(line)
        if prefix and (bare := _BARE_REQUEST.match(line)):
            text.keep(at + prefix.end(), at + bare.end())
            text.insert(b" HTTP/1.1", at + bare.end())
            text.keep(at + bare.end(), end)
        elif prefix:
            text.keep(at + prefix.end(), end)
        elif not _REMARK.match(line):
            glued = _NEXT_CALL.search(line)
            text.keep(at, at + glued.start() if glued else end)
            if glued:
                text.insert(b"\n", at + glued.start())
        at = end
    return text


FORMAT = Format(
    name="curl",
    title="the output of curl -v",
    description="what `curl -v URL 2>&1` prints; without `2>&1` there is no body in it",
    recognise=recognise,
    read=read,
    order=32,
)
