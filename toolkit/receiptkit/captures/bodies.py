"""Bodies under the names and in the encodings that tools give them."""

from __future__ import annotations

import binascii
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from receiptkit.captures.encodings import from_base64
from receiptkit.captures.http_messages import first_message, is_http
from receiptkit.captures.messages import pairs, repeated, unpacked
from receiptkit.captures.nodes import Node, plain
from receiptkit.captures.records import Spot
from receiptkit.model import pointers
from receiptkit.model.exchange import NOT_CAPTURED, NotCaptured
from receiptkit.model.regex import regex
from receiptkit.text.json_text import json_of

#: Members whose value is the body, also where that is an object.
_PARSED = ("jsonbody", "bodyasjson", "bodyjson", "json", "decodedcontent")
#: Members that hold the body, or an object around it.
_BODIES = (
    "bodyraw",
    "rawbody",
    "body",
    "requestbody",
    "responsebody",
    "responsedata",
    "content",
    "text",
    "data",
    "contents",
    "response",
    "payload",
)
_BASE64 = ("bodyasbase64", "base64body", "bodybase64")
_FILES = ("bodyfilename", "bodyfile")
_PARAMETERS = ("parameters", "params", "form", "formparams")
#: Every name that a body in another form is looked up by.
_ELSEWHERE = ("raw", *_BASE64, *_FILES, "stream", "bodypatterns", *_PARAMETERS)
#: What an object around a body calls it.
_TEXT = ("string", "content", "text", "data", "raw", "json", "value")
_PACKED = ("base64string", "base64bytes", "encoded", "base64")
_ON_DISK = ("file", "ondisk")
#: Members of an object around a body that is no body itself.
_AROUND = frozenset(
    (
        *_TEXT,
        *_PACKED,
        *_ON_DISK,
        *("rawgzip", "fields", "encoding", "type", "contenttype", "size", "mimetype", "mode"),
        *("urlencoded", "formdata", "params", "charset", "compression", "comment", "options"),
        *("not", "disabled", "isbinary", "url", "httpversion"),
    )
)
#: What holds the body in such an object, what describes it there, and what only a body has.
_HOLDS = frozenset((*_TEXT, *_PACKED))
_DESCRIBES = frozenset(("type", "contenttype", "encoding", "encoded", "mimetype", "mode", "size"))
_BODY = frozenset(("sid", "accountsid", "eventtype", "deliveryreceipts", "code", "meta", "url"))
#: A file in the folder of a report of Hurl.
_STORED = regex(r"store/[\w-]+\.\w+")
_HEX = regex(r"(?:[0-9a-fA-F]{2})+")
#: A file beside a capture is named without a way out of its folder.
_PLAIN_NAME = regex(r"[\w.@%+=,~ -]+(?:/[\w.@%+=,~ -]+)*")

#: Files beside captures that this process read: no output replaces them.
_READ_BESIDE: set[str] = set()
#: Return the bytes of a file beside the capture, or why it cannot be read.
ReadBeside = Callable[[str], Any]


class Body(NamedTuple):
    """
    A body, where it is, and where its parameters are if they are a list.

    Attributes:
        value: a parsed value, text, bytes, or `NotCaptured`.
        spot: where it is.
        names: the way to each parameter, where that is not its name below the body.
    """

    value: Any
    spot: Spot
    names: Mapping[str, Spot] | None = None


class Reading(NamedTuple):
    """
    Limits and helpers of a reader that looks for bodies.

    Attributes:
        limit: the most bytes that a compressed body may unpack to.
        beside: reads a file beside the capture.
    """

    limit: int
    beside: ReadBeside


def body_of(message: Node, headers: Mapping[str, str], reading: Reading) -> Body:
    """Return the body of a request or a response; `NOT_CAPTURED` if it has none."""
    for found in message.every(*_PARSED):
        return Body(found.value, found.spot)
    flag = message.find("encoding", "isbase64encoded", "encodedbody").value
    encoded = flag is True or flag == "base64"
    empty: Body | None = None
    for found in message.every(*_BODIES):
        body = _content(found, reading, encoded)
        if body is not None and body.value in ("", b"", {}, []):
            empty = empty or body
        elif body is not None:
            return body._replace(value=_checked(unpacked(body.value, headers, reading.limit)))
    return (
        _elsewhere(message, headers, reading)
        or empty
        or Body(NOT_CAPTURED, message.find(*_BODIES).spot)
    )


def _elsewhere(message: Node, headers: Mapping[str, str], reading: Reading) -> Body | None:
    """Return a body that is kept in another form, or in a file; None if none is."""
    if not message.has(*_ELSEWHERE):
        return None
    for found in message.every("raw"):
        if isinstance(found.value, str) and (wire := _wire(found.value, reading)) is not None:
            return Body(wire, found.spot)
    for found in message.every(*_BASE64):
        return _decoded(found, headers, reading)
    for found in message.every(*_FILES):
        if isinstance(found.value, str):
            return Body(unpacked(reading.beside(found.value), headers, reading.limit), found.spot)
    stream = message.find("stream")
    if (raw := bytes_of(stream.find("data").value)) is not None:
        return Body(unpacked(raw, headers, reading.limit), stream.spot)
    for _, pattern in message.find("bodypatterns").children():
        # What a mock of WireMock recorded, or accepts.
        for found in pattern.every("equalto", "equaltojson"):
            return Body(found.value, found.spot)
    for found in message.every(*_PARAMETERS):
        if isinstance(found.value, (dict, list)) and found.value:
            return parameters(found)
    return None


def _content(node: Node, reading: Reading, encoded: bool) -> Body | None:
    """
    Return what is in a member that holds a body or an object around one.

    None if that is metadata.
    """
    value = node.value
    if isinstance(value, str) and encoded:
        return Body(from_base64(value), node.spot)
    if isinstance(value, str) and _STORED.fullmatch(value):
        return Body(reading.beside(value), node.spot)
    if isinstance(value, list):
        chunks = _chunks(value)
        return Body(value if chunks is None else chunks, node.spot)
    if not isinstance(value, dict):
        return Body(value, node.spot)
    if (raw := bytes_of(value)) is not None:
        return Body(raw, node.spot)
    if not _is_around(value):
        return Body(value, node.spot)
    return _wrapped(node, reading) if value else Body(value, node.spot)


def _is_around(value: dict[str, Any]) -> bool:
    """Return True if an object is what a tool put around a body, rather than the body."""
    names = {plain(name) for name in value if isinstance(name, str)}
    return names <= _AROUND or bool(names & _HOLDS and names & _DESCRIBES and not names & _BODY)


def _wrapped(node: Node, reading: Reading) -> Body | None:
    """Return the body within an object around it; None if it holds none."""
    for found in node.every(*_PACKED):
        if isinstance(found.value, str) and found.value != "base64":
            return Body(from_base64(found.value), found.spot)
    kind = node.find("type").value
    flag = node.find("encoding", "encoded").value
    for found in node.every(*_TEXT):
        if flag == "base64" or kind in ("BINARY", "binary"):
            value = from_base64(found.value) if isinstance(found.value, str) else found.value
            return Body(value, found.spot)
        if isinstance(found.value, list) and (chunks := _chunks(found.value)) is not None:
            return Body(chunks, found.spot)
        if isinstance(found.value, dict) and found.value.keys() <= {"string", "content"}:
            return _wrapped(found, reading)
        return Body(found.value, found.spot)
    for found in node.every("rawgzip"):
        packed = from_base64(found.value) if isinstance(found.value, str) else found.value
        return Body(
            unpacked(
                packed,
                {"content-encoding": "gzip" if packed[:2] == b"\x1f\x8b" else "deflate"},
                reading.limit,
            )
            if isinstance(packed, bytes)
            else packed,
            found.spot,
        )
    for found in node.every("fields", "urlencoded", "params", "formdata"):
        return parameters(found)
    for found in node.every(*_ON_DISK):
        if isinstance(found.value, str):
            return Body(reading.beside(found.value), found.spot)
    return Body(NOT_CAPTURED, node.spot) if kind == "none" or node.value == {} else None


def parameters(node: Node) -> Body:
    """Return parameters that are a list of names with values, or an object, as an object."""
    if not isinstance(node.value, list):
        return Body(node.value, node.spot)
    names: dict[str, Spot] = {}
    for index, (name, _) in enumerate(pairs(node.value)):
        if isinstance(name, str) and name not in names:
            item = node.value[index] if index < len(node.value) else None
            held = next(
                (key for key in ("value", "values") if isinstance(item, dict) and key in item), 1
            )
            names[name] = node.spot._replace(
                pointer=node.spot.pointer + pointers.join([index, held])
            )
    return Body(repeated(node.value), node.spot, names)


def _checked(body: Any) -> Any:
    """
    Return a body, or why it cannot be judged.

    A template is filled in by the mock that serves it.
    """
    if isinstance(body, str) and "{{" in body and "}}" in body:
        return NotCaptured("the body is a template of a mock")
    return body


def _wire(text: str, reading: Reading) -> Any:
    """
    Return the body of a message that was recorded as it went over the wire, in base64.

    None for anything else.
    """
    raw = from_base64(text)
    if isinstance(raw, bytes) and is_http(raw[:4096].decode("latin-1")):
        message = first_message(raw, reading.limit)
        return None if message is None else message.body
    return None


def _decoded(node: Node, headers: Mapping[str, str], reading: Reading) -> Body:
    raw = from_base64(node.value) if isinstance(node.value, str) else node.value
    return Body(unpacked(raw, headers, reading.limit), node.spot)


def bytes_of(value: Any) -> bytes | None:
    """
    Return the bytes of a list of numbers, by itself or in a Buffer of Node.js.

    None for anything else.
    """
    if isinstance(value, dict):
        return bytes_of(value.get("data")) if value.get("type") == "Buffer" else None
    if not isinstance(value, list) or not value:
        return None
    if not all(type(item) is int and 0 <= item < 256 for item in value):
        return None
    return bytes(value)


def _chunks(value: Any) -> bytes | None:
    """
    Return the bytes of a body that was recorded as a list of hexadecimal or base64 texts.

    None for anything else.
    """
    if not isinstance(value, list) or not value:
        return _hexadecimal(value) if isinstance(value, str) else None
    if not all(isinstance(item, str) for item in value):
        return bytes_of(value)
    if all(_HEX.fullmatch(item) for item in value):
        return b"".join(binascii.unhexlify(item) for item in value)
    pieces = [from_base64(item) for item in value]
    return b"".join(pieces) if all(isinstance(piece, bytes) for piece in pieces) else None


def chunks_in(text: str) -> bytes | None:
    """Return the bytes of a text that is a JSON list of encoded chunks; None for anything else."""
    if not text.startswith("["):
        return None
    return _chunks(json_of(text))


def _hexadecimal(text: str) -> bytes | None:
    """
    Return the bytes of a compressed body that was recorded in hexadecimal.

    None for anything else.
    """
    known = text[:4].lower() in ("1f8b", "7801", "789c", "78da", "28b5")
    return binascii.unhexlify(text) if known and _HEX.fullmatch(text) else None


def read_beside(capture: str, limit: int) -> ReadBeside:
    """Return a reader of files beside a capture: in its folder, or in `__files` of WireMock."""

    def read(name: str) -> Any:
        folder = os.path.dirname(capture)
        if capture in ("", "-") or not _PLAIN_NAME.fullmatch(name) or ".." in name.split("/"):
            return NotCaptured("the body is in a file that is not beside the capture")
        for place in (
            folder,
            os.path.join(folder, "__files"),
            os.path.join(folder, "..", "__files"),
        ):
            path = os.path.join(place, name)
            if os.path.isfile(path):
                return _file(path, place, limit)
        return NotCaptured("the file that holds the body is missing")

    return read


def take_files_read() -> set[str]:
    """Return the files beside captures that were read since the last call."""
    taken = set(_READ_BESIDE)
    _READ_BESIDE.clear()
    return taken


def _file(path: str, folder: str, limit: int) -> Any:
    inside = os.path.realpath(path).startswith(os.path.realpath(folder or ".") + os.sep)
    try:
        if inside and os.path.getsize(path) <= limit:
            _READ_BESIDE.add(path)
            with open(path, "rb") as stream:
                return stream.read()
    except OSError:
        pass
    return NotCaptured("the file that holds the body cannot be read")


def nothing_beside(name: str) -> Any:
    """Return why a body in another file is not read: there is no folder to look in."""
    return NotCaptured("the body is in another file")
