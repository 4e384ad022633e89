"""The fuzz targets, by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from proofs.fuzz import files, http_requests, readers

#: Each takes an input and a folder to write to, and raises what must not happen.
TARGETS: dict[str, Callable[[bytes, Path], None]] = {
    "readers": readers.captures,
    "documents": files.documents,
    "settings": files.settings,
    "baselines": files.baselines,
    "data": files.server_data,
    "webhooks": http_requests.webhooks,
    "server": http_requests.server,
}
