"""
Values of a capture that only carried the traffic.

No rule, no schema and no reader looks into them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import accumulate
from typing import Any, NamedTuple

import orjson

from receiptkit.captures.nodes import plain
from receiptkit.captures.observation import Layout
from receiptkit.model import pointers

#: Members around exchanges and webhook requests, without case and separators: of HAR 1.2, of
#: recorders, of logs, of platforms.
_MEMBERS = frozenset(
    (
        *("bodysize", "compression", "connection", "headerssize", "pageref", "serveripaddress"),
        *(
            "size",
            "contentlength",
            "offset",
            "partition",
            "seq",
            "sequence",
            "sequencenumber",
            "pid",
        ),
        # When it was, and for how long.
        *(
            "starteddatetime",
            "time",
            "timestamp",
            "@timestamp",
            "ts",
            "datetime",
            "date",
            "asctime",
        ),
        *("start", "end", "created", "createdat", "insertedat", "ingestedat", "ingestiontime"),
        *("receivedat", "recordedat", "eventtime", "eventtimestamp", "loggeddate"),
        *("loggeddatestring", "requesttime", "requesttimeepoch", "timeepoch"),
        *("duration", "durationms", "elapsed", "elapsedms", "latency", "latencyms", "milliseconds"),
        *("responsetime", "took", "tookms", "total", "totaltime"),
        # Which it was, and whose.
        *("id", "requestid", "reqid", "traceid", "spanid", "parentid", "correlationid", "eventid"),
        *("insertid", "logid", "uuid", "xrayid", "extendedrequestid", "invocationid"),
        *("remoteport", "remoteaddress", "remoteaddr", "remoteip", "clientip", "sourceip"),
    )
)
#: Objects and lists of which all values are such.
_CONTAINERS = frozenset(("timings", "queryString", "cookies", "answer"))
#: What a HAR calls a body in a file of its own, and one in chunks.
_BODIES = frozenset(("_file", "_isBinary"))

#: A header that is read, and what lists of headers call a name.
_READ, _NAMES = "content-type", ("name", "key", "Name")

#: First letters of `null`, `true` and `false`, which no other value has.
_WORDS = "ntf"
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT")
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
        is_short: True if it may have a few words at most.
        is_hex: whether only as many hexadecimal digits may.
    """

    start: int
    end: int
    is_quoted: bool = True
    is_kept: bool = False
    is_short: bool = False
    is_hex: bool = False


def unread(
    text: str, layout: Layout, headers: Collection[str], kept: Collection[str] = ()
) -> Iterator[Value]:
    """
    Yield the values that nothing reads, in their order; of texts without the quotation marks.

    Args:
        text: the text of an exchange or a webhook request, in JSON or YAML.
        layout: where its parts are.
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
        name = next((header_at(value, path, at) for at in sent if path[: len(at)] == at), None)
        if name is None and not _is_transport(path):
            continue
        if name is None or name.lower() not in headers:
            # The time at which an exchange was recorded is remembered, however it is written.
            is_kept = (
                _HTTP_DATE.fullmatch(text, found.start, found.end) is not None
                if name is None
                else name.lower() in kept
            )
            yield found._replace(is_kept=is_kept)


def _values(text: str) -> tuple[Any, list[tuple[Path, Value]]]:
    """Return the value of a text, and the values in it by their paths."""
    begins = text.lstrip()[:1]
    if begins == "{":
        from receiptkit.text.json_locate import scalars

        return orjson.loads(text), [
            (path, Value(start + is_text, end - is_text, is_quoted=True))
            for path, start, end in scalars(text)
            if text[start] not in _WORDS
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


def only_carries(members: Mapping[str, Any]) -> bool:
    """Return True if members are such values, or flat containers of them."""
    return all(
        is_member(name) and _is_scalar(value)
        if name not in _CONTAINERS
        else all(map(_is_scalar, value.values() if isinstance(value, dict) else [value]))
        for name, value in members.items()
    )


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (dict, list))


def _is_transport(path: Path) -> bool:
    return is_member(path[-1]) or any(
        name in _CONTAINERS or (name.startswith("_") and name not in _BODIES) for name in path
    )


def is_member(name: str) -> bool:
    """Return True if the value of a member of this name only carried the traffic."""
    return plain(name) in _MEMBERS


def header_at(value: Any, path: Path, at: Path) -> str:
    """
    Return the name of the header at a path, however headers are written.

    That of one that is read, where the name is unknown, or the value at the path is a name.
    """
    rest, value = path[len(at) :], _at(value, at)
    if not rest:
        return _READ
    if isinstance(value, dict):
        return rest[0]
    index, item = int(rest[0]), value[int(rest[0])]
    if isinstance(item, str):
        # Names and values in turn.
        name: Any = value[index - 1] if index % 2 else None
        return name if isinstance(name, str) else _READ
    if isinstance(item, dict):
        name, is_name = item.get("name", item.get("key", item.get("Name"))), rest[1] in _NAMES
    else:
        name, is_name = (item[0], rest[1] == "0") if len(rest) > 1 else (None, True)
    # The name of a header is read, too.
    return name if isinstance(name, str) and not is_name else _READ
