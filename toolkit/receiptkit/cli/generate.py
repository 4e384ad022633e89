"""`receiptkit generate` and `receiptkit scenarios`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, BinaryIO

import click
from click.shell_completion import CompletionItem

from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import signing_token_option
from receiptkit.cli.process import note, say
from receiptkit.cli.progress import generating
from receiptkit.cli.scenario_options import (
    complete_scenarios,
    receipts_option,
    seed_option,
    stream_option,
)
from receiptkit.contract import Contract
from receiptkit.corpus import broken_captures
from receiptkit.generation import SCENARIOS, WEBHOOK_URL, Generator, World
from receiptkit.generation.breakage import Breakage
from receiptkit.generation.breakages import breakable
from receiptkit.generation.chosen_breakage import choose
from receiptkit.generation.drafts import Draft, whole
from receiptkit.generation.outputs import FORMS, Output, RenderOptions
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding
from receiptkit.model.limits import collector_off
from receiptkit.openapi.document import PROFILES
from receiptkit.validation.output_files import written
from receiptkit.webhooks.address import absolute

#: Values of overrides that are numbers; all others are text.
_NUMBERS = ("error_code", "index")
_STDOUT = "-"


def _complete_breakages(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    return [
        CompletionItem(rule)
        for rule in sorted(breakable(Generator()))
        if rule.startswith(incomplete)
    ]


@click.command()
@click.argument("globs", nargs=-1, metavar="[GLOB]...", shell_complete=complete_scenarios)
def scenarios(globs: tuple[str, ...]) -> None:
    """List the scenarios: all, or those whose name matches a GLOB such as *sms*."""
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in SCENARIOS):
            raise UsageError(f"no scenario matches {glob!r}; `receiptkit scenarios` lists all")
    width = max(map(len, SCENARIOS))
    for each in SCENARIOS.values():
        if globs and not any(fnmatchcase(each.name, glob) for glob in globs):
            continue
        click.echo(f"{each.name:{width}}  {each.summary}")


@click.command()
@click.argument("scenario", shell_complete=complete_scenarios)
@click.option(
    "--as",
    "form",
    type=click.Choice(list(FORMS)),
    help="The form to write. Default: page, or a form that --break can break.",
)
@seed_option("bytes")
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="The number of worlds, with the seeds N, N+1, … from --seed N.",
)
@receipts_option
@click.option("--page-size", type=click.IntRange(1), help="The number of receipts on a page.")
@click.option(
    "--scope",
    type=click.Choice(["default", "service"]),
    default="default",
    show_default=True,
    help="The scope of the REST API.",
)
@click.option(
    "--at",
    "moment",
    default="end",
    show_default=True,
    metavar="MOMENT",
    help="The moment to show: start, end, 90s or 2h after the start, or a date and time.",
)
@click.option(
    "--start", metavar="TIME", help="The time at which the message is created (ISO 8601)."
)
@stream_option
@click.option(
    "--set",
    "facts",
    multiple=True,
    metavar="PATH=VALUE",
    help="Set a fact: conversation_sid, message.body, receipts.0.status, receipts.*.error_code …; "
    "repeatable.",
)
@click.option(
    "--break",
    "rule",
    metavar="RULE[@POINTER]",
    shell_complete=_complete_breakages,
    help="Break the first body of each world, or a capture of it, so that RULE is reported; "
    "with @POINTER, at this place.",
)
@click.option(
    "--webhook-url", default=WEBHOOK_URL, show_default=True, help="The URL of the webhooks."
)
@click.option(
    "--webhook-method",
    type=click.Choice(["POST", "GET"]),
    default="POST",
    show_default=True,
    help="The HTTP method of the webhooks.",
)
@signing_token_option
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="documented",
    show_default=True,
    help="The profile of the contract to conform to.",
)
@click.option(
    "--document",
    type=click.Path(dir_okay=False),
    help="Conform to your own OpenAPI document (3.0 or 3.1).",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False),
    help="Write to a file, which appears when it is complete.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that has other content.")
def generate(scenario: str, **options: Any) -> None:
    """
    Generate a world of a SCENARIO, and write it as a page, a message, webhooks or a whole capture.

    A world is one message with its receipts and webhooks. The same seed makes the same world in
    every form, so that pages, message and webhooks agree.
    `receiptkit scenarios` lists the scenarios. Facts that the contract forbids are refused.
    """
    contract = Contract.load(options["profile"], options["document"])
    for each in contract.document.notes:
        note(each)
    generator = Generator(contract)
    facts = _facts(options)
    in_service = facts["in_service"]
    chosen = choose(generator, options["rule"], options["form"], in_service=in_service)
    render_options = _render_options(options, chosen.bodies)
    seed, count = options["seed"], options["count"]
    first = generator.world(scenario, seed=seed, **facts)
    warned: set[str] = set()
    output = Output(generator, render_options, lambda finding: _warn(finding, warned))
    is_empty = True
    found: list[Finding] = []
    with (
        collector_off(),
        generating(count, count * len(first.receipts)) as progress,
        _output(options["output"], force=options["force"]) as out,
    ):
        worlds = _worlds(generator, first, seed, count, facts, progress)
        pieces = (
            broken_captures(generator, chosen.capture, map(whole, worlds), found.append)
            if chosen.capture
            else FORMS[chosen.form](output, worlds)
        )
        for piece in pieces:
            out.write(piece)
            is_empty = is_empty and not piece
    if is_empty:
        note(f"nothing was written: {scenario} has no {chosen.form} at this time")
    elif broken := _broken(found, output):
        note(f"broken on purpose: {broken}")
    elif chosen.form == "requests" and render_options.auth_token is None:
        note("the requests are not signed: --auth-token-env NAME signs them")


def _facts(options: dict[str, Any]) -> dict[str, Any]:
    """Return the facts of worlds, as `Generator.world` takes them."""
    named = ("receipts", "page_size", "stream", "start")
    return {
        **{name: options[name] for name in named},
        "in_service": options["scope"] == "service",
        "set": dict(_fact(fact) for fact in options["facts"]) or None,
    }


def _broken(found: list[Finding], output: Output) -> str:
    """Return the rule that was broken, and where; nothing where no rule was."""
    if found:
        entry = found[0].location.entry if found[0].location else 0
        where = f"of record {entry} of the capture, from 0"
        return f'{found[0].rule} at "{found[0].pointer}" {where}'
    broken = output.breakage
    return f'{broken.rule} at "{broken.pointer}" of the {broken.kind}' if broken else ""


def _worlds(
    generator: Generator, first: World, seed: int, count: int, facts: dict[str, Any], progress: Any
) -> Iterator[World | Draft]:
    seeds = range(seed, seed + count)
    given = {name: value for name, value in facts.items() if name != "set"}
    worlds: Iterable[World | Draft] = (
        (generator.world(first.scenario, seed=each, **facts) for each in seeds)
        if facts["set"]
        else generator.drafts(first.scenario, seeds, **given)
    )
    for each in worlds:
        yield each
        if progress:
            progress.advance(1)


def _render_options(options: dict[str, Any], breakages: tuple[Breakage, ...]) -> RenderOptions:
    absolute(options["webhook_url"], "--webhook-url")
    return RenderOptions(
        options["moment"],
        options["page_size"],
        options["webhook_url"],
        options["webhook_method"],
        secret(options["auth_token_env"]),
        breakages,
    )


def _fact(option: str) -> tuple[str, Any]:
    """Return the path and the value of an option PATH=VALUE."""
    path, equals, value = option.partition("=")
    if not equals:
        raise UsageError(f"--set {option}: expected PATH=VALUE, such as receipts.0.status=failed")
    if value == "null":
        return path, None
    number = (
        path.rpartition(".")[2] in _NUMBERS
        and value.removeprefix("-").isdecimal()
        and value.isascii()
    )
    return path, int(value) if number else value


def _warn(finding: Finding, warned: set[str]) -> None:
    """Print a finding that is not an error, once for each rule."""
    if finding.rule not in warned:
        warned.add(finding.rule)
        say(f"{finding.severity.value}: {finding.pointer} {finding.rule}: {finding.message}")


@contextmanager
def _output(path: str | None, *, force: bool) -> Iterator[BinaryIO]:
    if path is not None and path != _STDOUT:
        with written(path, spare=not force) as out:
            yield out
        return
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()
