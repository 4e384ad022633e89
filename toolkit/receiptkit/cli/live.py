"""The parts of the commands that stay in live traffic: options, the run, its end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from receiptkit import reports
from receiptkit.captures import STDIN
from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import (
    allow_empty_option,
    fail_on_option,
    ignore_option,
    limit_option,
    profile_option,
    quiet_option,
    seconds_option,
    select_option,
    show_values_option,
    verbose_option,
    with_options,
)
from receiptkit.cli.process import say
from receiptkit.cli.report_files import about
from receiptkit.cli.serving import (
    handled_logged,
    host_option,
    log_option,
    port_option,
    ready_file_option,
    started,
    tls_options,
)
from receiptkit.contract import Contract
from receiptkit.model.display import without_users
from receiptkit.model.finding import Severity
from receiptkit.validation import project_settings
from receiptkit.validation.conclusion import conclude

if TYPE_CHECKING:
    from receiptkit.live.session import Session

_F = TypeVar("_F", bound=Callable[..., Any])
_SETTINGS = ("profile", "fail_on", "select", "ignore")


def live_options(command: _F) -> _F:
    """Add the options of a run in live traffic."""
    return with_options(
        command,
        profile_option,
        fail_on_option,
        select_option,
        ignore_option,
        host_option,
        port_option(),
        tls_options,
        click.option(
            "--once", type=click.IntRange(1), metavar="N", help="End after N checked requests."
        ),
        seconds_option,
        log_option("requests and their findings"),
        ready_file_option,
        allow_empty_option,
        show_values_option,
        verbose_option,
        quiet_option,
        limit_option,
    )


def session_of(
    options: dict[str, Any],
    name: str,
    api_base_url: str | None = None,
    *,
    is_har: bool = False,
    own_urls: Iterable[str | None] = (),
) -> AbstractContextManager[Session]:
    """
    Return a session with the contract, the recording and the limits that the options name.

    Args:
        options: of the command.
        name: the name of the capture where no file is written.
        api_base_url: a URL of a mock or proxy of Twilio's API.
        is_har: True to keep a HAR.
        own_urls: URLs that the user named; their paths are shown.
    """
    from receiptkit.live import session

    settings = project_settings.find(Path.cwd()).under(
        **{each: options[each] for each in _SETTINGS}
    )
    contract = Contract.load(
        settings.chosen_profile,
        auth_token=secret(options.get("auth_token_env")),
        api_base_url=api_base_url,
    )
    options["fail_on"] = settings.fail_on or project_settings.FAIL_ON
    return session.session_of(
        contract,
        options["output"],
        name,
        settings.selection(lambda: contract.rule_ids),
        once=options["once"],
        seconds=options["seconds"],
        is_har=is_har,
        own_urls=own_urls,
    )


def run(session: Session, application: Any, options: dict[str, Any], lines: list[str]) -> int:
    """
    Serve until the run ends; report, and return the exit code, which is that of `validate`.

    Args:
        session: of the application.
        application: answers.
        options: of the command.
        lines: the banner, with `{url}` for the address.
    """
    with (
        started(application, options, dates=False) as server,
        handled_logged(session, options["log"]),
    ):
        session.end = server.end
        if options["ready_file"] != STDIN:
            banner = (without_users(line.replace("{url}", server.url)) for line in lines)
            for line in (*banner, *server.trust()):
                click.echo(line, err=True)
        server.run(options["ready_file"])
    return _concluded(session, options)


def _concluded(session: Session, options: dict[str, Any]) -> int:
    judge = session.judge
    judge.conclude()
    # These commands cannot list what `validate` can.
    looks = {**options, "list_unchecked": False, "list_suppressed": False}
    report = reports.report_format("text").report(
        sys.stdout, about(judge.contract, looks, "text", sys.stdout)
    )
    for finding in judge.findings:
        report.finding(finding)
    report.end_of_file()
    report.close(judge.summary)
    sys.stdout.flush()
    conclusion = conclude(
        judge.summary,
        fail_on=Severity(options["fail_on"]),
        allow_empty=options["allow_empty"],
    )
    for line in conclusion.lines:
        say(line)
    return conclusion.code
