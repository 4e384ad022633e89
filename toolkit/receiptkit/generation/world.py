"""The world: one conversation, a message in it, and its receipts. All renderings of it agree."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple

from receiptkit.model.errors import UsageError
from receiptkit.model.odd_arguments import demand_number, explained

#: Nothing later can begin: dates that follow could not be written any more.
_LAST_YEAR = 9990
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 # naive, as all that is done with it: times are UTC
_AFTER = re.compile(r"\+?([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Step(NamedTuple):
    """
    A change of a receipt.

    Attributes:
        status: what it changed to.
        at: when, in milliseconds since 1970, UTC.
        error_code: why delivery failed; None where it did not.
    """

    status: str
    at: int
    error_code: int | None


class Receipt(NamedTuple):
    """
    The delivery of the message to one recipient, in the course of time.

    Attributes:
        channel: sms, mms or whatsapp.
        created: when it was created, in milliseconds since 1970; it has no status until its first
            step.
        steps: what became of it, in order of time.
    """

    sid: str
    participant_sid: str
    channel: str
    channel_message_sid: str
    created: int
    steps: tuple[Step, ...]

    def at(self, moment: int) -> Step | None:
        """Return the last step by a moment; None while the receipt has no status."""
        demand_number(moment, "moment")
        if not self.steps or self.steps[-1].at <= moment:
            return self.steps[-1] if self.steps else None
        index = bisect_right([step.at for step in self.steps], moment)
        return self.steps[index - 1] if index else None


@dataclass(frozen=True, slots=True)
class Message:
    """
    The message.

    Attributes:
        created: when it was created, in milliseconds since 1970.
        answered: when the call that created it returned to its sender.
        author: as the channel names them; `system` where no chat participant wrote it.
        participant_sid: the author's; None for `system`.
        updated: when it was last edited; None if it never was.
        media: its files, as the API lists them.
        content_sid: the template that it was made of.
    """

    sid: str
    created: int
    answered: int
    author: str
    participant_sid: str | None
    body: str | None
    attributes: str
    index: int
    updated: int | None = None
    media: tuple[dict[str, Any], ...] = ()
    content_sid: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    """
    One message and what became of it.

    Attributes:
        scenario: the name of what it was made after.
        in_service: True if its renderings are those of the service-scoped API.
        agents: the SIDs of the chat participants; they have no receipts.
        receipts: one for each other recipient, in the order in which they came to be.
        page_size: how many receipts a page holds, unless a rendering overrides it.
        stream: in which manner its webhooks arrive, and with which seed.
        no_error: what `error_code` is without an error: None or 0. Both were seen.
    """

    scenario: str
    account_sid: str
    chat_service_sid: str
    conversation_sid: str
    message: Message
    agents: tuple[str, ...]
    receipts: tuple[Receipt, ...]
    in_service: bool
    page_size: int
    stream: tuple[str, int]
    no_error: int | None

    @property
    def end(self) -> int:
        """Return the moment after which nothing happens."""
        return last_moment(self.message.answered, self.receipts)

    @explained
    def moment(self, text: str) -> int:
        """
        Return a moment in milliseconds since 1970.

        Args:
            text: `start` (the message is created, there are no receipts yet), `end`, a time after
                the start such as `90s`, `250ms`, `5m`, `2h`, or a date and time in ISO 8601.

        Raises:
            UsageError: it is not one of those.
        """
        return moment_of(self, text)

    def seen_by(self, moment: int) -> Iterator[Receipt]:
        """Return the receipts that exist at a moment."""
        demand_number(moment, "moment")
        return (receipt for receipt in self.receipts if receipt.created <= moment)


def moment_of(world: World, text: str) -> int:
    """
    Return a moment as `World.moment` reads it.

    Raises:
        OverflowError: it is a time too long after the start for a number.
    """
    if text in ("start", "end"):
        return world.message.created if text == "start" else world.end
    length = duration(text)
    return milliseconds(text) if length is None else world.message.created + length


def duration(text: str) -> int | None:
    """
    Return a length of time such as `90s` or `+2h` in milliseconds; None for any other text.

    Raises:
        OverflowError: it is too long for a number.
    """
    match = _AFTER.fullmatch(text)
    return round(float(match[1]) * _UNITS[match[2]]) if match else None


def last_moment(answered: int, receipts: Iterable[Receipt]) -> int:
    """Return the moment after which nothing happens to a message."""
    return max(
        [answered, *[each.steps[-1].at if each.steps else each.created for each in receipts]]
    )


def milliseconds(text: str) -> int:
    """
    Return a date and time in ISO 8601 as milliseconds since 1970; UTC unless it has an offset.

    Raises:
        UsageError: it is no date and time.
    """
    try:
        value = datetime.fromisoformat(str(text).replace("Z", "+00:00").replace("z", "+00:00"))
        value = value.astimezone(timezone.utc).replace(tzinfo=None) if value.tzinfo else value
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is not a time: use start, end, 90s, 2h or 2026-03-02T09:15:00Z"
        ) from None
    if value.year > _LAST_YEAR:
        raise UsageError(
            f"{text!r} is too late for anything to come after it: use a time up to the year "
            f"{_LAST_YEAR}"
        )
    return (value - _EPOCH) // timedelta(milliseconds=1)


def rest_date(moment: int) -> str:
    """Return a moment as the REST API writes it: in whole seconds."""
    second = moment // 1000
    return f"{_minute(second // 60)}{second % 60:02d}Z"


# The receipts of a message are created within a second, and most change within a minute.
@lru_cache(maxsize=4096)
def _minute(number: int) -> str:
    return (_EPOCH + timedelta(minutes=number)).isoformat()[:-2]


def webhook_date(moment: int) -> str:
    """Return a moment as webhooks write it: with milliseconds."""
    second = moment // 1000
    return f"{_minute(second // 60)}{second % 60:02d}.{moment % 1000:03d}Z"
