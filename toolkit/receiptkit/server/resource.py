"""The base of all resources: finding things, guarding closed conversations, pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from receiptkit.generation import Receipt
from receiptkit.generation.world import rest_date, webhook_date
from receiptkit.server.errors import ApiError
from receiptkit.server.events import Events, conversation_parameters, conversation_values
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.paging import listed, page_request
from receiptkit.server.request import ApiAnswer, ApiRequest, answer
from receiptkit.server.resources import Conversation, Participant, Service
from receiptkit.server.rows import NumberedRow, Rows
from receiptkit.server.state import State

R = TypeVar("R", bound=NumberedRow)
#: Limits of attributes in bytes (facts: conversations-limits).
CONVERSATION_ATTRIBUTES, OTHER_ATTRIBUTES = 16 * 1024, 4 * 1024
#: Where scenarios send from.
_PROXY = "+15550100000"


class Resource:
    """
    Answers requests about one kind of resource.

    Args:
        state: the state of the server.
        events: sends events to subscribers.
    """

    def __init__(self, state: State, events: Events) -> None:
        self._state = state
        self._events = events

    # -- finding

    def _service(self, request: ApiRequest) -> Service:
        service = self._state.service(request.service)
        if service is None:
            raise request.not_found()
        return service

    def _conversation(self, request: ApiRequest) -> Conversation:
        """Return the conversation that the path names first, with its participants."""
        found = self._state.conversation(request.service, request.ids[0])
        if found is None:
            raise request.not_found()
        if found.drawn:
            self._add_drawn(found)
        return found

    def _open_conversation(self, request: ApiRequest) -> Conversation:
        """Return the conversation that the path names first, if it can be written to."""
        conversation = self._conversation(request)
        if conversation.state == "closed":
            raise ApiError.of(50377)
        if conversation.state == "initializing":
            raise ApiError.of(50386)
        return conversation

    def _row(self, rows: Rows[R], request: ApiRequest) -> R:
        found = rows.get(request.ids[-1])
        if found is None:
            raise request.not_found()
        return found

    # -- participants of scenarios

    def _add_drawn(self, conversation: Conversation) -> None:
        """
        Let the participants of scenarios be ones of a conversation, when a request looks for the
        first time.
        """
        drawn, conversation.drawn = conversation.drawn, []
        for life in drawn:
            for sid, values in drawn_members(life):
                self._add_member(conversation, life, sid, **values)

    def _add_member(
        self, conversation: Conversation, life: LiveWorld, sid: str, **values: Any
    ) -> None:
        if conversation.members.get(sid) is not None:
            return
        created = life.world.message.created
        service = self._state.service(conversation.service)
        role = service.settings["default_conversation_role_sid"] if service else None
        self._state.store.reserve(1)
        participant = Participant(
            number=conversation.take_number(),
            sid=sid,
            created=created,
            updated=created,
            role_sid=role,
            **values,
        )
        self._state.store.add_participant(conversation, participant)

    # -- webhooks

    def _dated(self, name: str, conversation: Conversation) -> dict[str, str]:
        """Return the parameter that says when something happened: now."""
        return {name: webhook_date(conversation.moment(self._state.clock.reading))}

    def _updated(self, conversation: Conversation, request: ApiRequest) -> None:
        parameters = conversation_parameters(conversation_values(conversation))
        self._events.after("onConversationUpdated", request, conversation, parameters)

    # -- lists

    def _list(
        self,
        request: ApiRequest,
        key: str,
        rows: Rows[R],
        body: Callable[[R], dict[str, Any]],
        *,
        most: int = 100,
        usual: int = 50,
        echoed: tuple[str, ...] = (),
        **how: Any,
    ) -> ApiAnswer:
        """Return a page of a list; its links have the parameters that are echoed."""
        page = page_request(
            request.query, most, usual, strict=self._state.settings.strict_page_size
        )
        cut = rows.cut(page.start, page.size, **how)
        query = "&".join(
            f"{name}={value}" for name in echoed if (value := request.raw_parameter(name))
        )
        url = f"{request.origin}{request.url_path}{'?' * bool(query)}{query}"
        return answer(listed(url, key, page, cut, [body(row) for row in cut.rows]))


def drawn_members(life: LiveWorld) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield SID, and identity or addresses, of each participant of a scenario."""
    for number, sid in enumerate(life.world.agents):
        author = life.world.message.author if not number else f"agent-{sid[-4:]}"
        yield sid, {"identity": author}
    for receipt in life.world.receipts:
        yield receipt.participant_sid, _binding_of(receipt)


def _binding_of(receipt: Receipt) -> dict[str, str]:
    """Return the addresses of a recipient of a scenario, which follow from its SID."""
    number = f"+1555{2_000_000 + _digits(receipt.participant_sid) % 8_000_000}"
    if receipt.channel == "whatsapp":
        return {
            "channel": "whatsapp",
            "address": f"whatsapp:{number}",
            "proxy_address": f"whatsapp:{_PROXY}",
        }
    return {"channel": "sms", "address": number, "proxy_address": _PROXY}


def _digits(sid: str) -> int:
    return int.from_bytes(sid.encode()[-7:], "big")


def dates_of(row: Any) -> dict[str, str]:
    """Return the dates of a resource, as answers write them."""
    return {"date_created": rest_date(row.created), "date_updated": rest_date(row.updated)}
