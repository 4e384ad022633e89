"""`receiptkit listen`."""

from __future__ import annotations

from typing import Any

import click

from receiptkit.cli.live import live_options, run, session_of
from receiptkit.cli.parameters import checking_token_option, recording_option, timeout_option
from receiptkit.cli.process import note
from receiptkit.webhooks.address import absolute


@click.command()
@click.option("--forward-to", metavar="URL", help="Your application; webhooks go on to it.")
@click.option(
    "--public-url",
    metavar="URL",
    help="The URL at which Twilio calls; signatures are checked with it. "
    "Without a path, it replaces scheme, host and port.",
)
@checking_token_option
@recording_option("the webhooks as NDJSON")
@timeout_option("5s", "How long the application may take.")
@live_options
def listen(forward_to: str | None, public_url: str | None, timeout: float, **options: Any) -> int:
    """
    Receive webhooks, check each one and their history, keep them, and forward them unchanged.

    Each webhook is written to -o before it gets a response. Your application's response goes back
    to the sender. Ctrl-C ends with the summary.

    Exit code 0: no findings at or above --fail-on. 1: such findings. 2: something could not be
    checked.
    """
    for url, option in ((forward_to, "--forward-to"), (public_url, "--public-url")):
        if url is not None:
            absolute(url, option)
    from receiptkit.live.forwarding import Forwarder
    from receiptkit.live.receiver import receiver

    with session_of(options, "listen", own_urls=(forward_to, public_url)) as session:
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
                f"  forwards     {forward_to or 'nothing; every webhook gets 200'}",
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
    note(f"{noun} did not reach the application; {remedy}")
