"""The scenarios: recipes of worlds, by name."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import NamedTuple

from receiptkit.model.errors import UsageError

#: How webhooks can arrive.
STREAMS = (
    "in-order",
    "out-of-order",
    "duplicated",
    "read-before-delivered",
    "retried",
    "receipt-before-message",
)
#: The error code that means: draw one that the channel can have.
ANY = -1


class Outcome(NamedTuple):
    """
    The outcome of the delivery to one recipient.

    Attributes:
        channel: sms, mms or whatsapp.
        status: the last one; None for a receipt that was only just created.
        error_code: of a failure; `ANY` draws one. A delivery that did not fail has none.
        late: whether it takes hours.
    """

    channel: str
    status: str | None
    error_code: int = ANY
    late: bool = False


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    A recipe of worlds.

    Attributes:
        summary: what it is, in a line.
        outcomes: what becomes of the recipients, from the first again where there are more of them.
        receipts: how many recipients it has by itself.
        agents: how many chat participants.
        page_size: how many receipts a page holds; as many as the contract allows, unless set.
        stream: how its webhooks arrive: in-order, one of `STREAMS`.
    """

    name: str
    summary: str
    outcomes: tuple[Outcome, ...]
    receipts: int
    agents: int = 1
    page_size: int | None = None
    stream: str = "in-order"


def _delivered(*channels: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(channel, "delivered") for channel in channels)


_SMS_AND_READ = (Outcome("sms", "delivered"), Outcome("whatsapp", "read"))
_MIXED = (
    Outcome("sms", "delivered"),
    Outcome("whatsapp", "read"),
    Outcome("mms", "delivered"),
    Outcome("whatsapp", "delivered"),
    Outcome("sms", "undelivered"),
    Outcome("sms", "sent"),
    Outcome("whatsapp", "failed"),
)

SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "agent-and-sms", "an agent writes to one SMS recipient: delivered", _delivered("sms"), 1
        ),
        Scenario(
            "agent-and-whatsapp-read",
            "an agent writes to one WhatsApp recipient: read",
            (Outcome("whatsapp", "read"),),
            1,
        ),
        Scenario(
            "sms-and-whatsapp",
            "one SMS recipient, delivered, and one of WhatsApp, read",
            _SMS_AND_READ,
            2,
        ),
        Scenario(
            "group-sms",
            "a group of four by SMS and MMS: all delivered",
            _delivered("sms", "sms", "mms", "sms"),
            4,
        ),
        Scenario(
            "just-created",
            "receipts that have no status yet (null)",
            (Outcome("sms", None), Outcome("whatsapp", None)),
            2,
        ),
        Scenario(
            "chat-only",
            "chat participants alone: no receipts, the message's delivery is null",
            (),
            0,
            agents=2,
        ),
        Scenario(
            "all-delivered",
            "six recipients on three channels: all delivered",
            _delivered("sms", "whatsapp", "mms"),
            6,
        ),
        Scenario(
            "partial-failure",
            "some delivered, some undelivered, some failed",
            (
                *_delivered("sms", "whatsapp"),
                Outcome("sms", "undelivered"),
                Outcome("whatsapp", "failed"),
            ),
            5,
        ),
        Scenario(
            "handset-unreachable",
            "a phone that is off: undelivered, 30003",
            (Outcome("sms", "undelivered", 30003),),
            1,
        ),
        Scenario(
            "landline", "a landline: undelivered, 30006", (Outcome("sms", "undelivered", 30006),), 1
        ),
        Scenario(
            "carrier-filtered",
            "taken for spam by the carrier: undelivered, 30007",
            (Outcome("sms", "undelivered", 30007),),
            1,
        ),
        Scenario(
            "opted-out",
            "a recipient who replied STOP: failed, 21610",
            (Outcome("sms", "failed", 21610),),
            1,
        ),
        Scenario(
            "whatsapp-window-closed",
            "WhatsApp more than a day after the recipient last wrote: failed, 63016",
            (Outcome("whatsapp", "failed", 63016),),
            1,
        ),
        Scenario(
            "full-house",
            "50 recipients, as many as a conversation can have, with every outcome",
            _MIXED,
            50,
        ),
        Scenario("three-pages", "50 receipts on pages of 20", _MIXED, 50, page_size=20),
        Scenario(
            "in-order", "webhooks as one would wish: each status once, in order", _SMS_AND_READ, 2
        ),
        Scenario(
            "out-of-order",
            "webhooks that overtake each other: delivered before sent",
            _SMS_AND_READ,
            2,
            stream="out-of-order",
        ),
        Scenario(
            "duplicated",
            "webhooks that come twice, the same in every way",
            _SMS_AND_READ,
            2,
            stream="duplicated",
        ),
        Scenario(
            "read-before-delivered",
            "the webhook of read comes before that of delivered",
            (Outcome("whatsapp", "read"),),
            1,
            stream="read-before-delivered",
        ),
        Scenario(
            "late-failure",
            "sent, then undelivered hours later",
            (Outcome("sms", "undelivered", 30008, late=True),),
            1,
        ),
        Scenario(
            "retried",
            "webhooks that were not answered in time and come again, with RetryCount 1",
            _SMS_AND_READ,
            2,
            stream="retried",
        ),
        Scenario(
            "receipt-before-message",
            "the first webhook comes before the call that created the message returns",
            _delivered("sms"),
            1,
            stream="receipt-before-message",
        ),
    )
}


def scenario(name: str) -> Scenario:
    """
    Return a scenario by its name.

    Raises:
        UsageError: the name is unknown; the message suggests one.
    """
    if not isinstance(name, str) or name not in SCENARIOS:
        close = get_close_matches(str(name), SCENARIOS, n=1)
        raise UsageError(
            f"unknown scenario {name!r}"
            + (f"; did you mean {close[0]}?" if close else "; `receiptkit scenarios` lists them")
        )
    return SCENARIOS[name]
