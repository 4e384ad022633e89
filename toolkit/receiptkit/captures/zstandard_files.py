"""Files compressed with zstd."""

from __future__ import annotations

import io
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

#: So many bytes unpack to 64 MiB at the most: a block of 128 KiB has at least 4.
_SIP = 2048


class Unpacking(io.RawIOBase):
    """A stream of what a compressed stream unpacks to; it may hold several frames."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self._decoder: Any = None
        self._rest = b""
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Raise `EOFError` for a stream that is cut off, `OSError` for a damaged one."""
        while not self._ready:
            raw = self._rest or self._inner.read(_SIP)
            self._rest = b""
            if not raw:
                if self._decoder is not None:
                    raise EOFError
                return 0
            self._ready = memoryview(self._unpack(raw))
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _unpack(self, raw: bytes) -> bytes:
        if self._decoder is None:
            self._decoder = _decoder()
        try:
            found: bytes = self._decoder.decompress(raw)
        except Exception:  # noqa: BLE001 # each package has its own errors
            raise EOFError from None
        if self._decoder.eof:
            self._rest, self._decoder = self._decoder.unused_data, None
        return found


def _decoder() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            return import_module(name).ZstdDecompressor()
    with suppress(ImportError):
        return import_module("zstandard").ZstdDecompressor().decompressobj()
    raise OSError("compressed with zstd; `pip install 'receiptkit[encodings]'` brings a decoder")
