"""What the shell is offered for arguments of several commands."""

from __future__ import annotations

import click
from click.shell_completion import CompletionItem

from receiptkit.generation import SCENARIOS


def complete_scenarios(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The scenarios that begin so."""
    return [
        CompletionItem(each.name, help=each.summary)
        for each in SCENARIOS.values()
        if each.name.startswith(incomplete)
    ]
