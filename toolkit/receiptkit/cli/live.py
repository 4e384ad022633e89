"""The parts of the commands that stay in live traffic: options, the run, its end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from receiptkit import reports
from receiptkit.captures import STDIN
from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import Duration, complete_rules, limit_option
from receiptkit.cli.process import at_interrupt
from receiptkit.cli.report_files import about
from receiptkit.cli.serving import LOG_FORMATS, handled_logged, ready, tls_of
from receiptkit.contract import Contract
from receiptkit.model.display import printable
from receiptkit.model.finding import Severity
from receiptkit.openapi.document import PROFILES
from receiptkit.server.settings import LOOPBACK
from receiptkit.server.tls import NAMES, VARIABLES
from receiptkit.validation import project_settings
from receiptkit.validation.conclusion import conclude

if TYPE_CHECKING:
    from receiptkit.live.session import Session

_F = TypeVar("_F", bound=Callable[..., Any])
_SETTINGS = ("profile", "fail_on", "select", "ignore")
#: The options of a run, from the last to the first.
_OPTIONS = (
    limit_option,
    click.option("-q", "--quiet", is_flag=True, help="Print only the summary."),
    click.option(
        "-v", "--verbose", is_flag=True, help="Print every finding, with the source of its rule."
    ),
    click.option(
        "--show-values",
        is_flag=True,
        help="Show captured values and names, which may be personal data.",
    ),
    click.option(
        "--allow-empty", is_flag=True, help="Do not exit 2 when nothing could be checked."
    ),
    click.option(
        "--ready-file",
        metavar="FILE",
        help="Write a JSON object to FILE when the server answers; - prints it.",
    ),
    click.option(
        "--log",
        type=click.Choice(LOG_FORMATS),
        default="lines",
        show_default=True,
        help="Log requests and their verdicts on standard error.",
    ),
    click.option(
        "--for",
        "seconds",
        type=Duration(),
        metavar="TIME",
        help="End after a time such as 30s or 5m.",
    ),
    click.option("--once", type=click.IntRange(1), metavar="N", help="End after N were checked."),
    click.option(
        "--tls-key",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False),
        help="Private key of --tls-certificate.",
    ),
    click.option(
        "--tls-certificate",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False),
        help="Speak TLS with this certificate (PEM, with its key, unless --tls-key has it).",
    ),
    click.option(
        "--tls",
        is_flag=True,
        help="Speak TLS, with a certificate made for this run, also for conversations.twilio.com.",
    ),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=0,
        show_default=True,
        help="Port to listen on; 0 takes a free one.",
    ),
    click.option(
        "--host",
        default=LOOPBACK[0],
        show_default=True,
        help="Address to listen on; any other opens it to others.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="GLOB",
        shell_complete=complete_rules,
        help="Do not report these rules, such as receipt.placeholder; repeatable.",
    ),
    click.option(
        "--select",
        multiple=True,
        metavar="GLOB",
        shell_complete=complete_rules,
        help="Report only these rules, such as page.*; repeatable.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice([severity.value for severity in Severity]),
        show_default="error",
        help="Exit 1 for findings of this severity or higher.",
    ),
    click.option(
        "--profile",
        type=click.Choice(PROFILES),
        show_default="documented",
        help="How much the contract demands.",
    ),
)


def live_options(command: _F) -> _F:
    """Add the options of a run in live traffic."""
    for option in _OPTIONS:
        command = option(command)
    return command


@contextmanager
def session_of(
    options: dict[str, Any], name: str, api_base_url: str | None = None, *, is_har: bool = False
) -> Iterator[Session]:
    """
    Yield a session with the contract, the recording and the limits that the options name.

    Args:
        options: of the command.
        name: stands for the file where none is written.
        api_base_url: a URL that stands for Twilio's.
        is_har: True to keep a HAR.
    """
    from receiptkit.live.judging import Judge
    from receiptkit.live.recording import recorded
    from receiptkit.live.session import Session

    settings = project_settings.find(Path.cwd()).under(
        **{each: options[each] for each in _SETTINGS}
    )
    contract = Contract.load(
        settings.profile or project_settings.PROFILE,
        auth_token=secret(options.get("auth_token_env")),
        api_base_url=api_base_url,
    )
    options["fail_on"] = settings.fail_on or project_settings.FAIL_ON
    contract.compile()
    with recorded(options["output"], is_list=is_har) as recording:
        judge = Judge(
            contract,
            options["output"] or name,
            selection=settings.selection(lambda: contract.rule_ids),
            lines=1 if is_har else recording.lines,
            entries=0 if is_har else None,
        )
        yield Session(judge, recording, once=options["once"], seconds=options["seconds"])


def run(session: Session, application: Any, options: dict[str, Any], lines: list[str]) -> int:
    """
    Serve until the run ends; report, and return the exit code, which is that of `validate`.

    Args:
        session: of the application.
        application: answers.
        options: of the command.
        lines: the banner, with `{url}` for the address.
    """
    from receiptkit.server.background import listening, server_of, url_of

    with (
        tls_of(options["tls"], options["tls_certificate"], options["tls_key"]) as certificate,
        listening(options["host"], options["port"]) as own,
    ):
        server = server_of(application, certificate)
        session.end = lambda: setattr(server, "should_exit", True)
        with at_interrupt(server.handle_exit), handled_logged(session, options["log"]):
            url = url_of(own, "https" if certificate else "http")
            authority = certificate.authority if certificate else None
            if options["ready_file"] != STDIN:
                for line in lines:
                    click.echo(line.replace("{url}", url), err=True)
                if authority:
                    trust = " ".join(f"{name}={authority}" for name in VARIABLES)
                    click.echo(f"  trust        {trust}", err=True)
                    click.echo(
                        f"  host alias   127.0.0.1 {NAMES[0]} in /etc/hosts, with --port 443",
                        err=True,
                    )
            with ready(options["ready_file"], url=url, authority=authority):
                server.run(sockets=[own])
    return _concluded(session, options)


def _concluded(session: Session, options: dict[str, Any]) -> int:
    judge = session.judge
    judge.conclude()
    # What `validate` can list of files is not asked for here.
    looks = {**options, "list_unchecked": False}
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
        click.echo(f"receiptkit: {printable(line)}", err=True)
    return conclusion.code
