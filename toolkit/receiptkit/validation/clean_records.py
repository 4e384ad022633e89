"""Records that need no exact check: the exact path teaches bulk what a clean record looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from receiptkit.bulk import Bulk, Facts, Unread
from receiptkit.captures import Observation
from receiptkit.captures.transport import unread
from receiptkit.contract import Result
from receiptkit.model.exchange import READ_HEADERS, Exchange
from receiptkit.validation.observation_checks import ObservationChecker

#: Reads the observations in a record, the first of which has the given number.
Observe = Callable[[bytes, int], Iterable[Observation]]


class Remembered(NamedTuple):
    """What is remembered of an observation: its kind and body, the URL of its request, and when it was made."""

    kind: str | None
    body: Any
    requested_url: str | None
    made_at: str


def remembered(result: Result, observation: Observation) -> Remembered:
    """Return what is remembered of an observation."""
    seen = observation.seen
    if isinstance(seen, Exchange):
        return Remembered(result.kind, result.body, seen.url or None, seen.made_at)
    return Remembered(result.kind, result.body, None, "")


class CleanRecords:
    """Finds clean records among those of a run."""

    def __init__(self, checker: ObservationChecker, *, is_signed: bool) -> None:
        """Use `checker` as the exact path; `is_signed` if it checks signatures."""
        self._checker = checker
        self._headers = READ_HEADERS | {"x-twilio-signature"} if is_signed else READ_HEADERS
        self._bulk = Bulk()

    def facts(self, records: Sequence[bytes]) -> list[Facts | None]:
        """Return what is remembered of each record that is proven clean; None says nothing."""
        return self._bulk.facts(records)

    def learn(self, raw: bytes, observe: Observe) -> bool:
        """Learn from a record that was not known, if it is clean and worth it; return True if it was tried."""
        if not self._bulk.is_worth_learning():
            return False
        try:
            observations = list(observe(raw, 0))
            verdict = self._verdict(observations)
            if verdict is None or not verdict[0]:
                return False
            spans = list(self._unread(raw.decode(), observations[0]))
        except UnicodeDecodeError:
            return False
        self._bulk.learn(
            raw, lambda _: spans, lambda text: self._verdict(observe(text.encode(), 0))
        )
        return True

    def _verdict(self, observations: Iterable[Observation]) -> tuple[bool, Facts] | None:
        """Return whether nothing is wrong with the only observation of a record, and what is remembered of it."""
        found = list(observations)
        if len(found) != 1 or found[0].unusable is not None or not found[0].is_plain:
            return None
        (observation,) = found
        result = self._checker.validate(observation)
        is_clean = self._checker.is_clean(result, observation)
        return is_clean, remembered(result, observation)

    def _unread(self, text: str, observation: Observation) -> Iterator[Unread]:
        if observation.seen is not None and text.lstrip()[:1] == "{":
            for start, end in unread(text, observation.layout, self._headers):
                yield Unread(start, end)
