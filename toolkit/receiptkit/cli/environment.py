"""Environment variables: secrets, which do not belong on a command line, and options."""

from __future__ import annotations

import os
import re

import click

from receiptkit.cli.process import note
from receiptkit.model.display import close_matches
from receiptkit.model.errors import UsageError

#: The name of a variable: letters of one case and digits, and no number in hexadecimal.
_NAME = re.compile(r"(?![0-9a-fA-F]{24,}\Z)[A-Za-z_][A-Za-z0-9_]*")


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
    if not value and not _NAME.fullmatch(name):
        # A user who gives the secret itself does not want to read it in a log.
        raise UsageError(f"{option} takes the name of an environment variable, not what is in it")
    if not value:
        raise UsageError(f"{option} {name}: this environment variable is not set, or empty")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{option} {name}: the token is not UTF-8") from None
    return value


def name_variables(command: click.Command, prefix: str) -> None:
    """Let a variable set each option of a command: PREFIX_ACCOUNT_SID sets `--account-sid`."""
    for option in command.params:
        option.envvar = f"{prefix}_{option.opts[0].lstrip('-').replace('-', '_').upper()}"


def note_unknown_variables(command: click.Command, prefix: str) -> None:
    """Note variables with the prefix that set no option."""
    known = [str(option.envvar) for option in command.params]
    for name in sorted(os.environ):
        if name.startswith(f"{prefix}_") and name not in known:
            close = close_matches(name, known, 1)
            note(f"{name} sets no option" + (f"; did you mean {close[0]}?" if close else ""))
