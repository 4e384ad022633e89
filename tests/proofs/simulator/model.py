"""Hold what the API knows: conversations, messages, and every receipt with the moments at which it changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random

#: The moment at which every world begins, in milliseconds since 1970.
EPOCH = 1_772_442_900_000
SMS_CODES = (21610, 30003, 30005, 30006, 30007, 30008)
OTT_CODES = (63003, 63013, 63016, 63024)
#: A receipt's status, and those that can follow it. Only channels other than SMS report `read`.
FOLLOWING: dict[str | None, tuple[str, ...]] = {
    None: ("sent", "delivered", "failed", "undelivered"),
    "sent": ("delivered", "read", "failed", "undelivered"),
    "delivered": ("read",),
    "read": (),
    "failed": (),
    "undelivered": (),
}


def sid(prefix: str, rng: Random) -> str:
    """Return a SID of random digits."""
    return f"{prefix}{rng.getrandbits(128):032x}"


@dataclass(frozen=True)
class State:
    """A status that a receipt took on."""

    at: int
    status: str | None
    code: int = 0


@dataclass(frozen=True)
class Receipt:
    """A receipt and its whole life."""

    sid: str
    participant: str
    channel_message: str
    states: tuple[State, ...]

    @property
    def created(self) -> int:
        """Return the moment of its creation."""
        return self.states[0].at

    def state(self, moment: int) -> State | None:
        """Return its state at a moment; None before it exists."""
        found = None
        for state in self.states:
            if state.at <= moment:
                found = state
        return found

    def channel(self, moment: int, manner: Manner) -> str | None:
        """Return its SID in the channel at a moment; None before it left Twilio, where the API works like that."""
        left = any(
            each.status not in (None, "failed") and each.at <= moment for each in self.states
        )
        return self.channel_message if left or not manner.channel_waits else None


@dataclass(frozen=True)
class Conversation:
    """A conversation, which can be asked for by its unique name, too."""

    sid: str
    unique_name: str | None = None


@dataclass(frozen=True)
class Message:
    """
    A message.

    Attributes:
        is_late: whether some of its receipts were created long after the others.
        index: its place in the conversation.
        author: the participant who wrote it; None for anybody else.
        left: the moment at which the author left the conversation.
        edited: the moment at which its text was changed.
    """

    sid: str
    conversation: Conversation
    created: int
    receipts: tuple[Receipt, ...]
    is_late: bool = False
    index: int = 0
    author: str | None = None
    left: int | None = None
    edited: int | None = None

    def participant(self, moment: int) -> str | None:
        """Return the participant who wrote it, as the API says it at a moment."""
        return None if self.left is not None and moment >= self.left else self.author


@dataclass(frozen=True)
class Manner:
    """
    Choose among what no public source settles about the API; each choice is legitimate.

    Attributes:
        no_code: the `error_code` of a receipt without an error, null or 0.
        updated_at_birth: whether `date_updated` is set before the first change.
        rounds: whether REST dates are rounded to seconds rather than cut.
        order: of a list: created, newest or sid.
        cursor: what a page token means: offset or key.
        token: how a token looks: plain, time or opaque.
        looks_ahead: whether a full last page has no next link.
        tokens_back: whether links back to page 0 carry a token, too.
        counts_expected: whether the total of a summary counts receipts yet to be created.
        zeros: whether a summary without receipts has zeros rather than being null.
        undelivered_sent, failed_sent: whether these count as sent in a summary.
        links_as_asked: whether links repeat a unique name that was asked for.
        dates: of webhooks: ms, seconds or offset.
        channel_waits: whether `channel_message_sid` is null, and absent from webhooks, until the message left Twilio.
        names_account: whether receipts name their account; those of 2020 had null.
        edited_never: whether `date_updated` of a message is null.
    """

    no_code: int | None = 0
    updated_at_birth: bool = True
    rounds: bool = False
    order: str = "created"
    cursor: str = "offset"
    token: str = "plain"
    looks_ahead: bool = True
    tokens_back: bool = False
    counts_expected: bool = False
    zeros: bool = False
    undelivered_sent: bool = True
    failed_sent: bool = True
    links_as_asked: bool = False
    dates: str = "ms"
    channel_waits: bool = False
    names_account: bool = True
    edited_never: bool = False


@dataclass(frozen=True)
class Configuration:
    """The webhook configuration of a scope from a moment on."""

    at: int
    method: str
    url: str
    filters: tuple[str, ...]


@dataclass
class World:
    """One account with its traffic."""

    account: str
    service: str
    manner: Manner
    messages: list[Message]
    configurations: list[Configuration] = field(default_factory=list)

    def configuration(self, moment: int) -> Configuration:
        """Return the configuration in force at a moment."""
        return [each for each in self.configurations if each.at <= moment][-1]


def rest_date(moment: int, manner: Manner) -> str:
    """Return a moment as REST responses write it."""
    seconds = (moment + 500) // 1000 if manner.rounds else moment // 1000
    return f"{_moment(seconds * 1000):%Y-%m-%dT%H:%M:%SZ}"


def webhook_date(moment: int, manner: Manner) -> str:
    """Return a moment as webhooks write it."""
    if manner.dates == "seconds":
        return f"{_moment(moment):%Y-%m-%dT%H:%M:%SZ}"
    if manner.dates == "offset":
        return f"{_moment(moment) + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.{moment % 1000:03}+01:00"
    return f"{_moment(moment):%Y-%m-%dT%H:%M:%S}.{moment % 1000:03}Z"


def har_date(moment: int, *, is_local: bool = False) -> str:
    """Return a moment as a HAR has it: in UTC, or in the time zone of the recording machine."""
    if is_local:
        local = _moment(moment) - timedelta(hours=5)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03}-05:00"
    return f"{_moment(moment):%Y-%m-%dT%H:%M:%S}.{moment % 1000:03}Z"


def _moment(moment: int) -> datetime:
    return datetime.fromtimestamp(moment // 1000, timezone.utc)
