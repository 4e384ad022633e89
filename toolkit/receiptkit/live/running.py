"""A receiver in a thread of this process, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from receiptkit.contract import Contract
from receiptkit.live.archive import Archive, is_har_name
from receiptkit.live.forwarding import TIMEOUT, Forwarder
from receiptkit.live.judging import Judge
from receiptkit.live.receiver import receiver
from receiptkit.live.recording import recorded
from receiptkit.live.reverse import PATIENCE, reverse_proxy, upstream_of
from receiptkit.live.session import Handled, Session
from receiptkit.model.finding import Finding, Severity
from receiptkit.server.background import threaded
from receiptkit.webhooks.address import absolute


class Live:
    """
    A receiver or a proxy that runs.

    Attributes:
        url: where it is.
        authority: with TLS, the file with the certificate that clients have to trust.
    """

    def __init__(self, url: str, session: Session, authority: str | None = None) -> None:
        self.url = url
        self.authority = authority
        self._session = session

    @property
    def findings(self) -> list[Finding]:
        """Return the findings so far; after the block also those between requests."""
        return list(self._session.judge.findings)

    @property
    def handled(self) -> list[Handled]:
        """Return the last requests, with their answers and verdicts."""
        return list(self._session.handled)

    @property
    def count(self) -> int:
        """Return how many requests came."""
        return self._session.count


@contextmanager
def proxy(
    upstream: str,
    *,
    output: str | None = None,
    profile: str = "documented",
    keep_links: bool = False,
    fail_fast: Severity | None = None,
    timeout: float = PATIENCE,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: bool = False,
) -> Iterator[Live]:
    """
    Stand before an API while a block lasts: judge its answers, and pass them on.

    Args:
        upstream: the base URL of the API, of a mock, or of a local Twilio.
        output: the file that keeps the exchanges: a HAR if its name ends in `.har`, else NDJSON.
        profile: how much the contract demands.
        keep_links: True to leave links of answers as they are.
        fail_fast: answer 502 to what has a finding of this severity or a higher one.
        timeout: how long the API may take, in seconds.
        host: where it listens.
        port: any free one by default.
        tls: True to speak TLS.

    Raises:
        UsageError: a setting has a value that it cannot have, or the port is taken.
    """
    base = upstream_of(upstream, "upstream")
    contract = Contract.load(profile, api_base_url=base)
    contract.compile()
    is_har = is_har_name(output)
    with recorded(output, is_list=is_har) as recording:
        judge = Judge(
            contract,
            output or "proxy",
            lines=1 if is_har else recording.lines,
            entries=0 if is_har else None,
        )
        session = Session(judge, recording)
        application = reverse_proxy(
            session,
            Forwarder(timeout),
            upstream=base,
            archive=Archive(recording, is_har=is_har),
            keep_links=keep_links,
            fail_fast=fail_fast,
        )
        try:
            with threaded(application, host, port, tls=tls) as (_, url, authority):
                yield Live(url, session, authority)
        finally:
            session.judge.conclude()


@contextmanager
def listen(
    forward_to: str | None = None,
    *,
    public_url: str | None = None,
    output: str | None = None,
    profile: str = "documented",
    auth_token: str | None = None,
    timeout: float = TIMEOUT,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: bool = False,
) -> Iterator[Live]:
    """
    Receive webhooks while a block lasts: judge them, keep them, and forward them.

    Args:
        forward_to: the application; None to answer here.
        public_url: the URL at which Twilio calls.
        output: the file that keeps them as NDJSON.
        profile: how much the contract demands.
        auth_token: with it, signatures are checked.
        timeout: how long the application may take, in seconds.
        host: where it listens.
        port: any free one by default.
        tls: True to speak TLS.

    Raises:
        UsageError: a setting has a value that it cannot have, or the port is taken.
    """
    for url, name in ((forward_to, "forward_to"), (public_url, "public_url")):
        if url is not None:
            absolute(url, name)
    contract = Contract.load(profile, auth_token=auth_token)
    contract.compile()
    forwarder = Forwarder(timeout)
    settings: dict[str, Any] = {"forward_to": forward_to, "public_url": public_url}
    with recorded(output) as recording:
        session = Session(Judge(contract, output or "listen", lines=recording.lines), recording)
        application = receiver(session, forwarder, **settings)
        try:
            with threaded(application, host, port, tls=tls) as (_, url, authority):
                yield Live(url, session, authority)
        finally:
            session.judge.conclude()
