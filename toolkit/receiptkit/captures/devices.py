"""Devices, which have the names of files and no end."""

from __future__ import annotations

import errno
import os
import stat


def refuse_endless(descriptor: int) -> None:
    """
    Close a device other than a terminal and the one that is always empty.

    Raises:
        OSError: it is such a device.
    """
    found = os.fstat(descriptor)
    is_empty = found.st_rdev == os.stat(os.devnull).st_rdev
    if stat.S_ISCHR(found.st_mode) and not os.isatty(descriptor) and not is_empty:
        os.close(descriptor)
        raise OSError(errno.EINVAL, "a device, which may have no end; give a file")
