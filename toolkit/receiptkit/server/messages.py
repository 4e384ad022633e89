"""The resource Message: create, fetch, list, update, delete; and what becomes of it."""

from __future__ import annotations

from typing import Any

from receiptkit.generation import Message
from receiptkit.server.errors import ApiError
from receiptkit.server.events import draft_parameters, message_parameters
from receiptkit.server.forms import Form
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.request import DELETED, ApiAnswer, ApiRequest, answer
from receiptkit.server.resource import OTHER_ATTRIBUTES, Resource
from receiptkit.server.resources import Conversation

_LONGEST_AUTHOR = 256
#: Characters of a message to a phone, and to chat participants alone (facts: conversations-limits).
_LONGEST_TO_PHONES, _LONGEST = 1600, 32 * 1024
#: How long the response to the sender of a message takes, in milliseconds.
_ANSWERED = 60
#: What some suppose that a message says before its first receipt.
_NO_DELIVERY = {
    "total": 0,
    **dict.fromkeys(("sent", "delivered", "read", "failed", "undelivered"), "none"),
}


class Messages(Resource):
    """Answers requests about messages."""

    def body(self, life: LiveWorld, request: ApiRequest) -> dict[str, Any]:
        """Return the body of a message at the reading of a request."""
        world = life.world if request.service is None else life.in_service
        generator = self._state.speaking(request.origin)
        body = generator.at(world, life.last_change(request.reading)).message()
        if self._state.settings.zero_delivery and body["delivery"] is None and world.receipts:
            body["delivery"] = dict(_NO_DELIVERY)
        return body

    # -- forms

    def _values(self, conversation: Conversation, form: Form) -> dict[str, Any]:
        """Return what a form says, as members of a message."""
        values: dict[str, Any] = {
            "author": form.text("Author", _LONGEST_AUTHOR, 50310) or None,
            "body": form.last("Body"),
            "attributes": form.attributes(OTHER_ATTRIBUTES),
            **form.dates(),
        }
        form.text("Subject", _LONGEST_AUTHOR, 20001)
        values = {name: value for name, value in values.items() if value is not None}
        if "author" in values:
            values["participant_sid"] = self._author(conversation, values["author"])
        to_phones = next(conversation.recipients, None) is not None
        if len(values.get("body", "")) > (_LONGEST_TO_PHONES if to_phones else _LONGEST):
            raise ApiError.of(50504)
        return values

    def _author(self, conversation: Conversation, author: str) -> str | None:
        """Return the SID of the participant who is an author; None for others."""
        members = self._state.store.memberships.get(author, {})
        for each, participant in members.values():
            if each is conversation:
                return participant.sid
        for participant in conversation.members:
            if participant.projected_address == author:
                return participant.sid
        return None

    def _draft(self, conversation: Conversation, form: Form) -> dict[str, Any]:
        values = {
            "author": "system",
            "body": None,
            "attributes": "{}",
            "participant_sid": None,
            **self._values(conversation, form),
        }
        if conversation.is_group and values["participant_sid"] is None:
            raise ApiError.of(50513)
        content = form.matching("ContentSid", r"HX[0-9a-fA-F]{32}", 50526)
        if content is None and "ContentVariables" in form:
            raise ApiError.of(50528)
        media = form.matching("MediaSid", r"ME[0-9a-fA-F]{32}", 50510)
        if not (values["body"] or media or content or self._state.settings.empty_messages):
            raise ApiError.of(50503)
        values["content_sid"] = content
        values["media"] = () if media is None or content is not None else (_file(media),)
        return values

    # -- answers

    async def create(self, request: ApiRequest) -> ApiAnswer:
        """Post a message, which then goes its way."""
        conversation = self._open_conversation(request)
        values = await self._events.before(
            "onMessageAdd",
            request,
            conversation.service,
            lambda form: self._draft(conversation, form),
            lambda values: {
                "ConversationSid": conversation.sid,
                **draft_parameters(
                    **{name: values[name] for name in _DRAFT},
                ),
            },
        )
        self._open_conversation(request)
        life = self._post(conversation, values)
        if conversation.state == "inactive":
            self._events.set_state(
                conversation, "active", "EVENT", notifies=request.webhooks_enabled
            )
        elif conversation.inactive_after or conversation.closed_after:
            conversation.idle_since = self._state.clock.reading
            self._state.agenda.set_timers(conversation)
        parameters = message_parameters(conversation, life)
        self._events.after("onMessageAdded", request, conversation, parameters)
        return answer(self.body(life, request), 201)

    def make(self, conversation: Conversation, form: Form) -> LiveWorld:
        """Post the message that a form describes, and send no webhook."""
        return self._post(conversation, self._draft(conversation, form))

    def _post(self, conversation: Conversation, values: dict[str, Any]) -> LiveWorld:
        state = self._state
        reading = state.clock.reading
        now = conversation.moment(reading)
        message = Message(
            sid=state.new_sid("IM"),
            index=conversation.next_index,
            answered=now + _ANSWERED,
            **{"created": now, **values},
        )
        recipients = [each for each in conversation.recipients if each.address != message.author]
        world = state.generator.delivery(
            message,
            list(state.outcomes.of_message(conversation, recipients)),
            state.rng,
            begin=now,
            account_sid=state.account_sid,
            chat_service_sid=conversation.service,
            conversation_sid=conversation.sid,
            agents=(),
        )
        # A message can be dated back; what becomes of it happens now.
        life = LiveWorld(state.generator, world, 0, reading - (now - message.created))
        state.add_message(conversation, life)
        return life

    def _message(self, request: ApiRequest) -> LiveWorld:
        return self._row(self._conversation(request).messages, request)

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a message with the summary of its receipts."""
        return answer(self.body(self._message(request), request))

    def list(self, request: ApiRequest) -> ApiAnswer:
        """Return a page of the messages of a conversation, by their index."""
        conversation = self._conversation(request)
        order = request.parameters.last("Order")
        if order not in (None, "asc", "desc"):
            raise ApiError.parameter("Order must be asc or desc.")
        return self._list(
            request,
            "messages",
            conversation.messages,
            lambda life: self.body(life, request),
            echoed=("Order",),
            descending=order == "desc",
        )

    async def update(self, request: ApiRequest) -> ApiAnswer:
        """Update a message; what the form does not name stays, and nothing is sent to phones."""
        conversation = self._open_conversation(request)
        life = self._message(request)
        values = await self._events.before(
            "onMessageUpdate",
            request,
            conversation.service,
            lambda form: self._values(conversation, form),
            lambda values: {
                **message_parameters(conversation, life),
                **draft_parameters(
                    **{name: values.get(name, getattr(life.world.message, name)) for name in _DRAFT}
                ),
            },
        )
        self._open_conversation(request)
        life = self._message(request)
        values.setdefault("updated", conversation.moment(self._state.clock.reading))
        if "created" in values:
            life.since += values["created"] - life.world.message.created
        life.edit(**values)
        parameters = {
            **message_parameters(conversation, life),
            **self._dated("DateUpdated", conversation),
        }
        self._events.after("onMessageUpdated", request, conversation, parameters)
        return answer(self.body(life, request))

    async def delete(self, request: ApiRequest) -> ApiAnswer:
        """Delete a message."""
        conversation = self._open_conversation(request)
        life = self._message(request)
        parameters = message_parameters(conversation, life)
        await self._events.before_removal("onMessageRemove", request, conversation, parameters)
        self._open_conversation(request)
        life = self._message(request)
        conversation.messages.remove(life)
        self._state.store.records -= 1 + len(life.world.receipts)
        removed = {**parameters, **self._dated("DateRemoved", conversation)}
        self._events.after("onMessageRemoved", request, conversation, removed)
        return DELETED


#: The members of a message in webhooks before it exists.
_DRAFT = ("author", "body", "attributes", "participant_sid", "media")


def _file(sid: str) -> dict[str, Any]:
    """Return a file as the API lists it; the server holds no files, so the rest is made up."""
    return {"sid": sid, "size": 0, "content_type": "application/octet-stream", "filename": None}
