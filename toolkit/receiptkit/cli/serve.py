"""`receiptkit serve`."""

from __future__ import annotations

import gc
from typing import Any

import click

from receiptkit.cli.completion import complete_scenarios
from receiptkit.cli.environment import secret
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
    help="What worlds are made after; repeatable, every scenario by default.",
)
@click.option(
    "--seed", type=int, default=0, show_default=True, help="The same seed makes the same worlds."
)
@click.option(
    "--count",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="How many worlds of each: of this seed and those after it.",
)
@click.option(
    "--receipts",
    type=click.IntRange(0),
    help="How many recipients each has; above 50 for load only.",
)
@click.option(
    "--host",
    default=LOOPBACK[0],
    show_default=True,
    help="Where to listen; any other address opens it to others.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Where to listen; 0 takes a free one.",
)
@click.option(
    "--clock",
    type=click.Choice(CLOCKS),
    default="real",
    show_default=True,
    help="Whether time passes by itself.",
)
@click.option(
    "--speed",
    type=float,
    default=1.0,
    show_default=True,
    help="How much faster than real time the real clock runs.",
)
@click.option(
    "--strict-page-size",
    is_flag=True,
    help="Refuse a PageSize above 50, instead of taking it for 50.",
)
@click.option(
    "--public-origin",
    metavar="URL",
    help="Scheme and host of links, instead of those that the caller used.",
)
@click.option(
    "--webhook-url", metavar="URL", help="Where the account's webhooks go from the start."
)
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="The environment variable with the one secret that opens the server, and signs.",
)
def serve(host: str, port: int, auth_token_env: str | None, **options: Any) -> None:
    """
    Be a local Twilio Conversations, until interrupted.

    Lists, fetches and webhook configuration over REST; receipts that advance along their timelines; the signed webhooks that go with
    them. It answers this machine only, unless --host says otherwise.
    """
    token = secret(auth_token_env)
    local = host in LOOPBACK
    if options["speed"] != 1 and options["clock"] == "manual":
        raise UsageError("--speed is for the real clock: a manual one is advanced")
    from receiptkit.server import app, listening, server_of, url_of

    application = app(auth_token=token, local_only=local, **options)
    control = application.state.control
    # The worlds stay: with ten thousand of them, looking through them for garbage takes a quarter of the time.
    gc.freeze()
    server = server_of(application)
    # Before it is said where it listens, after which it may be stopped any time: uvicorn takes over only once it runs.
    with listening(host, port) as own, at_interrupt(server.handle_exit):
        url = url_of(own)
        signed = (
            f"the one in {auth_token_env}"
            if token
            else f"any; webhooks are signed with {AUTH_TOKEN}"
        )
        click.echo(f"receiptkit: a local Twilio Conversations at {url}")
        click.echo(
            f"  account      {control.state.account_sid}, or an API key; auth token: {signed}"
        )
        click.echo(
            f"  worlds       {_counted(control.state)}; {url}/_receiptkit/ shows and steers them"
        )
        click.echo(f"  clock        {_clock(options)}")
        click.echo(
            f"  answers      {'this machine only' if local else f'EVERYBODY who reaches {host}, who can steer it, too: --host'}"
        )
        server.run(sockets=[own])
        click.echo("receiptkit: stopped", err=True)


def _counted(state: Any) -> str:
    receipts = sum(len(life.world.receipts) for life in state.lives)
    return f"{sum(1 for _ in state.lives):,}, with {receipts:,} receipts"


def _clock(options: dict[str, Any]) -> str:
    if options["clock"] == "manual":
        return "manual: POST /_receiptkit/clock/advance?by=90s lets time pass"
    return "real" if options["speed"] == 1 else f"real, {options['speed']:g} times as fast"
