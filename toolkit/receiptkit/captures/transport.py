"""
Values of a capture that only carried the traffic.

No rule, no schema and no reader looks into them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import orjson

from receiptkit.captures.observation import Layout
from receiptkit.model import pointers
from receiptkit.text.json_locate import scalars

#: Members around exchanges and webhook requests: of HAR 1.2, of recorders, of logs.
_MEMBERS = frozenset(
    (
        *("bodySize", "compression", "connection", "headersSize", "pageref", "serverIPAddress"),
        *("size", "startedDateTime", "time"),
        *("duration", "duration_ms", "elapsed", "elapsed_ms", "id", "received_at", "recorded_at"),
        *("request_id", "timestamp", "ts"),
    )
)
#: Objects and lists of which all values are such.
_CONTAINERS = frozenset(("timings", "queryString", "cookies"))
#: What a HAR calls a body in a file of its own, and one in chunks.
_BODIES = frozenset(("_file", "_isBinary"))

Path = tuple[str, ...]


def unread(text: str, layout: Layout, headers: Collection[str]) -> Iterator[tuple[int, int]]:
    """
    Yield where values begin and end that nothing reads, in their order; of texts without the
    quotation marks.

    Args:
        text: the JSON text of an exchange or a webhook request.
        layout: where its parts stand.
        headers: the headers that something reads, in lower case.
    """
    value = orjson.loads(text)
    parts = {part: tuple(pointers.split(spot.pointer)) for part, spot in layout.items()}
    read = [parts[part] for part in ("response", "request", "url", "status") if parts.get(part)]
    sent = {parts[part] for part in ("headers", "sent") if parts.get(part)}
    for path, start, end in scalars(text):
        if any(path[: len(part)] == part for part in read):
            continue
        name = next((_header(value, path, at) for at in sent if path[: len(at)] == at), None)
        if name is None and not _is_transport(path):
            continue
        if name is None or name.lower() not in headers:
            is_text = text[start] == '"'
            yield start + is_text, end - is_text


def _is_transport(path: Path) -> bool:
    return path[-1] in _MEMBERS or any(
        name in _CONTAINERS or (name.startswith("_") and name not in _BODIES) for name in path
    )


def _header(value: Any, path: Path, at: Path) -> str:
    """Return the name of the header at a path, however headers are written."""
    for token in at:
        value = value[token]
    if isinstance(value, dict):
        return path[len(at)]
    item = value[int(path[len(at)])]
    name = item.get("name") if isinstance(item, dict) else item[0]
    is_name = path[-1] == "name" if isinstance(item, dict) else path[-1] == "0"
    # The name of a header is read, too.
    return "content-type" if is_name else str(name)
