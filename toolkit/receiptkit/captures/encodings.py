"""Bodies as they were sent: content encodings taken back, within a limit."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

from receiptkit.model.exchange import NotCaptured
from receiptkit.model.regex import regex
from receiptkit.text.json_text import json_of

_STEP = 1 << 16
#: Why a body was not captured.
NOT_BASE64 = "the body is marked as base64, but is not"
_CONTROL = regex("[\x00-\x08\x0b\x0e-\x1f]")
_SIP = 1 << 8
#: A shorter text is no body of ours.
_SHORTEST = 40
#: A text that is base64 as a whole.
BASE64 = regex(r"[A-Za-z0-9+/\r\n]+={0,2}\s*")


class _TooMuch(Exception):
    """A body unpacks to more than is allowed."""


def decoded(body: Any, content_encoding: str | None, limit: int) -> Any:
    """
    Return a body with its content encodings taken back.

    Recorders often keep the header and decode the body, so one that already reads like JSON or a
    form is left alone.

    Args:
        body: `str`, `bytes`, or anything else, which is returned unchanged.
        content_encoding: the header.
        limit: the most bytes that it may unpack to.

    Returns:
        The body; `NotCaptured` where it cannot be decoded.
    """
    if isinstance(body, str):
        if not body.startswith("\x1f\x8b"):
            return body
        # Compressed bytes that were written into a text, a character each.
        body = body.encode("latin-1", "replace")
    if not isinstance(body, bytes) or _is_text(body):
        return body
    names = [name.strip().lower() for name in (content_encoding or "").split(",") if name.strip()]
    for name in reversed(names or (["gzip"] if body.startswith(b"\x1f\x8b") else [])):
        if name == "identity":
            continue
        decoder = _DECODERS.get(name)
        if decoder is None:
            return NotCaptured("an unknown content encoding")
        try:
            body = _joined(decoder(body, limit), limit)
        except ModuleNotFoundError:
            return NotCaptured(
                f"no decoder for {name} is installed; "
                "`pip install 'receiptkit[encodings]'` brings one"
            )
        except _TooMuch:
            return NotCaptured(
                f"a compressed body unpacks to more than {limit:,} bytes; --max-record allows more"
            )
        except Exception:  # noqa: BLE001 # each decoder has its own errors
            return NotCaptured("a compressed body is damaged")
    return body


def _is_text(body: bytes) -> bool:
    """Return True if bytes read like JSON, or are text: a recorder has decoded them already."""
    if body.lstrip()[:1] in (b"{", b"["):
        return True
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return _CONTROL.search(text) is None


def from_base64(text: str) -> Any:
    """Return the bytes of a base64 text, white space aside; `NotCaptured` of another text."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return NotCaptured(NOT_BASE64)


def without_base64(body: Any) -> Any:
    """
    Return the JSON that a body is in base64, as Go writes bytes; anything else unchanged.

    Tools that record responses as bytes have no other way to write them in JSON, unmarked.
    """
    if not isinstance(body, str) or len(body) < _SHORTEST or not BASE64.fullmatch(body):
        return body
    raw = from_base64(body)
    if isinstance(raw, NotCaptured) or raw.lstrip()[:1] not in (b"{", b"["):
        return body
    value = json_of(raw.decode("utf-8", "replace"))
    return raw if isinstance(value, (dict, list)) else body


def _joined(pieces: Iterator[bytes], limit: int) -> bytes:
    found, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise _TooMuch
        found.append(piece)
    return b"".join(found)


def _zlib(bits: int) -> Callable[[bytes, int], Iterator[bytes]]:
    def unpack(body: bytes, limit: int) -> Iterator[bytes]:
        while body:
            decoder = zlib.decompressobj(bits)
            while not decoder.eof:
                piece = decoder.decompress(body, _STEP)
                body = decoder.unconsumed_tail
                if not piece and not body and not decoder.eof:
                    raise ValueError("cut off")
                yield piece
            # A gzip file may be several, one after the other.
            body = decoder.unused_data.lstrip(b"\0") if bits == _GZIP else b""

    return unpack


_GZIP = 16 + zlib.MAX_WBITS


def _deflate(body: bytes, limit: int) -> Iterator[bytes]:
    """Yield a deflated body, with the zlib header that the standard wants, or without it."""
    wrapped = len(body) > 1 and body[0] & 15 == 8 and (body[0] * 256 + body[1]) % 31 == 0
    return _zlib(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)(body, limit)


def _brotli(body: bytes, limit: int) -> Iterator[bytes]:
    decoder = package("brotli", "brotlicffi").Decompressor()
    while True:
        try:
            piece = decoder.process(body, output_buffer_limit=_STEP)
        except TypeError:  # older than 1.2: no limit, so that a few bytes could fill the memory
            raise ModuleNotFoundError("brotli") from None
        yield piece
        if decoder.is_finished():
            return
        if not piece and not body:
            raise ValueError("cut off")
        body = b""


def _zstd(body: bytes, limit: int) -> Iterator[bytes]:
    module = package("compression.zstd", "backports.zstd", "zstandard")
    if module.__name__ == "zstandard":
        # It has no limit, but a few bytes hold a few blocks, of 128 KiB at the most.
        decoder = module.ZstdDecompressor().decompressobj()
        for at in range(0, len(body), _SIP):
            yield decoder.decompress(body[at : at + _SIP])
        if not decoder.eof:
            raise ValueError("cut off")
        return
    decoder = module.ZstdDecompressor()
    while not decoder.eof:
        piece = decoder.decompress(body, max_length=_STEP)
        body = b""
        if not piece and decoder.needs_input:
            raise ValueError("cut off")
        yield piece


def package(*names: str) -> Any:
    """
    Return the first of some packages that is installed.

    Raises:
        ModuleNotFoundError: none is.
    """
    for name in names:
        with suppress(ImportError):
            return import_module(name)
    raise ModuleNotFoundError(names[0])


_DECODERS: dict[str, Callable[[bytes, int], Iterator[bytes]]] = {
    "gzip": _zlib(_GZIP),
    "x-gzip": _zlib(_GZIP),
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
