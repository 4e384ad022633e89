"""The resources that a server holds: services, conversations, participants, scoped webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from receiptkit.server.live_world import LiveWorld
from receiptkit.server.rows import Rows

#: The number of members with phones from which addresses without a proxy make a group MMS.
GROUP = 3


@dataclass(slots=True, kw_only=True)
class Participant:
    """
    A participant.

    Attributes:
        channel: how its messaging binding names it; None for a chat participant without one.
        created, updated: in milliseconds since 1970.
    """

    number: int
    sid: str
    created: int
    updated: int
    identity: str | None = None
    channel: str | None = None
    address: str | None = None
    proxy_address: str | None = None
    projected_address: str | None = None
    attributes: str = "{}"
    role_sid: str | None = None
    last_read_message_index: int | None = None
    last_read_timestamp: str | None = None

    @property
    def is_chat(self) -> bool:
        """Return True if its messages have no receipts."""
        return self.address is None

    @property
    def is_group_member(self) -> bool:
        """Return True if it makes its conversation a group MMS."""
        bare = self.address is not None and self.proxy_address is None
        return self.projected_address is not None or (bare and self.channel == "sms")

    @property
    def names(self) -> set[str]:
        """Return what the author of its messages can be."""
        names = (self.identity, self.address, self.projected_address)
        return {name for name in names if name is not None}


@dataclass(slots=True, kw_only=True)
class ScopedWebhook:
    """A webhook of one conversation."""

    number: int
    sid: str
    target: str
    created: int
    updated: int
    url: str | None = None
    method: str | None = None
    filters: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    flow_sid: str | None = None


@dataclass(slots=True, kw_only=True)
class Conversation:
    """
    A conversation with what belongs to it.

    Attributes:
        service: SID of its service.
        epoch: moment at reading 0 of the clock: a scenario can have its own dates.
        inactive_after, closed_after: timers in milliseconds.
        idle_since: reading of the clock from which the timers count.
        active_at: reading at which it ceases to be `initializing`.
        timed: how often the timers were set, to tell timers from those they replaced.
        drawn: worlds of scenarios whose participants are not among `participants` yet.
    """

    number: int
    sid: str
    service: str
    epoch: int
    created: int
    updated: int
    friendly_name: str | None = None
    unique_name: str | None = None
    messaging_service_sid: str | None = None
    attributes: str = "{}"
    state: str = "active"
    inactive_after: int | None = None
    closed_after: int | None = None
    bindings: dict[str, Any] | None = None
    idle_since: int = 0
    timed: int = 0
    active_at: int = 0
    next_number: int = 1
    next_index: int = 0
    members: Rows[Participant] = field(default_factory=Rows)
    messages: Rows[LiveWorld] = field(default_factory=Rows)
    webhooks: Rows[ScopedWebhook] = field(default_factory=Rows)
    drawn: list[LiveWorld] = field(default_factory=list)

    def moment(self, reading: int) -> int:
        """Return a reading of the clock as a date of this conversation."""
        return self.epoch + reading

    def take_number(self) -> int:
        """Return the number of the next participant or webhook."""
        self.next_number += 1
        return self.next_number - 1

    @property
    def is_group(self) -> bool:
        """Return True if it is a group MMS."""
        members = [member for member in self.members if member.is_group_member]
        return len(members) >= GROUP or any(each.projected_address for each in members)

    @property
    def recipients(self) -> Iterator[Participant]:
        """Yield the participants whose messages have receipts."""
        return (member for member in self.members if not member.is_chat)

    def timers(self) -> dict[str, int]:
        """Return the readings at which it is going to be `inactive` and `closed`."""
        spans = {
            "inactive": self.inactive_after if self.state == "active" else None,
            "closed": self.closed_after if self.state != "closed" else None,
        }
        return {state: self.idle_since + span for state, span in spans.items() if span}


@dataclass(slots=True, kw_only=True)
class Service:
    """
    A conversation service.

    Attributes:
        names: SIDs of its conversations by their unique names.
        settings: what its configuration says.
    """

    number: int
    sid: str
    friendly_name: str
    created: int
    updated: int
    conversations: Rows[Conversation] = field(default_factory=Rows)
    names: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    def conversation(self, name: str) -> Conversation | None:
        """Return a conversation by its SID or unique name; None without one."""
        return self.conversations.get(name) or self.conversations.get(self.names.get(name, ""))
