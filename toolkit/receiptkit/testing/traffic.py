"""The exchanges and webhooks of one test, checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from threading import Lock
from typing import TYPE_CHECKING

from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding, Severity
from receiptkit.testing.guard_error import describe
from receiptkit.testing.settings import PluginSettings

# A guarded run without traffic of the contract does without these.
if TYPE_CHECKING:
    from receiptkit.history import History

#: Client libraries ask for larger pages than there are, and get the largest: a GET only warns.
_PARAMETER = "request.parameter"
#: Rules that say that nothing was checked.
_UNCHECKED = ("http.unknown-operation", "body.unknown-kind", "webhook.other-event")
_TITLE = "the code under test received what Twilio never sends:"


@dataclass(slots=True)
class Observed:
    """
    An exchange or a webhook, and its findings.

    Attributes:
        is_checked: False for other traffic.
        answer: the status of the application's answer to a webhook, if it is known.
    """

    seen: Exchange | WebhookRequest
    findings: list[Finding]
    is_checked: bool = True
    answer: int | None = None


class Traffic:
    """
    The exchanges of one test with URLs of the contract, and the webhooks that it sent to the
    application. Exchanges are in the order in which their bodies were read.

    Args:
        settings: of the run.
        file: of the test, which the project's settings can be about.
        allowed: globs of rules whose findings this test allows.
        auth_token: returns the token that signs the application's webhooks, None if it is unknown.
    """

    def __init__(
        self,
        settings: PluginSettings,
        file: str,
        allowed: Collection[str] = (),
        auth_token: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._file = file
        self._allowed = tuple(allowed)
        self._auth_token = auth_token
        self._history: History | None = None
        self._lock = Lock()
        self.observed: list[Observed] = []
        #: How many of them the history before this one has, and how many were reported.
        self._first = self._reported = 0
        #: How many requests were of the contract, and how many of others.
        self.requests: Counter[bool] = Counter()
        #: Methods of clients that the test replaced.
        self.replaced: set[str] = set()
        #: Errors of the guard itself.
        self.errors: Counter[str] = Counter()

    @property
    def has_begun(self) -> bool:
        """Return True if it took anything, or takes it now in another thread."""
        return self._lock.locked() or bool(self.observed)

    @property
    def exchanges(self) -> list[Exchange]:
        """Return the exchanges that were checked."""
        return [
            each.seen
            for each in self.observed
            if isinstance(each.seen, Exchange) and each.is_checked
        ]

    @property
    def webhooks(self) -> list[WebhookRequest]:
        """Return the webhooks that reached the application, played ones included."""
        return [
            each.seen
            for each in self.observed
            if isinstance(each.seen, WebhookRequest) and each.is_checked
        ]

    @property
    def findings(self) -> list[Finding]:
        """Return the findings, without those that are allowed."""
        return [finding for each in self.observed for finding in each.findings]

    # -- a watcher of the guard

    def wants(self, method: str, url: str) -> bool:
        """Return True if a request is one of the contract's."""
        is_wanted = (
            self._settings.first_look.may_be_of_contract(url)
            and self._settings.contract.operations.resolve(method, url) is not None
        )
        self.requests[is_wanted] += 1
        return is_wanted

    def take(self, exchange: Exchange) -> None:
        """Check an exchange."""
        with self._lock:
            findings = self._open_history().check_exchange(exchange)
            if exchange.method.upper() == "GET":
                findings = [
                    replace(each, severity=Severity.WARNING) if each.rule == _PARAMETER else each
                    for each in findings
                ]
            self._add(exchange, findings)

    def has_taken(self, url: str) -> bool:
        """Return True if it took an exchange with this URL, its query aside."""
        return any(
            exchange.url.partition("?")[0] == url.partition("?")[0] for exchange in self.exchanges
        )

    def take_inbound(self, request: WebhookRequest, status: int | None) -> None:
        """Check a request to the application, if it is a webhook of the contract's event."""
        if not self._settings.first_look.may_be_webhook(request):
            return
        from receiptkit.testing.inbound import is_webhook, signature_findings

        contract = self._settings.contract
        if not is_webhook(request, contract):
            return
        auth_token = self._auth_token()
        with self._lock:
            findings = self._open_history().check_webhook(request)
            # A test may try how the application rejects one.
            if auth_token is not None and status is not None and status < 400:
                findings = findings + signature_findings(request, contract, auth_token)
            self._add(request, findings, status)

    def take_played(self, request: WebhookRequest) -> None:
        """
        Remember a webhook that the test plays. It is as the test wants it; only contradictions are
        findings.
        """
        with self._lock:
            self._open_history().check_webhook(request)
            self._add(request, [])

    def take_replaced(self, name: str) -> None:
        """Remember a method of a client that the test replaced."""
        self.replaced.add(name)

    def take_error(self, error: Exception) -> None:
        """Remember an error of the guard itself."""
        self.errors[describe(error, show_values=self._settings.show_values)] += 1

    def _add(
        self, seen: Exchange | WebhookRequest, findings: list[Finding], answer: int | None = None
    ) -> None:
        # The path may be like ours, and the host another's.
        is_checked = not any(finding.rule in _UNCHECKED for finding in findings)
        chosen = self._chosen(findings) if is_checked else []
        self.observed.append(Observed(seen, chosen, is_checked, answer))

    def finish(self) -> None:
        """Check what is between the observations so far."""
        with self._lock:
            history, self._history = self._history, None
            if history is None:
                return
            for finding in self._chosen(history.finish()):
                entry = finding.location.entry if finding.location else 0
                self.observed[self._first + entry].findings.append(finding)
            self._first = len(self.observed)

    def _open_history(self) -> History:
        if self._history is None:
            from receiptkit.history import History

            self._history, self._first = History(self._settings.contract), len(self.observed)
        return self._history

    def _chosen(self, findings: list[Finding]) -> list[Finding]:
        return [
            finding
            for finding in self._settings.selection.applied(findings, self._file)
            if not any(fnmatchcase(finding.rule, glob) for glob in self._allowed)
        ]

    # -- the report

    def failure(self) -> str | None:
        """Return what fails the test and was not reported before; None if there is nothing."""
        least = self._settings.fail_on.rank
        bad = [
            (each, findings)
            for each in self.observed[self._reported :]
            if (findings := [one for one in each.findings if one.severity.rank >= least])
        ]
        self._reported = len(self.observed)
        return self._report(bad) if bad else None

    def _report(self, bad: list[tuple[Observed, list[Finding]]]) -> str:
        # A run without findings does without reports.
        from receiptkit.testing.wording import lines, request_line, way_out
        from receiptkit.validation.public_urls import PublicUrls

        show_values = self._settings.show_values
        urls = None if show_values else PublicUrls(self._settings.contract)
        text = [_TITLE]
        for each, findings in bad:
            text += [
                "",
                request_line(each.seen, urls, each.answer),
                *lines(findings, self._settings.names, show_values=show_values),
            ]
        return "\n".join([*text, "", way_out([one for _, each in bad for one in each])])


def allowances(
    rules: Collection[str], reason: object, known: Callable[[], Collection[str]]
) -> tuple[str, ...]:
    """
    Return the globs of `receipts_allow(*rules, reason=…)`.

    Raises:
        UsageError: a glob matches no rule, no glob is given, or the reason is missing.
    """
    from receiptkit.validation.selection import Selection

    if not rules:
        raise UsageError('receipts_allow takes ids of rules, such as "page.next-without-token"')
    demand_reason("receipts_allow", reason)
    Selection(ignore=tuple(rules), known=known)
    return tuple(rules)


def demand_reason(marker: str, reason: object) -> None:
    """
    Demand the reason of a marker.

    Raises:
        UsageError: it is missing.
    """
    if not isinstance(reason, str) or not reason.strip():
        raise UsageError(f'{marker} needs a reason: reason="…"')
