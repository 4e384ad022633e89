"""Recognise webhooks of the contract's event among requests to the application."""

from __future__ import annotations

from difflib import get_close_matches

from receiptkit.contract import Contract
from receiptkit.contract.webhook_payload import payload
from receiptkit.model.exchange import WebhookRequest

_EVENT = "onDeliveryUpdated"
#: Without an event, so many parameters of the webhook make one.
_NAMES = 5


def is_webhook(request: WebhookRequest, contract: Contract) -> bool:
    """
    Return True if a request is meant to be a webhook of this event; other requests are the
    application's own.
    """
    if request.method.upper() not in ("POST", "GET", "PUT"):
        return False
    parameters = payload(request).body
    if not isinstance(parameters, dict):
        return False
    event = parameters.get("EventType")
    if isinstance(event, str):
        close = get_close_matches(event.lower(), [_EVENT.lower()], cutoff=0.9)
        return bool(close)
    return contract.validator.recogniser.has_in_common("webhook", parameters) >= _NAMES
