"""Files of the user that are read whole: settings, baselines, documents."""

from __future__ import annotations

import os
from pathlib import Path

from receiptkit.model.errors import ReceiptkitError, UsageError
from receiptkit.model.limits import larger, limit, remedy


def read_small(
    path: str | Path, name: str, error: type[ReceiptkitError] = UsageError, option: str = ""
) -> bytes:
    """
    Return the bytes of a file that is expected to be small.

    Args:
        path: the file; a pipe without a writer is empty.
        name: the name of the limit on its bytes.
        error: the exception to raise.
        option: the option that named it, with a blank behind it, for messages.

    Raises:
        ReceiptkitError: it cannot be read, or is larger than the limit.
    """
    return read_at_most(path, limit(name), remedy(name), error, option)


def read_at_most(
    path: str | Path,
    most: int,
    way_out: str,
    error: type[ReceiptkitError] = UsageError,
    option: str = "",
) -> bytes:
    """Return the bytes of a file of at most so many; the rest is as for `read_small`."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(os.fspath(path), flags)
        with open(handle, "rb") as file:
            if hasattr(os, "set_blocking"):
                os.set_blocking(handle, True)
            raw = file.read(most + 1)
    except (OSError, ValueError, TypeError) as reason:
        text = getattr(reason, "strerror", None) or str(reason)
        raise error(f"{option}{path}: {text.lower()}") from None
    if len(raw) > most:
        raise error(f"{option}{path}: {larger(most, way_out)}")
    return raw
