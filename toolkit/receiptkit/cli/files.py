"""Files that the command line writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from receiptkit.model.errors import UsageError


@contextmanager
def written(
    path: str, *, spare: bool = False, partial: bool = False, option: str = "-o"
) -> Iterator[BinaryIO]:
    """
    A file to write, which appears only at the end. A link is followed; a pipe or a device is written to, not replaced.

    Args:
        path: where it is to be.
        spare: whether a file that is there and has another content is left as it is.
        partial: whether it appears also where something goes wrong before it is complete.
        option: by which it was named, for messages.

    Raises:
        UsageError: it cannot be written, or another file is there that is to be spared.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as out:
            yield out
        return
    import tempfile

    target = Path(os.path.realpath(path))
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise UsageError(f"{option} {path}: {(error.strerror or str(error)).lower()}") from None
    is_kept = partial
    try:
        with open(handle, "wb") as out:
            yield out
        if spare:
            _spare(target, Path(temporary), path)
        is_kept = True
    finally:
        try:
            if is_kept:
                os.chmod(temporary, 0o666 & ~_umask())
                os.replace(temporary, target)
        finally:
            Path(temporary).unlink(missing_ok=True)


def _spare(target: Path, new: Path, path: str) -> None:
    import filecmp

    if target.exists() and not filecmp.cmp(target, new, shallow=False):
        raise UsageError(f"-o {path}: a file with another content is there; --force overwrites it")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
