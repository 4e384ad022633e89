"""Texts in base64 and in hexadecimal digits, which may also be compressed."""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import textwrap
import zlib
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, NamedTuple

from receiptkit.captures.encodings import decoded as content_decoded

_BASE64 = re.compile(r"\s*(?:[A-Za-z0-9+/]\s*){20,}(?:=\s*){0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){20,}")
_PRINTABLE = re.compile(r"[\t\r\n\x20-\x7e\x80-\U0010ffff]*")
_FORM = re.compile(r"[\w.%\[\]-]+=[^&\s]*(?:&[\w.%\[\]-]+=[^&\s]*)*\s*")
_STRUCTURE = re.compile(r'[{\[<=&:" ]')
_MOST_UNPACKED = 128 * 2**20


class Encoded(NamedTuple):
    """
    A text that is encoded as a whole.

    Attributes:
        text: the decoded text.
        encode: returns another text in the same encoding.
    """

    text: str
    encode: Callable[[str], str]


def decoded(text: str) -> Encoded | None:
    """Return the text in an encoding; None if it is in none."""
    if len(text) < 20 or text[:1] in "{[<":
        return None
    if len(text) % 2 == 0 and _HEX.fullmatch(text):
        return _through(bytes.fromhex(text), bytes.hex)
    if not _BASE64.fullmatch(text):
        return None
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return _through(raw, lambda new: _wrapped(base64.b64encode(new).decode(), text))


def is_structured(text: str) -> bool:
    """Return True if a text is not prose, but JSON, XML, a form, or encoded."""
    start = text.lstrip()[:1]
    return start in ("{", "[", "<") or bool(_FORM.fullmatch(text)) or decoded(text) is not None


def unpacked(raw: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """Return bytes with their compression taken back, and the function that compresses again."""
    for name, (starts, pack) in _PACKERS.items():
        if raw.startswith(starts):
            found = content_decoded(raw, name, _MOST_UNPACKED)
            if isinstance(found, bytes) and found and (starts or _is_structured_text(found)):
                return found, pack
    return raw, bytes


def of_numbers(numbers: list[str]) -> bytes | None:
    """Return the bytes that an array of numbers is; None if it is none."""
    try:
        return bytes(map(int, numbers))
    except ValueError:
        return None


def text_of_bytes(raw: bytes) -> tuple[str, Callable[[str], bytes]] | None:
    """Return the text that bytes are, compressed or not, and the way back; None for any other."""
    inner, pack = (raw, bytes) if _is_text(raw) else unpacked(raw)
    try:
        text = inner.decode()
    except UnicodeDecodeError:
        return None
    if not _PRINTABLE.fullmatch(text) or not _STRUCTURE.search(text):
        return None
    return text, lambda new: pack(new.encode("utf-8", "surrogatepass"))


def _is_text(raw: bytes) -> bool:
    try:
        return _PRINTABLE.fullmatch(raw.decode()) is not None
    except UnicodeDecodeError:
        return False


def _is_structured_text(raw: bytes) -> bool:
    return _is_text(raw) and _STRUCTURE.search(raw.decode()) is not None


def _deflated(raw: bytes) -> bytes:
    return zlib.compress(raw)


def _brotli(raw: bytes) -> bytes:
    return bytes(_package("brotli", "brotlicffi").compress(raw))


def _zstd(raw: bytes) -> bytes:
    module = _package("compression.zstd", "backports.zstd", "zstandard")
    compress = module.compress
    return bytes(compress(raw))


def _package(*names: str) -> Any:
    for name in names:
        with suppress(ImportError):
            return import_module(name)
    raise ModuleNotFoundError(names[0])


_PACKERS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "gzip": (b"\x1f\x8b", lambda raw: gzip.compress(raw, mtime=0)),
    "zstd": (b"\x28\xb5\x2f\xfd", _zstd),
    "deflate": (b"", _deflated),
    "br": (b"", _brotli),
}


def _through(raw: bytes, encode: Callable[[bytes], str]) -> Encoded | None:
    found = text_of_bytes(raw)
    if found is None:
        return None
    text, pack = found
    return Encoded(text, lambda new: encode(pack(new)))


def _wrapped(new: str, old: str) -> str:
    """Return base64 in lines as long as those of another."""
    lines = old.split("\n")
    if len(lines) > 1:
        width = len(lines[0].strip()) or 76
        new = "\n".join(textwrap.wrap(new, width))
    return new + old[len(old.rstrip()) :]
