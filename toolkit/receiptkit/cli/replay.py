"""`receiptkit replay`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import Duration, limit_option
from receiptkit.model.display import printable
from receiptkit.webhooks import AUTH_TOKEN
from receiptkit.webhooks.address import absolute

if TYPE_CHECKING:
    from receiptkit.live.sending import Choice, Plan, Replayed


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
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="Environment variable with the auth token that signs them.",
)
@click.option("--duplicate", is_flag=True, help="Send each webhook twice.")
@click.option("--shuffle", type=int, metavar="SEED", help="Send them in another order.")
@click.option("--drop", type=click.IntRange(2), metavar="N", help="Leave out every Nth webhook.")
@click.option(
    "--undelivered",
    is_flag=True,
    help="Send only webhooks that did not reach the application.",
)
@click.option("--once", type=click.IntRange(1), metavar="N", help="Send the first N.")
@click.option(
    "--for", "seconds", type=Duration(), metavar="TIME", help="End after a time such as 30s or 5m."
)
@click.option(
    "--timeout",
    type=Duration(),
    metavar="TIME",
    default="5s",
    show_default=True,
    help="How long an answer may take.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Keep the requests with their answers as NDJSON; an earlier recording goes on.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only the summary.")
@limit_option
def replay(capture: str, to: str, **options: Any) -> int:
    """
    Send the webhooks of a CAPTURE again, in their order and at their pace, signed for the new URL.

    The exit code is 1 if one was not answered with success, 2 if there is nothing to send.
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
        click.echo(f"receiptkit: {printable(capture)}: there is no webhook to send", err=True)
        return 2
    sent = _sent(planned, to, choice, options)
    return _summarised(sent, planned, to)


def _sent(planned: Plan, to: str, choice: Choice, options: dict[str, Any]) -> list[Replayed]:
    from receiptkit.live.forwarding import Forwarder
    from receiptkit.live.recording import recorded
    from receiptkit.live.sending import send
    from receiptkit.server.direct import within

    sent: list[Replayed] = []

    def note(each: Replayed) -> None:
        sent.append(each)
        if not options["quiet"]:
            answered = each.answer
            what = f"{each.number} {each.method} {each.path[:300]}"
            click.echo(
                printable(f"{what} -> {answered.outcome} {answered.milliseconds:g} ms"), err=True
            )

    async def run() -> None:
        action = send(
            planned.webhooks, to, Forwarder(options["timeout"]), choice.auth_token, recording, note
        )
        try:
            await (within(options["seconds"], action) if options["seconds"] else action)
        except asyncio.TimeoutError:
            return

    with recorded(options["output"]) as recording:
        try:
            asyncio.run(run())
        except KeyboardInterrupt:
            click.echo("receiptkit: interrupted", err=True)
    return sent


def _summarised(sent: list[Replayed], planned: Plan, to: str) -> int:
    from receiptkit.live.sending import counted

    unsent = len(planned.webhooks) - len(sent)
    noun = "webhook" if len(sent) == 1 else "webhooks"
    click.echo(
        printable(f"{len(sent):,} {noun} sent to {to}: {', '.join(counted(sent)) or 'none'}")
    )
    for count, why in (
        (planned.left_out, "left out by choice"),
        (unsent, "not sent: the run ended before"),
        (planned.others, "of the capture are no webhooks"),
    ):
        if count:
            click.echo(f"    {count:,} {why}")
    return 0 if not unsent and all(each.answer.was_accepted for each in sent) else 1
