"""
The resource Participant: create, fetch, list, update, delete; and the list of a
participant's conversations.
"""

from __future__ import annotations

from typing import Any

from receiptkit.generation.world import rest_date
from receiptkit.server.addresses import channel_of
from receiptkit.server.bindings import LONGEST_NAME, binding_channel, binding_of, check_proxy
from receiptkit.server.errors import ApiError
from receiptkit.server.events import participant_parameters
from receiptkit.server.forms import Form
from receiptkit.server.request import DELETED, ApiAnswer, ApiRequest, answer
from receiptkit.server.resource import OTHER_ATTRIBUTES, Resource, dates_of
from receiptkit.server.resources import GROUP, Conversation, Participant

_MOST, _MOST_MESSAGING, _MOST_IN_GROUP = 1000, 50, 10
_MOST_CONVERSATIONS = 1000
_ADDRESS = "MessagingBinding.Address"
_PROXY = "MessagingBinding.ProxyAddress"
_PROJECTED = "MessagingBinding.ProjectedAddress"


class Participants(Resource):
    """Answers requests about participants."""

    # -- bodies

    def body(
        self, conversation: Conversation, participant: Participant, request: ApiRequest
    ) -> dict[str, Any]:
        """Return the body of a participant."""
        scope = {} if request.service is None else {"chat_service_sid": conversation.service}
        root = f"{request.root}/Conversations/{conversation.sid}"
        return {
            "account_sid": self._state.account_sid,
            **scope,
            "conversation_sid": conversation.sid,
            "sid": participant.sid,
            "identity": participant.identity,
            "attributes": participant.attributes,
            "messaging_binding": binding_of(participant),
            "role_sid": participant.role_sid,
            **dates_of(participant),
            "url": f"{root}/Participants/{participant.sid}",
            "last_read_message_index": participant.last_read_message_index,
            "last_read_timestamp": participant.last_read_timestamp,
        }

    # -- forms

    def draft(self, conversation: Conversation, form: Form) -> Participant:
        """
        Return the participant that a form describes, without adding it.

        Raises:
            ApiError: it cannot be added.
        """
        identity = form.text("Identity", LONGEST_NAME, 50207) or None
        address, proxy = form.last(_ADDRESS), form.last(_PROXY)
        projected = form.last(_PROJECTED) or None
        if identity and address:
            raise ApiError.of(50211)
        if not (identity or address or projected):
            raise ApiError.of(50411 if address == "" else 50204)
        channel = binding_channel(address or None, proxy, projected)
        state = self._state
        created = form.date("DateCreated", 50308)
        now = conversation.moment(state.clock.reading) if created is None else created
        updated = form.date("DateUpdated", 50309)
        participant = Participant(
            number=0,
            sid="",
            created=now,
            updated=now if updated is None else updated,
            identity=identity,
            channel=channel,
            address=address or None,
            proxy_address=proxy or None,
            projected_address=projected,
            attributes=form.attributes(OTHER_ATTRIBUTES) or "{}",
            role_sid=self._role(form, conversation, needs_one=bool(proxy or identity)),
        )
        self._check_free(conversation, participant)
        self._check_limits(conversation, participant)
        return participant

    def _role(self, form: Form, conversation: Conversation, *, needs_one: bool) -> str | None:
        role = form.matching("RoleSid", r"RL[0-9a-fA-F]{32}", 50109)
        service = self._state.service(conversation.service)
        if role is None and needs_one and service is not None:
            return str(service.settings["default_conversation_role_sid"])
        return role

    def _check_free(self, conversation: Conversation, participant: Participant) -> None:
        """Check that no other participant has the identity here, or the addresses anywhere."""
        store = self._state.store
        members = store.memberships
        identity = participant.identity
        if identity is not None:
            if any(each is conversation for each, _ in members.get(identity, {}).values()):
                raise ApiError.of(50433)
            if len(members.get(identity, {})) >= _MOST_CONVERSATIONS:
                raise ApiError.of(50214)
        key = (participant.address or "", participant.proxy_address or "")
        if all(key) and key in store.bindings:
            raise ApiError.of(50416, sid=store.bindings[key])
        address = participant.address
        if address is not None and participant.proxy_address is None:
            for each, member in members.get(address, {}).values():
                if each is conversation and member.proxy_address is None:
                    raise ApiError.of(50433)

    def _check_limits(self, conversation: Conversation, participant: Participant) -> None:
        if len(conversation.members) >= _MOST:
            raise ApiError.of(50417)
        if participant.is_chat:
            return
        messaging = sum(1 for _ in conversation.recipients)
        if messaging >= _MOST_MESSAGING:
            raise ApiError.of(self._state.settings.limit_code)
        if messaging >= _MOST_IN_GROUP and (conversation.is_group or participant.is_group_member):
            raise ApiError.of(50436)

    def check_group(self, conversation: Conversation) -> None:
        """
        Remember the addresses of a group MMS.

        Raises:
            ApiError: another conversation has the same ones.
        """
        members = {
            member.address or member.projected_address
            for member in conversation.members
            if member.is_group_member
        }
        key = frozenset(name for name in members if name is not None)
        store = self._state.store
        if len(key) < GROUP:
            return
        if store.groups.get(key, conversation.sid) != conversation.sid:
            raise ApiError.of(50438, sid=store.groups[key])
        store.forget_group(conversation)
        store.groups[key] = conversation.sid

    def add(self, conversation: Conversation, form: Form) -> Participant:
        """Add the participant that a form describes."""
        return self._keep(conversation, self.draft(conversation, form))

    def _keep(self, conversation: Conversation, participant: Participant) -> Participant:
        self._state.store.reserve(1)
        participant.sid = self._state.new_sid("MB")
        participant.number = conversation.take_number()
        self._state.store.add_participant(conversation, participant)
        return participant

    def tell_added(
        self, conversation: Conversation, participant: Participant, request: ApiRequest
    ) -> None:
        """Send the event of an added participant."""
        parameters = participant_parameters(conversation, participant)
        self._events.after("onParticipantAdded", request, conversation, parameters)

    # -- answers

    def _participant(self, conversation: Conversation, request: ApiRequest) -> Participant:
        """Return the participant that the path names last, by its SID or identity."""
        name = request.ids[-1]
        found = conversation.members.get(name)
        if found is not None:
            return found
        for each, member in self._state.store.memberships.get(name, {}).values():
            if each is conversation and member.identity == name:
                return member
        raise request.not_found()

    async def create(self, request: ApiRequest) -> ApiAnswer:
        """Add a participant."""
        conversation = self._open_conversation(request)
        draft = await self._events.before(
            "onParticipantAdd",
            request,
            conversation.service,
            lambda form: self.draft(conversation, form),
            lambda draft: participant_parameters(conversation, draft, is_new=True),
        )
        self._open_conversation(request)
        participant = self._keep(conversation, draft)
        try:
            self.check_group(conversation)
        except ApiError:
            self._state.store.remove_participant(conversation, participant)
            raise
        self.tell_added(conversation, participant, request)
        return answer(self.body(conversation, participant, request), 201)

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a participant."""
        conversation = self._conversation(request)
        return answer(self.body(conversation, self._participant(conversation, request), request))

    def list(self, request: ApiRequest) -> ApiAnswer:
        """Return a page of the participants of a conversation."""
        conversation = self._conversation(request)
        return self._list(
            request,
            "participants",
            conversation.members,
            lambda row: self.body(conversation, row, request),
        )

    async def update(self, request: ApiRequest) -> ApiAnswer:
        """Update a participant; what the form does not name stays."""
        conversation = self._open_conversation(request)
        participant = self._participant(conversation, request)
        values = await self._events.before(
            "onParticipantUpdate",
            request,
            conversation.service,
            lambda form: self._changes(conversation, participant, form),
            lambda _: participant_parameters(conversation, participant),
        )
        self._open_conversation(request)
        self._participant(conversation, request)
        store, number = self._state.store, participant.number
        store.remove_participant(conversation, participant)
        for name, value in values.items():
            setattr(participant, name, value)
        participant.number = number
        store.reserve(1)
        store.add_participant(conversation, participant)
        parameters = participant_parameters(conversation, participant)
        updated = self._dated("DateUpdated", conversation)
        self._events.after("onParticipantUpdated", request, conversation, {**parameters, **updated})
        return answer(self.body(conversation, participant, request))

    def _changes(
        self, conversation: Conversation, participant: Participant, form: Form
    ) -> dict[str, Any]:
        values: dict[str, Any] = {
            "identity": form.text("Identity", LONGEST_NAME, 50207) or None,
            "attributes": form.attributes(OTHER_ATTRIBUTES),
            "role_sid": form.matching("RoleSid", r"RL[0-9a-fA-F]{32}", 50109),
            "last_read_message_index": self._last_read(conversation, form),
            "last_read_timestamp": self._last_read_date(form),
            "updated": conversation.moment(self._state.clock.reading),
            **form.dates(),
        }
        values = {name: value for name, value in values.items() if value is not None}
        if values.get("identity", participant.identity) != participant.identity:
            if participant.address is not None:
                raise ApiError.of(50211)
            self._check_free(
                conversation,
                Participant(number=0, sid="", created=0, updated=0, identity=values["identity"]),
            )
        for name, member in ((_PROXY, "proxy_address"), (_PROJECTED, "projected_address")):
            if name in form:
                values[member] = self._new_address(participant, member, form.last(name))
        return values

    def _new_address(self, participant: Participant, member: str, value: str | None) -> str | None:
        """Return a changed proxy or projected address; the literal `null` removes it."""
        current = getattr(participant, member)
        if value == "null":
            if current is None:
                raise ApiError.of(50440)
            return None
        if member == "projected_address":
            if channel_of(value or "") != "sms" or participant.address is not None:
                raise ApiError.of(50407)
            return value
        if participant.address is None or not value:
            raise ApiError.of(50441)
        check_proxy(participant.address, value)
        sid = self._state.store.bindings.get((participant.address, value))
        if sid is not None and value != current:
            raise ApiError.of(50416, sid=sid)
        return value

    def _last_read(self, conversation: Conversation, form: Form) -> int | None:
        index = form.whole("LastReadMessageIndex", 50421)
        if index is not None and index >= conversation.next_index:
            raise ApiError.of(50421)
        return index

    def _last_read_date(self, form: Form) -> str | None:
        moment = form.date("LastReadTimestamp", 20001)
        return None if moment is None else rest_date(moment)

    async def delete(self, request: ApiRequest) -> ApiAnswer:
        """Remove a participant."""
        conversation = self._open_conversation(request)
        participant = self._participant(conversation, request)
        parameters = participant_parameters(conversation, participant)
        await self._events.before_removal("onParticipantRemove", request, conversation, parameters)
        self._participant(self._open_conversation(request), request)
        self._state.store.remove_participant(conversation, participant)
        self._state.store.forget_group(conversation)
        removed = {**parameters, **self._dated("DateRemoved", conversation)}
        self._events.after("onParticipantRemoved", request, conversation, removed)
        return DELETED
