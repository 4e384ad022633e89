"""The connection that vcrpy puts in the place of that of `http.client`."""

from __future__ import annotations

from types import ModuleType

from receiptkit.testing.guard.clients.http_client import wrap_connection
from receiptkit.testing.guard.patches import Patches

MODULE = "vcr.stubs"


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the methods of the connection."""
    wrap_connection(module, "VCRConnection", patches)
