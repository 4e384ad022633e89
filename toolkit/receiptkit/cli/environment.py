"""Secrets from environment variables; they do not belong on a command line."""

from __future__ import annotations

import os

from receiptkit.model.errors import UsageError


def secret(name: str | None) -> str | None:
    """
    Return the auth token in an environment variable; None if no variable is named.

    Raises:
        UsageError: the variable is not set, is empty, or is not UTF-8.
    """
    if name is None:
        return None
    token = os.environ.get(name)
    if not token:
        raise UsageError(f"--auth-token-env {name}: this environment variable is not set, or empty")
    try:
        token.encode()
    except UnicodeEncodeError:
        raise UsageError(f"--auth-token-env {name}: the token is not UTF-8") from None
    return token
