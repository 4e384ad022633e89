"""The webhooks of one conversation: create, fetch, list, update, delete."""

from __future__ import annotations

from typing import Any

from receiptkit.server.errors import ApiError
from receiptkit.server.forms import Form
from receiptkit.server.request import DELETED, ApiAnswer, ApiRequest, answer
from receiptkit.server.resource import Resource, dates_of
from receiptkit.server.resources import Conversation, ScopedWebhook
from receiptkit.server.subscription import EVENT, webhook_url

_TARGETS = ("webhook", "trigger", "studio")
_MOST = 5
_LONGEST_URL, _LONGEST_TRIGGER = 512, 248
_FILTERS = (
    *(f"onMessage{done}" for done in ("Added", "Updated", "Removed")),
    *(f"onConversation{done}" for done in ("Updated", "StateUpdated", "Removed")),
    *(f"onParticipant{done}" for done in ("Added", "Updated", "Removed")),
    EVENT,
)


class ScopedWebhooks(Resource):
    """Answers requests about the webhooks of a conversation."""

    def body(
        self, conversation: Conversation, hook: ScopedWebhook, request: ApiRequest
    ) -> dict[str, Any]:
        """Return the body of a webhook."""
        scope = {} if request.service is None else {"chat_service_sid": conversation.service}
        return {
            "sid": hook.sid,
            "account_sid": self._state.account_sid,
            **scope,
            "conversation_sid": conversation.sid,
            "target": hook.target,
            "url": f"{request.root}/Conversations/{conversation.sid}/Webhooks/{hook.sid}",
            "configuration": _configuration(hook),
            **dates_of(hook),
        }

    def _values(self, form: Form, target: str, *, is_new: bool) -> dict[str, Any]:
        """Return what a form says, as members of a webhook."""
        # What a target does not have is passed over, but has to be what the contract says.
        method = form.choice("Configuration.Method", _METHODS, 50055)
        flow = form.matching("Configuration.FlowSid", r"FW[0-9a-fA-F]{32}", 50367)
        if target == "studio":
            if flow is None and is_new:
                raise ApiError.of(50367)
            return {} if flow is None else {"flow_sid": flow}
        values: dict[str, Any] = {"method": method}
        url = form.text("Configuration.Url", _LONGEST_URL, 50372)
        if url:
            values["url"] = webhook_url(url, "Configuration.Url", 50372)
        elif is_new or url == "":
            raise ApiError.of(50369)
        if target == "trigger":
            values["triggers"] = self._triggers(form, is_new=is_new)
        else:
            values["filters"] = self._filters(form, is_new=is_new)
        return {name: value for name, value in values.items() if value is not None}

    def _filters(self, form: Form, *, is_new: bool) -> tuple[str, ...] | None:
        filters = _values_of(form, "Configuration.Filters", 50370 if is_new else None)
        if any(name not in _FILTERS for name in filters or ()):
            raise ApiError.of(50365)
        return filters

    def _triggers(self, form: Form, *, is_new: bool) -> tuple[str, ...] | None:
        triggers = _values_of(form, "Configuration.Triggers", 50371 if is_new else None)
        if triggers is not None and len(triggers) > _MOST:
            raise ApiError.of(50362)
        if any(not 0 < len(trigger) <= _LONGEST_TRIGGER for trigger in triggers or ()):
            raise ApiError.of(50366)
        return triggers

    # -- answers

    async def create(self, request: ApiRequest) -> ApiAnswer:
        """Add a webhook."""
        conversation = self._open_conversation(request)
        form = request.form
        if not form.last("Target"):
            raise ApiError.of(50368)
        target = form.choice("Target", _TARGETS, 50364) or ""
        if len(conversation.webhooks) >= _MOST:
            raise ApiError.of(50361)
        values = {"method": "post", **self._values(form, target, is_new=True)}
        created = conversation.moment(self._state.clock.reading)
        hook = ScopedWebhook(
            number=conversation.take_number(),
            sid=self._state.new_sid("WH"),
            target=target,
            created=created,
            updated=created,
            **values,
        )
        conversation.webhooks.add(hook)
        self._follow(hook)
        return answer(self.body(conversation, hook, request), 201)

    def _follow(self, hook: ScopedWebhook) -> None:
        if EVENT in hook.filters:
            self._state.follow_receipts()

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a webhook."""
        conversation = self._conversation(request)
        return answer(self.body(conversation, self._row(conversation.webhooks, request), request))

    def list(self, request: ApiRequest) -> ApiAnswer:
        """Return a page of the webhooks of a conversation."""
        conversation = self._conversation(request)
        return self._list(
            request,
            "webhooks",
            conversation.webhooks,
            lambda row: self.body(conversation, row, request),
            most=_MOST,
            usual=_MOST,
        )

    async def update(self, request: ApiRequest) -> ApiAnswer:
        """Update a webhook; what the form does not name stays."""
        conversation = self._open_conversation(request)
        hook = self._row(conversation.webhooks, request)
        values = self._values(request.form, hook.target, is_new=False)
        values["updated"] = conversation.moment(self._state.clock.reading)
        for name, value in values.items():
            setattr(hook, name, value)
        self._follow(hook)
        return answer(self.body(conversation, hook, request))

    async def delete(self, request: ApiRequest) -> ApiAnswer:
        """Remove a webhook."""
        conversation = self._conversation(request)
        conversation.webhooks.remove(self._row(conversation.webhooks, request))
        return DELETED


_METHODS = ("get", "post")


def _configuration(hook: ScopedWebhook) -> dict[str, Any]:
    """Return the configuration of a webhook, with the members that its target has."""
    if hook.target == "studio":
        return {"flow_sid": hook.flow_sid}
    common: dict[str, Any] = {"url": hook.url, "method": hook.method}
    if hook.target == "trigger":
        # Examples show keywords under `filters`; real answers are not known, so both have them.
        return {**common, "triggers": list(hook.triggers), "filters": list(hook.triggers)}
    return {**common, "filters": list(hook.filters)}


def _values_of(form: Form, name: str, missing: int | None) -> tuple[str, ...] | None:
    """
    Return the values of a parameter, each once; None without one.

    Raises:
        ApiError: it is missing, and `missing` is the code of that.
    """
    values = tuple(dict.fromkeys(form.many(name)))
    if not values and missing is not None:
        raise ApiError.of(missing)
    return values or None
