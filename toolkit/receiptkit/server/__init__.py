"""
A local Twilio Conversations: receipts over REST, their lives, and the signed webhooks that go
with them (extra `server`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from receiptkit.model.late_names import late_names

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

__getattr__ = late_names("receiptkit.server", _HOMES, "server")
