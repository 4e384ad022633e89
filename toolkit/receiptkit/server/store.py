"""
Data that the applications of a server wrote: its services and conversations,
and who is in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from receiptkit.model.limits import limit
from receiptkit.server.errors import ApiError
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.resources import Conversation, Participant, Service
from receiptkit.server.rows import Rows
from receiptkit.server.subscription import Subscription


@dataclass(slots=True, kw_only=True)
class Store:
    """
    Everything that requests change.

    Attributes:
        default: the service of the API without a service in its paths.
        conversations: every conversation of every service, by SID.
        bindings: SIDs of open conversations by address and proxy address of their participants.
        memberships: conversations and participants by identity or address.
        groups: SIDs of open group MMS by the set of their addresses.
        subscriptions: the account's webhook configuration under None, those of services under
            their SIDs.
        records: how much there is.
    """

    default: Service
    services: Rows[Service] = field(default_factory=Rows)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    bindings: dict[tuple[str, str], str] = field(default_factory=dict)
    memberships: dict[str, dict[str, tuple[Conversation, Participant]]] = field(
        default_factory=dict
    )
    groups: dict[frozenset[str], str] = field(default_factory=dict)
    subscriptions: dict[str | None, Subscription] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)
    next_number: int = 1
    records: int = 0

    def take_number(self) -> int:
        """Return the number of the next service or conversation."""
        self.next_number += 1
        return self.next_number - 1

    def reserve(self, count: int) -> None:
        """
        Count what is about to be added.

        Raises:
            ApiError: that is too much.
        """
        if self.records + count > (most := limit("records")):
            raise ApiError.full(most)
        self.records += count

    @property
    def lives(self) -> Iterator[LiveWorld]:
        """Yield every message with what becomes of it."""
        return (life for each in self.conversations.values() for life in each.messages)

    def holds(self, life: LiveWorld) -> bool:
        """Return True if a message is still there, and did not begin anew."""
        conversation = self.conversations.get(life.world.conversation_sid)
        return conversation is not None and conversation.messages.get(life.sid) is life

    # -- conversations

    def add_conversation(self, conversation: Conversation) -> None:
        """Add a conversation to its service."""
        service = self.services.get(conversation.service)
        assert service is not None  # noqa: S101 # conversations are made in one
        service.conversations.add(conversation)
        self.conversations[conversation.sid] = conversation
        self.name(conversation, conversation.unique_name)

    def name(self, conversation: Conversation, unique_name: str | None) -> None:
        """Change the unique name of a conversation."""
        service = self.services.get(conversation.service)
        assert service is not None  # noqa: S101 # conversations go with their service
        if (
            conversation.unique_name
            and service.names.get(conversation.unique_name) == conversation.sid
        ):
            del service.names[conversation.unique_name]
        conversation.unique_name = unique_name
        if unique_name:
            service.names.setdefault(unique_name, conversation.sid)

    def remove_conversation(self, conversation: Conversation) -> None:
        """Remove a conversation with all that belongs to it."""
        self.close(conversation)
        self.name(conversation, None)
        for participant in list(conversation.members):
            self.remove_participant(conversation, participant)
        service = self.services.get(conversation.service)
        assert service is not None  # noqa: S101 # conversations go with their service
        service.conversations.remove(conversation)
        del self.conversations[conversation.sid]
        self.records -= 1 + sum(1 + len(life.world.receipts) for life in conversation.messages)
        conversation.timed += 1

    def close(self, conversation: Conversation) -> None:
        """Free the addresses of a conversation."""
        for participant in conversation.members:
            self._unbind(conversation, participant)
        self.forget_group(conversation)

    def forget_group(self, conversation: Conversation) -> None:
        """Free the set of addresses of a group MMS."""
        self.groups = {key: sid for key, sid in self.groups.items() if sid != conversation.sid}

    # -- participants

    def add_participant(self, conversation: Conversation, participant: Participant) -> None:
        """Add a participant to a conversation."""
        conversation.members.add(participant)
        if participant.address and participant.proxy_address and conversation.state != "closed":
            self.bindings.setdefault(
                (participant.address, participant.proxy_address), conversation.sid
            )
        for name in (participant.identity, participant.address):
            if name is not None:
                self.memberships.setdefault(name, {})[participant.sid] = conversation, participant

    def remove_participant(self, conversation: Conversation, participant: Participant) -> None:
        """Remove a participant from a conversation."""
        conversation.members.remove(participant)
        self.records -= 1
        self._unbind(conversation, participant)
        for name in (participant.identity, participant.address):
            members = self.memberships.get(name or "", {})
            members.pop(participant.sid, None)
            if name is not None and not members:
                self.memberships.pop(name, None)

    def _unbind(self, conversation: Conversation, participant: Participant) -> None:
        key = (participant.address or "", participant.proxy_address or "")
        if self.bindings.get(key) == conversation.sid:
            del self.bindings[key]

    # -- webhooks

    def subscription(self, service: str) -> Subscription:
        """Return the configuration that counts: a service's own silences the account's."""
        own = self.subscriptions.get(service, Subscription())
        return own if own.is_configured else self.subscriptions.get(None, Subscription())
