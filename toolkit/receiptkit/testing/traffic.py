"""What the code under test got in one test, judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import NamedTuple

from receiptkit.history import History
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding, Severity
from receiptkit.testing.settings import PluginSettings
from receiptkit.testing.wording import lines, request_line, way_out
from receiptkit.validation.selection import Selection

#: Of what was asked for, not of what was got: clients ask for larger pages than there are, and get the largest.
_ASKED = "request.parameter"
_TITLE = "the code under test got what Twilio does not send:"


class Heard(NamedTuple):
    """An observation, and what was found about it."""

    seen: Exchange | WebhookRequest
    findings: list[Finding]
    judged: bool


class Traffic:
    """
    The exchanges of one test with URLs of the contract, in the order in which their bodies were read, and the webhooks that it played.

    Args:
        settings: of the run.
        file: of the test, which a team's settings can be about.
        allowed: globs of rules whose findings are wanted here.
    """

    def __init__(self, settings: PluginSettings, file: str, allowed: Collection[str] = ()) -> None:
        self._settings = settings
        self._file = file
        self._allowed = tuple(allowed)
        self._history = History(settings.contract)
        self._lock = Lock()
        #: Exchanges and deliveries with their findings.
        self.heard: list[Heard] = []
        #: How many of them the history before this one has, and how many have been told.
        self._first = self._told = 0

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges that were judged."""
        return [each.seen for each in self.heard if isinstance(each.seen, Exchange) and each.judged]

    @property
    def findings(self) -> list[Finding]:
        """What was found, without what is allowed."""
        return [finding for each in self.heard for finding in each.findings]

    # -- taking what happens

    def wants(self, method: str, url: str) -> bool:
        """Whether a request is one of the contract's."""
        return self._settings.contract.operations.resolve(method, url) is not None

    def saw(self, exchange: Exchange) -> None:
        """Judge an exchange. What the code under test asked for is its own affair, of which a warning is enough."""
        with self._lock:
            found = self._history.check_exchange(exchange)
            self._add(
                exchange,
                [
                    replace(each, severity=Severity.WARNING) if each.rule == _ASKED else each
                    for each in found
                ],
            )

    def delivered(self, delivery: WebhookRequest) -> None:
        """Remember a webhook that the test delivers. It is as the test wants it; only what it contradicts is worth a finding."""
        with self._lock:
            self._history.check_webhook(delivery)
            self._add(delivery, [])

    def _add(self, seen: Exchange | WebhookRequest, findings: list[Finding]) -> None:
        # A path like ours with somebody else's host.
        foreign = any(finding.rule == "http.unknown-operation" for finding in findings)
        self.heard.append(Heard(seen, [] if foreign else self._wanted(findings), not foreign))

    def finish(self) -> None:
        """Judge what is between the observations so far."""
        with self._lock:
            for finding in self._wanted(self._history.finish()):
                entry = finding.location.entry if finding.location else 0
                self.heard[self._first + entry].findings.append(finding)
            self._history, self._first = History(self._settings.contract), len(self.heard)

    def _wanted(self, findings: list[Finding]) -> list[Finding]:
        chosen = self._settings.selection.applied(findings, self._file)
        return [
            finding
            for finding in chosen
            if not any(fnmatchcase(finding.rule, glob) for glob in self._allowed)
        ]

    # -- saying what was wrong

    def failure(self) -> str | None:
        """What fails the test, and has not been said before; None if there is nothing."""
        least, show_values = self._settings.fail_on.rank, self._settings.show_values
        said, failing = [_TITLE], []
        for each in self.heard[self._told :]:
            bad = [finding for finding in each.findings if finding.severity.rank >= least]
            if bad:
                said += [
                    "",
                    request_line(each.seen, show_values=show_values),
                    *lines(bad, show_values=show_values),
                ]
                failing += bad
        self._told = len(self.heard)
        return "\n".join([*said, "", way_out(failing)]) if failing else None


def allowances(rules: Collection[str], reason: object, known: Collection[str]) -> tuple[str, ...]:
    """
    The globs of `receipts_allow(*rules, reason=…)`.

    Raises:
        UsageError: one fits no rule, there are none, or nobody says why.
    """
    if not rules:
        raise UsageError('receipts_allow takes ids of rules, such as "page.next-without-token"')
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError('receipts_allow wants to know why: reason="…"')
    Selection(ignore=tuple(rules), known=tuple(known))
    return tuple(rules)
