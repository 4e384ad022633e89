"""The configurations of the account and of services, and the services themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson

from receiptkit.server.errors import ApiError
from receiptkit.server.request import DELETED, ApiAnswer, ApiRequest, answer
from receiptkit.server.resource import Resource, dates_of
from receiptkit.server.resources import Service
from receiptkit.server.subscription import Subscription

_MINUTE = 60_000
_LINKS = (
    "Conversations",
    "Users",
    "Roles",
    "Bindings",
    "Configuration",
    "ParticipantConversations",
    "ConversationWithParticipants",
)
_NAMES = {
    "ParticipantConversations": "participant_conversations",
    "ConversationWithParticipants": "conversation_with_participants",
}
_ROLES = {
    "DefaultConversationCreatorRoleSid": "default_conversation_creator_role_sid",
    "DefaultConversationRoleSid": "default_conversation_role_sid",
    "DefaultChatServiceRoleSid": "default_chat_service_role_sid",
}
_TIMERS = {
    "DefaultInactiveTimer": ("default_inactive_timer", _MINUTE, 50375),
    "DefaultClosedTimer": ("default_closed_timer", 10 * _MINUTE, 50376),
}


class WebhookConfigurations(Resource):
    """Answers requests about the webhooks of the account and of services."""

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a configuration."""
        service = self._service(request)
        in_service = request.service is not None
        subscription = self._state.store.subscriptions.get(request.service, Subscription())
        world = replace(self._state.identity, in_service=in_service, chat_service_sid=service.sid)
        body = self._state.speaking(request.origin).at(world, "start").configuration()
        return ApiAnswer(
            orjson.dumps({name: subscription.body.get(name, body[name]) for name in body})
        )

    async def update(self, request: ApiRequest) -> ApiAnswer:
        """Update a configuration; what the form does not name stays."""
        self._service(request)
        before = self._state.store.subscriptions.get(request.service, Subscription())
        after = before.updated(request.form, in_service=request.service is not None)
        self._state.subscribe(request.service, after)
        return self.fetch(request)


class Configurations(Resource):
    """Answers requests about the configuration of the account, and of services."""

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a configuration."""
        service = self._service(request)
        url = f"{request.root}/Configuration"
        if request.service is not None:
            links = {name.lower(): f"{url}/{name}" for name in ("Notifications", "Webhooks")}
            scope = {"chat_service_sid": service.sid}
            return answer({**scope, **service.settings, "url": url, "links": links})
        stored = self._state.store.configuration
        service_url = f"{request.origin}/v1/Services/{service.sid}/Configuration"
        texts = stored.get("texts", {})
        return answer(
            {
                "account_sid": self._state.account_sid,
                "default_chat_service_sid": service.sid,
                "default_messaging_service_sid": self._state.messaging_service_sid,
                "default_inactive_timer": texts.get("default_inactive_timer"),
                "default_closed_timer": texts.get("default_closed_timer"),
                "url": url,
                "links": {"service": service_url, "webhooks": f"{url}/Webhooks"},
            }
        )

    async def update(self, request: ApiRequest) -> ApiAnswer:
        """Update a configuration; what the form does not name stays."""
        service, form = self._service(request), request.form
        if request.service is not None:
            roles = {
                member: form.matching(name, r"RL[0-9a-fA-F]{32}", 50109)
                for name, member in _ROLES.items()
            }
            reachable = form.choice("ReachabilityEnabled", ("true", "false"), 20001)
            service.settings.update({name: value for name, value in roles.items() if value})
            if reachable is not None:
                service.settings["reachability_enabled"] = reachable == "true"
            return self.fetch(request)
        self._update_account(request)
        return self.fetch(request)

    def _update_account(self, request: ApiRequest) -> None:
        form, store = request.form, self._state.store
        values: dict[str, Any] = {}
        texts = dict(store.configuration.get("texts", {}))
        for name, (member, least, code) in _TIMERS.items():
            span = form.duration(name, least, code)
            if span is not None:
                values[member] = span or None
                texts[member] = form.last(name) or None
        messaging = form.matching("DefaultMessagingServiceSid", r"MG[0-9a-fA-F]{32}", 50341)
        if messaging is not None:
            values["default_messaging_service_sid"] = messaging
        sid = form.last("DefaultChatServiceSid")
        default = store.default if sid is None else store.services.get(sid)
        if default is None:
            raise ApiError.parameter("DefaultChatServiceSid must be a service.")
        store.default = default
        store.configuration.update({**values, "texts": texts})


class Services(Resource):
    """Answers requests about services."""

    def body(self, service: Service, request: ApiRequest) -> dict[str, Any]:
        """Return the body of a service."""
        url = f"{request.origin}/v1/Services/{service.sid}"
        return {
            "account_sid": self._state.account_sid,
            "sid": service.sid,
            "friendly_name": service.friendly_name,
            **dates_of(service),
            "url": url,
            "links": {_NAMES.get(name, name.lower()): f"{url}/{name}" for name in _LINKS},
        }

    async def create(self, request: ApiRequest) -> ApiAnswer:
        """Create a service."""
        name = request.form.text("FriendlyName", 256, 50003)
        if not name:
            raise ApiError.parameter("FriendlyName is required.")
        self._state.store.reserve(1)
        now = self._state.epoch + self._state.clock.reading
        service = Service(
            number=self._state.store.take_number(),
            sid=self._state.new_sid("IS"),
            friendly_name=name,
            created=now,
            updated=now,
        )
        self._state.add_service(service)
        return answer(self.body(service, request), 201)

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a service."""
        return answer(self.body(self._row(self._state.store.services, request), request))

    def list(self, request: ApiRequest) -> ApiAnswer:
        """Return a page of the services."""
        return self._list(
            request, "services", self._state.store.services, lambda row: self.body(row, request)
        )

    async def delete(self, request: ApiRequest) -> ApiAnswer:
        """Delete a service with its conversations; the default one stays."""
        store = self._state.store
        service = self._row(store.services, request)
        if service is store.default:
            raise ApiError.parameter("The default service cannot be deleted.")
        for conversation in list(service.conversations):
            store.remove_conversation(conversation)
        store.services.remove(service)
        store.subscriptions.pop(service.sid, None)
        store.records -= 1
        return DELETED
