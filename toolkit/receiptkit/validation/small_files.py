"""Files of the user that are read whole: settings and baselines."""

from __future__ import annotations

from receiptkit.model.errors import UsageError


def read_small(path: str, limit: int) -> bytes:
    """
    Return the bytes of a file that is expected to be small.

    Raises:
        UsageError: it cannot be read, or is larger than the limit.
    """
    try:
        with open(path, "rb") as file:
            raw = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"{path}: {reason.lower()}") from None
    if len(raw) > limit:
        raise UsageError(f"{path}: larger than {limit:,} bytes, the most that is read")
    return raw
