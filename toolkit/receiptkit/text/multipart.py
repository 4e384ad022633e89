"""Bodies of multipart/form-data, read as the fields of a form (RFC 7578)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from receiptkit.model.regex import regex

_BOUNDARY = regex(
    r"multipart/form-data\s*;(?:[^;]*;)*?\s*boundary=\"?([^\";,\s]{1,70})", re.IGNORECASE
)
_NAME = regex(
    r"^content-disposition:[^\n]*?;[ \t]*name=\"?([^\";\r\n]*)", re.IGNORECASE | re.MULTILINE
)
_BLANK_LINE = regex(r"\r?\n\r?\n")


class MultipartField(NamedTuple):
    """The name and value of a part; where the part and its value begin in the text."""

    name: str
    value: str
    at: int
    value_at: int


def boundary_of(content_type: str | None) -> str | None:
    """Return the boundary of a Content-Type; None if it is not multipart/form-data."""
    match = _BOUNDARY.match((content_type or "").strip())
    return match[1] if match else None


def decode_multipart(text: str, boundary: str) -> Iterator[MultipartField]:
    """Yield the named parts of a body, the last of which ends with the closing boundary."""
    mark = f"--{boundary}"
    at = text.find(mark)
    while (end := text.find(f"\n{mark}", at + 1)) >= 0 <= at:
        blank = _BLANK_LINE.search(text, at, end)
        name = _NAME.search(text, at, blank.start()) if blank else None
        if blank is not None and name is not None:
            value = text[blank.end() : end].removesuffix("\r")
            yield MultipartField(name[1], value, at, blank.end())
        at = end + 1
