"""A message belongs to one conversation."""

from __future__ import annotations

from receiptkit.model.location import Arrival
from receiptkit.rules.states import ReceiptState
from receiptkit.rules.timeline_facts import message_identity

Seen = tuple[str, ReceiptState]


def seen(entry: int, sid: str, conversation: str, *, by_webhook: bool = False) -> Seen:
    at = Arrival(entry=entry, pointer="/r")
    state = ReceiptState(at, at, 1, by_webhook, conversation, "IM1", "MB1", "sent", 0, 0, 0, "SM1")
    return sid, state


def told(*receipts: Seen) -> list[tuple[str, int | None, int | None]]:
    found = [*message_identity([*receipts])]
    assert {each.message for each in found} <= {
        "this message has another conversation in an earlier observation"
    }
    return [
        (each.pointer, each.at and each.at.entry, each.other and each.other.entry) for each in found
    ]


def test_reports_each_further_conversation_once() -> None:
    receipts = [
        seen(5, "DY0", "CH3", by_webhook=True),
        seen(2, "DY2", "CH2"),
        seen(0, "DY1", "CH1"),
        seen(3, "DY3", "CH2"),
    ]
    assert told(*receipts) == [("/r/conversation_sid", 2, 0), ("/r/ConversationSid", 5, 0)]


def test_a_receipt_of_both_tells_it_itself() -> None:
    assert told(seen(0, "DY1", "CH1"), seen(1, "DY1", "CH2")) == []
    both = (seen(0, "DY1", "CH1"), seen(1, "DY1", "CH2"), seen(2, "DY2", "CH2"))
    assert told(*both) == [("/r/conversation_sid", 2, 0)]


def test_one_conversation_is_right() -> None:
    assert told(seen(0, "DY1", "CH1"), seen(1, "DY2", "CH1"), seen(2, "DY1", "CH1")) == []
