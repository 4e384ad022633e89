"""An HTTP client: `tinyhttp.get(url)` returns status, headers and body."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from receiptkit.testing.guard import watchers
from receiptkit.testing.guard.patches import Patches

MODULE = "tinyhttp"


def wrap(module: ModuleType, patches: Patches) -> None:
    """Wrap the function that sends."""

    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        def get(url: str) -> Any:
            status, headers, body = inner(url)
            watchers.show("GET", url, status, headers, body)
            return status, headers, body

        return get

    patches.wrap(module, "get", around)
