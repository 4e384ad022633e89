"""`receiptkit validate`."""

from __future__ import annotations

import io
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TextIO

import click
from click.shell_completion import CompletionItem

from receiptkit import __version__
from receiptkit.captures import STDIN, Limits, Source, expand, readable, same_file
from receiptkit.cli.environment import secret
from receiptkit.cli.files import written
from receiptkit.cli.process import collector_off, interruptible
from receiptkit.cli.progress import judging
from receiptkit.contract import ENGINES, Contract
from receiptkit.model.display import printable
from receiptkit.model.errors import CaptureError, UsageError
from receiptkit.model.finding import Finding, Severity
from receiptkit.openapi.document import PROFILES
from receiptkit.reports import REPORTS, About, Report
from receiptkit.rules import catalogue
from receiptkit.validation import processes, project_settings
from receiptkit.validation.baseline import Baseline
from receiptkit.validation.project_settings import ProjectSettings
from receiptkit.validation.run import Validation
from receiptkit.validation.selection import Selection
from receiptkit.validation.summary import Summary

#: The options that settings can set, too.
_SETTINGS = ("profile", "fail_on", "baseline", "select", "ignore")
#: The exit code of a run that could not judge all it was given.
_FAILED = 2
_SIZE = re.compile(r"([0-9]+)\s*([KMG]?)(?:i?B)?", re.IGNORECASE)


class _Size(click.ParamType):  # type: ignore[type-arg] # generic only in newer clicks
    """A number of bytes, with K, M or G."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(value.strip())
        if match is None or int(match[1]) == 0:
            self.fail(f"{value!r} is not a size such as 500K, 128M or 2G", param, ctx)
        return int(match[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[match[2].upper()]


def _complete_rules(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    scopes = sorted({rule.id.partition(".")[0] + ".*" for rule in catalogue.RULES})
    return [
        CompletionItem(name)
        for name in (*scopes, *(rule.id for rule in catalogue.RULES))
        if name.startswith(incomplete)
    ]


def _complete_names(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    kinds = ("page", "receipt", "message", "configuration", "error", "webhook")
    return [CompletionItem(name) for name in (*readable(), *kinds) if name.startswith(incomplete)]


@click.command()
@click.argument(
    "paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(allow_dash=True)
)
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="documented",
    show_default=True,
    help="How much the contract asks for.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(REPORTS)),
    default="text",
    show_default=True,
    help="What the report looks like.",
)
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="[FORMAT=]FILE",
    help="Write the report to a file instead of standard output; with a format, one more report beside it; repeatable.",
)
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False),
    help="A file of known findings, which are counted and not told.",
)
@click.option(
    "--write-baseline",
    type=click.Path(dir_okay=False),
    help="Take every finding of this run for known, and write them to a file.",
)
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    default="error",
    show_default=True,
    help="Exit 1 from this severity on.",
)
@click.option(
    "--select",
    multiple=True,
    metavar="GLOB",
    shell_complete=_complete_rules,
    help="Report only rules like page.*; repeatable.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="GLOB",
    shell_complete=_complete_rules,
    help="Do not report rules like receipt.placeholder; repeatable.",
)
@click.option(
    "--as",
    "known_as",
    multiple=True,
    metavar="NAME",
    shell_complete=_complete_names,
    help="What captures are: a format (har, cassette, http, form, json, ndjson), what bare bodies in them are (page, receipt, message, "
    "configuration, error, webhook, or an operationId), or one of each.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    help="The settings; by default receiptkit.toml, or [tool.receiptkit] of pyproject.toml.",
)
@click.option("--url", help="The URL that bare bodies answered to.")
@click.option(
    "--document",
    type=click.Path(dir_okay=False),
    help="Judge by a contract document of your own (OpenAPI 3.0 or 3.1).",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="default",
    show_default=True,
    help="Who judges; reference is a slow second opinion by openapi-core and jsonschema.",
)
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="The environment variable that holds the auth token; the signatures of webhooks are then judged.",
)
@click.option(
    "--join",
    is_flag=True,
    help="Take all captures for one story: polls and webhooks of one system.",
)
@click.option(
    "--show-values",
    is_flag=True,
    help="Show the offending values; they may be other people's data.",
)
@click.option(
    "--no-bulk",
    is_flag=True,
    help="Check every record the exact way, also those that are like others without a finding. The report is the same.",
)
@click.option("--allow-empty", is_flag=True, help="Do not exit 2 when nothing could be judged.")
@click.option(
    "--max-record",
    type=_Size(),
    default="128M",
    show_default=True,
    help="The largest JSON document, line, entry or body.",
)
@click.option(
    "--max-unpacked",
    type=_Size(),
    default="2G",
    show_default=True,
    help="The most that a gzip file may unpack to.",
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1),
    help="How many processes; by default one for little input, and all processors for much.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only the closing summary.")
@click.option("-v", "--verbose", is_flag=True, help="Every finding by itself, with its grounding.")
@click.pass_context
def validate(ctx: click.Context, /, **options: Any) -> int:
    """
    Judge captured responses and webhooks: HAR, VCR cassettes, NDJSON, JSON, forms, HTTP as text; plain or gzip; files, folders, or -
    for standard input.

    What a file is, is told by its content. Other traffic in it is counted and left alone.

    Exit 0: everything conforms. 1: findings at or above --fail-on. 2: something could not be judged.
    """
    if options["quiet"] and options["verbose"]:
        raise click.UsageError("--quiet and --verbose contradict each other", ctx)
    settings = (
        project_settings.read(Path(options["config"]))
        if options["config"]
        else project_settings.found(Path.cwd())
    )
    merged = settings.under(**_options_over_settings(ctx, options))
    options |= {name: getattr(merged, name) or options[name] for name in _SETTINGS}
    contract = Contract.load(
        options["profile"],
        options["document"],
        engine=options["engine"],
        auth_token=secret(options["auth_token_env"]),
    )
    for note in contract.document.notes:
        click.echo(f"receiptkit: note: {printable(note)}", err=True)
    _demand_rules(settings, contract.rule_ids)
    selection = merged.selection(contract.rule_ids)
    validation = Validation(
        contract,
        selection=selection,
        known_as=options["known_as"],
        url=options["url"],
        limits=Limits(options["max_record"], options["max_unpacked"]),
        join=options["join"],
        allow_empty=options["allow_empty"],
        bulk=not options["no_bulk"],
    )
    outputs = _outputs(options["outputs"], options["format_"])
    baseline = options["write_baseline"] or options["baseline"]
    own = [path for path in (*(path for _, path in outputs), baseline) if path not in (None, STDIN)]
    if baseline and [os.path.realpath(path) for path in own].count(os.path.realpath(baseline)) > 1:
        raise UsageError(
            f"-o {baseline}: that is the baseline; it is not overwritten with a report"
        )
    sources = list(expand([os.fspath(path) for path in options["paths"]], own))
    known = None
    if options["write_baseline"]:
        _spare(options["write_baseline"], sources, "--write-baseline")
        known = Baseline.anew(options["write_baseline"])
    elif baseline:
        known = Baseline.read(baseline)
    with ExitStack() as stack:
        reports = [
            REPORTS[name](out, _about(contract, options, name, out))
            for name, path in outputs
            for out in [stack.enter_context(_output(path, sources))]
        ]
        with collector_off(), interruptible() as stop, judging(sources) as progress:
            summary = processes.run(
                validation,
                sources,
                _Checked(reports, known, progress, stop),
                jobs=options["jobs"] or _jobs(sources),
                values=options["show_values"],
                progress=progress.advance if progress else None,
            )
        if known is not None:
            summary.severities.subtract(known.counts)
            summary.known = known.counts.total()
        for report in reports:
            report.close(summary)
    code = _exit_code(summary, Severity(options["fail_on"]), options["allow_empty"])
    if options["write_baseline"] and known is not None and code != _FAILED:
        with written(known.path, option="--write-baseline") as out:
            out.write(known.text().encode("utf-8", "surrogateescape"))
        click.echo(
            f"receiptkit: note: {known.path}: {summary.known} findings are known from now on",
            err=True,
        )
    elif known is not None and not summary.problems:
        _say_what_is_gone(known, sources, selection)
    return code


def _options_over_settings(ctx: click.Context, options: dict[str, Any]) -> dict[str, Any]:
    """Return the options that stand on the command line and that settings can set, too."""
    default = click.core.ParameterSource.DEFAULT
    return {
        name: options[name] for name in _SETTINGS if ctx.get_parameter_source(name) is not default
    }


def _demand_rules(settings: ProjectSettings, known: list[str]) -> None:
    try:
        settings.selection(known)
    except UsageError as error:
        raise UsageError(f"{settings.path}: {error}") from None


def _say_what_is_gone(
    known: Baseline, sources: list[Source | CaptureError], selection: Selection
) -> None:
    gone = known.gone(
        [source.name for source in sources if isinstance(source, Source)], selection.wants
    )
    if gone:
        click.echo(
            f"receiptkit: note: {gone} known findings of {known.path} are gone: --write-baseline {known.path} takes them out",
            err=True,
        )


class _Checked:
    """
    Reports that share the terminal with a progress bar, which makes way for their lines; told only what is not known; the run ends where
    the user said stop.
    """

    def __init__(
        self, reports: list[Report], known: Baseline | None, progress: Any, stop: threading.Event
    ) -> None:
        self._reports, self._known, self._progress, self._stop = reports, known, progress, stop

    def finding(self, finding: Finding) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt
        if self._known is None or not self._known.takes(finding):
            for report in self._reports:
                report.finding(finding)

    def end_of_file(self) -> None:
        if self._stop.is_set():
            raise KeyboardInterrupt
        if self._progress:
            self._progress.make_way()
        for report in self._reports:
            report.end_of_file()


def _about(contract: Contract, options: dict[str, Any], name: str, out: TextIO) -> About:
    return About(
        version=__version__,
        profile=contract.profile,
        contract="" if name == "text" else contract.document.sha256,
        show_values=options["show_values"],
        verbosity=int(options["verbose"]) - int(options["quiet"]),
        colour=out.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
        explained=catalogue.get,
    )


def _jobs(sources: list[Source | CaptureError]) -> int:
    size = sum(source.size for source in sources if isinstance(source, Source))
    return processes.processors() if size >= processes.WORTHWHILE else 1


def _exit_code(summary: Summary, fail_on: Severity, allow_empty: bool) -> int:
    for problem in summary.problems:
        click.echo(f"receiptkit: {printable(problem)}", err=True)
    if summary.problems:
        return _FAILED
    if summary.checked == 0 and not allow_empty:
        click.echo(
            f"receiptkit: nothing was judged: {_why_nothing(summary)}; --allow-empty accepts that",
            err=True,
        )
        return _FAILED
    return int(summary.has(fail_on))


def _why_nothing(summary: Summary) -> str:
    if summary.observations:
        return ", ".join(sorted(summary.unchecked))
    return "no captures were found" if not summary.files else "the captures are empty"


def _outputs(said: tuple[str, ...], main: str) -> list[tuple[str, str | None]]:
    """The reports that are wanted, each with its file: those that name their format, and the one that does not."""
    named: list[tuple[str, str | None]] = []
    rest = []
    for each in said:
        name, equals, path = each.partition("=")
        if equals and name in REPORTS:
            named.append((name, path))
            continue
        meant = (
            get_close_matches(name.lower(), REPORTS, 1)
            if equals and not os.path.dirname(name)
            else []
        )
        if meant:
            raise UsageError(
                f"-o {each}: no report is called {name!r}: did you mean {meant[0]}? Write ./{each} if that is a file"
            )
        rest.append(each)
    if len(rest) > 1:
        raise UsageError(
            f"-o {rest[1]}: there is one report in {main}; say -o FORMAT=FILE for another ({', '.join(REPORTS)})"
        )
    wanted = [(main, rest[0] if rest else None), *named]
    places = [os.path.realpath(path) if path not in (None, STDIN) else STDIN for _, path in wanted]
    twice = next(
        (wanted[index][1] for index, place in enumerate(places) if place in places[:index]), None
    )
    if twice is not None:
        raise UsageError(f"-o {twice}: two reports would go there")
    return wanted


@contextmanager
def _output(path: str | None, sources: list[Source | CaptureError]) -> Iterator[TextIO]:
    """Standard output, or a file that appears only when it is complete."""
    if path is None or path == STDIN:
        yield sys.stdout
        sys.stdout.flush()
        return
    _spare(path, sources, "-o")
    with written(path) as raw, io.TextIOWrapper(raw, encoding="utf-8", newline="\n") as out:
        yield out


def _spare(path: str, sources: list[Source | CaptureError], option: str) -> None:
    target = Path(os.path.realpath(path))
    if any(isinstance(source, Source) and same_file(target, source) for source in sources):
        raise UsageError(f"{option} {path}: that is one of the captures; it is not overwritten")
