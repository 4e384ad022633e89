"""
Live traffic: receive webhooks, stand before an API, send recorded webhooks again.

    receiver        webhooks to an application, judged and kept on their way
    recorded        the webhooks in a capture
    sending         sends them again
    forwarding      requests to another server, byte for byte
    judging         judges each record at once, as `validate` judges the file
    recording       the file of what was seen, one line each
    reverse         a reverse proxy before an API, with links to itself
    archive         the file of its exchanges: NDJSON or HAR
    session         the state that receiver and proxy share: counts, log, when to end
    panel           the page `/_receiptkit/`
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from receiptkit.model.errors import UsageError

if TYPE_CHECKING:
    from receiptkit.live.running import Live, listen, proxy
    from receiptkit.live.sending import Replayed, replay

_HOMES = {
    "Live": "running",
    "Replayed": "sending",
    "listen": "running",
    "proxy": "running",
    "replay": "sending",
}

__all__ = ["Live", "Replayed", "listen", "proxy", "replay"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'receiptkit.live' has no attribute {name!r}")
    try:
        return getattr(import_module(f"receiptkit.live.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        package = str(error.name).partition(".")[0]
        raise UsageError(f"this needs {package}: pip install 'receiptkit[server]'") from None
