"""
Values of a capture that only carried the traffic.

No rule, no schema and no reader looks into them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

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

#: A text that YAML reads as that text, without quotation marks.
_PLAIN = re.compile(r"[A-Za-z0-9][^\n]*")

Path = tuple[str, ...]


class Value(NamedTuple):
    """
    The place of a value that is no container.

    Attributes:
        start, end: where it begins and ends.
        is_quoted: False for a text without quotation marks.
        is_kept: whether it is remembered.
    """

    start: int
    end: int
    is_quoted: bool
    is_kept: bool = False


def unread(
    text: str, layout: Layout, headers: Collection[str], kept: Collection[str] = ()
) -> Iterator[Value]:
    """
    Yield the values that nothing reads, in their order; of texts without the quotation marks.

    Args:
        text: the text of an exchange or a webhook request, in JSON or YAML.
        layout: where its parts stand.
        headers: the headers that something reads, in lower case.
        kept: the other headers whose values are remembered.
    """
    value, values = _values(text)
    parts = {part: tuple(pointers.split(spot.pointer)) for part, spot in layout.items()}
    read = [parts[part] for part in ("response", "request", "url", "status") if parts.get(part)]
    sent = {parts[part] for part in ("headers", "sent") if parts.get(part)}
    for path, found in values:
        if any(path[: len(part)] == part for part in read):
            continue
        name = next((_header(value, path, at) for at in sent if path[: len(at)] == at), None)
        if name is None and not _is_transport(path):
            continue
        if name is None or name.lower() not in headers:
            yield found._replace(is_kept=name is not None and name.lower() in kept)


def _values(text: str) -> tuple[Any, list[tuple[Path, Value]]]:
    """Return the value of a text, and the values in it by their paths."""
    begins = text.lstrip()[:1]
    if begins == "{":
        return orjson.loads(text), [
            (path, Value(start + is_text, end - is_text, is_quoted=True))
            for path, start, end in scalars(text)
            for is_text in (text[start] == '"',)
        ]
    return _yaml_values(text) if begins == "-" else (None, [])


def _yaml_values(text: str) -> tuple[Any, list[tuple[Path, Value]]]:
    from receiptkit.captures.yaml_items import item

    found = item(text.encode(), 1)
    lines = [0, *accumulate(len(line) for line in text.splitlines(keepends=True))]
    values = []
    for pointer, (line, column) in found.places.items():
        path = tuple(pointers.split(pointer))
        plain = _PLAIN.match(text, lines[line - 1] + column - 1)
        if plain is not None and not isinstance(_at(found.value, path), (dict, list)):
            values.append((path, Value(*plain.span(), is_quoted=False)))
    return found.value, values


def _at(value: Any, path: Path) -> Any:
    for token in path:
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value


def _is_transport(path: Path) -> bool:
    return path[-1] in _MEMBERS or any(
        name in _CONTAINERS or (name.startswith("_") and name not in _BODIES) for name in path
    )


def _header(value: Any, path: Path, at: Path) -> str:
    """Return the name of the header at a path, however headers are written."""
    value = _at(value, at)
    if isinstance(value, dict):
        return path[len(at)]
    item = value[int(path[len(at)])]
    name = item.get("name") if isinstance(item, dict) else item[0]
    is_name = path[-1] == "name" if isinstance(item, dict) else path[-1] == "0"
    # The name of a header is read, too.
    return "content-type" if is_name else str(name)
