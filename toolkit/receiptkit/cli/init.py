"""`receiptkit init`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import click

from receiptkit.cli.validate import validate
from receiptkit.model.display import printable
from receiptkit.validation.first_run import BASELINE, PlannedFile, plan
from receiptkit.validation.output_files import Replaceable, written
from receiptkit.validation.project_survey import Survey, survey

#: Init replaces nothing, whatever the file is.
_NOTHING = Replaceable("new", lambda _: False, "init never overwrites a file")


@click.command()
@click.option("-y", "--yes", is_flag=True, help="Write the files without asking.")
@click.option(
    "--no-tests", is_flag=True, help="Do not run pytest for the first findings of your mocks."
)
def init(yes: bool, no_tests: bool) -> int:
    """
    Set up the project in the working directory: settings, the guard, a step for CI, a baseline.

    It looks at the repository, shows what it would write, and asks. It never changes a file that
    exists: then it shows the lines to add. It ends with the first findings.
    """
    found = survey(Path())
    _show_survey(found)
    files = list(plan(found))
    for file in files:
        _show(file)
    new = [file for file in files if file.is_new]
    if not new:
        click.echo("\nnothing to write")
    elif not yes:
        if sys.stdin is None or not sys.stdin.isatty():
            click.echo("\nnothing was written; `receiptkit init --yes` writes these files")
            return 0
        if not click.confirm("\nWrite these files?"):
            click.echo("nothing was written")
            return 0
    # First the baseline and the findings: the settings name the baseline.
    if found.captures:
        _judge(found, baseline=any(file.path == BASELINE for file in new))
    for file in new:
        if file.content is not None:
            _write(file)
    if found.pytest and found.mocks and not no_tests:
        _run_tests()
    click.echo(
        "\nnext: `receiptkit explain RULE` says what a finding means; "
        "`receiptkit doctor` shows what holds"
    )
    return 0


def _show_survey(found: Survey) -> None:
    for title, values in (
        ("tests", ["pytest"] if found.pytest else []),
        ("HTTP clients", sorted(found.clients)),
        ("mocks", sorted(found.mocks)),
        ("captures", found.captures),
        ("frameworks", sorted(found.frameworks)),
        ("webhooks arrive", found.webhooks),
        ("CI", found.ci),
    ):
        click.echo(f"{title}: {printable(_listed(values))}")
    if found.is_cut:
        click.echo("only the first 20,000 files were looked at")


def _listed(values: list[str]) -> str:
    rest = f" and {len(values) - 8} more" if len(values) > 8 else ""
    return ", ".join(values[:8]) + rest if values else "none found"


def _show(file: PlannedFile) -> None:
    verb = "write" if file.is_new else "exists; add by hand to"
    click.echo(f"\n{verb} {file.path}: {file.why}")
    for line in (file.content or "").splitlines():
        click.echo(f"    {printable(line)}")


def _write(file: PlannedFile) -> None:
    os.makedirs(os.path.dirname(file.path) or ".", exist_ok=True)
    with written(file.path, option="init", replaces=_NOTHING) as out:
        out.write((file.content or "").encode())
    click.echo(f"wrote {file.path}")


def _judge(found: Survey, *, baseline: bool) -> None:
    click.echo("\nfirst findings in your captures:")
    _validate(found.captures)
    if baseline:
        _validate([*found.captures, "--quiet", "--write-baseline", BASELINE])


def _validate(arguments: Iterable[str]) -> None:
    sys.stdout.flush()
    validate.main(["--allow-empty", *arguments], prog_name="receiptkit", standalone_mode=False)


def _run_tests() -> None:
    if find_spec("pytest") is None:
        click.echo("\nno pytest here: run `pytest --receipts-guard` where your tests run")
        return
    click.echo("\nfirst findings in your tests, of `pytest --receipts-guard -q`:")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-q", "--receipts-guard"]
    result = subprocess.run(command, check=False)  # noqa: S603 # the project's own tests
    if result.returncode:
        click.echo(f"pytest ended with exit code {result.returncode}")
