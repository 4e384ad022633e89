"""`receiptkit serve`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from receiptkit.captures import STDIN
from receiptkit.cli.environment import name_variables, note_unknown_variables, secret
from receiptkit.cli.parameters import limit_option
from receiptkit.cli.process import after_parent, say, uncollected
from receiptkit.cli.scenario_options import complete_scenarios, receipts_option, seed_option
from receiptkit.cli.serving import (
    Started,
    host_option,
    log_option,
    logged,
    port_option,
    ready_file_option,
    started,
    tls_options,
)
from receiptkit.model.errors import UsageError
from receiptkit.server import AUTH_TOKEN
from receiptkit.server.settings import CLOCKS, LOOPBACK, ServerSettings, assumed

if TYPE_CHECKING:
    from receiptkit.server.state import State

_PREFIX = "RECEIPTKIT_SERVE"
#: The options that are no settings of `app` by their names and values.
_OF_COMMAND = {
    *("host", "port", "tls", "tls_certificate", "tls_key", "log", "ready_file", "exit_with_parent"),
    *("auth_token_env", "api_key_names", "control_token_env", "assumptions"),
}


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
def serve(**options: Any) -> None:
    """
    Serve a local Twilio Conversations, until interrupted.

    Applications create conversations, add participants and post messages as with Twilio. Receipts
    advance, and signed webhooks report them. It responds to this machine only, unless --host says
    otherwise.

    A world is one message with its receipts and webhooks.

    Environment variables set options: RECEIPTKIT_SERVE_ACCOUNT_SID is --account-sid.
    """
    note_unknown_variables(serve, _PREFIX)
    from receiptkit.server import app

    application = app(**_settings(options))
    control = application.state.control
    # The worlds stay: with ten thousand of them, looking through them for garbage takes a quarter
    # of the time.
    with uncollected():
        with started(application, options) as server, logged(control, options["log"]):
            if options["exit_with_parent"]:
                after_parent(server.end)
            if options["ready_file"] != STDIN:
                for line in _banner(server, control.state, options):
                    click.echo(line)
            server.run(options["ready_file"], account_sid=control.state.account_sid)
        say("stopped")


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """
    Return the settings of `app` that the options name.

    Raises:
        UsageError: an environment variable, a file or an assumption is wrong.
    """
    token = secret(options["auth_token_env"])
    if options["speed"] != 1 and options["clock"] == "manual":
        raise UsageError("--speed is for the real clock; a manual one is advanced")
    is_local = options["host"] in LOOPBACK
    control_token = secret(options["control_token_env"], "--control-token-env")
    if control_token is None and not is_local:
        from secrets import token_hex

        control_token = token_hex(16)
    data = options["data"]
    if data is not None:
        from receiptkit.server.data import read_data

        data = read_data(data)
    return {
        **{name: value for name, value in options.items() if name not in _OF_COMMAND},
        "data": data,
        "auth_token": token,
        "api_keys": dict(map(_api_key, options["api_key_names"])),
        "control_token": control_token,
        "local_only": is_local,
        **assumed(options["assumptions"]),
    }


def _banner(server: Started, state: State, options: dict[str, Any]) -> Iterator[str]:
    """Yield what a person should know of the server that started."""
    url, settings = server.url, state.settings
    token = options["auth_token_env"]
    signed = f"the one in {token}" if token else f"any; webhooks are signed with {AUTH_TOKEN}"
    keys = "one of its API keys" if settings.api_keys else "an API key"
    yield f"receiptkit: a local Twilio Conversations at {url}"
    yield f"  account      {state.account_sid}, or {keys}; auth token: {signed}"
    yield f"  worlds       {_counted(state)}; {url}/_receiptkit/ shows and controls them"
    yield f"  clock        {_clock(settings)}"
    yield f"  answers      {_audience(options['host'], is_local=settings.local_only)}"
    yield f'  base URL     "{url}": client.conversations.base_url (Python), .baseUrl (Node.js)'
    yield from server.trust()
    if settings.control_token is not None and options["control_token_env"] is None:
        yield f"  control      Authorization: Bearer {settings.control_token}"


def _api_key(name: str) -> tuple[str, str]:
    """Return SID and secret of the API key in an environment variable."""
    sid, _, key_secret = str(secret(name, "--api-key-env")).partition(":")
    return sid, key_secret


def _audience(host: str, *, is_local: bool) -> str:
    if is_local:
        return "this machine only"
    return f"EVERYBODY who reaches {host}: --host; its control needs a token"


def _counted(state: State) -> str:
    receipts = sum(len(life.world.receipts) for life in state.lives)
    return f"{sum(1 for _ in state.lives):,}, with {receipts:,} receipts"


def _clock(settings: ServerSettings) -> str:
    if settings.clock == "manual":
        return "manual: POST /_receiptkit/clock/advance?by=90s advances it"
    return "real" if settings.speed == 1 else f"real, {settings.speed:g} times as fast"


# Services of CI have an environment, and no arguments.
name_variables(serve, _PREFIX)
