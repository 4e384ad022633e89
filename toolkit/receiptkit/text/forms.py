"""
Forms and queries, decoded so that nothing is lost: repeated names, order, blank values, and the
place of each value.

Libraries differ in what they drop: blank values, all but the first or the last of a name,
undeclared fields. Dropped values cannot be checked.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from receiptkit.model import pointers
from receiptkit.model.regex import regex
from receiptkit.text.memory import remembered
from receiptkit.text.multipart import boundary_of, decode_multipart

FORM = "application/x-www-form-urlencoded"

_PAIR = regex(r"[^&]+")
_BROKEN_ESCAPE = regex(r"%(?![0-9A-Fa-f]{2})")
_CHARACTER = regex(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_CONTINUED = regex(r"%[89AaBb][0-9A-Fa-f]")
#: Python's codecs that are character sets of forms; it also calls hex, zlib and IDNA codecs.
_PIECE = 1 << 16
_CHARSETS = ("utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252")
_CHARSET = regex(r";\s*charset\s*=\s*\"?([A-Za-z0-9._:+-]+)", re.IGNORECASE)


class FormField(NamedTuple):
    """
    A name with its value.

    Attributes:
        name, value: decoded; what is not in the charset is U+FFFD.
        at: where the pair begins in the text, in code points.
        value_at: where its value begins; the end of the name where there is no `=`.
        sound: whether every escape was one, and everything was in the charset.
    """

    name: str
    value: str
    at: int
    value_at: int
    sound: bool


def decode_form(
    text: str, content_type: str | None = None, most: int | None = None
) -> list[FormField]:
    """
    Return the parameters of a form body or a query, in their order.

    Args:
        text: the text as it was sent, without a leading `?`.
        content_type: of the body; its charset counts where forms have it, UTF-8 otherwise. The
            parts of multipart/form-data are parameters, too.
        most: how many to return at most; None for all.
    """
    boundary = boundary_of(content_type)
    if boundary is not None:
        parts = decode_multipart(text, boundary)
        return [FormField(*part, sound=True) for part in islice(parts, most)]
    return list(islice(_fields(text, _charset(content_type)), most))


def _fields(text: str, charset: str = "utf-8") -> Iterator[FormField]:
    is_plain = text.isascii()
    for match in _PAIR.finditer(text):
        pair, at = match[0], match.start()
        name, equals, value = pair.partition("=")
        value_at, sound = at + len(name) + len(equals), True
        if not is_plain or "%" in pair or "+" in pair:
            (name, name_sound), (value, sound) = _decoded(name, charset), _decoded(value, charset)
            sound = sound and name_sound
        yield FormField(name, value, at, value_at, sound)


@remembered
def decode_query(url: str, most: int | None = None) -> Sequence[FormField]:
    """
    Return the parameters in the query of a URL, or the first `most` of them.

    Their offsets count from the start of the URL.
    """
    query, start = query_of(url)
    return tuple(
        FormField(name, value, at + start, value_at + start, sound)
        for name, value, at, value_at, sound in islice(_fields(query), most)
    )


def query_of(url: str) -> tuple[str, int]:
    """Return the query of a URL, and the offset at which it begins."""
    whole = url.partition("#")[0]
    start = whole.find("?") + 1 or len(whole)
    return whole[start:], start


def form_offsets(parameters: Iterable[FormField], wanted: Collection[str]) -> dict[str, int]:
    """
    Return the offsets of the values of parameters by JSON Pointers of their names.

    0 for a missing one.
    """
    places: dict[str, int] = {}
    missing = set(wanted)
    for parameter in parameters:
        if not missing:
            break
        pointer = pointers.join([parameter.name])
        if pointer in missing:
            missing.remove(pointer)
            places[pointer] = parameter.value_at
    return {pointer: places.get(pointer, 0) for pointer in wanted}


def encoded_offsets(value: str) -> list[int]:
    """Return the offset in an encoded value of each character of the decoded one."""
    return [
        match.start()
        for match in _CHARACTER.finditer(value)
        # What goes on with a character of several bytes begins none.
        if not _CONTINUED.fullmatch(match[0])
    ]


def is_json(text: str) -> bool:
    """Return True if the body of a request begins like JSON rather than a form."""
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def _charset(content_type: str | None) -> str:
    match = _CHARSET.search(content_type or "")
    try:
        name = codecs.lookup(match[1]).name if match else "utf-8"
    except (LookupError, ValueError):
        name = "utf-8"
    return name if name in _CHARSETS else "utf-8"


def _decoded(part: str, charset: str) -> tuple[str, bool]:
    """
    Return a name or value with `+` and percent escapes decoded,
    and True if all of them could be.
    """
    if "%" not in part and part.isascii():
        return part.replace("+", " "), True
    raw = _unescaped(part.replace("+", " ").encode("utf-8", "surrogatepass"))
    sound = not _BROKEN_ESCAPE.search(part)
    try:
        return raw.decode(charset), sound
    except UnicodeDecodeError:
        return raw.decode(charset, "replace"), False


def _unescaped(part: bytes) -> bytes:
    """Return bytes without percent escapes, a piece at a time: an escape costs 200 bytes."""
    if len(part) <= _PIECE:
        return unquote_to_bytes(part)
    found, at = bytearray(), 0
    while at < len(part):
        end = at + _PIECE
        cut = part.find(b"%", end - 2, end)
        end = cut if cut >= 0 else end
        found += unquote_to_bytes(part[at:end])
        at = end
    return bytes(found)
