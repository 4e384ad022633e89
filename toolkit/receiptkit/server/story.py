"""Requests of each operation of conversations in one server: the documents' examples."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from receiptkit.generation.examples import ExampleCall
from receiptkit.model.exchange import WebhookRequest
from receiptkit.server import app
from receiptkit.server.direct import call
from receiptkit.text.forms import FORM

_ORIGIN = "https://conversations.twilio.com"
_ANNA, _BEN, _SHOP = "anna", "+15550101001", "+15550100000"
_HOOK = "https://example.com/twilio"
_CONVERSATION = {"FriendlyName": "Order 1042", "Attributes": '{"order": 1042}'}
_EVENTS = ["onMessageAdded", "onDeliveryUpdated"]
#: What an example shows, its name, and the fields of its form.
_PARTICIPANTS = {
    "chat": ("A chat user.", {"Identity": _ANNA}),
    "sms": (
        "A recipient of SMS.",
        {"MessagingBinding.Address": _BEN, "MessagingBinding.ProxyAddress": _SHOP},
    ),
    "whatsapp": (
        "A recipient on WhatsApp.",
        {
            "MessagingBinding.Address": "whatsapp:+15550101002",
            "MessagingBinding.ProxyAddress": f"whatsapp:{_SHOP}",
        },
    ),
}
_WEBHOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "studio": ("A flow.", {"Target": "studio", "Configuration.FlowSid": f"FW{'2c9e' * 8}"}),
    "trigger": (
        "A URL that is called for words.",
        {
            "Target": "trigger",
            "Configuration.Url": _HOOK,
            "Configuration.Method": "post",
            "Configuration.Triggers": ["help"],
        },
    ),
    "webhook": (
        "A URL that is called for events.",
        {
            "Target": "webhook",
            "Configuration.Url": _HOOK,
            "Configuration.Method": "post",
            "Configuration.Filters": _EVENTS,
        },
    ),
}
_WITH_PARTICIPANTS = {
    **_CONVERSATION,
    "Participant": [
        '{"identity": "anna"}',
        '{"messaging_binding": {"address": "+15550101003", "proxy_address": "+15550100000"}}',
    ],
}


#: Calls that follow in each scope: what they show, where, and the fields of their forms.
_CHANGES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    ("Attributes of their own.", "{message}", {"Attributes": '{"seen": true}'}),
    ("Anna has read it.", "{anna}", {"LastReadMessageIndex": 0}),
    ("Another URL.", "{hook}", {"Configuration.Url": f"{_HOOK}/new"}),
    ("Another name.", "{order}", {"FriendlyName": "Order 1042, sent"}),
)
_READS = (
    ("Every conversation.", "{scope}/Conversations"),
    ("An order.", "{order}"),
    ("Everybody.", "{order}/Participants"),
    ("A chat user.", "{anna}"),
    ("Every message.", "{order}/Messages"),
    ("Every webhook.", "{order}/Webhooks"),
    ("A webhook.", "{hook}"),
    ("Where Anna is.", f"{{scope}}/ParticipantConversations?Identity={_ANNA}"),
    ("Defaults.", "{scope}/Configuration"),
)
_ENDS = (
    ("A webhook is gone.", "{hook}"),
    ("A participant is gone.", "{anna}"),
    ("A message is gone.", "{message}"),
    ("A conversation is gone.", "{order}"),
)


def story() -> list[ExampleCall]:
    """Return the requests with their responses, in both scopes; always the same."""
    return asyncio.run(_Story().calls())


class _Story:
    def __init__(self) -> None:
        self._app = app("none", clock="manual", public_origin=_ORIGIN)
        self._control = self._app.state.control
        secret = f"{self._control.state.account_sid}:{self._control.state.settings.signing_token}"
        self._credentials = base64.b64encode(secret.encode()).decode()
        self._calls: list[ExampleCall] = []

    async def calls(self) -> list[ExampleCall]:
        service = self._control.state.chat_service_sid
        for scope in ("", f"/Services/{service}"):
            await self._in_scope(scope)
        made = await self._tell("A service.", "POST", "/Services", {"FriendlyName": "Shop"})
        await self._tell("Every service.", "GET", "/Services")
        path = f"/Services/{made['sid']}"
        await self._tell("A service.", "GET", path)
        await self._tell("A service is gone.", "DELETE", path)
        return self._calls

    async def _in_scope(self, scope: str) -> None:
        named = {**_CONVERSATION, "UniqueName": "order-1042"}
        sid = (await self._tell("An order.", "POST", f"{scope}/Conversations", named))["sid"]
        path = f"{scope}/Conversations/{sid}"
        people = await self._make(f"{path}/Participants", _PARTICIPANTS)
        hooks = await self._make(f"{path}/Webhooks", _WEBHOOKS)
        text = {"Author": _ANNA, "Body": "Your order is on its way."}
        message = await self._tell("Just posted.", "POST", f"{path}/Messages", text)
        await self._control.advance(to="end")
        places = {
            "scope": scope,
            "order": path,
            "anna": f"{path}/Participants/{people['chat']['sid']}",
            "hook": f"{path}/Webhooks/{hooks['webhook']['sid']}",
            "message": f"{path}/Messages/{message['sid']}",
        }
        setting: dict[str, Any] = (
            {"ReachabilityEnabled": True} if scope else {"DefaultClosedTimer": "PT60M"}
        )
        changes = (*_CHANGES, ("Another setting.", "{scope}/Configuration", setting))
        for title, place, form in changes:
            await self._tell(title, "POST", place.format_map(places), form)
        for method, calls in (("GET", _READS), ("DELETE", _ENDS)):
            for title, place in calls:
                await self._tell(title, method, place.format_map(places))
        whole = f"{scope}/ConversationWithParticipants"
        await self._tell("Nobody yet.", "POST", whole, _CONVERSATION)
        made = await self._tell("Two participants.", "POST", whole, _WITH_PARTICIPANTS)
        # The same numbers are used once more.
        await self._ask("DELETE", f"{scope}/Conversations/{made['sid']}", None)

    async def _make(
        self, path: str, forms: Mapping[str, tuple[str, Mapping[str, Any]]]
    ) -> dict[str, Any]:
        return {
            name: await self._tell(title, "POST", path, form, name)
            for name, (title, form) in forms.items()
        }

    async def _tell(
        self,
        title: str,
        method: str,
        path: str,
        form: Mapping[str, Any] | None = None,
        name: str = "order",
    ) -> Any:
        status, body = await self._ask(method, path, form)
        self._calls.append(ExampleCall(method, f"/v1{path}", form, status, body, name, title))
        return body

    async def _ask(self, method: str, path: str, form: Mapping[str, Any] | None) -> tuple[int, Any]:
        headers = {"Authorization": f"Basic {self._credentials}", "Content-Type": FORM}
        fields = {name: "true" if value is True else value for name, value in (form or {}).items()}
        sent = urlencode(fields, doseq=True, quote_via=quote).encode()
        request = WebhookRequest(f"{_ORIGIN}/v1{path}", method, sent, headers)
        status, body = await call(self._app, request)
        return status, orjson.loads(body) if body else None
