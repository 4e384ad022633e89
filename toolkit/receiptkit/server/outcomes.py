"""Outcomes of posted messages: as a test chose it, as the address says, else delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from receiptkit.generation import ANY, Outcome
from receiptkit.generation.channels import CHANNELS, FAILURES
from receiptkit.model.errors import UsageError
from receiptkit.server.addresses import outcome_of
from receiptkit.server.resources import Conversation, Participant

#: The status that means: the recipient gets no receipt.
NO_RECEIPT = "none"
_STATUSES = (*dict.fromkeys(each for one in CHANNELS.values() for each in one.statuses), NO_RECEIPT)
_MOST_RULES = 1000
_MOST_TIMES = 1_000_000_000
_LONGEST_NAME = 300


@dataclass(slots=True)
class OutcomeRule:
    """
    The outcome of some of the messages to come.

    Attributes:
        status: the last status; None for receipts without a status, `none` for no receipts.
        error_code: of a failure; drawn at random by default.
        participant: SID, address or identity of the recipient; any by default.
        conversation: SID or unique name; any by default.
        late: True if the last status takes hours.
        times: for how many messages; None for all.
    """

    status: str | None
    error_code: int | None = None
    participant: str | None = None
    conversation: str | None = None
    late: bool = False
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.status is not None and self.status not in _STATUSES:
            raise UsageError(
                f"unknown status {str(self.status)[:40]!r}; use {', '.join(_STATUSES)} or null"
            )
        code = self.error_code
        if code is not None and (
            self.status not in FAILURES or not isinstance(code, int) or not 10000 <= code <= 99999
        ):
            raise UsageError(
                "error_code must be a number of five digits, such as 30003, "
                "and needs the status failed or undelivered"
            )
        if self.times is not None and not (
            isinstance(self.times, int) and 1 <= self.times <= _MOST_TIMES
        ):
            raise UsageError("times must be from 1 to a billion, or null for all messages")
        for name in (self.participant, self.conversation):
            if name is not None and (not isinstance(name, str) or len(name) > _LONGEST_NAME):
                raise UsageError("participant and conversation are texts: a SID, address or name")

    def concerns(self, conversation: Conversation, participant: Participant) -> bool:
        """Return True if it decides about messages of a conversation to a participant."""
        here = self.conversation in (None, conversation.sid, conversation.unique_name)
        names = {participant.sid, *participant.names}
        return here and (self.participant is None or self.participant in names)


class Outcomes:
    """The outcomes that were chosen."""

    def __init__(self) -> None:
        self._rules: list[OutcomeRule] = []

    def add(self, rule: OutcomeRule) -> None:
        """
        Choose an outcome; of several that concern a message, the first one counts.

        Raises:
            UsageError: there are too many.
        """
        if len(self._rules) >= _MOST_RULES:
            raise UsageError(f"there are {_MOST_RULES} outcomes already; remove them first")
        self._rules.append(rule)

    def clear(self) -> None:
        """Forget every outcome."""
        self._rules.clear()

    def shown(self) -> list[dict[str, Any]]:
        """Return what is chosen, ready for JSON."""
        return [asdict(rule) for rule in self._rules]

    def of_message(
        self, conversation: Conversation, recipients: list[Participant]
    ) -> Iterator[tuple[str, Outcome]]:
        """Yield the outcome of a message for each recipient who gets a receipt."""
        is_group = conversation.is_group
        used: list[OutcomeRule] = []
        for recipient in recipients:
            outcome = outcome_of(recipient.address or "", is_group=is_group)
            rule = next(
                (each for each in self._rules if each.concerns(conversation, recipient)), None
            )
            if rule is not None:
                used.append(rule)
                outcome = _of_rule(rule, outcome)
            if outcome is not None:
                yield recipient.sid, outcome
        for rule in {id(rule): rule for rule in used}.values():
            if rule.times is not None:
                rule.times -= 1
        self._rules = [rule for rule in self._rules if rule.times != 0]


def _of_rule(rule: OutcomeRule, usual: Outcome | None) -> Outcome | None:
    if rule.status == NO_RECEIPT:
        return None
    channel = usual.channel if usual else "sms"
    status = rule.status
    if status == "read" and channel != "whatsapp":
        # Phones never report that a message was read.
        status = "delivered"
    code = rule.error_code if rule.error_code is not None else ANY
    return Outcome(channel, status, code, rule.late)
