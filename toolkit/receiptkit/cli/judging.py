"""Check sources with the options of `validate`: its reports, baseline and exit code."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
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
from receiptkit.validation.choices import Choices
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
    plan = _planned(project, settings, options, found)
    summary = _run(plan, watch)
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
    if options["write_baseline"] and plan.baseline is not None:
        if conclusion.code != FAILED:
            write_baseline(plan.baseline, plan.files(summary.files_beside))
    elif plan.baseline is not None and not summary.problems:
        note_gone(plan.baseline, plan.sources, plan.validation)
    return conclusion.code


def _show_settings(project: ProjectSettings, chosen: dict[str, Any]) -> int:
    from receiptkit.validation.effective_settings import effective, setting_lines

    for line in setting_lines(effective(project, chosen)):
        click.echo(printable(without_users(line)))
    return 0


@dataclass(frozen=True)
class _Plan:
    """
    A run that is ready to begin.

    Attributes:
        inputs: the files that no report of the run replaces.
    """

    options: dict[str, Any]
    settings: ProjectSettings
    outputs: list[ReportOutput]
    validation: Validation
    baseline: Baseline | None
    sources: Sources
    inputs: InputFiles

    def files(self, beside: Collection[str] = ()) -> InputFiles:
        """Return the files that the baseline may not replace; `beside` were read beside them."""
        return inputs_of(self.validation.contract, self.settings, self.sources, beside)


def _planned(
    project: ProjectSettings,
    settings: ProjectSettings,
    options: dict[str, Any],
    found: Sources | None,
) -> _Plan:
    """Return the run that the options ask for."""
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
    if found is None:
        sources = sources_of(options, outputs, baseline)
    else:
        sources = without_own(found, outputs, baseline)
    inputs = inputs_of(contract, settings, sources)
    if baseline is not None:
        if options["write_baseline"]:
            its_own = Replaceable("a baseline", baseline.may_stand_at)
            replaces = None if options["force"] else its_own
            demand_replaceable(baseline.path, "--write-baseline", inputs, replaces)
        inputs.add(baseline.path, "the baseline")
    return _Plan(options, settings, outputs, validation, baseline, sources, inputs)


def _validation(
    contract: Contract,
    settings: ProjectSettings,
    outputs: list[ReportOutput],
    options: dict[str, Any],
) -> Validation:
    """Return the validation; it keeps what a report draws, if one draws."""
    pictures = None
    if any(reports.report_format(output.format).draws for output in outputs):
        from receiptkit.validation.pictures import Pictures

        pictures = Pictures(contract)
    keeper = keeper_of(options)
    choices = Choices(
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
    return Validation(contract, choices)


def _run(plan: _Plan, watch: Sequence[reports.Report]) -> Summary:
    """Check the sources, and write the reports."""
    options, validation, contract = plan.options, plan.validation, plan.validation.contract
    with ExitStack() as stack:
        receivers = [*(_report(plan, output, stack) for output in plan.outputs), *watch]
        first = FirstFindings(receivers, options["max_findings"])
        statistics = Statistics(first)
        sink: Sink = plan.baseline.sink(statistics) if plan.baseline else statistics
        read = [source for source in plan.sources if isinstance(source, Source)]
        searches_all = not options["cluster"]
        suppressing = Suppressing(sink, validation.limits, read, searches_all=searches_all)
        with interruptible() as stop, judging(plan.sources) as progress:
            stoppable = Stoppable(suppressing, stop, progress.make_way if progress else None)
            run = runner_of(validation, options, plan.sources)
            advance = progress.advance if progress else None
            summary = run(validation, plan.sources, stoppable, advance)
        for path in summary.files_beside:
            plan.inputs.add(path, "read beside a capture")
        suppressing.note(
            summary,
            validation.selection.wants,
            lambda rule: rule in catalogue.ids() or rule in contract.rule_ids,
        )
        if plan.baseline is not None:
            plan.baseline.move_counts(summary)
        first.note_limit(summary)
        for report in receivers:
            report.close(summary)
    if options["statistics"]:
        sys.stdout.flush()
        for line in statistics.lines():
            click.echo(line, err=True)
    return summary


def _report(plan: _Plan, output: ReportOutput, stack: ExitStack) -> reports.Report:
    """Open a report until the stack ends."""
    out = stack.enter_context(opened(output, plan.inputs, force=plan.options["force"]))
    head = about(plan.validation.contract, plan.options, output.format, out, is_file=output.is_file)
    return reports.report_format(output.format).report(out, head)
