"""
Forms and queries, decoded so that nothing is lost: repeated names, order, blank values, and the
place of each value.

Libraries differ in what they drop: blank values, all but the first or the last of a name,
undeclared fields. Dropped values cannot be checked.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from receiptkit.model import pointers
from receiptkit.text.multipart import boundary_of, decode_multipart

FORM = "application/x-www-form-urlencoded"

_PAIR = re.compile(r"[^&]+")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CHARACTER = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_CONTINUED = re.compile(r"%[89AaBb][0-9A-Fa-f]")
#: Python's codecs that are character sets of forms; it also calls hex, zlib and IDNA codecs.
_CHARSETS = ("utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252")
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([A-Za-z0-9._:+-]+)", re.IGNORECASE)


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
    for match in _PAIR.finditer(text):
        pair, at = match[0], match.start()
        name, _, value = pair.partition("=")
        (name, sound), (value, value_sound) = _decoded(name, charset), _decoded(value, charset)
        value_at = at + min(pair.find("=") % (len(pair) + 1) + 1, len(pair))
        yield FormField(name, value, at, value_at, sound and value_sound)


def decode_query(url: str, most: int | None = None) -> list[FormField]:
    """
    Return the parameters in the query of a URL, or the first `most` of them.

    Their offsets count from the start of the URL.
    """
    query, start = query_of(url)
    return [
        item._replace(at=item.at + start, value_at=item.value_at + start)
        for item in decode_form(query, most=most)
    ]


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
    raw = unquote_to_bytes(part.replace("+", " ").encode("utf-8", "surrogatepass"))
    sound = not _BROKEN_ESCAPE.search(part)
    try:
        return raw.decode(charset), sound
    except UnicodeDecodeError:
        return raw.decode(charset, "replace"), False
