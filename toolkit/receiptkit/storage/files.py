"""
Read, list and write files behind URLs with fsspec.

Credentials come from where the libraries of each store look for them. Every error is an `OSError`
whose text is one line without them.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, BinaryIO, NamedTuple, ParamSpec, TypeVar

from receiptkit.storage.addresses import has_glob, is_remote, local_path, scheme, shown

_P = ParamSpec("_P")
_T = TypeVar("_T")
#: How much is asked for at once.
BLOCK = 4 * 2**20
_LONGEST = 200
_NOTHING = "no such file or directory"
_TALKATIVE = ("fsspec", "s3fs", "gcsfs", "adlfs", "azure", "asyncio", "botocore", "google")
_INSTALL = "pip install 'receiptkit[remote]'"


class StorageError(OSError):
    """A file behind a URL cannot be read or written; the text names no credential."""


class Listed(NamedTuple):
    """
    A file that was listed.

    Attributes:
        address: the URL that opens it, or a path of this machine.
        name: how it is shown.
        size: its size in bytes; -1 where the store does not say.
    """

    address: str
    name: str
    size: int


def _explained(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Turn every error of a library into a `StorageError`."""

    @wraps(function)
    def call(*arguments: _P.args, **options: _P.kwargs) -> _T:
        try:
            return function(*arguments, **options)
        except Exception as error:  # noqa: BLE001 # each library has its own errors
            raise _error(error) from None

    return call


def _error(error: Exception) -> OSError:
    if isinstance(error, StorageError):
        return error
    if isinstance(error, FileNotFoundError):
        return StorageError(_NOTHING)
    if isinstance(error, ImportError):
        return StorageError(f"reading this needs `{_INSTALL}`")
    name = type(error).__name__
    if "Credential" in name or "Authentication" in name:
        return StorageError("no credentials for this store were found, or it refused them")
    if isinstance(error, PermissionError):
        return StorageError("the store refused access")
    said = shown(" ".join(str(error).split()))[:_LONGEST]
    return StorageError(f"{said} ({name})" if said else name)


def _system(address: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the path in it."""
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise StorageError(f"{scheme(address)}: URLs need `{_INSTALL}`") from None
    import logging

    for name in _TALKATIVE:
        # Python prints their messages unless a program configures logging.
        logging.getLogger(name).addHandler(logging.NullHandler())
    if "::" in address:
        raise StorageError("chained URLs are not read")
    try:
        system, path = url_to_fs(address, use_listings_cache=False)
    except ValueError:
        raise StorageError(f"fsspec does not know the scheme {scheme(address)}") from None
    return system, path


@_explained
def listed(address: str) -> Iterator[tuple[Listed, bool]]:
    """
    Return the files that a URL names, in the order of their names; True beside one that was named
    itself. A glob names each match; a folder does not.

    Raises:
        OSError: nothing is there, or it cannot be listed.
    """
    if not is_remote(address):
        return iter(_local(address))
    system, path = _system(address)
    if has_glob(address):
        found, named = system.glob(path, detail=True), True
    else:
        info = system.info(path)
        if info["type"] != "directory":
            return iter([(Listed(address, shown(address), _size(info)), True)])
        found, named = system.find(path, detail=True), False
    files = [each for each in found.values() if each["type"] != "directory"]
    if not files:
        raise StorageError("no file matches" if named else "the folder has no file")
    return iter(
        (_of(address, each), named)
        for each in sorted(files, key=lambda each: str(each["name"]))
        if named or not _is_hidden(path, str(each["name"]))
    )


def _of(address: str, info: dict[str, Any]) -> Listed:
    """Return a file of a listing, with the URL that leads to it like the one that was listed."""
    name = str(info["name"])
    url = name if "://" in name else f"{scheme(address)}://{name}"
    return Listed(url, shown(url), _size(info))


def _size(info: dict[str, Any]) -> int:
    size = info.get("size")
    return size if isinstance(size, int) else -1


def _is_hidden(folder: str, name: str) -> bool:
    inner = name.removeprefix(folder)
    return any(part.startswith(".") for part in inner.split("/"))


def _local(address: str) -> list[tuple[Listed, bool]]:
    import glob

    path = local_path(address)
    if not has_glob(path):
        return [(Listed(path, address, -1), True)]
    found = sorted(each for each in glob.glob(path) if os.path.isfile(each))
    if not found:
        raise StorageError("no file matches")
    return [(Listed(each, f"file://{each}", os.path.getsize(each)), True) for each in found]


class _File(io.RawIOBase):
    """A file of fsspec whose errors are those of the system, and which is read to its size."""

    def __init__(self, inner: Any, size: int) -> None:
        self._inner = inner
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._inner.seekable())

    @_explained
    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        data = self._inner.read(len(view))
        view[: len(data)] = data
        self._at += len(data)
        if not data and view and self._at < self._size:
            raise StorageError(f"cut off: it ends after {self._at:,} of {self._size:,} bytes")
        return len(data)

    @_explained
    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = int(self._inner.seek(offset, whence))
        return self._at

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


@_explained
def opened(address: str, size: int = -1, block: int = BLOCK) -> io.BufferedReader:
    """
    Open a file behind a URL to read a block at a time.

    Args:
        address: the URL.
        size: the size in a listing; a file that ends before it is truncated.
        block: how many bytes are asked for at once.

    Raises:
        OSError: it cannot be opened; also out of the reading of it.
    """
    system, path = _system(address)
    inner = system.open(path, "rb", block_size=block)
    found = getattr(inner, "size", None)
    size = found if size < 0 and isinstance(found, int) else size
    return io.BufferedReader(_File(inner, size), 1 << 18)


@_explained
def size_of(address: str) -> int:
    """Return the size of a file in bytes; 0 if it does not exist."""
    system, path = _system(address)
    try:
        return max(_size(system.info(path)), 0)
    except FileNotFoundError:
        return 0


@_explained
def beginning_and_end(address: str, count: int) -> tuple[bytes, bytes]:
    """Return the first and the last bytes of a file."""
    system, path = _system(address)
    size = max(_size(system.info(path)), 0)
    head = system.cat_file(path, start=0, end=min(count, size))
    return head, system.cat_file(path, start=max(size - count, 0), end=size)


@_explained
def read_range(address: str, start: int | None = None, end: int | None = None) -> bytes:
    """Return some bytes of a file, or all of it."""
    if not is_remote(address):
        with open(local_path(address), "rb") as stream:
            stream.seek(start or 0)
            return stream.read() if end is None else stream.read(end - (start or 0))
    system, path = _system(address)
    return bytes(system.cat_file(path, start=start, end=end))


@_explained
def listing(folder: str) -> list[str]:
    """Return the URLs of the files directly in a folder, sorted; none if there is no folder."""
    if not is_remote(folder):
        path = local_path(folder)
        names = sorted(os.listdir(path)) if os.path.isdir(path) else []
        return [os.path.join(path, name) for name in names]
    system, path = _system(folder)
    try:
        found = system.ls(path, detail=True)
    except FileNotFoundError:
        return []
    return [_of(folder, each).address for each in sorted(found, key=lambda x: x["name"])]


@_explained
def put(address: str, file: BinaryIO) -> None:
    """Write a file behind a URL; it appears there only when it is complete."""
    system, path = _system(address)
    if scheme(address) in ("http", "https"):
        raise StorageError("files can be read over the web, not written")
    with system.open(path, "wb") as out:
        while piece := file.read(BLOCK):
            out.write(piece)
