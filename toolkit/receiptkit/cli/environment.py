"""Secrets from environment variables; they do not belong on a command line."""

from __future__ import annotations

import os

from receiptkit.model.errors import UsageError


def secret(name: str | None, option: str = "--auth-token-env") -> str | None:
    """
    Return the secret in an environment variable; None if no variable is named.

    Args:
        name: the variable.
        option: the option that names it, for messages.

    Raises:
        UsageError: the variable is not set, is empty, or is not UTF-8.
    """
    if name is None:
        return None
    value = os.environ.get(name)
    if not value:
        raise UsageError(f"{option} {name}: this environment variable is not set, or empty")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{option} {name}: the token is not UTF-8") from None
    return value
