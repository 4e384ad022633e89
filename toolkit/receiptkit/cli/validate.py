"""`receiptkit validate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from receiptkit import reports
from receiptkit.captures import Limits, Source, readable
from receiptkit.cli.environment import secret
from receiptkit.cli.inputs import Sources, baseline_of, inputs_of, sources_of
from receiptkit.cli.parameters import Size, complete_kinds, complete_rules, limit_option
from receiptkit.cli.process import collector_off, interruptible
from receiptkit.cli.progress import judging
from receiptkit.cli.report_files import Output, about, opened, parse_outputs
from receiptkit.contract import ENGINES, Contract
from receiptkit.model.display import printable
from receiptkit.model.finding import Severity
from receiptkit.openapi.document import PROFILES
from receiptkit.validation import processes, project_settings
from receiptkit.validation.baseline import Baseline, NewFindings, is_baseline
from receiptkit.validation.conclusion import FAILED, conclude
from receiptkit.validation.names import known_names
from receiptkit.validation.output_files import InputFiles, Replaceable, demand_replaceable, written
from receiptkit.validation.run import Validation
from receiptkit.validation.sinks import MOST_FINDINGS, FirstFindings, Statistics, Stoppable
from receiptkit.validation.summary import Sink, Summary

if TYPE_CHECKING:
    from receiptkit.validation.pictures import Pictures

#: The options that settings can set, too.
_SETTINGS = ("profile", "fail_on", "baseline", "api_base_url", "select", "ignore")


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH...", type=click.Path(allow_dash=True))
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    show_default="documented",
    help="How much the contract demands.",
)
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
    help="Write the report to a file; with FORMAT=, write one more report. Repeatable.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Let -o and --write-baseline overwrite a file that receiptkit did not write, "
    "but never one that is read.",
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
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    show_default="error",
    help="Exit 1 for findings of this severity or higher.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="GLOB",
    shell_complete=complete_rules,
    help="Report only these rules, such as page.*; repeatable.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="GLOB",
    shell_complete=complete_rules,
    help="Do not report these rules, such as receipt.placeholder; repeatable.",
)
@click.option(
    "--as",
    "known_as",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_kinds,
    help=f"The format of the files ({', '.join(readable())}), "
    "the kind of bare bodies in them (page, receipt, message, "
    "configuration, error, webhook, or an operationId), or one of each.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="The settings file. Default: receiptkit.toml, or [tool.receiptkit] in pyproject.toml.",
)
@click.option(
    "--called-at",
    metavar="URL",
    help="The URL at which Twilio called your webhooks, where a capture does not hold it; "
    "signatures are checked with it.",
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
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="The environment variable with the auth token, to check webhook signatures.",
)
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
@click.option(
    "--show-values",
    is_flag=True,
    help="Show captured values and names, which may be personal data.",
)
@click.option(
    "--list-unchecked",
    is_flag=True,
    help="List everything that was not checked: place, method, path and reason.",
)
@click.option("--allow-empty", is_flag=True, help="Do not exit 2 when nothing could be checked.")
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
    help="Check every record the exact way, also those that are like others without a finding. "
    "The report is the same.",
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
    help="The most that a gzip file may unpack to.",
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
@click.option("-q", "--quiet", is_flag=True, help="Print only the summary.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Print every finding, with the source of its rule."
)
@click.pass_context
def validate(ctx: click.Context, /, **options: Any) -> int:
    """
    Check captured responses and webhooks: HAR, VCR cassettes, NDJSON, JSON, forms, HTTP as text;
    plain or gzip.

    PATH is a file, a folder, or - for standard input. The format is detected from the content, not
    the file name. Other traffic is skipped; the summary says how much and why.

    Exit code 0: everything conforms. 1: findings at or above --fail-on. 2: something could not be
    checked.
    """
    if options["quiet"] and options["verbose"]:
        raise click.UsageError("--quiet and --verbose contradict each other", ctx)
    if not options["paths"] and not options["show_settings"]:
        raise click.MissingParameter(ctx=ctx, param=ctx.command.params[0])
    return judge(options)


def judge(
    options: dict[str, Any], found: Sources | None = None, watch: Sequence[reports.Report] = ()
) -> int:
    """
    Check sources as the options of `validate` say; return the exit code.

    Args:
        options: the values of the options.
        found: the sources; None for those of the paths.
        watch: receive every finding, beside the reports.
    """
    project = (
        project_settings.read(Path(options["config"]))
        if options["config"]
        else project_settings.find(Path.cwd())
    )
    settings = project.under(
        **{name: options[name] for name in _SETTINGS},
    )
    if options["show_settings"]:
        from receiptkit.validation.effective_settings import effective, setting_lines

        for line in setting_lines(effective(project, {name: options[name] for name in _SETTINGS})):
            click.echo(printable(line))
        return 0
    contract = Contract.load(
        settings.profile or project_settings.PROFILE,
        options["document"],
        engine=options["engine"],
        auth_token=secret(options["auth_token_env"]),
        api_base_url=settings.api_base_url,
    )
    for note in contract.document.notes:
        _note(note)
    project.demand_rules(lambda: contract.rule_ids)
    outputs = parse_outputs(options["outputs"], options["format_"])
    draws = any(reports.report_format(output.format).draws for output in outputs)
    validation = Validation(
        contract,
        selection=settings.selection(lambda: contract.rule_ids),
        known_as=options["known_as"],
        url=options["url"],
        limits=Limits(
            options["max_record"], options["max_unpacked"], options["column"], options["memory"]
        ),
        join=options["join"],
        allow_empty=options["allow_empty"],
        bulk=not options["no_bulk"],
        called_at=options["called_at"],
        pictures=_pictures(contract) if draws else None,
    )
    baseline = baseline_of(options, settings, known_names(contract))
    sources = sources_of(options, outputs, baseline) if found is None else found
    inputs = inputs_of(contract, settings, sources)
    if baseline is not None:
        if options["write_baseline"]:
            replaces = None if options["force"] else Replaceable("a baseline", is_baseline)
            demand_replaceable(baseline.path, "--write-baseline", inputs, replaces)
        inputs.add(baseline.path, "the baseline")
    summary = _run(validation, sources, options, outputs, baseline, inputs, watch)
    conclusion = conclude(
        summary,
        fail_on=Severity(settings.fail_on or project_settings.FAIL_ON),
        allow_empty=options["allow_empty"],
        fail_on_unjudged_signatures=options["fail_on_unjudged_signatures"],
    )
    for line in conclusion.lines:
        click.echo(f"receiptkit: {printable(line)}", err=True)
    if options["write_baseline"] and baseline is not None:
        if conclusion.code != FAILED:
            _write_baseline(baseline, inputs_of(contract, settings, sources, summary.files_beside))
    elif baseline is not None and not summary.problems:
        _note_gone(baseline, sources, validation)
    return conclusion.code


def _pictures(contract: Contract) -> Pictures:
    from receiptkit.validation.pictures import Pictures

    return Pictures(contract)


def _run(
    validation: Validation,
    sources: Sources,
    options: dict[str, Any],
    outputs: list[Output],
    baseline: Baseline | None,
    inputs: InputFiles,
    watch: Sequence[reports.Report],
) -> Summary:
    with ExitStack() as stack:
        opened_reports = [
            reports.report_format(output.format).report(
                out,
                about(validation.contract, options, output.format, out, is_file=output.is_file),
            )
            for output in outputs
            for out in [stack.enter_context(opened(output, inputs, force=options["force"]))]
        ]
        first = FirstFindings([*opened_reports, *watch], options["max_findings"])
        statistics = Statistics(first)
        sink: Sink = NewFindings(statistics, baseline) if baseline else statistics
        with collector_off(), interruptible() as stop, judging(sources) as progress:
            summary = processes.run(
                validation,
                sources,
                Stoppable(sink, stop, progress.make_way if progress else None),
                jobs=_jobs(validation, sources, options["jobs"]),
                values=options["show_values"],
                progress=progress.advance if progress else None,
            )
        for path in summary.files_beside:
            inputs.add(path, "read beside a capture")
        if baseline is not None:
            baseline.move_counts(summary)
        first.note_limit(summary)
        for report in [*opened_reports, *watch]:
            report.close(summary)
    if options["statistics"]:
        sys.stdout.flush()
        for line in statistics.lines():
            click.echo(line, err=True)
    return summary


def _jobs(validation: Validation, sources: Sources, wanted: int | None) -> int:
    """Return the number of processes; one where a report draws, since one process sees it all."""
    if validation.pictures is not None:
        return 1
    return wanted or processes.jobs_for(sources)


def _write_baseline(baseline: Baseline, inputs: InputFiles) -> None:
    with written(baseline.path, option="--write-baseline", inputs=inputs) as out:
        out.write(baseline.text().encode("utf-8", "surrogateescape"))
    _note(f"{baseline.path}: saved {_findings(baseline.counts.total())} as the baseline")


def _note_gone(baseline: Baseline, sources: Sources, validation: Validation) -> None:
    files = [source.name for source in sources if isinstance(source, Source)]
    gone = baseline.gone(files, validation.selection.wants)
    if gone:
        _note(
            f"{baseline.path}: {_findings(gone)} of it no longer occur; "
            f"--write-baseline {baseline.path} removes them"
        )


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"


def _note(text: str) -> None:
    click.echo(f"receiptkit: note: {printable(text)}", err=True)
