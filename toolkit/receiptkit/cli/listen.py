"""`receiptkit listen`."""

from __future__ import annotations

from typing import Any

import click

from receiptkit.cli.live import live_options, run, session_of
from receiptkit.cli.parameters import Duration
from receiptkit.webhooks.address import absolute


@click.command()
@click.option("--forward-to", metavar="URL", help="Your application; webhooks go on to it.")
@click.option(
    "--public-url",
    metavar="URL",
    help="The URL at which Twilio calls; signatures are checked with it. "
    "Without a path, it stands for scheme and host.",
)
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="The environment variable with the auth token, to check webhook signatures.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Keep the webhooks as NDJSON; an earlier recording goes on.",
)
@click.option(
    "--timeout",
    type=Duration(),
    metavar="TIME",
    default="5s",
    show_default=True,
    help="How long the application may take.",
)
@live_options
def listen(forward_to: str | None, public_url: str | None, timeout: float, **options: Any) -> int:
    """
    Receive webhooks, check each one and their history, keep them, and forward them unchanged.

    Each webhook is written to -o before it is answered. Your application's answer goes back to
    the sender. Ctrl-C ends with the summary, and the exit code of `validate`.
    """
    for url, option in ((forward_to, "--forward-to"), (public_url, "--public-url")):
        if url is not None:
            absolute(url, option)
    from receiptkit.live.forwarding import Forwarder
    from receiptkit.live.receiver import receiver

    with session_of(options, "listen") as session:
        application = receiver(
            session, Forwarder(timeout), forward_to=forward_to, public_url=public_url
        )
        token = options["auth_token_env"]
        code = run(
            session,
            application,
            options,
            [
                "receiptkit: listening for webhooks at {url}; {url}/_receiptkit/ shows them",
                f"  forwards     {forward_to or 'nothing; every webhook is answered with 200'}",
                f"  signatures   {f'checked with {token}' if token else 'not checked'}",
                f"  keeps        {options['output'] or 'nothing; -o FILE keeps them'}",
            ],
        )
        if session.unanswered:
            _note_unanswered(session.unanswered, options["output"], forward_to)
    return code


def _note_unanswered(count: int, output: str | None, forward_to: str | None) -> None:
    noun = "1 webhook" if count == 1 else f"{count:,} webhooks"
    remedy = (
        f"receiptkit replay {output} --to {forward_to} --undelivered sends them again"
        if output
        else "with -o FILE, they are kept and can be sent again"
    )
    click.echo(f"receiptkit: note: {noun} did not reach the application; {remedy}", err=True)
