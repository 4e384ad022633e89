"""Exchanges, requests and parameters in a tool's document, at any depth."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Iterator
from typing import Any

from receiptkit.captures.bodies import Reading, bytes_of
from receiptkit.captures.encodings import decoded
from receiptkit.captures.exchanges import (
    ENDED,
    Seen,
    exchanges,
    flat_exchange,
    is_exchange,
    routes,
    stubs,
)
from receiptkit.captures.http_messages import first_message, is_http
from receiptkit.captures.messages import url_of
from receiptkit.captures.nodes import Node, is_description, lines_of, plain
from receiptkit.captures.observation import Layout
from receiptkit.captures.parameters import has_hint, parameters_in
from receiptkit.captures.records import Leg, Spot
from receiptkit.captures.webhook_requests import (
    ACCESS,
    called_by_get,
    descends,
    form_request,
    key_of,
    request_of,
    time_of,
    with_context,
    without_body,
)
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import WebhookRequest, text_of
from receiptkit.model.regex import regex
from receiptkit.text.json_text import json_of

#: How deep texts within texts are followed, and values within values.
_MOST_LEGS = 4
_DEEPEST = 40
#: More values than this are in no document that a tool writes at once.
_MOST_VALUES = 20_000_000
#: A shorter text holds no parameters.
SHORTEST = 40
_BASE64 = regex(r"[A-Za-z0-9+/_-]+={0,2}")
#: What documents of exchanges call their parts, and what URLs of ours have.
_RESPONSES = regex(rb"[rR]esponses?[\"':\n]|\bresp?[\"':\n]|status_?[cC]ode|\"is\"")
#: Every text with one of those has one of these, which are quicker to search for.
_RESPONSE_WORDS = (b"esponse", b"res", b'"is"', b"tatusC", b"tatusc", b"tatus_")
_PATHS = regex(rb"Conversations|Configuration")
_GZIP_BASE64 = "H4sI"
#: Where a document repeats what is elsewhere in it.
_REPEATED = frozenset(("stubMapping", "responseDefinition", "generatingRules"))


def hints(raw: bytes) -> bool:
    """Return True if a text may hold more of ours than what it is itself."""
    return has_hint(raw) or (
        any(word in raw for word in _RESPONSE_WORDS)
        and _RESPONSES.search(raw) is not None
        and _PATHS.search(raw) is not None
    )


def find_in(value: Any, reading: Reading, *, dumps: bool = False) -> list[Seen]:
    """
    Return what of ours a tool's document holds, in the order of the time; nothing for the
    description of an API.

    Args:
        value: the document, or a part of it.
        reading: what may be done to read bodies.
        dumps: if variables that were printed into texts count.
    """
    if is_description(value):
        return []
    found = list(_Walk(reading, dumps=dumps).walk(Node(value), 0))
    return _counted(found)


def _counted(found: list[Seen]) -> list[Seen]:
    """
    Return what counts of what was found: what has a body, and calls of ours.

    Other calls belong to other APIs, or were logged by a platform beside the body of a webhook.
    """
    return [
        seen for seen in found if seen.has_body() or seen.is_ours() or seen.what == ENDED
    ] or found


class _Walk:
    """One pass through a document."""

    def __init__(self, reading: Reading, *, dumps: bool) -> None:
        self._reading = reading
        self._dumps = dumps
        self._left = _MOST_VALUES

    def walk(self, node: Node, depth: int) -> Iterator[Seen]:
        """Yield what a value is or holds."""
        self._left -= 1
        if self._left < 0:
            raise CaptureError(f"a document has more than {_MOST_VALUES:,} values")
        value = node.value
        if isinstance(value, str):
            if len(value) >= SHORTEST and len(node.spot.legs) < _MOST_LEGS:
                yield from self._text(node, value)
        elif depth < _DEEPEST and isinstance(value, dict):
            yield from self._object(node, depth)
        elif depth < _DEEPEST and isinstance(value, list):
            yield from self._list(node, depth)

    def _list(self, node: Node, depth: int) -> Iterator[Seen]:
        body = parameters_in(node)
        if body is not None:
            yield request_of(*body)
            return
        if (text := lines_of(node.value)) is not None and len(node.spot.legs) < _MOST_LEGS:
            leg = Leg(node.spot.pointer, 0, encoded=True)
            yield from self._text(Node(text, Spot("", (*node.spot.legs, leg))), text)
            return
        times, found = [], []
        for _, element in node.children():
            seen = list(self.walk(element, depth + 1))
            if seen:
                times.append(time_of(element))
                found.append(seen)
        if len(times) > 1 and all(times) and descends(times):
            found.reverse()
        for each in found:
            yield from each

    def _object(self, node: Node, depth: int) -> Iterator[Seen]:
        if is_exchange(node):
            usable = [
                seen for seen in exchanges(node, self._reading) if not isinstance(seen.what, str)
            ]
            if usable:
                yield from usable
                return
        if node.has("predicates", "responses"):
            answered = list(stubs(node, self._reading))
            if answered:
                yield from answered
                return
        answered = list(routes(node, self._reading))
        if answered:
            yield from answered
            return
        if (raw := bytes_of(node.value)) is not None:
            yield from self._raw(node, raw)
            return
        flat = flat_exchange(node, self._reading)
        if flat is not None:
            yield flat
            return
        body = parameters_in(node)
        if body is not None:
            yield request_of(*body)
            return
        yield from self._request(node, self._distinct(node, depth))

    def _distinct(self, node: Node, depth: int) -> list[Seen]:
        """Return what the members hold; what one repeats of another counts once."""
        groups: list[list[Seen]] = []
        bodies: dict[str, list[Seen]] = {}
        for name, child in node.children():
            if name in _REPEATED:
                continue
            seen = list(self.walk(child, depth + 1))
            if seen:
                groups.append(seen)
                bodies[plain(str(name))] = seen
        if "body" in bodies and "rawbody" in bodies:
            groups = [group for group in groups if group is not bodies["rawbody"]]
        if len(groups) > 1:
            # The context of an event looks like an entry of an access log.
            groups = [group for group in groups if group[0].rule != ACCESS] or groups
        if len(groups) < 2:
            return groups[0] if groups else []
        groups.sort(
            key=lambda group: (
                not isinstance(group[0].what, WebhookRequest) or text_of(group[0].what.body) is None
            )
        )
        known: Counter[Any] = Counter()
        kept = []
        for group in groups:
            own: Counter[Any] = Counter()
            for one in group:
                key = key_of(one)
                own[key] += 1
                if key is None or own[key] > known[key]:
                    kept.append(one)
            known |= own
        return kept

    def _request(self, node: Node, found: list[Seen]) -> list[Seen]:
        """Return what was found in an object, with the URL and the headers that are beside it."""
        if not found:
            called = called_by_get(node) or without_body(node)
            return [] if called is None else [called]
        found = _counted(found)
        request = found[0].what
        if len(found) > 1 or not isinstance(request, WebhookRequest) or request.headers:
            return found
        for context in (node, *node.every("req", "request", "event", "http", "httprequest")):
            nested = context is not node and context.has("request")
            seen = with_context(found[0], request, context.find("request") if nested else context)
            if seen is not None:
                return [seen]
        return found

    # -- texts within values

    def _text(self, node: Node, text: str) -> Iterator[Seen]:
        start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
        if text[start : start + 1] in ("{", "["):
            value = json_of(text[start:])
            if value is not None:
                yield from self.walk(_inner(node, value, start), 0)
                return
        if is_http(text):
            yield from self._message(node, text.encode("utf-8", "surrogatepass"), encoded=False)
        elif _BASE64.fullmatch(text):
            yield from self._encoded(node, text)
        elif hints(text.encode("utf-8", "replace")):
            yield from self._within(node, text)

    def _within(self, node: Node, text: str) -> Iterator[Seen]:
        """Yield the forms and the JSON values inside a text."""
        # Few captures wrap anything.
        from receiptkit.captures.embedded import printed, texts_within

        for found in texts_within(text, dumps=self._dumps):
            start, value = found.start, found.value
            if value is None:
                yield Seen(ENDED, {"request": node.spot})
            elif found.places is not None:
                names = {
                    name: Spot("", (*node.spot.legs, Leg(node.spot.pointer, at)))
                    for name, at in found.places.items()
                }
                yield printed(found, node.spot, names)
            elif isinstance(value, (dict, list)):
                yield from self.walk(_inner(node, value, start), 0)
            else:
                leg = Leg(node.spot.pointer, start)
                spot = Spot("", (*node.spot.legs, leg)) if start else node.spot
                yield form_request(value, spot, "a form in a text" if start else "a form")

    def _encoded(self, node: Node, text: str) -> Iterator[Seen]:
        try:
            raw = base64.b64decode(
                text.translate(_URL_SAFE) + "=" * (-len(text) % 4), validate=True
            )
        except (binascii.Error, ValueError):
            return
        if text.startswith(_GZIP_BASE64):
            unpacked = decoded(raw, "gzip", self._reading.limit)
            raw = unpacked if isinstance(unpacked, bytes) else b""
        yield from self._raw(node, raw)

    def _raw(self, node: Node, raw: bytes) -> Iterator[Seen]:
        """Yield what is in the bytes of a text or a list of numbers."""
        if not hints(raw):
            return
        if is_http(raw.decode("latin-1")):
            yield from self._message(node, raw, encoded=True)
            return
        try:
            inner = raw.decode()
        except UnicodeDecodeError:
            return
        from receiptkit.captures.embedded import FORM

        value = json_of(inner) if inner.lstrip()[:1] in ("{", "[") else None
        if value is not None:
            for seen in self.walk(_inner(node, value, 0, encoded=True), 0):
                yield seen._replace(rule=f"{seen.rule} in base64")
        elif FORM.fullmatch(inner.strip()):
            yield form_request(inner.strip(), node.spot, "a form in base64")

    def _message(self, node: Node, raw: bytes, *, encoded: bool) -> Iterator[Seen]:
        """Yield the request that a text of HTTP is."""
        message = first_message(raw, self._reading.limit)
        if message is None or not message.method:
            return
        at = node.spot
        headers = message.headers
        url, _ = url_of(Node({"url": message.target}), Node({}), headers)
        request = WebhookRequest(url or message.target, message.method, message.body, headers)
        layout: Layout = {"request": at, "url": at, "headers": at, "sent": at}
        yield Seen(request, layout, f"a request as text{' in base64' if encoded else ''}")


_URL_SAFE = str.maketrans("-_", "+/")


def _inner(node: Node, value: Any, start: int, *, encoded: bool = False) -> Node:
    """Return the node of a value that the text of another holds."""
    return Node(value, Spot("", (*node.spot.legs, Leg(node.spot.pointer, start, encoded))))
