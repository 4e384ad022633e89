"""Describe an error of the guard itself in one line, without captured values."""

from __future__ import annotations

import traceback
from pathlib import PurePath

from receiptkit.model.display import printable
from receiptkit.model.errors import ReceiptkitError


def describe(error: Exception, *, show_values: bool = False) -> str:
    """Return type and place of an error; its text only if that holds no captured values."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "receiptkit" in PurePath(frame.filename).parts
    ]
    place = ""
    if frames:
        parts = PurePath(frames[-1].filename).parts
        start = len(parts) - 1 - parts[::-1].index("receiptkit")
        place = f" at {'/'.join(parts[start:])}:{frames[-1].lineno}"
    text = f": {error}" if show_values or isinstance(error, ReceiptkitError) else ""
    return printable(f"{type(error).__name__}{place}{text}")
