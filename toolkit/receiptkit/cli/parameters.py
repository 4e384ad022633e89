"""Types of options."""

from __future__ import annotations

import re
from typing import Any

import click
from click.shell_completion import CompletionItem

from receiptkit.captures import readable
from receiptkit.model import limits
from receiptkit.rules import catalogue

_DURATION = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
_SIZE = re.compile(r"([0-9]+)\s*([KMG]?)(?:i?B)?", re.IGNORECASE)


class Size(click.ParamType):  # type: ignore[type-arg] # generic only in newer clicks
    """A number of bytes, with K, M or G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value.strip())
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is not a size such as 500K, 128M or 2G", param, ctx)
        return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2].upper()]


class Duration(click.ParamType):  # type: ignore[type-arg] # generic only in newer clicks
    """A time in seconds, with ms, s, m or h."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        match = _DURATION.fullmatch(value.strip())
        if match is None or float(match[1]) == 0:
            self.fail(f"{value!r} is not a duration such as 250ms, 30s or 5m", param, ctx)
        return float(match[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[match[2]]


def _use_limits(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> None:
    """Let limits hold until the command ends."""
    before = limits.chosen()
    ctx.call_on_close(lambda: limits.use(before))
    limits.use({**before, **limits.parse(",".join(values))})


def _limit_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    return [CompletionItem(f"{name}=") for name in limits.LIMITS if name.startswith(incomplete)]


#: The option `--limit`, for commands that take other people's input.
limit_option = click.option(
    "--limit",
    multiple=True,
    metavar="NAME=N",
    expose_value=False,
    is_eager=True,
    callback=_use_limits,
    shell_complete=_limit_names,
    help=f"Change a limit ({', '.join(limits.LIMITS)}); repeatable.",
)


def complete_rules(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the rules, and the patterns of their scopes, that begin like the word."""
    scopes = sorted({rule.id.partition(".")[0] + ".*" for rule in catalogue.RULES})
    return [
        CompletionItem(name)
        for name in (*scopes, *(rule.id for rule in catalogue.RULES))
        if name.startswith(incomplete)
    ]


def complete_kinds(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Return the formats and kinds that begin like the word."""
    kinds = ("page", "receipt", "message", "configuration", "error", "webhook")
    return [CompletionItem(name) for name in (*readable(), *kinds) if name.startswith(incomplete)]
