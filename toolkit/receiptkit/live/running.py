"""A receiver or a proxy in a thread of this process, for tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from receiptkit.contract import Contract
from receiptkit.live.archive import Archive, is_har_name
from receiptkit.live.forwarding import TIMEOUT, Forwarder
from receiptkit.live.receiver import receiver
from receiptkit.live.reverse import PATIENCE, reverse_proxy, upstream_of
from receiptkit.live.session import Handled, Session, session_of
from receiptkit.model.finding import Finding, Severity
from receiptkit.server.background import threaded
from receiptkit.validation.selection import Selection
from receiptkit.webhooks.address import absolute


class Live:
    """
    A receiver or a proxy that runs.

    Attributes:
        url: where it is.
        authority: with TLS, the file with the certificate that clients have to trust.
    """

    def __init__(
        self, url: str, session: Session, over: threading.Event, authority: str | None
    ) -> None:
        self.url = url
        self.authority = authority
        self._session = session
        self._over = over

    def wait(self, timeout: float | None = None) -> bool:
        """
        Wait until `once` or `seconds` ends the run; return False if it has not ended in time.

        Args:
            timeout: how long to wait at most, in seconds; None for ever.
        """
        return self._over.wait(timeout)

    @property
    def findings(self) -> list[Finding]:
        """Return the findings so far; after the block also those between requests."""
        return list(self._session.judge.findings)

    @property
    def handled(self) -> list[Handled]:
        """Return the last requests, with their responses and results."""
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
    keep_links: bool = False,
    fail_fast: Severity | None = None,
    timeout: float = PATIENCE,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: bool = False,
    profile: str = "documented",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    once: int | None = None,
    seconds: float | None = None,
) -> Iterator[Live]:
    """
    Stand before an API while a block lasts: check its responses, and pass them on.

    Args:
        upstream: the base URL of the API, of a mock, or of a local Twilio.
        output: the file that keeps the exchanges: a HAR if its name ends in `.har`, else NDJSON.
        keep_links: True to leave links of responses as they are.
        fail_fast: answer 502 to what has a finding of this severity or a higher one.
        timeout: how long the API may take, in seconds.
        host: where it listens.
        port: any free one by default.
        tls: True to speak TLS.
        profile: how much the contract demands.
        select: patterns of the rules to report; all by default.
        ignore: patterns of rules not to report.
        once: how many checked requests end the run; None for no limit.
        seconds: how long the run lasts; None for no end.

    Raises:
        UsageError: a setting has an impossible value, or the port is taken.
    """
    base = upstream_of(upstream, "upstream")
    is_har = is_har_name(output)
    contract = Contract.load(profile, api_base_url=base)
    wanted = Selection(select, ignore, lambda: contract.rule_ids)
    with session_of(
        contract, output, "proxy", wanted, once=once, seconds=seconds, is_har=is_har
    ) as session:
        application = reverse_proxy(
            session,
            Forwarder(timeout),
            upstream=base,
            archive=Archive(session.recording, is_har=is_har),
            keep_links=keep_links,
            fail_fast=fail_fast,
        )
        with _running(session, application, host, port, tls=tls) as live:
            yield live


@contextmanager
def listen(
    forward_to: str | None = None,
    *,
    public_url: str | None = None,
    output: str | None = None,
    auth_token: str | None = None,
    timeout: float = TIMEOUT,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: bool = False,
    profile: str = "documented",
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    once: int | None = None,
    seconds: float | None = None,
) -> Iterator[Live]:
    """
    Receive webhooks while a block lasts: check them, keep them, and forward them.

    Args:
        forward_to: the application; None to answer here.
        public_url: the URL at which Twilio calls.
        output: the file that keeps them as NDJSON.
        auth_token: with it, signatures are checked.
        timeout: how long the application may take, in seconds.
        host: where it listens.
        port: any free one by default.
        tls: True to speak TLS.
        profile: how much the contract demands.
        select: patterns of the rules to report; all by default.
        ignore: patterns of rules not to report.
        once: how many checked requests end the run; None for no limit.
        seconds: how long the run lasts; None for no end.

    Raises:
        UsageError: a setting has an impossible value, or the port is taken.
    """
    for url, name in ((forward_to, "forward_to"), (public_url, "public_url")):
        if url is not None:
            absolute(url, name)
    contract = Contract.load(profile, auth_token=auth_token)
    wanted = Selection(select, ignore, lambda: contract.rule_ids)
    with session_of(
        contract,
        output,
        "listen",
        wanted,
        once=once,
        seconds=seconds,
        own_urls=(forward_to, public_url),
    ) as session:
        application = receiver(
            session, Forwarder(timeout), forward_to=forward_to, public_url=public_url
        )
        with _running(session, application, host, port, tls=tls) as live:
            yield live


@contextmanager
def _running(
    session: Session, application: Any, host: str, port: int, *, tls: bool
) -> Iterator[Live]:
    over = threading.Event()
    servers: list[Any] = []

    def end() -> None:
        over.set()
        for server in servers:
            server.should_exit = True

    session.end = end
    try:
        with threaded(application, host, port, tls=tls, dates=False) as (server, url, authority):
            servers.append(server)
            if over.is_set():
                end()
            yield Live(url, session, over, authority)
    finally:
        session.judge.conclude()
