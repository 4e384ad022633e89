"""Files that are no files: devices."""

from __future__ import annotations

import os
import stat


def is_endless(descriptor: int) -> bool:
    """Return True for a device other than a terminal and the one that is always empty."""
    found = os.fstat(descriptor)
    if not stat.S_ISCHR(found.st_mode) or os.isatty(descriptor):
        return False
    return found.st_rdev != os.stat(os.devnull).st_rdev
