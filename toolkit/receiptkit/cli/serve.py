"""`receiptkit serve`."""

from __future__ import annotations

import gc
from typing import Any

import click

from receiptkit.cli.completion import complete_scenarios
from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import limit_option
from receiptkit.cli.process import at_interrupt
from receiptkit.model.errors import UsageError
from receiptkit.server import AUTH_TOKEN
from receiptkit.server.settings import CLOCKS, LOOPBACK


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
    "--seed", type=int, default=0, show_default=True, help="The same seed makes the same worlds."
)
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Worlds of each scenario: of this seed and those after it.",
)
@click.option(
    "--receipts",
    type=click.IntRange(0),
    help="Recipients of each world; above 50 for load only.",
)
@click.option(
    "--host",
    default=LOOPBACK[0],
    show_default=True,
    help="Address to listen on; any other opens the server to others.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
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
@click.option("--account-sid", metavar="SID", help="SID of the account. Default: drawn.")
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="Environment variable with the one secret that opens the server, and signs.",
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
@limit_option
def serve(
    host: str,
    port: int,
    data: str | None,
    auth_token_env: str | None,
    api_key_names: tuple[str, ...],
    control_token_env: str | None,
    **options: Any,
) -> None:
    """
    Serve a local Twilio Conversations, until interrupted.

    Applications create conversations, add participants and post messages as with Twilio. Receipts
    advance, and
    signed webhooks report them. It answers this machine only, unless --host says otherwise.
    """
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
        **options,
    )
    control = application.state.control
    # The worlds stay: with ten thousand of them, looking through them for garbage takes a quarter
    # of the time.
    gc.freeze()
    server = server_of(application)
    # Before its address is printed, after which it may be stopped any time: uvicorn takes over only
    # once it runs.
    with listening(host, port) as own, at_interrupt(server.handle_exit):
        url = url_of(own)
        signed = (
            f"the one in {auth_token_env}"
            if token
            else f"any; webhooks are signed with {AUTH_TOKEN}"
        )
        keys = "one of its API keys" if api_key_names else "an API key"
        click.echo(f"receiptkit: a local Twilio Conversations at {url}")
        click.echo(f"  account      {control.state.account_sid}, or {keys}; auth token: {signed}")
        click.echo(
            f"  worlds       {_counted(control.state)}; {url}/_receiptkit/ shows and controls them"
        )
        click.echo(f"  clock        {_clock(options)}")
        click.echo(f"  answers      {_audience(host, is_local)}")
        if control_token is not None and control_token_env is None:
            click.echo(f"  control      Authorization: Bearer {control_token}")
        server.run(sockets=[own])
        click.echo("receiptkit: stopped", err=True)


def _api_key(name: str) -> tuple[str, str]:
    """Return SID and secret of the API key in an environment variable."""
    sid, _, key_secret = str(secret(name, "--api-key-env")).partition(":")
    return sid, key_secret


def _audience(host: str, is_local: bool) -> str:
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
