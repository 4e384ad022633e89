"""The list of a person's conversations."""

from __future__ import annotations

from typing import Any, NamedTuple

from receiptkit.generation.world import rest_date
from receiptkit.server.bindings import binding_of
from receiptkit.server.conversations import timers_of
from receiptkit.server.errors import ApiError
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.request import ApiAnswer, ApiRequest
from receiptkit.server.resource import Resource, drawn_members
from receiptkit.server.resources import Conversation, Participant
from receiptkit.server.rows import Rows

_MOST = 50
#: What a messaging binding has here, null where it does not apply.
_BINDING = ("type", "address", "proxy_address", "projected_address", "level", "name")


class Membership(NamedTuple):
    """A participant in a conversation, as a row of a list."""

    conversation: Conversation
    participant: Participant

    @property
    def sid(self) -> str:
        """Return the SID of the participant."""
        return self.participant.sid

    @property
    def number(self) -> int:
        """Return the number of the conversation: a name is in a conversation only once."""
        return self.conversation.number


class Memberships(Resource):
    """Answers requests about the conversations of one participant."""

    def list(self, request: ApiRequest) -> ApiAnswer:
        """Return a page of the conversations of an identity or address."""
        service = self._service(request)
        identity = request.parameters.last("Identity")
        address = request.parameters.last("Address")
        if identity is not None and address is not None:
            raise ApiError.of(50451)
        name = identity or address
        if not name:
            raise ApiError.parameter("Identity or Address is required.")
        for conversation in self._state.store.conversations.values():
            if any(_is_in(name, life) for life in conversation.drawn):
                self._add_drawn(conversation)
        rows: Rows[Membership] = Rows()
        found: dict[int, Membership] = {}
        for conversation, participant in self._state.store.memberships.get(name, {}).values():
            value = participant.identity if identity else participant.address
            is_listed = self._state.settings.list_closed or conversation.state != "closed"
            if is_listed and conversation.service == service.sid and value == name:
                found.setdefault(conversation.number, Membership(conversation, participant))
        for row in found.values():
            rows.add(row)
        return self._list(
            request,
            "conversations",
            rows,
            lambda row: self._body(row, request),
            most=_MOST,
            usual=_MOST,
            echoed=("Identity", "Address"),
        )

    def _body(self, row: Membership, request: ApiRequest) -> dict[str, Any]:
        conversation, participant = row
        url = f"{request.root}/Conversations/{conversation.sid}"
        binding = binding_of(participant)
        return {
            "account_sid": self._state.account_sid,
            "chat_service_sid": conversation.service,
            "participant_sid": participant.sid,
            "participant_user_sid": participant.identity and f"US{participant.sid[2:]}",
            "participant_identity": participant.identity,
            "participant_messaging_binding": binding
            and {name: binding.get(name) for name in _BINDING},
            "conversation_sid": conversation.sid,
            "conversation_unique_name": conversation.unique_name,
            "conversation_friendly_name": conversation.friendly_name,
            "conversation_attributes": conversation.attributes,
            "conversation_date_created": rest_date(conversation.created),
            "conversation_date_updated": rest_date(conversation.updated),
            "conversation_created_by": "system",
            "conversation_state": conversation.state,
            "conversation_timers": timers_of(conversation),
            "links": {
                "participant": f"{url}/Participants/{participant.sid}",
                "conversation": url,
            },
        }


def _is_in(name: str, life: LiveWorld) -> bool:
    """Return True if an identity or address is that of a participant of a scenario."""
    return any(
        name in (values.get("identity"), values.get("address")) for _, values in drawn_members(life)
    )
