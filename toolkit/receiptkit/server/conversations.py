"""The resource Conversation: create, fetch, list, update, delete; alone or with participants."""

from __future__ import annotations

import json
from typing import Any

from receiptkit.generation.world import rest_date
from receiptkit.server.errors import ApiError
from receiptkit.server.events import conversation_parameters, conversation_values
from receiptkit.server.forms import Form, form_of_mapping
from receiptkit.server.participants import Participants
from receiptkit.server.request import DELETED, ApiAnswer, ApiRequest, answer
from receiptkit.server.resource import CONVERSATION_ATTRIBUTES, Resource, dates_of
from receiptkit.server.resources import Conversation, Service

_STATES = ("active", "inactive", "closed")
_LONGEST_NAME = 256
_MINUTE = 60_000
_MOST_PARTICIPANTS = 10
_SID = r"(?!CH[0-9a-fA-F]{32}\Z)(?s:.*)"
_LINKS = ("Participants", "Messages", "Webhooks")
_NAMED = ("identity", "messaging_binding")
_BINDING = {
    "address": "MessagingBinding.Address",
    "proxy_address": "MessagingBinding.ProxyAddress",
    "projected_address": "MessagingBinding.ProjectedAddress",
}


class Conversations(Resource):
    """Answers requests about conversations."""

    # -- bodies

    @property
    def _links(self) -> tuple[str, ...]:
        return (*_LINKS, "Export") if self._state.settings.export_link else _LINKS

    @property
    def _no_bindings(self) -> dict[str, Any] | None:
        return {} if self._state.settings.empty_bindings else None

    def body(self, conversation: Conversation, request: ApiRequest) -> dict[str, Any]:
        """Return the body of a conversation."""
        url = f"{request.root}/Conversations/{conversation.sid}"
        return {
            "account_sid": self._state.account_sid,
            "chat_service_sid": conversation.service,
            "messaging_service_sid": conversation.messaging_service_sid,
            "sid": conversation.sid,
            "friendly_name": conversation.friendly_name,
            "unique_name": conversation.unique_name,
            "attributes": conversation.attributes,
            "state": conversation.state,
            **dates_of(conversation),
            "timers": timers_of(conversation),
            "url": url,
            "links": {name.lower(): f"{url}/{name}" for name in self._links},
            "bindings": conversation.bindings or self._no_bindings,
        }

    def _answer(self, conversation: Conversation, request: ApiRequest, status: int) -> ApiAnswer:
        return answer(self.body(conversation, request), status)

    # -- forms

    def _values(
        self, form: Form, service: Service, current: Conversation | None = None
    ) -> dict[str, Any]:
        """Return what a form says, as members of a conversation."""
        values: dict[str, Any] = {
            "friendly_name": form.text("FriendlyName", _LONGEST_NAME, 50003),
            "messaging_service_sid": form.matching(
                "MessagingServiceSid", r"MG[0-9a-fA-F]{32}", 50341
            ),
            "attributes": form.attributes(CONVERSATION_ATTRIBUTES),
            "state": self._new_state(form, is_new=current is None),
            "inactive_after": form.duration("Timers.Inactive", _MINUTE, 50375),
            "closed_after": form.duration("Timers.Closed", 10 * _MINUTE, 50376),
            "bindings": _email(form),
            **form.dates(),
        }
        values = {name: value for name, value in values.items() if value is not None}
        if "UniqueName" in form:
            values["unique_name"] = self._unique_name(form, service, current)
        return values

    def _new_state(self, form: Form, *, is_new: bool) -> str | None:
        if form.last("State") == "":
            raise ApiError.of(50374)
        state = form.choice("State", _STATES, 50378)
        if is_new and state == "closed":
            raise ApiError.of(50384)
        return state

    def _unique_name(
        self, form: Form, service: Service, current: Conversation | None
    ) -> str | None:
        name = form.text("UniqueName", _LONGEST_NAME, 50004)
        form.matching("UniqueName", _SID, 50390)
        if name and service.names.get(name, current and current.sid) != (current and current.sid):
            raise ApiError.of(50353)
        return name or None

    # -- answers

    async def create(self, request: ApiRequest) -> ApiAnswer:
        """Create a conversation."""
        conversation = await self._create(request)
        self._tell_added(conversation, request)
        return self._answer(conversation, request, 201)

    async def _create(self, request: ApiRequest) -> Conversation:
        service = self._service(request)
        values = await self._events.before(
            "onConversationAdd",
            request,
            service.sid,
            lambda form: self._values(form, service),
            lambda values: conversation_parameters({**values, "service": service.sid}),
        )
        return self._keep(values, service)

    def make(self, form: Form) -> Conversation:
        """Create a conversation of the default service from a form, without a webhook."""
        service = self._state.store.default
        return self._keep(self._values(form, service), service)

    def _keep(self, values: dict[str, Any], service: Service) -> Conversation:
        state = self._state
        state.store.reserve(1)
        now = state.epoch + state.clock.reading
        created = values.get("created", now)
        timers = state.store.configuration
        members = {
            "number": state.store.take_number(),
            "sid": state.new_sid("CH"),
            "service": service.sid,
            "epoch": state.epoch,
            "created": created,
            "updated": created,
            "messaging_service_sid": state.messaging_service_sid,
            "inactive_after": timers.get("default_inactive_timer"),
            "closed_after": timers.get("default_closed_timer"),
            "idle_since": state.clock.reading,
        }
        conversation = Conversation(**{**members, **values})
        state.store.add_conversation(conversation)
        state.agenda.set_timers(conversation)
        return conversation

    def _tell_added(self, conversation: Conversation, request: ApiRequest) -> None:
        parameters = conversation_parameters(conversation_values(conversation))
        self._events.after("onConversationAdded", request, conversation, parameters)

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a conversation."""
        return self._answer(self._conversation(request), request, 200)

    def list(self, request: ApiRequest) -> ApiAnswer:
        """
        Return a page of the conversations of a service; with dates, the newest first.

        Their order without dates is unknown, and also whether closed ones are among them.
        """
        query = request.parameters
        begin, end = query.date("StartDate", 20001), query.date("EndDate", 20001)
        state = query.choice("State", _STATES, 20001)
        has_dates = begin is not None or end is not None
        settings = self._state.settings
        leaves_out = not settings.list_closed and state is None

        def keep(conversation: Conversation) -> bool:
            return (
                (begin is None or conversation.created >= begin)
                and (end is None or conversation.created <= end)
                and (state is None or conversation.state == state)
                and not (leaves_out and conversation.state == "closed")
            )

        return self._list(
            request,
            "conversations",
            self._service(request).conversations,
            lambda row: self.body(row, request),
            echoed=("StartDate", "EndDate", "State"),
            descending=has_dates or settings.newest_first,
            keep=keep if has_dates or state is not None or leaves_out else None,
        )

    async def update(self, request: ApiRequest) -> ApiAnswer:
        """Update a conversation; what the form does not name stays."""
        conversation = self._open_conversation(request)
        service = self._service(request)

        def parameters(values: dict[str, Any]) -> dict[str, str]:
            return conversation_parameters({**conversation_values(conversation), **values})

        values = await self._events.before(
            "onConversationUpdate",
            request,
            service.sid,
            lambda form: self._values(form, service, conversation),
            parameters,
        )
        self._open_conversation(request)
        state = values.pop("state", conversation.state)
        if "unique_name" in values:
            self._state.store.name(conversation, values.pop("unique_name"))
        values.setdefault("updated", conversation.moment(self._state.clock.reading))
        for name, value in values.items():
            setattr(conversation, name, value)
        if "inactive_after" in values or "closed_after" in values:
            self._state.agenda.set_timers(conversation)
        if state != conversation.state:
            self._events.set_state(conversation, state, "API", notifies=request.webhooks_enabled)
        self._updated(conversation, request)
        self._state.has_changed()
        return self._answer(conversation, request, 200)

    async def delete(self, request: ApiRequest) -> ApiAnswer:
        """Delete a conversation with all that belongs to it."""
        conversation = self._conversation(request)
        parameters = conversation_parameters(conversation_values(conversation))
        await self._events.before_removal("onConversationRemove", request, conversation, parameters)
        self._conversation(request)
        self._events.after(
            "onConversationRemoved",
            request,
            conversation,
            {**parameters, **self._dated("DateRemoved", conversation)},
        )
        self._state.store.remove_conversation(conversation)
        return DELETED

    async def create_with_participants(
        self, request: ApiRequest, participants: Participants
    ) -> ApiAnswer:
        """Create a conversation with participants; if one cannot be added, nothing is created."""
        forms = [_participant(text) for text in request.form.many("Participant")]
        if len(forms) > _MOST_PARTICIPANTS:
            raise ApiError.of(50426)
        conversation = await self._create(request)
        try:
            added = [participants.add(conversation, form) for form in forms]
            participants.check_group(conversation)
        except ApiError:
            self._state.store.remove_conversation(conversation)
            raise
        wait = int(self._state.settings.initializing * 1000)
        if wait and forms:
            conversation.state = "initializing"
            self._state.agenda.set_initializing(conversation, self._state.clock.reading + wait)
        self._tell_added(conversation, request)
        for participant in added:
            participants.tell_added(conversation, participant, request)
        return self._answer(conversation, request, 202 if forms else 201)


def timers_of(conversation: Conversation) -> dict[str, str]:
    """Return when a conversation is going to be inactive and closed, if it is."""
    return {
        f"date_{state}": rest_date(conversation.moment(reading))
        for state, reading in conversation.timers().items()
    }


def _email(form: Form) -> dict[str, Any] | None:
    address, name = form.last("Bindings.Email.Address"), form.last("Bindings.Email.Name")
    if address is None and name is None:
        return None
    return {"email": {"projected_address": address, "name": name}}


def _participant(text: str) -> Form:
    """Return the form of one participant, which is written as JSON."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise ApiError.parameter("Participant must be JSON.") from None
    if not isinstance(values, dict) or not values.keys() <= set(_NAMED):
        raise ApiError.parameter(f"Participant must be an object with {' or '.join(_NAMED)}.")
    binding = values.get("messaging_binding") or {}
    texts = [values.get("identity"), *(binding.values() if isinstance(binding, dict) else [0])]
    if any(each is not None and not isinstance(each, str) for each in texts):
        raise ApiError.parameter("The fields of Participant must be strings.")
    if not binding.keys() <= _BINDING.keys():
        raise ApiError.parameter(f"messaging_binding has {', '.join(_BINDING)}.")
    return form_of_mapping(
        {"Identity": values.get("identity"), **{_BINDING[name]: binding[name] for name in binding}}
    )
