"""`receiptkit validate`."""

from __future__ import annotations

from typing import Any

import click

from receiptkit import reports
from receiptkit.cli.judging import judge
from receiptkit.cli.parameters import (
    Size,
    allow_empty_option,
    as_option,
    checking_token_option,
    fail_on_option,
    ignore_option,
    limit_option,
    profile_option,
    quiet_option,
    refuse_quiet_and_verbose,
    select_option,
    show_values_option,
    verbose_option,
)
from receiptkit.cli.scale import scale_options
from receiptkit.contract import ENGINES
from receiptkit.validation.sinks import MOST_FINDINGS


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(allow_dash=True))
@profile_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(reports.names()),
    default="text",
    show_default=True,
    help="The format of the report.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write the report to a file or a URL; with FORMAT=, write one more report. Repeatable.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Overwrite files that receiptkit did not write. Input files are never overwritten.",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    help="Count the findings in this baseline, but do not report them.",
)
@click.option(
    "--write-baseline",
    type=click.Path(dir_okay=False),
    help="Save the findings of this run as the baseline.",
)
@fail_on_option
@select_option
@ignore_option
@as_option
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="The settings file. Default: receiptkit.toml, or [tool.receiptkit] in pyproject.toml.",
)
@click.option(
    "--called-at",
    metavar="URL",
    help="URL at which Twilio called your webhooks, if the capture lacks it; used for signatures.",
)
@click.option("--column", metavar="NAME", help="The column of a table that holds the body.")
@click.option("--url", help="The URL of bare bodies, and of responses without a request.")
@click.option(
    "--api-base-url",
    metavar="URL",
    help="The base URL of your mock or proxy, in place of https://conversations.twilio.com.",
)
@click.option(
    "--document",
    type=click.Path(dir_okay=False),
    help="Check against your own OpenAPI document (3.0 or 3.1).",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="default",
    show_default=True,
    help="The validator; reference is a slow second opinion by openapi-core and jsonschema.",
)
@checking_token_option
@click.option(
    "--fail-on-unjudged-signatures",
    is_flag=True,
    help="Exit 2 if a webhook signature could not be checked.",
)
@click.option(
    "--join",
    is_flag=True,
    help="Treat all files as one history of the same system, and check across files.",
)
@show_values_option
@click.option(
    "--list-unchecked",
    is_flag=True,
    help="List everything that was not checked: place, method, path and reason.",
)
@click.option(
    "--list-suppressed",
    is_flag=True,
    help="List every finding that a comment in its capture suppresses, with the reason.",
)
@allow_empty_option
@click.option(
    "--max-findings",
    type=click.IntRange(1),
    default=MOST_FINDINGS,
    show_default=True,
    help="The most findings to list for one observation; more are counted.",
)
@limit_option
@click.option(
    "--no-bulk",
    is_flag=True,
    help="Parse and check every record; slower, same report.",
)
@click.option(
    "--max-record",
    type=Size(),
    default="128M",
    show_default=True,
    help="The largest JSON document, line, entry or body.",
)
@click.option(
    "--max-unpacked",
    type=Size(),
    default="2G",
    show_default=True,
    help="The most that a compressed file may unpack to.",
)
@click.option(
    "--memory",
    type=Size(),
    default="256M",
    show_default=True,
    help="The most memory for what is compared across observations; more goes to a temporary "
    "file, which is deleted at the end.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    help="The number of processes. Default: one for small input, all processors for large input.",
)
@scale_options
@click.option(
    "--statistics", is_flag=True, help="Count the findings of each rule, on standard error."
)
@click.option(
    "--show-settings", is_flag=True, help="Show every setting and its source, and check nothing."
)
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour the report; auto heeds the terminal, NO_COLOR and FORCE_COLOR.",
)
@quiet_option
@verbose_option
@click.pass_context
def validate(ctx: click.Context, /, **options: Any) -> int:
    """
    Check captured responses and webhooks: HAR, VCR cassettes, NDJSON, JSON, forms, HTTP as text;
    plain, gzip or zstd.

    PATH is a file, a folder, a URL such as s3://bucket/2026-11-*/*.ndjson.gz, or - for standard
    input. The format is detected from the content, not the file name. Other traffic is skipped; the
    summary says how much and why.

    Exit code 0: no findings at or above --fail-on. 1: such findings. 2: something could not be
    checked.
    """
    refuse_quiet_and_verbose(ctx, options)
    if not options["paths"] and not options["show_settings"]:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0])
    return judge(options)
