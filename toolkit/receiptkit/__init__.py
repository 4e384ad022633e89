"""
Contract tests and fixtures for the delivery receipts of Twilio Conversations.

The names below are the public Python API. Each is imported at its first use, so that
`import receiptkit` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from receiptkit.contract import Contract
    from receiptkit.history import History
    from receiptkit.model.errors import DocumentError, ReceiptkitError, UsageError
    from receiptkit.model.exchange import Exchange, WebhookRequest
    from receiptkit.model.finding import Finding, Severity
    from receiptkit.model.location import Location
    from receiptkit.testing.matcher import ContractViolation

__version__ = "0.2.0"

_HOMES = {
    "Contract": "receiptkit.contract",
    "ContractViolation": "receiptkit.testing.matcher",
    "WebhookRequest": "receiptkit.model.exchange",
    "DocumentError": "receiptkit.model.errors",
    "Exchange": "receiptkit.model.exchange",
    "Finding": "receiptkit.model.finding",
    "History": "receiptkit.history",
    "Location": "receiptkit.model.location",
    "ReceiptkitError": "receiptkit.model.errors",
    "Severity": "receiptkit.model.finding",
    "UsageError": "receiptkit.model.errors",
}

__all__ = [
    "Contract",
    "ContractViolation",
    "DocumentError",
    "Exchange",
    "Finding",
    "History",
    "Location",
    "ReceiptkitError",
    "Severity",
    "UsageError",
    "WebhookRequest",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'receiptkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
