"""Faults: what goes wrong on purpose with the next requests or webhooks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from receiptkit.model.errors import UsageError

#: Faults of requests and of webhooks, with their effects.
REQUESTS = {
    "too-many-requests": "answered with 429",
    "server-error": "answered with 500",
    "slow": "answered after so many seconds",
    "cut": "the connection is cut in the middle of the answer",
    "stale": "answered as so many seconds of world time before",
}
WEBHOOKS = {
    "duplicate": "sent twice, with one idempotency token",
    "lost": "not sent",
    "reordered": "sent after the one that follows it",
}
_SECONDS = {"slow": 10.0, "stale": 3600.0}
#: How far a fault can reach: enough for thirty years.
_MOST = 1_000_000_000


@dataclass(slots=True)
class Fault:
    """
    A fault.

    Attributes:
        kind: a name of `REQUESTS` or `WEBHOOKS`.
        after: how many pass before it begins.
        times: how many it then happens to; None for all of them.
        seconds: of `slow` and `stale`; 10 and 3600 by default.
    """

    kind: str
    after: int = 0
    times: int | None = 1
    seconds: float | None = None

    def __post_init__(self) -> None:
        kinds = (*REQUESTS, *WEBHOOKS)
        if self.kind not in kinds:
            raise UsageError(f"unknown fault {str(self.kind)[:40]!r}; use {', '.join(kinds)}")
        if self.seconds is None:
            self.seconds = _SECONDS.get(self.kind, 0.0)
        times = 1 if self.times is None else self.times
        numbers = (self.after, times, self.seconds)
        if not all(isinstance(each, (int, float)) for each in numbers):
            raise UsageError(f"{self.kind}: after, times and seconds are numbers")
        if not (0 <= self.after <= _MOST and 1 <= times <= _MOST and 0 <= self.seconds <= _MOST):
            raise UsageError(
                f"{self.kind}: after is from 0, times from 1 or null, seconds from 0, "
                "each to a billion"
            )

    def happens(self) -> bool:
        """Return True if it happens to the next one, which is counted."""
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def is_over(self) -> bool:
        """Return True if it does not happen again."""
        return self.times == 0


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Add a fault; of several, the one that was added first happens, and the others wait."""
        self._faults.append(fault)

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._faults.clear()

    def of_request(self) -> Fault | None:
        """Return what happens to the next request to the API."""
        return self._next(REQUESTS) if self._faults else None

    def of_webhook(self) -> str | None:
        """Return what happens to the next webhook."""
        fault = self._next(WEBHOOKS) if self._faults else None
        return fault.kind if fault else None

    def _next(self, kinds: dict[str, str]) -> Fault | None:
        for fault in self._faults:
            if fault.kind in kinds:
                if not fault.happens():
                    return None
                self._faults = [each for each in self._faults if not each.is_over]
                return fault
        return None

    def shown(self) -> list[dict[str, Any]]:
        """Return what is still to happen, ready for JSON."""
        return [asdict(fault) for fault in self._faults]
