"""`receiptkit doctor`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from receiptkit import __version__
from receiptkit.cli import installation
from receiptkit.model.display import printable, without_users
from receiptkit.validation import project_settings
from receiptkit.validation.effective_settings import effective, setting_lines


@click.command()
def doctor() -> int:
    """
    Show versions, extras, pytest plugins, HTTP clients and settings, and where each setting comes
    from.

    It imports no HTTP client, and reads nothing but the settings.

    Exit code 0: the settings are valid. 2: the settings are invalid.
    """
    click.echo(f"receiptkit {__version__}, {installation.platform_line()}")
    _section("contracts", installation.contract_lines())
    _section("engines", installation.engine_lines())
    _section("extras", map(str, installation.extras()))
    _section("pytest plugins", installation.pytest_plugins())
    _section(
        "HTTP clients",
        (
            f"{client.name}: {'seen' if client.is_seen else 'not seen'} by the guard"
            for client in installation.clients()
        ),
    )
    project = project_settings.find(Path.cwd())
    _section("settings", setting_lines(effective(project)))
    click.echo(f"  JSON Schema: {printable(str(project_settings.SCHEMA))}")
    from receiptkit.openapi.document import built

    project.demand_rules(lambda: built(project.chosen_profile).rule_ids)
    return 0


def _section(title: str, lines: Iterable[str]) -> None:
    click.echo(f"\n{title}")
    for line in list(lines) or ["none found"]:
        click.echo(f"  {printable(without_users(line))}")
