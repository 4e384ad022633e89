"""`receiptkit serve`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from receiptkit.captures import STDIN
from receiptkit.cli.environment import name_variables, note_unknown_variables, secret
from receiptkit.cli.parameters import limit_option
from receiptkit.cli.process import after_parent, at_interrupt, say, uncollected
from receiptkit.cli.scenario_options import complete_scenarios, receipts_option, seed_option
from receiptkit.cli.serving import (
    Started,
    host_option,
    log_option,
    logged,
    port_option,
    ready,
    ready_file_option,
    tls_of,
    tls_options,
)
from receiptkit.model.errors import UsageError
from receiptkit.server import AUTH_TOKEN
from receiptkit.server.settings import CLOCKS, LOOPBACK, assumed
from receiptkit.server.tls import NAMES, VARIABLES

_PREFIX = "RECEIPTKIT_SERVE"


@click.command()
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_scenarios,
    help="Scenario to serve; repeat for several; none for an empty server. Default: all.",
)
@click.option(
    "--data",
    metavar="FILE",
    help="YAML or JSON with conversations to begin with, instead of scenarios.",
)
@click.option(
    "--snapshot",
    metavar="FILE",
    help="Begin with a state that another server saved: GET /_receiptkit/snapshot.",
)
@seed_option("worlds")
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Worlds of each scenario, with the seeds N, N+1, … from --seed N.",
)
@receipts_option
@host_option
@port_option()
@click.option(
    "--clock",
    type=click.Choice(CLOCKS),
    default="real",
    show_default=True,
    help="real: time passes by itself; manual: only when it is advanced.",
)
@click.option(
    "--speed",
    type=float,
    default=1.0,
    show_default=True,
    help="Speed of the real clock; 60 is a minute a second.",
)
@click.option(
    "--start",
    metavar="TIME",
    help="Date at which the clock begins, or now. Default: the dates of the scenarios.",
)
@click.option(
    "--strict-page-size",
    is_flag=True,
    help="Refuse a PageSize above the maximum, instead of taking it for the maximum.",
)
@click.option(
    "--public-origin",
    metavar="URL",
    help="Scheme and host of links. Default: those that the caller used.",
)
@click.option("--webhook-url", metavar="URL", help="URL of the account's webhooks from the start.")
@click.option(
    "--account-sid", metavar="SID", help="SID of the account. Default: generated from the seed."
)
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="Environment variable with the auth token; clients log in with it, webhooks are signed "
    "with it.",
)
@click.option(
    "--api-key-env",
    "api_key_names",
    multiple=True,
    metavar="NAME",
    help="Environment variable with an API key, as SID:SECRET; repeat for several.",
)
@click.option(
    "--control-token-env",
    metavar="NAME",
    help="Environment variable with the token that /_receiptkit/ asks for.",
)
@click.option(
    "--assume",
    "assumptions",
    multiple=True,
    metavar="NAME=VALUE",
    help="Choose how an undocumented behaviour of Twilio works (docs/local-twilio.md); repeat for "
    "several.",
)
@tls_options
@log_option("calls and webhooks")
@ready_file_option
@click.option(
    "--exit-with-parent",
    is_flag=True,
    help="End when the process that started it ends, however that happens.",
)
@limit_option
def serve(
    host: str,
    port: int,
    data: str | None,
    assumptions: tuple[str, ...],
    auth_token_env: str | None,
    api_key_names: tuple[str, ...],
    control_token_env: str | None,
    tls: bool,
    tls_certificate: str | None,
    tls_key: str | None,
    log: str,
    ready_file: str | None,
    exit_with_parent: bool,
    **options: Any,
) -> None:
    """
    Serve a local Twilio Conversations, until interrupted.

    Applications create conversations, add participants and post messages as with Twilio. Receipts
    advance, and signed webhooks report them. It responds to this machine only, unless --host says
    otherwise.

    A world is one message with its receipts and webhooks.

    Environment variables set options: RECEIPTKIT_SERVE_ACCOUNT_SID is --account-sid.
    """
    note_unknown_variables(serve, _PREFIX)
    token = secret(auth_token_env)
    is_local = host in LOOPBACK
    if options["speed"] != 1 and options["clock"] == "manual":
        raise UsageError("--speed is for the real clock; a manual one is advanced")
    control_token = secret(control_token_env, "--control-token-env")
    if control_token is None and not is_local:
        from secrets import token_hex

        control_token = token_hex(16)
    if data is not None:
        from receiptkit.server.data import read_data

        options["data"] = read_data(data)
    from receiptkit.server import app, listening, server_of, url_of

    application = app(
        auth_token=token,
        api_keys=dict(map(_api_key, api_key_names)),
        control_token=control_token,
        local_only=is_local,
        **assumed(assumptions),
        **options,
    )
    control = application.state.control
    # The worlds stay: with ten thousand of them, looking through them for garbage takes a quarter
    # of the time.
    with (
        uncollected(),
        tls_of(tls, tls_certificate, tls_key) as certificate,
        listening(host, port) as own,
    ):
        server = server_of(application, certificate)
        # Before its address is printed, after which it may be stopped any time: uvicorn takes over
        # only once it runs.
        if exit_with_parent:
            after_parent(lambda: setattr(server, "should_exit", True))
        with at_interrupt(server.handle_exit), logged(control, log):
            started = Started(
                url_of(own, "https" if certificate else "http"),
                control,
                certificate.authority if certificate else None,
                control_token,
            )
            if ready_file != STDIN:
                for line in _banner(started, options, (auth_token_env, api_key_names, host)):
                    click.echo(line)
                if control_token is not None and control_token_env is None:
                    click.echo(f"  control      Authorization: Bearer {control_token}")
            about = {
                "url": started.url,
                "account_sid": control.state.account_sid,
                "authority": started.authority,
            }
            with ready(ready_file, **about):
                server.run(sockets=[own])
        say("stopped")


def _banner(
    started: Started, options: dict[str, Any], choices: tuple[str | None, tuple[str, ...], str]
) -> Iterator[str]:
    """Yield what a person should know of the server that started."""
    auth_token_env, api_key_names, host = choices
    url, state = started.url, started.control.state
    signed = (
        f"the one in {auth_token_env}"
        if auth_token_env
        else f"any; webhooks are signed with {AUTH_TOKEN}"
    )
    keys = "one of its API keys" if api_key_names else "an API key"
    yield f"receiptkit: a local Twilio Conversations at {url}"
    yield f"  account      {state.account_sid}, or {keys}; auth token: {signed}"
    yield f"  worlds       {_counted(state)}; {url}/_receiptkit/ shows and controls them"
    yield f"  clock        {_clock(options)}"
    yield f"  answers      {_audience(host, is_local=host in LOOPBACK)}"
    yield f'  base URL     "{url}": client.conversations.base_url (Python), .baseUrl (Node.js)'
    if started.authority is not None:
        yield f"  trust        {' '.join(f'{name}={started.authority}' for name in VARIABLES)}"
        yield f"  host alias   127.0.0.1 {NAMES[0]} in /etc/hosts, with --port 443"


def _api_key(name: str) -> tuple[str, str]:
    """Return SID and secret of the API key in an environment variable."""
    sid, _, key_secret = str(secret(name, "--api-key-env")).partition(":")
    return sid, key_secret


def _audience(host: str, *, is_local: bool) -> str:
    if is_local:
        return "this machine only"
    return f"EVERYBODY who reaches {host}: --host; its control needs a token"


def _counted(state: Any) -> str:
    receipts = sum(len(life.world.receipts) for life in state.lives)
    return f"{sum(1 for _ in state.lives):,}, with {receipts:,} receipts"


def _clock(options: dict[str, Any]) -> str:
    if options["clock"] == "manual":
        return "manual: POST /_receiptkit/clock/advance?by=90s advances it"
    return "real" if options["speed"] == 1 else f"real, {options['speed']:g} times as fast"


# Services of CI have an environment, and no arguments.
name_variables(serve, _PREFIX)
