"""Webhooks of actions: their parameters and targets, and what a pre-webhook may change."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from receiptkit.generation.world import webhook_date
from receiptkit.server.agenda import Notice, Target, Timer
from receiptkit.server.errors import ApiError
from receiptkit.server.forms import Form
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.request import ApiRequest
from receiptkit.server.resources import Conversation, Participant
from receiptkit.server.state import State

T = TypeVar("T")
#: Sends a webhook; returns status and body of the response, no status if none came in time.
Ask = Callable[[dict[str, str], str, Target], Awaitable[tuple[int | None, bytes]]]
#: What a pre-webhook may change: members of its response with the parameters of the request.
_CHANGES = {
    "friendly_name": "FriendlyName",
    "body": "Body",
    "author": "Author",
    "attributes": "Attributes",
}


#: Parameters that may be unset, by the beginning of the names of their events.
_UNSET = {
    "onConversationState": (),
    "onConversation": ("FriendlyName", "UniqueName", "MessagingServiceSid"),
    "onMessage": ("Body", "ParticipantSid", "MessagingServiceSid", "Media"),
    "onParticipant": (
        *("Identity", "RoleSid", "LastReadMessageIndex", "MessagingBinding.Type"),
        *("MessagingBinding.Address", "MessagingBinding.ProxyAddress"),
        "MessagingBinding.ProjectedAddress",
    ),
}


def _unset_of(event: str) -> tuple[str, ...]:
    return next((names for start, names in _UNSET.items() if event.startswith(start)), ())


def conversation_parameters(values: dict[str, Any]) -> dict[str, str]:
    """
    Return the parameters about a conversation, from members of a `Conversation`; unset ones are
    absent.
    """
    return _texts(
        {
            "ConversationSid": values.get("sid"),
            "DateCreated": _date(values.get("created")),
            "DateUpdated": _date(values.get("updated")),
            "FriendlyName": values.get("friendly_name"),
            "UniqueName": values.get("unique_name"),
            "Attributes": values.get("attributes", "{}"),
            "ChatServiceSid": values.get("service"),
            "MessagingServiceSid": values.get("messaging_service_sid"),
            "State": values.get("state", "active"),
        }
    )


def conversation_values(conversation: Conversation) -> dict[str, Any]:
    """Return the members of a conversation that webhooks have."""
    names = (
        "sid",
        "created",
        "updated",
        "friendly_name",
        "unique_name",
        "attributes",
        "service",
        "messaging_service_sid",
        "state",
    )
    return {name: getattr(conversation, name) for name in names}


def participant_parameters(
    conversation: Conversation, participant: Participant, *, is_new: bool = False
) -> dict[str, str]:
    """
    Return the parameters about a participant; `is_new` leaves out what it does not have before it
    is added.
    """
    return _texts(
        {
            "ConversationSid": conversation.sid,
            "ParticipantSid": None if is_new else participant.sid,
            "Identity": participant.identity,
            "RoleSid": participant.role_sid,
            "Attributes": participant.attributes,
            "DateCreated": None if is_new else _date(participant.created),
            "LastReadMessageIndex": participant.last_read_message_index,
            "MessagingBinding.Type": participant.channel,
            "MessagingBinding.ProxyAddress": participant.proxy_address,
            "MessagingBinding.Address": participant.address,
            "MessagingBinding.ProjectedAddress": participant.projected_address,
        }
    )


def message_parameters(conversation: Conversation, life: LiveWorld) -> dict[str, str]:
    """Return the parameters about a message."""
    message = life.world.message
    return _texts(
        {
            "ChatServiceSid": conversation.service,
            "ConversationSid": conversation.sid,
            "MessageSid": message.sid,
            "MessagingServiceSid": conversation.messaging_service_sid,
            "Index": message.index,
            "DateCreated": _date(message.created),
            **draft_parameters(
                message.author,
                message.body,
                message.attributes,
                message.participant_sid,
                message.media,
            ),
        }
    )


def draft_parameters(
    author: str,
    body: str | None,
    attributes: str,
    participant_sid: str | None,
    media: tuple[dict[str, Any], ...],
) -> dict[str, str]:
    """Return the parameters about a message that a request is about to write."""
    files = [
        {"MediaSid": each["sid"], "Filename": each["filename"], "ContentType": each["content_type"]}
        for each in media
    ]
    return _texts(
        {
            "Body": body,
            "Author": author,
            "ParticipantSid": participant_sid,
            "Attributes": attributes,
            "Media": json.dumps(files) if files else None,
        }
    )


def _texts(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items() if value is not None}


def _date(moment: int | None) -> str | None:
    return None if moment is None else webhook_date(moment)


class Events:
    """
    Sends events to subscribers.

    Args:
        state: the state of the server.
        ask: sends a pre-webhook.
    """

    def __init__(self, state: State, ask: Ask) -> None:
        self._state = state
        self._ask = ask

    def complete(
        self, event: str, parameters: dict[str, str], source: str | None
    ) -> dict[str, str]:
        """Return the parameters of a webhook with those that every event has."""
        common = {"EventType": event, "AccountSid": self._state.account_sid}
        if self._state.settings.empty_parameters:
            common |= dict.fromkeys(_unset_of(event), "")
        if source is not None:
            common["Source"] = source
        return {**common, **parameters, "RetryCount": "0"}

    def notify(
        self,
        event: str,
        conversation: Conversation,
        parameters: dict[str, str],
        *,
        due: int | None = None,
        source: str | None = "API",
    ) -> None:
        """
        Have an event sent to those who are subscribed for it, at a reading of the clock; now by
        default.
        """
        targets = self._state.targets(event, conversation, parameters.get("Body"))
        if targets:
            notice = Notice(
                self.complete(event, parameters, source), self._state.new_token(), targets
            )
            self._state.agenda.add(self._state.clock.reading if due is None else due, notice)
            self._state.has_changed()

    def after(
        self,
        event: str,
        request: ApiRequest,
        conversation: Conversation,
        parameters: dict[str, str],
    ) -> None:
        """Send the event of a request, if the request asks for webhooks."""
        if request.webhooks_enabled:
            self.notify(event, conversation, parameters)

    def set_state(
        self,
        conversation: Conversation,
        state: str,
        reason: str,
        *,
        due: int | None = None,
        notifies: bool = True,
    ) -> None:
        """Change the state of a conversation at a reading of the clock, and send the event."""
        reading = self._state.clock.reading if due is None else due
        before, conversation.state = conversation.state, state
        conversation.idle_since = reading if state == "active" else conversation.idle_since
        if state == "closed":
            self._state.store.close(conversation)
        self._state.agenda.set_timers(conversation)
        if notifies:
            parameters = {
                "ChatServiceSid": conversation.service,
                "StateUpdated": webhook_date(conversation.moment(reading)),
                "StateFrom": before,
                "StateTo": state,
                "ConversationSid": conversation.sid,
                "Reason": reason,
            }
            event = "onConversationStateUpdated"
            self.notify(event, conversation, parameters, due=reading, source=None)

    def fire(self, due: int, timer: Timer) -> None:
        """End a timer of a conversation."""
        conversation = timer.conversation
        reason = "EVENT" if conversation.state == "initializing" else "TIMER"
        self.set_state(conversation, timer.state, reason, due=due)
        conversation.updated = conversation.moment(due)

    async def before(
        self,
        event: str,
        request: ApiRequest,
        service: str,
        draft: Callable[[Form], T],
        parameters: Callable[[T], dict[str, str]],
    ) -> T:
        """
        Return what a request is going to write, after a pre-webhook has seen and perhaps changed
        it.

        Args:
            event: the event before the fact.
            request: the request.
            service: SID of the service that it is about.
            draft: checks a form, and returns what to write.
            parameters: the parameters of the webhook, from that.

        Raises:
            ApiError: the pre-webhook refused, or what is to be written is not valid.
        """
        made = draft(request.form)
        subscription = self._state.store.subscription(service)
        enabled = request.webhooks_enabled and self._state.settings.pre_webhooks
        if not enabled or not subscription.wants_before(event):
            return made
        target = Target(subscription.pre_webhook_url or "", subscription.method or "POST")
        parameters_sent = self.complete(event, parameters(made), "API")
        status, body = await self._ask(parameters_sent, self._state.new_token(), target)
        if status is not None and status >= 400:
            raise ApiError.of(50056)
        changes = _changes_of(body) if status == 200 else {}
        try:
            return draft(request.form.updated(changes))
        except ApiError:
            if changes:
                raise ApiError.of(50057) from None
            raise

    async def before_removal(
        self,
        event: str,
        request: ApiRequest,
        conversation: Conversation,
        parameters: dict[str, str],
    ) -> None:
        """Let a pre-webhook refuse a removal; there is nothing that it could change."""
        service = conversation.service
        await self.before(event, request, service, lambda _: None, lambda _: parameters)


def _changes_of(body: bytes) -> dict[str, str]:
    """Return the parameters that the response of a pre-webhook changes."""
    if not body.strip():
        return {}
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        raise ApiError.of(50057) from None
    if not isinstance(values, dict):
        raise ApiError.of(50057)
    return {
        _CHANGES[name]: str(value)
        for name, value in values.items()
        if name in _CHANGES and value is not None
    }
