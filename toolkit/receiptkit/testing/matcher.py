"""The contract as something to compare with: `assert payload == receipt_contract`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding
from receiptkit.testing.settings import PluginSettings
from receiptkit.testing.wording import counts, lines

#: Rules that say that nothing was checked: such a payload does not equal the contract.
_UNCHECKED = (
    "body.unchecked",
    "body.unknown-kind",
    "http.unknown-operation",
    "webhook.other-event",
)


class ContractViolation(AssertionError):
    """
    A payload breaks the contract.

    Attributes:
        findings: what is wrong with it, and what else is worth knowing.
    """

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message, findings)
        self.findings = list(findings)

    def __str__(self) -> str:
        return str(self.args[0])


# Its name is that of the import, also in a pickle.
ContractViolation.__module__ = "receiptkit"


class ReceiptContract:
    """
    The contract of a test run. What equals it has no finding that fails a test.

    A payload is the body of a response or the parameters of a webhook, parsed or as text; an
    `Exchange`; or a `WebhookRequest`.
    """

    def __init__(self, settings: PluginSettings, seen: Callable[[Any], None]) -> None:
        """
        Args:
            settings: of the run.
            seen: called with every payload that is checked.
        """
        self._settings = settings
        self._seen = seen

    def findings(self, payload: Any, *, operation: str | None = None) -> list[Finding]:
        """
        Return all findings about a payload, errors first.

        Args:
            payload: what is checked.
            operation: the kind of a body, such as `receipt`, or an operationId. By default it is
                detected.

        Raises:
            UsageError: the payload is a client's response, not its body.
        """
        contract = self._settings.contract
        if (
            hasattr(payload, "json")
            and hasattr(payload, "headers")
            and hasattr(payload, "status_code")
        ):
            raise UsageError(
                f"a {type(payload).__name__} is not a payload: compare its JSON or its text"
            )
        if isinstance(payload, Exchange):
            found = contract.check_exchange(payload)
        elif isinstance(payload, WebhookRequest):
            found = contract.check_webhook(payload)
        else:
            found = contract.check(payload, operation=operation)
        self._seen(payload)
        return sorted(
            self._settings.selection.applied(found, "."), key=lambda finding: -finding.severity.rank
        )

    def check(self, payload: Any, *, operation: str | None = None) -> list[Finding]:
        """
        Check a payload; the arguments are those of `findings`.

        Returns:
            The findings that fail no test.

        Raises:
            ContractViolation: there are others.
        """
        __tracebackhide__ = True
        found = self.findings(payload, operation=operation)
        if self._failing(found):
            raise ContractViolation("\n".join(self.explanation(found)), found)
        return found

    def explanation(self, found: Sequence[Finding]) -> list[str]:
        """Return why a payload with these findings is equal or not."""
        verdict = (
            "the payload breaks the contract"
            if self._failing(found)
            else "the payload conforms to the contract"
        )
        return [
            f"{verdict}: {counts(found)}" if found else verdict,
            *lines(found, self._settings.names, show_values=self._settings.show_values),
        ]

    def __eq__(self, payload: object) -> bool:
        return not self._failing(self.findings(payload))

    __hash__ = None  # type: ignore[assignment] # it equals many things

    def __repr__(self) -> str:
        return f"<receipt contract, profile {self._settings.contract.profile}>"

    def _failing(self, found: Sequence[Finding]) -> bool:
        least = self._settings.fail_on.rank
        return any(
            finding.severity.rank >= least or finding.rule in _UNCHECKED for finding in found
        )
