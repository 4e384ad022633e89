"""Describe a server for its page, as bounded JSON."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import Any

from receiptkit.generation import SCENARIOS
from receiptkit.generation.world import Receipt, webhook_date
from receiptkit.model.exchange import text_of
from receiptkit.server.causes import likely_cause, was_accepted
from receiptkit.server.control import Control
from receiptkit.server.faults import REQUESTS, WEBHOOKS
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.request_log import RequestLog
from receiptkit.server.sender import Sent
from receiptkit.webhooks.signature import HEADER, signed_text

#: How many worlds, receipts of a world, calls and webhooks are shown.
_WORLDS, _RECEIPTS, _CALLS, _WEBHOOKS = 30, 50, 100, 100
_LONGEST = 4096


def view(control: Control, log: RequestLog) -> dict[str, Any]:
    """Return the worlds that began last with their receipts, and the last calls and webhooks."""
    state = control.state
    reading = state.clock.reading
    lives = deque(islice(state.lives, 10_000), maxlen=_WORLDS)
    first = control.sender.count - len(control.sender.sent)
    sent = [(first + index, each) for index, each in enumerate(control.sender.sent)]
    return {
        "clock": {"kind": state.settings.clock, "date": webhook_date(state.epoch + reading)},
        "account": state.account_sid,
        "worlds": [_world(life, reading) for life in reversed(lives)],
        "messages": sum(1 for _ in islice(state.lives, 10_000)),
        "calls": [each._asdict() for each in reversed([*log.calls][-_CALLS:])],
        "webhooks": [_webhook(*each) for each in reversed(sent[-_WEBHOOKS:])],
        "sent": control.sender.count,
        "faults": state.faults.shown(),
        "scenarios": list(SCENARIOS),
        "kinds": [*REQUESTS, *WEBHOOKS],
    }


def _world(life: LiveWorld, reading: int) -> dict[str, Any]:
    """Return a message with the states of its receipts up to a reading of the clock."""
    moment = life.world.message.created + reading - life.since
    shown = list(islice(life.world.seen_by(moment), _RECEIPTS))
    return {
        "sid": life.sid,
        "scenario": life.world.scenario,
        "receipts": [_receipt(each, life, moment) for each in shown],
        "of": len(life.world.receipts),
    }


def _receipt(receipt: Receipt, life: LiveWorld, moment: int) -> dict[str, Any]:
    steps = [step for step in receipt.steps if step.at <= moment]
    created = life.world.message.created
    return {
        "sid": receipt.sid,
        "channel": receipt.channel,
        "states": [
            {"status": step.status, "error": step.error_code, "after": step.at - created}
            for step in steps
        ],
    }


def _webhook(number: int, sent: Sent) -> dict[str, Any]:
    parameters = sent.outgoing.parameters if sent.outgoing else {}
    return {
        "number": number,
        "event": parameters.get("EventType", ""),
        "status": parameters.get("Status", ""),
        "message": parameters.get("MessageSid", ""),
        "receipt": parameters.get("DeliveryReceiptSid", ""),
        "outcome": sent.outcome,
        "accepted": was_accepted(sent.outcome),
        "milliseconds": sent.milliseconds,
    }


def details(number: int, sent: Sent) -> dict[str, Any]:
    """Return everything about a webhook: the request, the signed text, the response, the cause."""
    request = sent.delivery
    parameters = sent.outgoing.parameters if sent.outgoing else {}
    posted = request.method == "POST"
    return {
        **_webhook(number, sent),
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "body": (text_of(request.body) or b"").decode("utf-8", "replace"),
        "parameters": parameters,
        "signed": signed_text(request.url, parameters if posted else {}),
        "signature": request.headers.get(HEADER, ""),
        "answer": sent.answer[:_LONGEST].decode("utf-8", "replace"),
        "cause": likely_cause(sent.outcome, request.url),
    }
