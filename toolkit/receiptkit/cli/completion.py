"""Shell completion for arguments of several commands."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from receiptkit.generation import SCENARIOS


def complete_scenarios(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the scenarios that begin like the word."""
    return [
        CompletionItem(each.name, help=each.summary)
        for each in SCENARIOS.values()
        if each.name.startswith(incomplete)
    ]
