"""Types of options, and the options that several commands have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from receiptkit.captures import readable
from receiptkit.model import limits
from receiptkit.model.finding import Severity
from receiptkit.model.regex import regex
from receiptkit.openapi.document import PROFILES
from receiptkit.rules import catalogue

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_F = TypeVar("_F", bound=Callable[..., Any])
_DURATION = regex(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)(ms|s|m|h)")
_SIZE = regex(r"([0-9]+)\s*([KMG]?)(?:i?B)?", re.IGNORECASE)


class Size(click.ParamType):  # type: ignore[type-arg] # generic only in newer clicks
    """A number of bytes, with K, M or G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value.strip())
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is not a size such as 500K, 128M or 2G", param, ctx)
        return min(
            int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2].upper()], limits.MOST
        )


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
    limits.use({**limits.settled(), **limits.parse(",".join(values))})


def _limit_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    return _items([f"{name}=" for name in limits.LIMITS], incomplete)


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def with_options(command: _F, *options: Callable[[_F], _F]) -> _F:
    """Add options to a command; help lists them in this order."""
    for option in reversed(options):
        command = option(command)
    return command


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
    return _items([*scopes, *(rule.id for rule in catalogue.RULES)], incomplete)


class _FormatOption(click.Option):
    """An option whose help names the formats, which are imported for it."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        self.help = (self.help or "").replace("{}", ", ".join(readable()))
        return super().get_help_record(ctx)


def _kinds(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    kinds = ("page", "receipt", "message", "configuration", "error", "webhook")
    return _items([*readable(), *kinds], incomplete)


#: The option `--as`.
as_option = click.option(
    "--as",
    "known_as",
    multiple=True,
    metavar="NAME",
    cls=_FormatOption,
    shell_complete=_kinds,
    help="The format of the files ({}), "
    "the kind of bare bodies in them (page, receipt, message, "
    "configuration, error, webhook, or an operationId), or one of each.",
)
#: The option `--profile`, for commands that check.
profile_option = click.option(
    "--profile",
    type=click.Choice(PROFILES),
    help="vendor: Twilio's document; documented: also reference pages and captures; strict: no "
    "unknown fields, warnings are errors. Default: documented.",
)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="Exit 1 for findings of this severity or higher. Default: error.",
)
select_option = click.option(
    "--select",
    multiple=True,
    metavar="GLOB",
    shell_complete=complete_rules,
    help="Report only these rules, such as page.*; repeatable.",
)
ignore_option = click.option(
    "--ignore",
    multiple=True,
    metavar="GLOB",
    shell_complete=complete_rules,
    help="Do not report these rules, such as receipt.placeholder; repeatable.",
)
show_values_option = click.option(
    "--show-values",
    is_flag=True,
    help="Show captured values and names, which may be personal data.",
)
allow_empty_option = click.option(
    "--allow-empty", is_flag=True, help="Do not exit 2 when nothing could be checked."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print only the summary.")
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Print every finding, with the source of its rule."
)
#: The option `--auth-token-env`, for commands that check signatures, and for those that sign.
checking_token_option = click.option(
    "--auth-token-env",
    metavar="NAME",
    help="The environment variable with the auth token, to check webhook signatures.",
)
signing_token_option = click.option(
    "--auth-token-env",
    metavar="NAME",
    help="The environment variable with the auth token that signs the webhooks.",
)
seconds_option = click.option(
    "--for", "seconds", type=Duration(), metavar="TIME", help="End after a time such as 30s or 5m."
)


def timeout_option(default: str, help_: str) -> Callable[[_F], _F]:
    """Return the option `--timeout`."""
    return click.option(
        "--timeout",
        type=Duration(),
        metavar="TIME",
        default=default,
        show_default=True,
        help=help_,
    )


def recording_option(what: str) -> Callable[[_F], _F]:
    """Return the option `-o` of what keeps a recording."""
    return click.option(
        "-o",
        "--output",
        metavar="FILE",
        type=click.Path(dir_okay=False),
        help=f"Keep {what}; appends to an existing recording.",
    )


def refuse_quiet_and_verbose(ctx: click.Context, options: Mapping[str, Any]) -> None:
    """Raise a usage error if a command is to say less and more."""
    if options["quiet"] and options["verbose"]:
        raise click.UsageError("--quiet and --verbose contradict each other", ctx)
