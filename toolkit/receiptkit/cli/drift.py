"""`receiptkit drift`: what a newer document of the vendor's changes."""

from __future__ import annotations

from pathlib import Path

import click

from receiptkit.cli.parameters import limit_option
from receiptkit.model.finding import Severity
from receiptkit.openapi.document import PROFILES


@click.command()
@click.argument("upstream", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--against",
    type=click.Choice(PROFILES),
    default="documented",
    show_default=True,
    help="Profile that is compared with the same built from UPSTREAM.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    show_default=True,
    help="Form of the report.",
)
@limit_option
def drift(upstream: Path, against: str, format_: str) -> int:
    """
    Report what a newer document of Twilio's would change for you.

    UPSTREAM is OpenAPI 3.0 or 3.1, of the whole API or of a part. The report lists
    consequences, not edits: captures that would fail, values that can arrive, requests
    that would be refused. Each has an example that both documents have checked.

    Exit code 0: nothing changes, or new things only. 1: something changes. 2: UPSTREAM cannot be
    used.
    """
    from receiptkit.drift import drift as changes_of
    from receiptkit.drift import report

    changes = changes_of(upstream, against)
    write = {"text": report.as_text, "json": report.as_json, "markdown": report.as_markdown}
    click.echo(write[format_](changes), nl=False)
    return int(any(change.severity is not Severity.INFO for change in changes))
