"""Webhooks of the contract's event among requests to the application, and their signatures."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from urllib.parse import urlsplit

from receiptkit.contract import Contract
from receiptkit.contract.webhook_payload import payload
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.finding import Finding, Severity

_EVENT = "onDeliveryUpdated"
#: Without an event, so many parameters of the webhook make one.
_NAMES = 5
_MISSING, _WRONG = "webhook.signature-missing", "webhook.signature"
#: A SHA-1 in base64.
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{27}=")
#: Hosts that test clients call; the URL that the application expects may be another one.
_PRIVATE = re.compile(
    r"[^.]*|[\d.]+|.*:.*|(.*\.)?(test|example|invalid|local|localhost|internal|example\.\w+)"
)


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


def signature_findings(
    request: WebhookRequest, contract: Contract, auth_token: str
) -> list[Finding]:
    """
    Return the findings about the signature of a webhook that the application accepted.

    They are warnings. A signature that may be over the application's public URL, which a test
    client does not call, is information.
    """
    found = _signed(contract, auth_token).check_webhook(request)
    return [
        replace(each, severity=_severity(request, each.rule))
        for each in found
        if each.rule in (_MISSING, _WRONG)
    ]


@lru_cache(maxsize=8)
def _signed(contract: Contract, auth_token: str) -> Contract:
    base = contract.validator.base_url.base
    return Contract(contract.document, contract.profile, contract.engine, auth_token, base)


def _severity(request: WebhookRequest, rule: str) -> Severity:
    signature, place = request.header("X-Twilio-Signature"), urlsplit(request.url)
    is_public = place.scheme == "https" and not _PRIVATE.fullmatch(place.hostname or "")
    is_certain = rule == _MISSING or is_public or not _SIGNATURE.fullmatch(signature or "")
    return Severity.WARNING if is_certain else Severity.INFO
