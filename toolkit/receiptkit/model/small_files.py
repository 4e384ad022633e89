"""Files of the user that are read whole: settings, baselines, documents."""

from __future__ import annotations

import os
from pathlib import Path

from receiptkit.model.errors import ReceiptkitError, UsageError


def read_small(path: str | Path, limit: int, error: type[ReceiptkitError] = UsageError) -> bytes:
    """
    Return the bytes of a file that is expected to be small.

    Args:
        path: the file; a pipe that nobody writes to is empty.
        limit: the most bytes that it may have.
        error: the exception to raise.

    Raises:
        ReceiptkitError: it cannot be read, or is larger than the limit.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
        with open(handle, "rb") as file:
            if hasattr(os, "set_blocking"):
                os.set_blocking(handle, True)
            raw = file.read(limit + 1)
    except (OSError, ValueError) as reason:
        text = getattr(reason, "strerror", None) or str(reason)
        raise error(f"{path}: {text.lower()}") from None
    if len(raw) > limit:
        raise error(f"{path}: larger than {limit:,} bytes, the most that is read")
    return raw
