"""Fixtures: worlds by scenario and seed, rendered as the API and its webhooks would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiptkit.model.late_names import late_names

if TYPE_CHECKING:
    from receiptkit.generation.api_errors import ERRORS
    from receiptkit.generation.generator import VERSION, Generator, RefusedError
    from receiptkit.generation.provider import ReceiptProvider
    from receiptkit.generation.rendering import WEBHOOK_URL, Rendering
    from receiptkit.generation.scenarios import ANY, SCENARIOS, STREAMS, Outcome, Scenario
    from receiptkit.generation.stream import Event, Webhooks
    from receiptkit.generation.world import Message, Receipt, Step, World

_HOMES = {
    "ANY": "scenarios",
    "ERRORS": "api_errors",
    "Event": "stream",
    "Generator": "generator",
    "Message": "world",
    "Outcome": "scenarios",
    "Receipt": "world",
    "ReceiptProvider": "provider",
    "RefusedError": "generator",
    "Rendering": "rendering",
    "SCENARIOS": "scenarios",
    "STREAMS": "scenarios",
    "Scenario": "scenarios",
    "Step": "world",
    "VERSION": "generator",
    "WEBHOOK_URL": "rendering",
    "Webhooks": "stream",
    "World": "world",
}

__all__ = [
    "ANY",
    "ERRORS",
    "SCENARIOS",
    "STREAMS",
    "VERSION",
    "WEBHOOK_URL",
    "Event",
    "Generator",
    "Message",
    "Outcome",
    "Receipt",
    "ReceiptProvider",
    "RefusedError",
    "Rendering",
    "Scenario",
    "Step",
    "Webhooks",
    "World",
]

# Faker is heavy, and only the provider needs it.
__getattr__ = late_names("receiptkit.generation", _HOMES)
