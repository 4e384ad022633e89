"""
Write files of the user without losing one: the only door for every file that a command or the
plugin writes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from receiptkit import storage
from receiptkit.model.errors import UsageError, os_reason

_TEMPORARY = ".receiptkit-"
_NUMBERS = count()


class InputFiles:
    """The files that a run reads, which none of its outputs replaces."""

    def __init__(self) -> None:
        self._nouns: dict[tuple[int, int], str] = {}
        self._paths: dict[str, str] = {}

    def add(self, path: str | os.PathLike[str], noun: str) -> None:
        """Add a file; the noun names it in messages, as in "one of the captures"."""
        self._paths.setdefault(_real(path), noun)
        with suppress(OSError, ValueError):
            self._add(os.stat(path), noun)

    def add_open(self, stream: Any, noun: str) -> None:
        """Add the file that an open stream reads, as standard input may."""
        with suppress(OSError, ValueError, AttributeError):
            self._add(os.fstat(stream.fileno()), noun)

    def _add(self, found: os.stat_result, noun: str) -> None:
        self._nouns.setdefault((found.st_dev, found.st_ino), noun)

    def noun(self, path: str) -> str | None:
        """Return the noun of a file, also behind a link; None if the run does not read it."""
        with suppress(OSError, ValueError):
            found = os.stat(path)
            if (found.st_dev, found.st_ino) in self._nouns:
                return self._nouns[found.st_dev, found.st_ino]
        return self._paths.get(_real(path))


def _real(path: str | os.PathLike[str]) -> str:
    path = os.fspath(path)
    return path if storage.is_remote(path) else os.path.realpath(path)


class Replaceable(NamedTuple):
    """
    The files that an output may replace without `--force`.

    Attributes:
        noun: what they are called, as in "a report in json".
        test: returns True for the path of such a file.
        remedy: how to write nevertheless.
    """

    noun: str
    test: Callable[[str], bool]
    remedy: str = "--force overwrites it"


@contextmanager
def written(
    path: str,
    *,
    option: str = "-o",
    inputs: InputFiles | None = None,
    replaces: Replaceable | None = None,
    spare: bool = False,
    partial: bool = False,
) -> Iterator[BinaryIO]:
    """
    Yield a file to write, which appears at the path only at the end. A pipe or a device is written
    to, not replaced.

    Args:
        path: where the file is to be.
        option: the option that named it, for messages.
        inputs: files that are never replaced.
        replaces: the files that are replaced; None for any. An empty file always is.
        spare: whether to replace a file only by the same content.
        partial: whether the file appears also when something goes wrong before it is complete.

    Raises:
        UsageError: it cannot be written, is a link, or would replace a file that is to be kept.
    """
    if is_special(path):
        with open(path, "wb") as out:
            yield out
        return
    demand_replaceable(path, option, inputs, replaces)
    if storage.is_remote(path):
        with _put(path, option) as out:
            yield out
        return
    temporary = _temporary(path, option)
    is_complete = False
    try:
        with _created(temporary, path, option) as out:
            yield out
        is_complete = True
    finally:
        try:
            if partial and not is_complete:
                _drop_half_a_line(temporary)
            if (is_complete or partial) and temporary.exists():
                # Another process may have written the file meanwhile.
                demand_replaceable(path, option, inputs, replaces)
                if spare:
                    _demand_same(path, temporary, option)
                os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def _put(path: str, option: str) -> Iterator[BinaryIO]:
    """Yield a temporary file that is put behind a URL when it is complete."""
    from tempfile import TemporaryDirectory

    from receiptkit.storage import files

    with TemporaryDirectory(prefix=_TEMPORARY) as folder:
        temporary = Path(folder, "output")
        with temporary.open("wb") as out:
            yield out
        try:
            with temporary.open("rb") as complete:
                files.put(path, complete)
        except OSError as error:
            raise UsageError(f"{option} {storage.shown(path)}: {error}") from None


@contextmanager
def appended(path: str, continues: Replaceable) -> Iterator[BinaryIO]:
    """
    Yield a file without a buffer, to write at its end while the block lasts.

    Args:
        path: of the file, which may not exist yet. A pipe or a device is written to.
        continues: the files that may go on.

    Raises:
        UsageError: it cannot be written, is a link, another process writes it, or it is another
            file.
    """
    if not is_special(path):
        demand_replaceable(path, "-o", None, continues)
    try:
        flags = os.O_WRONLY if is_special(path) else os.O_RDWR | os.O_CREAT
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise UsageError(f"-o {path}: {os_reason(error)}") from None
    with os.fdopen(handle, "wb" if is_special(path) else "r+b", buffering=0) as file:
        try:
            _lock(handle)
        except BlockingIOError:
            raise UsageError(f"-o {path}: another process writes this file") from None
        except OSError:
            pass  # some file systems have no locks
        yield file


def is_special(path: str) -> bool:
    """Return True for a pipe or a device, also behind a link."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def has_content(path: str) -> bool:
    """Return True if a file with content is at the path. Raises `OSError` if a store fails."""
    if storage.is_remote(path):
        from receiptkit.storage import files

        return files.size_of(path) > 0
    return os.path.isfile(path) and os.path.getsize(path) > 0


def demand_replaceable(
    path: str, option: str, inputs: InputFiles | None, replaces: Replaceable | None = None
) -> None:
    """Raise `UsageError` if writing a file would replace one that is to be kept; see `written`."""
    where = f"{option} {storage.shown(path)}"
    if os.path.isdir(path):
        raise UsageError(f"{where}: this is a folder; name a file in it")
    noun = inputs.noun(path) if inputs else None
    if noun is not None:
        raise UsageError(f"{where}: this is {noun}; it is never overwritten")
    if os.path.islink(path):
        raise UsageError(f"{where}: this is a link; name the file that it leads to")
    if replaces is None:
        return
    try:
        fits = not has_content(path) or replaces.test(path)
    except OSError as error:
        raise UsageError(f"{where}: {os_reason(error)}") from None
    if not fits:
        raise UsageError(
            f"{where}: this file exists, and is not {replaces.noun}; {replaces.remedy}"
        )


def make_folder(path: str, root: str, option: str = "-o") -> None:
    """
    Make a folder in another, `root`, and those between them.

    Raises:
        UsageError: it cannot be made, or a link leads out of the other.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{option} {error.filename}: the folder cannot be made: {os_reason(error)}".lstrip()
        ) from None
    within, real = os.path.realpath(root), os.path.realpath(path)
    if os.path.commonpath([within, real]) != within:
        raise UsageError(
            f"{option} {path}: this is a link to another folder; nothing is written there".lstrip()
        )


def _drop_half_a_line(path: Path) -> None:
    """Cut a file that could not be written to its end behind the last whole line."""
    with suppress(OSError):
        content = path.read_bytes()
        os.truncate(path, content.rfind(b"\n") + 1)


def _demand_same(path: str, temporary: Path, option: str) -> None:
    import filecmp

    if has_content(path) and not filecmp.cmp(path, temporary, shallow=False):
        raise UsageError(
            f"{option} {path}: this file exists, and has other content; --force overwrites it"
        )


def _temporary(path: str, option: str) -> Path:
    """Return the path of a file in the folder of another, which every run knows as temporary."""
    folder = Path(path).absolute().parent
    try:
        _remove_abandoned(folder)
    except OSError as error:
        raise UsageError(f"{option} {path}: {os_reason(error)}") from None
    return folder / f"{_TEMPORARY}{os.getpid()}-{next(_NUMBERS)}.tmp"


def _created(temporary: Path, path: str, option: str) -> BinaryIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(temporary, flags, 0o666)
    except OSError as error:
        raise UsageError(f"{option} {path}: {os_reason(error)}") from None
    with suppress(OSError):
        # Some file systems have no locks.
        _lock(handle)
    return open(handle, "wb")


def _remove_abandoned(folder: Path) -> None:
    """Remove what killed runs left; the files of running ones are locked."""
    for temporary in folder.glob(f"{_TEMPORARY}*.tmp"):
        with suppress(OSError):
            handle = os.open(temporary, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                _lock(handle)
                temporary.unlink()
            finally:
                os.close(handle)


def _lock(handle: int) -> None:
    """Lock a file until it is closed; on Windows, no open file can be removed anyway."""
    with suppress(ImportError):
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
