"""The options of commands that make worlds, and the completion of scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from receiptkit.generation import SCENARIOS, STREAMS


def complete_scenarios(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the scenarios that begin like the word."""
    return [
        CompletionItem(each.name, help=each.summary)
        for each in SCENARIOS.values()
        if each.name.startswith(incomplete)
    ]


def seed_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return the option `--seed` of a command that makes `what`."""
    return click.option(
        "--seed",
        type=int,
        default=0,
        show_default=True,
        help=f"The same seed makes the same {what}.",
    )


receipts_option = click.option(
    "--receipts",
    type=click.IntRange(0),
    help="The number of recipients of a message; above 50 only for load tests.",
)
stream_option = click.option(
    "--stream",
    type=click.Choice(STREAMS),
    help="The order and repetition of the webhooks. Default: that of the scenario.",
)
