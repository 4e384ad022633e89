"""What the command line is told by its environment: secrets, which do not belong on it."""

from __future__ import annotations

import os

from receiptkit.model.errors import UsageError


def secret(name: str | None) -> str | None:
    """
    The auth token in an environment variable; None where none is named.

    Raises:
        UsageError: there is no such variable, or it is empty.
    """
    if name is None:
        return None
    token = os.environ.get(name)
    if not token:
        raise UsageError(
            f"--auth-token-env {name}: there is no such environment variable, or it is empty"
        )
    return token
