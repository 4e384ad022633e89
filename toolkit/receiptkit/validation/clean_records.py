"""Records that need no exact check: the exact path teaches bulk what a clean record looks like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from receiptkit.bulk import Bulk, Facts, Unread
from receiptkit.captures import Batch, Observation
from receiptkit.contract import Result
from receiptkit.model.exchange import READ_HEADERS, Exchange
from receiptkit.model.location import Position
from receiptkit.validation.observation_checks import ObservationChecker

#: Reads the observations in a record that begins at a position; the first of them has the given number.
Observe = Callable[[bytes, Position, int], Iterable[Observation]]
_START = Position(1, 1)


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

    def __init__(
        self,
        checker: ObservationChecker,
        observe: Observe,
        *,
        uses_bulk: bool = True,
        is_signed: bool = False,
    ) -> None:
        """
        Args:
            checker: the exact path.
            observe: what reads the observations in a record.
            uses_bulk: False to know no record.
            is_signed: True if signatures are checked.
        """
        self._checker = checker
        self._observe = observe
        self._headers = READ_HEADERS | {"x-twilio-signature"} if is_signed else READ_HEADERS
        self._bulk = Bulk() if uses_bulk else None
        self._was_clean = False

    def known(self, batch: Batch) -> Iterator[tuple[int, bytes, Remembered | None]]:
        """
        Yield the line and the text of each record, and what is remembered of it if it is proven clean.

        One that is not must be checked, and `note` be called, before the next one is asked for.
        """
        records, bulk = batch.texts, self._bulk
        found = bulk.facts(records) if bulk is not None else [None] * len(records)
        for number, (line, raw) in enumerate(zip(batch.lines, records, strict=True)):
            facts = found[number]
            yield line, raw, facts
            if bulk is not None and facts is None and self._was_clean and self.learn(raw):
                found[number + 1 :] = bulk.facts(records[number + 1 :])

    def note(self, result: Result, observation: Observation) -> None:
        """Note what the exact path found in the last record."""
        self._was_clean = (
            not result.findings and result.unchecked is None and not observation.problems
        )

    def learn(self, raw: bytes) -> bool:
        """Learn from a clean record that was not known, if it is worth it; return True if that was tried."""
        if self._bulk is None or not self._bulk.is_worth_learning():
            return False
        observations = list(self._observe(raw, _START, 0))
        verdict = self._verdict(observations)
        text = raw.decode(errors="replace")
        if verdict is None or not verdict[0] or "\ufffd" in text:
            return False
        spans = list(self._unread(text, observations[0]))
        self._bulk.learn(text, spans, self._exact)
        return True

    def _exact(self, text: str) -> tuple[bool, Facts] | None:
        return self._verdict(self._observe(text.encode(), _START, 0))

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
            from receiptkit.captures.transport import unread

            for start, end in unread(text, observation.layout, self._headers):
                yield Unread(start, end)
