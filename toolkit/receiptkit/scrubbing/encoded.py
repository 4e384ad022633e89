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
from typing import NamedTuple

from receiptkit.captures.encodings import decoded as content_decoded
from receiptkit.captures.encodings import package
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import NotCaptured

_BASE64 = re.compile(r"\s*(?:[A-Za-z0-9+/]\s*){20,}(?:=\s*){0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){20,}")
_PRINTABLE = re.compile(r"[\t\r\n\x20-\x7e\x80-\U0010ffff]*")
_FORM = re.compile(r"[\w.%\[\]-]+=[^&\s]*(?:&[\w.%\[\]-]+=[^&\s]*)*\s*")
_STRUCTURE = re.compile(r'[{\[<=&:" ]')
#: Byte order marks; that of UTF-32 begins like one of UTF-16.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
#: Encodings in which ASCII has zero bytes.
_WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
#: How compressed files begin: gzip, zstd.
COMPRESSED = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
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


def unpacked_file(raw: bytes, most: int) -> tuple[bytes, Callable[[bytes], bytes]]:
    """
    Return a compressed file unpacked, and the function that compresses again.

    Raises:
        CaptureError: it is damaged, unpacks to more than `most` bytes, or no decoder is installed.
    """
    name = "gzip" if raw.startswith(COMPRESSED[0]) else "zstd"
    found = content_decoded(raw, name, most)
    if isinstance(found, NotCaptured):
        raise CaptureError(found.reason)
    return found, _PACKERS[name][1]


def in_utf_8(raw: bytes) -> tuple[bytes, Callable[[bytes], bytes]]:
    """Return a text of UTF-16 or UTF-32 in UTF-8, and the way back; any other unchanged."""
    mark, name = _encoding(raw)
    if name:
        with suppress(UnicodeDecodeError):
            text = raw[len(mark) :].decode(name, "surrogatepass")
            return text.encode(
                "utf-8", "surrogatepass"
            ), lambda new: mark + new.decode("utf-8", "surrogatepass").encode(name, "surrogatepass")
    return raw, bytes


def _encoding(raw: bytes) -> tuple[bytes, str]:
    """Return the byte order mark of a text and its encoding; nothing for one of bytes."""
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return mark, name
    for name, width in _WIDE:
        head = raw[: 4 * width]
        text = head.decode(name, "replace")
        if head and text.isascii() and "\0" not in text:
            return b"", name
    return b"", ""


def of_numbers(numbers: list[str]) -> bytes | None:
    """Return the bytes of an array of numbers; None for another value."""
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
    return bytes(package("brotli", "brotlicffi").compress(raw))


def _zstd(raw: bytes) -> bytes:
    module = package("compression.zstd", "backports.zstd", "zstandard")
    compress = module.compress
    return bytes(compress(raw))


_PACKERS: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
    "gzip": (COMPRESSED[0], lambda raw: gzip.compress(raw, mtime=0)),
    "zstd": (COMPRESSED[1], _zstd),
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
