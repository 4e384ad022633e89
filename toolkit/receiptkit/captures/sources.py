"""
Files, folders and standard input.

Opened so that nothing they hold can hang or fill the machine.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import sys
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from receiptkit import storage
from receiptkit.model.errors import CaptureError
from receiptkit.model.limits import larger

if TYPE_CHECKING:
    _Buffered = io.BufferedReader[Any]

#: Called with the number of bytes that have been read since the last call.
Advance = Callable[[int], None]
STDIN = "-"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_HEAD = 4096
#: How much of a file behind a URL is asked for at once where little of it is read.
_STEP = 1 << 16
#: How much is asked for at once where everything is read.
_PIECE = 1 << 26


class Limits(NamedTuple):
    """
    Limits of what is read and remembered, in bytes, and the column to look into.

    Attributes:
        record: the largest JSON document, or line of NDJSON.
        unpacked: the most that a compressed file may unpack to.
        column: the column of a table that holds the body; None to look into every column.
        memory: the most that is remembered before it goes to a temporary file.
    """

    record: int = 128 * 2**20
    unpacked: int = 2 * 2**30
    column: str | None = None
    memory: int = 256 * 2**20


class Source(NamedTuple):
    """
    A file to read.

    Attributes:
        name: its name in reports.
        named: whether it was named itself; found in a folder, if not.
        content: its content, if that is in memory and not in a file.
        format: the name of its format, where that is known; empty to recognise it.
        address: the URL or path that opens it; empty for its name.
        length: its size in a store; -1 to ask the system.
    """

    name: str
    named: bool = True
    content: bytes | None = None
    format: str = ""
    address: str = ""
    length: int = -1

    @property
    def path(self) -> str:
        """Return what opens it; it may hold a credential."""
        return self.address or self.name

    @property
    def is_remote(self) -> bool:
        """Return True if it is behind a URL."""
        return storage.is_remote(self.address)

    @property
    def size(self) -> int:
        """Return its size in bytes; 0 where that is unknown."""
        if self.content is not None:
            return len(self.content)
        if self.is_remote or self.length >= 0:
            return max(self.length, 0)
        try:
            return os.stat(self.path).st_size if self.name != STDIN else 0
        except OSError:
            return 0


def expand(paths: list[str], own: Collection[str] = ()) -> Iterator[Source | CaptureError]:
    """
    Yield every file of the paths, folders searched in the order of their names.

    Folders and files that begin with a dot are passed over, and links to folders are not followed.
    What cannot be listed is an error in the stream, so that it hides nothing else.

    Args:
        paths: files, folders, URLs that may have wildcards, and `-`.
        own: files that a run writes, or keeps what it knows in: in folders they are no captures.
    """
    mine = {os.path.realpath(path) for path in own}
    for path in paths:
        if storage.is_address(path):
            yield from _listed(path, own)
            continue
        if path == STDIN or not os.path.isdir(path):
            yield Source(path)
            continue
        for found in _folder(path):
            if (
                isinstance(found, CaptureError)
                or not mine
                or os.path.realpath(found.name) not in mine
            ):
                yield found


def _folder(path: str) -> Iterator[Source | CaptureError]:
    errors: list[OSError] = []
    for folder, subfolders, names in os.walk(path, onerror=errors.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Source(os.path.join(folder, name), named=False)
    for error in errors:
        yield problem(str(error.filename), error)


def _listed(path: str, own: Collection[str]) -> Iterator[Source | CaptureError]:
    """Yield the files that a URL names; local paths in it may be folders."""
    from receiptkit.storage.files import listed

    try:
        for (address, name, size), named in listed(path):
            if not storage.is_remote(address) and os.path.isdir(address):
                yield from (each for each in expand([address], own))
            elif named or address not in own:
                yield Source(name, named=named, address=address, length=size)
    except OSError as error:
        yield problem(storage.shown(path), error)


def is_regular(source: Source) -> bool:
    """
    Return True if a file in a folder can be read to an end.

    Pipes and devices are only read when named.
    """
    try:
        return source.is_remote or stat.S_ISREG(os.stat(source.path).st_mode)
    except OSError:
        return False


@contextmanager
def opened(
    source: Source, limits: Limits, progress: Advance | None = None
) -> Iterator[tuple[BinaryIO, bytes]]:
    """
    Open a source for reading, decompressed; return it with its first bytes.

    Args:
        source: what to open.
        limits: what is refused.
        progress: called as the file is read.

    Raises:
        CaptureError: it cannot be opened or read; also out of the reading of the stream.
    """
    try:
        with _raw(source) as raw:
            counted: _Buffered = (
                io.BufferedReader(_Counted(raw, progress), 1 << 18) if progress else raw
            )
            stream = _unpacked(counted, limits)
            yield stream, stream.peek(_HEAD)[:_HEAD]
    except (OSError, EOFError, zlib.error) as error:
        raise problem(source.name, error) from None


def standard_input() -> BinaryIO:
    """Return standard input. Raises `CaptureError` if it is closed."""
    if sys.stdin is None:
        raise CaptureError(f"{STDIN}: standard input is closed")
    return sys.stdin.buffer


@contextmanager
def _raw(source: Source) -> Iterator[_Buffered]:
    if source.content is not None:
        yield io.BufferedReader(cast("io.RawIOBase", io.BytesIO(source.content)))
        return
    if source.name == STDIN:
        yield cast("_Buffered", standard_input())
        return
    if source.is_remote:
        from receiptkit.storage import files

        with files.opened(source.address, source.length) as remote:
            yield remote
        return
    with _local(source.path) as stream:
        yield cast("_Buffered", stream)


def _local(path: str) -> BinaryIO:
    """
    Open a file. A named pipe without a writer must not hang: it is opened without waiting, and
    read as usual from then on.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        # Most runs read files alone.
        from receiptkit.captures.devices import refuse_endless

        refuse_endless(descriptor)
    if hasattr(os, "set_blocking"):
        os.set_blocking(descriptor, True)
    return open(descriptor, "rb", buffering=1 << 18)


@contextmanager
def seekable(source: Source, block: int = _STEP) -> Iterator[BinaryIO]:
    """
    Open a file for reading at any place, without decompression. Raises `OSError`.

    `block` is how much is asked for at once where it is behind a URL.
    """
    if source.is_remote:
        from receiptkit.storage import files

        with files.opened(source.address, source.length, min(block, files.BLOCK)) as remote:
            yield remote
        return
    with _local(source.path) as stream:
        yield stream


def _unpacked(stream: _Buffered, limits: Limits) -> _Buffered:
    head = stream.peek(len(_ZSTD))
    if head.startswith(_GZIP):
        unpacked: Any = gzip.GzipFile(fileobj=stream, mode="rb")
    elif head.startswith(_ZSTD):
        from receiptkit.captures.zstandard_files import Unpacking

        unpacked = Unpacking(stream)
    else:
        return stream
    return io.BufferedReader(_Limited(cast("BinaryIO", unpacked), limits.unpacked), 1 << 18)


class _Reader(io.RawIOBase):
    """A raw stream over another."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        data = (
            self._inner.read1(len(view))
            if hasattr(self._inner, "read1")
            else self._inner.read(len(view))
        )
        view[: len(data)] = data
        self.note(len(data))
        return len(data)

    def note(self, count: int) -> None:
        raise NotImplementedError


class _Counted(_Reader):
    def __init__(self, inner: BinaryIO, progress: Advance | None) -> None:
        super().__init__(inner)
        self._progress = progress

    def note(self, count: int) -> None:
        if self._progress:
            self._progress(count)


class _Limited(_Reader):
    def __init__(self, inner: BinaryIO, limit: int) -> None:
        super().__init__(inner)
        self._limit = self._left = limit

    def note(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise _TooMuch(
                f"unpacks to more than {self._limit:,} bytes; --max-unpacked allows more"
            )


class _TooMuch(OSError):
    """More was unpacked than is allowed."""


def problem(name: str, error: Exception) -> CaptureError:
    """Return an error of the operating system or a decompressor as a line about a file."""
    if isinstance(error, (EOFError, zlib.error, gzip.BadGzipFile)):
        return CaptureError(f"{name}: the compressed data is damaged or cut off")
    said = getattr(error, "strerror", None) or str(error)
    return CaptureError(f"{name}: {said[:1].lower()}{said[1:]}")


def at_most(stream: IO[bytes], limit: int) -> bytes:
    """Return the rest of a stream, or its first `limit` bytes; a huge limit costs nothing."""
    pieces: list[bytes] = []
    while limit > 0 and (piece := stream.read(min(limit, _PIECE))):
        pieces.append(piece)
        limit -= len(piece)
    return b"".join(pieces)


def everything(stream: BinaryIO, limit: int, what: str, head: bytes = b"") -> bytes:
    """
    Return the rest of a stream, behind what has been read of it.

    Raises:
        CaptureError: it is more than the limit.
    """
    raw = head + at_most(stream, max(limit + 1 - len(head), 1))
    if len(raw) > limit:
        raise CaptureError(f"{what} is {larger(limit)}")
    return raw
