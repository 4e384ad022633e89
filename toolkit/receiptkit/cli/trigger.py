"""`receiptkit trigger`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import BinaryIO

import click
import orjson

from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import limit_option, signing_token_option
from receiptkit.cli.process import note, run_async
from receiptkit.cli.scenario_options import (
    complete_scenarios,
    receipts_option,
    seed_option,
    stream_option,
)
from receiptkit.generation import Event, Generator, Webhooks, recording
from receiptkit.model.exchange import WebhookRequest
from receiptkit.server.causes import was_accepted
from receiptkit.server.sender import Outgoing, Sender
from receiptkit.server.settings import check_receipts
from receiptkit.validation.output_files import Replaceable, written
from receiptkit.webhooks import AUTH_TOKEN
from receiptkit.webhooks.address import absolute


@click.command()
@click.argument("scenario", shell_complete=complete_scenarios)
@click.option("--to", "url", required=True, metavar="URL", help="URL to send the webhooks to.")
@click.option(
    "--method",
    type=click.Choice(["POST", "GET"]),
    default="POST",
    show_default=True,
    help="HTTP method.",
)
@seed_option("webhooks")
@receipts_option
@stream_option
@signing_token_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print the signed requests, a line of JSON each, and send nothing.",
)
@click.option(
    "--collect",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Save the requests, as --dry-run prints them.",
)
@click.option("--force", is_flag=True, help="Let --collect overwrite a file with other content.")
@limit_option
def trigger(
    scenario: str,
    url: str,
    method: str,
    seed: int,
    receipts: int | None,
    stream: str | None,
    auth_token_env: str | None,
    dry_run: bool,
    collect: str | None,
    force: bool,
) -> int:
    """
    Send the webhooks of a SCENARIO once, in the order in which they arrive, without a server.

    It does not wait between them.

    Exit code 0: every webhook got a 2xx response. 1: a webhook did not. 2: wrong usage.
    """
    absolute(url, "--to")
    check_receipts(receipts)
    generator = Generator()
    webhooks = generator.webhooks(
        generator.world(scenario, seed=seed, receipts=receipts, stream=stream)
    )
    sender = Sender(secret(auth_token_env) or AUTH_TOKEN)
    if not webhooks.events:
        note(f"{scenario} has no webhooks")
    with _collected(collect, force=force) if collect else nullcontext() as kept:
        if not dry_run:
            return 0 if run_async(_send(sender, webhooks, url, method, kept)) else 1
        for _, outgoing in _outgoing(webhooks):
            request = sender.request(outgoing, url, method)
            _write(request, kept)
            _write(request, sys.stdout.buffer)
        return 0


def _outgoing(webhooks: Webhooks) -> Iterator[tuple[Event, Outgoing]]:
    return ((event, Outgoing(webhooks.parameters(event), event.token)) for event in webhooks.events)


async def _send(
    sender: Sender, webhooks: Webhooks, url: str, method: str, kept: BinaryIO | None
) -> bool:
    """Send them, keep each request, and print its outcome. Return True if all were accepted."""
    all_accepted = True
    try:
        for event, outgoing in _outgoing(webhooks):
            made = await sender.send(outgoing, url, method)
            for sent in made:
                _write(sent.delivery, kept)
                click.echo(f"{event.step.status:11} {event.receipt.sid}  {sent.outcome}")
            all_accepted &= was_accepted(made[-1].outcome)
    finally:
        await sender.close()
    return all_accepted


def _collected(path: str, *, force: bool) -> AbstractContextManager[BinaryIO]:
    """
    Return a file that keeps what was sent, also when it ends early; it replaces only a file like
    it.
    """
    replaces = None if force else Replaceable("requests of --collect", recording.holds_requests)
    return written(path, option="--collect", replaces=replaces, partial=True)


def _write(request: WebhookRequest, out: BinaryIO | None) -> None:
    if out is not None:
        out.write(orjson.dumps(recording.request(request), option=orjson.OPT_APPEND_NEWLINE))
        out.flush()
