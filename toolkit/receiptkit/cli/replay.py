"""`receiptkit replay`."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import click

from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import (
    limit_option,
    quiet_option,
    recording_option,
    seconds_option,
    signing_token_option,
    timeout_option,
)
from receiptkit.cli.process import Interrupted, at_interrupt, run_async, say
from receiptkit.cli.serving import log_option, log_request, port_option
from receiptkit.model.display import printable, without_users
from receiptkit.server.causes import was_accepted
from receiptkit.webhooks import AUTH_TOKEN
from receiptkit.webhooks.address import absolute

if TYPE_CHECKING:
    from receiptkit.live.sending import Choice, Replayed, SendingPlan


@click.command()
@click.argument("capture", type=click.Path(dir_okay=False))
@click.option("--to", required=True, metavar="URL", help="Your application.")
@click.option(
    "--speed",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="Speed of the recording; 60 is a minute a second.",
)
@click.option("--at-once", is_flag=True, help="Do not wait between webhooks.")
@click.option("--keep-signatures", is_flag=True, help="Keep the signatures, and their host.")
@signing_token_option
@click.option("--duplicate", is_flag=True, help="Send each webhook twice.")
@click.option("--shuffle", type=int, metavar="SEED", help="Send them in another order.")
@click.option("--drop", type=click.IntRange(2), metavar="N", help="Leave out every Nth webhook.")
@click.option(
    "--undelivered",
    is_flag=True,
    help="Send only webhooks that did not reach the application.",
)
@click.option("--once", type=click.IntRange(1), metavar="N", help="Send the first N.")
@seconds_option
@timeout_option("5s", "How long a response may take.")
@recording_option("the requests with their responses as NDJSON")
@port_option("Port of the page that shows the run, on this machine; 0 takes a free one.")
@click.option("--stay", is_flag=True, help="Keep the page after the last webhook, until Ctrl-C.")
@log_option("webhooks and their responses")
@quiet_option
@limit_option
def replay(capture: str, to: str, **options: Any) -> int:
    """
    Send the webhooks of a CAPTURE again, in their order and at their pace, signed for the new URL.

    Exit code 0: every webhook got a 2xx response. 1: a webhook did not. 2: a webhook was not sent,
    or CAPTURE has none.
    """
    absolute(to, "--to")
    from receiptkit.live.sending import Choice, plan

    token = secret(options["auth_token_env"]) or AUTH_TOKEN
    choice = Choice(
        0.0 if options["at_once"] else options["speed"],
        None if options["keep_signatures"] else token,
        options["duplicate"],
        options["shuffle"],
        options["drop"],
        options["undelivered"],
        options["once"],
    )
    planned = plan(capture, choice)
    if not planned.webhooks:
        say(f"{capture}: there is no webhook to send")
        return 2
    return _run(planned, to, choice, options)


def _run(planned: SendingPlan, to: str, choice: Choice, options: dict[str, Any]) -> int:
    from receiptkit.live.forwarding import Forwarder
    from receiptkit.live.recording import recorded
    from receiptkit.live.replaying import Progress, page
    from receiptkit.live.sending import send

    progress = Progress(len(planned.webhooks), to)
    answered: list[bool] = []
    log_format = "off" if options["quiet"] else options["log"]
    is_interrupted = False

    def note(each: Replayed) -> None:
        answered.append(was_accepted(each.answer.outcome))
        log_request(log_format, progress.note(each))

    with recorded(options["output"]) as recording, page(progress, options["port"]) as url:
        if not options["quiet"]:
            say(f"{url} shows what is sent")
        sending = send(
            planned.webhooks,
            to,
            Forwarder(options["timeout"]),
            choice.auth_token,
            recording,
            note,
            seconds=options["seconds"],
        )
        try:
            run_async(sending)
        except KeyboardInterrupt:
            is_interrupted = True
        code = _summarised(answered, planned, to, progress.answers)
        if options["stay"] and not is_interrupted:
            over = threading.Event()
            with at_interrupt(lambda *_: over.set()):
                while not over.wait(1):
                    pass
    if is_interrupted:
        raise Interrupted
    return code


def _summarised(answered: list[bool], planned: SendingPlan, to: str, answers: str) -> int:
    unsent = len(planned.webhooks) - len(answered)
    noun = "webhook" if len(answered) == 1 else "webhooks"
    click.echo(printable(without_users(f"{len(answered):,} {noun} sent to {to}: {answers}")))
    for count, why in (
        (planned.left_out, "left out by choice"),
        (unsent, "not sent: the run ended before"),
        (planned.others, "skipped: not webhooks"),
    ):
        if count:
            click.echo(f"    {count:,} {why}")
    if not all(answered):
        return 1
    return 2 if unsent else 0
