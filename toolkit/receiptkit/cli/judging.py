"""Check sources with the options of `validate`: its reports, baseline and exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from receiptkit import reports
from receiptkit.captures import Limits, Source
from receiptkit.cli.baselines import baseline_of, note_gone, write_baseline
from receiptkit.cli.environment import secret
from receiptkit.cli.inputs import Sources, inputs_of, sources_of, without_own
from receiptkit.cli.process import interruptible, note, say
from receiptkit.cli.progress import judging
from receiptkit.cli.report_files import ReportOutput, about, opened, parse_outputs
from receiptkit.cli.scale import keeper_of, runner_of, state_line
from receiptkit.contract import Contract
from receiptkit.model.display import printable, without_users
from receiptkit.model.finding import Severity
from receiptkit.model.limits import collector_off
from receiptkit.rules import catalogue
from receiptkit.validation import project_settings
from receiptkit.validation.conclusion import FAILED, conclude
from receiptkit.validation.names import known_names
from receiptkit.validation.output_files import InputFiles, Replaceable, demand_replaceable
from receiptkit.validation.run import Validation
from receiptkit.validation.sinks import FirstFindings, Statistics, Stoppable
from receiptkit.validation.summary import Sink, Summary
from receiptkit.validation.suppressing import Suppressing

if TYPE_CHECKING:
    from receiptkit.validation.baseline import Baseline
    from receiptkit.validation.project_settings import ProjectSettings

#: The options that settings can set, too.
_SETTINGS = ("profile", "fail_on", "baseline", "api_base_url", "select", "ignore")


@collector_off()
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
    chosen = {name: options[name] for name in _SETTINGS}
    settings = project.under(**chosen)
    if options["show_settings"]:
        return _show_settings(project, chosen)
    contract = Contract.load(
        settings.chosen_profile,
        options["document"],
        engine=options["engine"],
        auth_token=secret(options["auth_token_env"]),
        api_base_url=settings.api_base_url,
    )
    for each in contract.document.notes:
        note(each)
    project.demand_rules(lambda: contract.rule_ids)
    outputs = parse_outputs(options["outputs"], options["format_"])
    validation = _validation(contract, settings, outputs, options)
    baseline = baseline_of(options, settings, known_names(contract))
    sources = (
        sources_of(options, outputs, baseline)
        if found is None
        else without_own(found, outputs, baseline)
    )
    inputs = inputs_of(contract, settings, sources)
    if baseline is not None:
        if options["write_baseline"]:
            replaces = (
                None if options["force"] else Replaceable("a baseline", baseline.may_stand_at)
            )
            demand_replaceable(baseline.path, "--write-baseline", inputs, replaces)
        inputs.add(baseline.path, "the baseline")
    summary = _run(validation, sources, options, outputs, baseline, inputs, watch)
    conclusion = conclude(
        summary,
        fail_on=Severity(settings.fail_on or project_settings.FAIL_ON),
        allow_empty=options["allow_empty"],
        fail_on_unjudged_signatures=options["fail_on_unjudged_signatures"],
    )
    if summary.state is not None:
        note(state_line(summary.state))
    for line in conclusion.lines:
        say(line)
    if options["write_baseline"] and baseline is not None:
        if conclusion.code != FAILED:
            write_baseline(baseline, inputs_of(contract, settings, sources, summary.files_beside))
    elif baseline is not None and not summary.problems:
        note_gone(baseline, sources, validation)
    return conclusion.code


def _show_settings(project: ProjectSettings, chosen: dict[str, Any]) -> int:
    from receiptkit.validation.effective_settings import effective, setting_lines

    for line in setting_lines(effective(project, chosen)):
        click.echo(printable(without_users(line)))
    return 0


def _validation(
    contract: Contract,
    settings: ProjectSettings,
    outputs: list[ReportOutput],
    options: dict[str, Any],
) -> Validation:
    """Return the run that the options ask for; it keeps what a report draws, if one draws."""
    pictures = None
    if any(reports.report_format(output.format).draws for output in outputs):
        from receiptkit.validation.pictures import Pictures

        pictures = Pictures(contract)
    keeper = keeper_of(options)
    return Validation(
        contract,
        selection=settings.selection(lambda: contract.rule_ids),
        known_as=options["known_as"],
        url=options["url"],
        limits=Limits(
            options["max_record"], options["max_unpacked"], options["column"], options["memory"]
        ),
        join=options["join"] or keeper is not None,
        keeper=keeper,
        allow_empty=options["allow_empty"],
        bulk=not options["no_bulk"],
        called_at=options["called_at"],
        pictures=pictures,
    )


def _run(
    validation: Validation,
    sources: Sources,
    options: dict[str, Any],
    outputs: list[ReportOutput],
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
        sink: Sink = baseline.sink(statistics) if baseline else statistics
        read = [source for source in sources if isinstance(source, Source)]
        suppressing = Suppressing(
            sink, validation.limits, read, searches_all=not options["cluster"]
        )
        with interruptible() as stop, judging(sources) as progress:
            stoppable = Stoppable(suppressing, stop, progress.make_way if progress else None)
            run = runner_of(validation, options, sources)
            summary = run(validation, sources, stoppable, progress.advance if progress else None)
        for path in summary.files_beside:
            inputs.add(path, "read beside a capture")
        suppressing.note(
            summary,
            validation.selection.wants,
            lambda rule: rule in catalogue.ids() or rule in validation.contract.rule_ids,
        )
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
