"""
A local Twilio Conversations: receipts over REST, their lives, and the signed webhooks that go
with them (extra `server`).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from receiptkit.model.errors import UsageError

if TYPE_CHECKING:
    from receiptkit.server.application import app
    from receiptkit.server.background import Running, listening, running, server_of, url_of
    from receiptkit.server.control import Control
    from receiptkit.server.settings import ServerSettings
    from receiptkit.webhooks import AUTH_TOKEN

_HOMES = {
    "AUTH_TOKEN": "settings",
    "Control": "control",
    "Running": "background",
    "ServerSettings": "settings",
    "app": "application",
    "listening": "background",
    "running": "background",
    "server_of": "background",
    "url_of": "background",
}

__all__ = [
    "AUTH_TOKEN",
    "Control",
    "Running",
    "ServerSettings",
    "app",
    "listening",
    "running",
    "server_of",
    "url_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'receiptkit.server' has no attribute {name!r}")
    try:
        return getattr(import_module(f"receiptkit.server.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise UsageError(f"the server needs {package}: pip install 'receiptkit[server]'") from None
