"""`receiptkit proxy`."""

from __future__ import annotations

from typing import Any

import click

from receiptkit.cli.live import live_options, run, session_of
from receiptkit.cli.parameters import recording_option, timeout_option
from receiptkit.cli.process import note
from receiptkit.model.finding import Severity


@click.command()
@click.option(
    "--upstream",
    required=True,
    metavar="URL",
    help="The base URL of the API: of Twilio, of a mock server, or of `serve`.",
)
@recording_option("the exchanges: as HAR if the name ends in .har, else as NDJSON")
@click.option("--keep-links", is_flag=True, help="Do not rewrite links to the proxy.")
@click.option(
    "--fail-fast",
    is_flag=True,
    help="Respond with 502 and the findings, if there are some at or above --fail-on.",
)
@timeout_option("30s", "How long the API may take.")
@live_options
def proxy(upstream: str, timeout: float, **options: Any) -> int:
    """
    Stand between an API and its client, in any language, and check each response on its way.

    Give the proxy's URL to your client as the base URL. Responses get the header
    X-Receiptkit-Findings. Other traffic is passed on unchecked, and counted. Ctrl-C ends with the
    summary.

    Exit code 0: no findings at or above --fail-on. 1: such findings. 2: something could not be
    checked.
    """
    from receiptkit.live.archive import Archive, is_har_name
    from receiptkit.live.forwarding import Forwarder
    from receiptkit.live.reverse import reverse_proxy, upstream_of

    base = upstream_of(upstream, "--upstream")
    is_har = is_har_name(options["output"])
    with session_of(options, "proxy", base, is_har=is_har) as session:
        application = reverse_proxy(
            session,
            Forwarder(timeout),
            upstream=base,
            archive=Archive(session.recording, is_har=is_har),
            keep_links=options["keep_links"],
            fail_fast=Severity(options["fail_on"]) if options["fail_fast"] else None,
        )
        banner = [
            "receiptkit: proxy at {url}; {url}/_receiptkit/ shows what passes",
            f"  upstream     {base}",
            f"  keeps        {options['output'] or 'nothing; -o FILE keeps the exchanges'}",
        ]
        code = run(session, application, options, banner)
    for count, what in (
        (session.unjudged - session.unanswered, "passed on unchecked"),
        (session.unanswered, "without a response of the API"),
    ):
        if count:
            note(f"{count:,} {'request' if count == 1 else 'requests'} {what}")
    return code
