"""
An application that tells customers of their orders by SMS and WhatsApp, and keeps what became of it.

It knows Twilio's library and nothing of receiptkit: where Twilio is, is a setting.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, FastAPI, Request, Response
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

#: A receipt goes from one of these to a later one, whatever order webhooks arrive in.
RANKS = [None, "sent", "delivered", "read", "undelivered", "failed"]
SENDER = "+15550100000"
FILTERS = [
    "onDeliveryUpdated",
    "onMessageAdded",
    "onParticipantAdded",
    "onConversationStateUpdated",
]


async def form_of(request: Request) -> dict[str, str]:
    """Return the form of a request."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def create_app(url: str, account: str, token: str, hook: str) -> FastAPI:
    """Return the application; `hook` is its own address for webhooks."""
    app = FastAPI()
    client = Client(account, token)
    client.conversations.base_url = url
    conversations = client.conversations.v1.conversations
    validator = RequestValidator(token)
    orders: dict[str, Any] = {}

    @app.post("/orders/{name}", status_code=201)
    def open_order(name: str, order: dict[str, str], response: Response) -> Any:
        try:
            conversation = conversations.create(
                unique_name=name, friendly_name="Order", x_twilio_webhook_enabled="true"
            )
        except TwilioRestException as error:
            response.status_code = error.status
            return {"code": error.code}
        conversation.webhooks.create(
            target="webhook", configuration_url=hook, configuration_filters=FILTERS
        )
        conversation.participants.create(identity="shop", x_twilio_webhook_enabled="true")
        for prefix in ("", "whatsapp:"):
            conversation.participants.create(
                messaging_binding_address=prefix + order["phone"],
                messaging_binding_proxy_address=prefix + SENDER,
                x_twilio_webhook_enabled="true",
            )
        message = conversation.messages.create(
            author="shop", body=order["text"], x_twilio_webhook_enabled="true"
        )
        orders[name] = {"message": message.sid, "receipts": {}, "events": []}
        return {"conversation": conversation.sid, "delivery": message.delivery}

    @app.post("/hook")
    def receive(request: Request, form: Annotated[dict[str, str], Depends(form_of)]) -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        if not validator.validate(str(request.url), form, signature):
            return Response(status_code=403)
        order = orders.get(conversations(form["ConversationSid"]).fetch().unique_name)
        if order is None:
            return Response(status_code=404)
        order["events"].append(form["EventType"])
        if form["EventType"] == "onDeliveryUpdated":
            note(order, form["DeliveryReceiptSid"], form["Status"], form.get("ErrorCode"))
        return Response(status_code=204)

    def note(order: Any, sid: str, status: str | None, code: Any) -> None:
        before = order["receipts"].get(sid, [None, None])
        if RANKS.index(status) >= RANKS.index(before[0]):
            order["receipts"][sid] = [status, int(code) if code else None]

    @app.post("/orders/{name}/poll", status_code=204, response_model=None)
    def poll(name: str) -> None:
        receipts = conversations(name).messages(orders[name]["message"]).delivery_receipts
        for receipt in receipts.stream(page_size=1):
            note(orders[name], receipt.sid, receipt.status, receipt.error_code)

    @app.post("/orders/{name}/close")
    def close(name: str) -> Any:
        conversations(name).update(state="closed", x_twilio_webhook_enabled="true")
        try:
            conversations(name).messages.create(body="too late")
        except TwilioRestException as error:
            return {"code": error.code, "state": conversations(name).fetch().state}
        return None

    @app.get("/orders/{name}")
    def show(name: str) -> Any:
        return orders[name]

    return app
