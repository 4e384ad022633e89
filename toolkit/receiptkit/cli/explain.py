"""`receiptkit rules` and `receiptkit explain`."""

from __future__ import annotations

import textwrap
from fnmatch import fnmatchcase

import click
from click.shell_completion import CompletionItem

from receiptkit.cli.parameters import complete_rules
from receiptkit.model.display import printable
from receiptkit.model.finding import Severity
from receiptkit.rules import catalogue
from receiptkit.rules.registry import Rule


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [
        CompletionItem(rule.id, help=rule.title)
        for rule in catalogue.RULES
        if rule.id.startswith(incomplete)
    ]


@click.command()
@click.argument("globs", nargs=-1, metavar="[GLOB]...", shell_complete=complete_rules)
@click.option(
    "--severity",
    type=click.Choice([severity.value for severity in Severity]),
    help="List the rules of this severity only.",
)
def rules(globs: tuple[str, ...], severity: str | None) -> None:
    """List rules: id, severity, title; all, or those whose id matches a GLOB such as page.*."""
    for glob in globs:
        if not any(fnmatchcase(rule.id, glob) for rule in catalogue.RULES):
            catalogue.find(glob)
    width = max(len(rule.id) for rule in catalogue.RULES)
    for rule in catalogue.RULES:
        if globs and not any(fnmatchcase(rule.id, glob) for glob in globs):
            continue
        if severity not in (None, rule.severity.value):
            continue
        click.echo(f"{rule.id:{width}}  {rule.severity.value:7}  {rule.title}")


@click.command()
@click.argument("rule_id", metavar="ID", shell_complete=_complete)
def explain(rule_id: str) -> None:
    """Explain a rule: why it exists, its source, an example, what to do."""
    rule = catalogue.find(rule_id)
    click.echo(f"{rule.id} ({rule.severity.value}): {rule.title}\n")
    for name, text in _sections(rule):
        click.echo(
            textwrap.fill(
                printable(text),
                100,
                initial_indent=f"{name:12}",
                subsequent_indent=" " * 12,
                break_on_hyphens=False,
            )
        )


def _sections(rule: Rule) -> list[tuple[str, str]]:
    profiles = "vendor, documented, strict" if rule.vendor else "documented, strict"
    sections = [
        ("why", rule.why),
        ("source", rule.grounding),
        ("what to do", rule.action),
        ("profiles", rule.profile if rule.profile != "documented" else profiles),
    ]
    if rule.across:
        sections.append(
            ("reported", "at the end of each file; with --join, at the end of all files")
        )
    if rule.good is not None and rule.bad is not None:
        sections += [("conforms", str(rule.good)), ("breaks it", str(rule.bad))]
    return [*sections, ("switch off", f"--ignore {rule.id}")]
