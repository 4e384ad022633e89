"""Fixtures: worlds by scenario and seed, rendered as the API and its webhooks would."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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


def __getattr__(name: str) -> Any:
    # Faker is heavy, and only the provider needs it.
    if name in _HOMES:
        return getattr(import_module(f"receiptkit.generation.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'receiptkit.generation' has no attribute {name!r}")
