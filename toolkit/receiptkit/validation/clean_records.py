"""Records that need no exact check: the exact path teaches bulk what a clean record looks like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from receiptkit.bulk import Bulk, Facts, Unread
from receiptkit.captures import Limits, Observation, Reading, Records, nothing_beside
from receiptkit.captures.format import Observe
from receiptkit.contract import Contract, Result
from receiptkit.history import note
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import READ_HEADERS, Exchange, WebhookRequest
from receiptkit.model.location import Position
from receiptkit.rules import catalogue
from receiptkit.rules.signed_request import HEADER, signed_form
from receiptkit.validation.observation_checks import ObservationChecker
from receiptkit.validation.selection import Selection

_START = Position(1, 1)
#: A shape must not depend on files beside the capture.
_WITHOUT_FILES = Reading(Limits().record, nothing_beside)


class Remembered(NamedTuple):
    """
    The remembered parts of an observation.

    Attributes:
        head, rows: the note of its body.
        made_at: when it was made; empty if that is unknown.
        rule: how it was found in its record.
    """

    head: str
    rows: Sequence[str]
    made_at: str
    rule: str


class _Signed(NamedTuple):
    """
    Hold what is remembered of a webhook whose signature is to be checked.

    Attributes:
        remembered: what else is remembered.
        text: the text that must be signed.
        signature: the signature.
    """

    remembered: Remembered
    text: str
    signature: str


def remembered(result: Result, observation: Observation) -> Remembered:
    """Return what is remembered of an observation."""
    seen = observation.seen
    requested, made_at = None, observation.made_at
    if isinstance(seen, Exchange):
        requested, made_at = result.requested if seen.url else None, seen.made_at or made_at
    noted = note(result.kind or "", result.body, requested)
    made_at = made_at if result.kind is not None else ""
    return Remembered(noted.head, noted.rows or (), made_at, observation.rule)


def allows_bulk(contract: Contract, called_at: str | None) -> bool:
    """Return True if shapes may prove records clean under a contract."""
    return (
        catalogue.allows_bulk()
        # A document of one's own may ask more of a SID or a date than its form.
        and not contract.document.is_foreign
        # Signatures over another URL are checked the exact way.
        and (contract.validator.auth_token is None or called_at is None)
    )


def looks_across(contract: Contract, selection: Selection) -> bool:
    """Return True if a rule between observations is wanted."""
    wanted = filter(selection.wants, catalogue.across())
    return any(catalogue.severity(rule, contract.profile) is not None for rule in wanted)


class CleanRecords:
    """Finds clean records among those of a run."""

    def __init__(
        self,
        checker: ObservationChecker,
        *,
        uses_bulk: bool = True,
        auth_token: str | None = None,
    ) -> None:
        """
        Args:
            checker: the exact path, leaving signatures unchecked.
            uses_bulk: False to know no record.
            auth_token: the token that signatures are checked with.
        """
        #: Shapes are learnt without signatures, which are checked record by record.
        self._checker = checker
        self._auth_token = auth_token
        #: How many signatures were checked.
        self.signatures = 0
        self._uses_bulk = uses_bulk
        #: The shapes by what reads the records.
        self._bulks: dict[Observe, Bulk] = {}
        self._was_clean = False

    def runs(self, records: Records) -> Iterator[list[Remembered]]:
        """
        Yield what is remembered of records that follow each other and are proven clean; an empty
        list for one that must be checked, and `note` be called, before the next is asked for.
        """
        texts, observe = records.texts, records.observe
        if not self._uses_bulk:
            yield from repeat([], len(texts))
            return
        if observe not in self._bulks:
            self._bulks[observe] = Bulk(catalogue.literal_names())
        bulk = self._bulks[observe]
        texts = list(map(records.plain, texts)) if records.plain is not None else texts
        found, start = self._rightly_signed(bulk.facts(texts)), 0
        # Each has facts that are not empty.
        if all(found):
            yield self._counted(found)
            return
        while start < len(texts):
            end = start
            while end < len(texts) and found[end] is not None:
                end += 1
            if end > start:
                yield self._counted(found[start:end])
            if end < len(texts):
                self._was_clean = False
                yield []
                if self._was_clean and self._learn(bulk, texts[end], observe):
                    following = slice(end + 1, None)
                    known = bulk.completed(texts[following], found[following])
                    found[following] = self._rightly_signed(known)
            start = end + 1

    def _rightly_signed(self, found: list[Facts | None]) -> list[Facts | None]:
        """Return the facts of records that are rightly signed, if they must be."""
        if self._auth_token is None:
            return found
        from receiptkit.webhooks.signature import signature_of

        token = self._auth_token
        return [
            None
            if isinstance(facts, _Signed) and signature_of(facts.text, token) != facts.signature
            else facts
            for facts in found
        ]

    def _counted(self, found: list[Facts]) -> list[Remembered]:
        """Return what is remembered of records, and count the signatures that were checked."""
        if self._auth_token is None:
            return found
        self.signatures += sum(isinstance(facts, _Signed) for facts in found)
        return [facts.remembered if isinstance(facts, _Signed) else facts for facts in found]

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process can be given: shapes are compiled, and stay here."""
        return {**vars(self), "_bulks": {}}

    def learn_from(self, records: Records) -> None:
        """Learn shapes from records that are checked, and remembered, elsewhere."""
        start = 0
        for clean in self.runs(records) if self._uses_bulk else ():
            if clean:
                start += len(clean)
                continue
            for each in records.observe(records.texts[start], _START, 0, _WITHOUT_FILES):
                self.note(self._checker.validate(each), each)
            start += 1

    def note(self, result: Result, observation: Observation) -> None:
        """Note what the exact path found in the last record."""
        self._was_clean = (
            not result.findings
            and result.unchecked is None
            and not observation.problems
            and not result.signature_unjudged
        )

    def _learn(self, bulk: Bulk, raw: bytes, observe: Observe) -> bool:
        """
        Learn from a clean record that was not known, if it is worth it; return True if that was
        tried.
        """
        if not bulk.is_worth_learning():
            return False
        observations = list(observe(raw, _START, 0, _WITHOUT_FILES))
        verdict = self._verdict(observations)
        text = raw.decode(errors="replace")
        if verdict is None or not verdict[0] or "\ufffd" in text:
            return False
        bulk.learn(
            text,
            list(self._unread(text, observations[0])),
            lambda other: self._verdict(observe(other.encode(), _START, 0, _WITHOUT_FILES)),
        )
        return True

    def _verdict(self, observations: Iterable[Observation]) -> tuple[bool, Facts] | None:
        """
        Return whether nothing is wrong with the only observation of a record, and what is
        remembered of it.
        """
        try:
            found = list(observations)
        except CaptureError:
            return None
        if len(found) != 1 or found[0].unusable is not None:
            return None
        (observation,) = found
        result = self._checker.validate(observation)
        is_clean = self._checker.is_clean(result, observation)
        # Plain tuples are made sooner, and there is one for each record that bulk knows.
        noted: Facts = tuple(remembered(result, observation))
        seen = observation.seen
        request = seen.request() if isinstance(seen, Exchange) else seen
        if self._auth_token is None or (
            result.kind != "webhook" and (request is None or request.header(HEADER) is None)
        ):
            return is_clean, noted
        signed = signed_form(seen) if isinstance(seen, WebhookRequest) else None
        return (is_clean, _Signed(noted, *signed)) if signed is not None else None

    def _unread(self, text: str, observation: Observation) -> Iterator[Unread]:
        if observation.seen is None:
            return
        from receiptkit.captures.beside import unread_in

        kept = (HEADER.lower(),) if self._auth_token is not None else ()
        for value in unread_in(text, observation, READ_HEADERS, kept):
            yield Unread(*value)
