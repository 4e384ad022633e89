"""
Values beside what was found in a tool's document.

All of such a document was searched, so a value there may only become what the search passes by: a
number, a date, hexadecimal digits, or a text that is too short to hold anything.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from receiptkit.captures.exchanges import is_exchange
from receiptkit.captures.messages import HEADERS
from receiptkit.captures.nodes import Node, plain
from receiptkit.captures.observation import EXCHANGE, REQUEST, Observation
from receiptkit.captures.records import Spot, way
from receiptkit.captures.transport import Path, Value, header_at, is_member, unread
from receiptkit.captures.unwrap import SHORTEST, hints
from receiptkit.model import pointers
from receiptkit.model.exchange import NotCaptured, Part, WebhookRequest
from receiptkit.model.regex import regex
from receiptkit.text.json_locate import scalars

#: The bodies of an observation.
_BODIES: tuple[Part, ...] = ("response", "request")
#: What a text that may grow by a character holds at most.
_SHORT = SHORTEST - 2
_UNREAD_WITHIN = regex(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8,64})(?![0-9A-Za-z])"
)
#: Headers that logs keep as members of their own.
_FLAT = {"httpxtwiliosignature", "xtwiliosignature"}
_SIGNATURE = "x-twilio-signature"
_DECODER = json.JSONDecoder()


def unread_in(
    text: str, observation: Observation, headers: Collection[str], kept: Collection[str] = ()
) -> Iterable[Value]:
    """
    Return the values that nothing reads in a record with one observation, in their order.

    Args:
        text: the text of the record.
        observation: what was found in it.
        headers: the headers that something reads, in lower case.
        kept: the other headers whose values are remembered.
    """
    is_json = text.lstrip()[:1] == "{"
    if _is_whole(json.loads(text, strict=False) if is_json else None, observation):
        return unread(text, observation.layout, headers, kept)
    return _beside(text, observation, headers, kept) if is_json else ()


def _is_whole(value: Any, observation: Observation) -> bool:
    """Return True if a record is what was found in it, and was not searched."""
    if not observation.rule.startswith(EXCHANGE):
        return observation.rule in ("", REQUEST)
    url = observation.spot("url")
    return (
        (value is None or is_exchange(Node(value)))
        and not url.legs
        and url.pointer.count("/") == len(("request", "url"))
    )


def _beside(
    text: str, observation: Observation, headers: Collection[str], kept: Collection[str]
) -> list[Value]:
    """Return the values beside what a search found."""
    seen, layout = observation.seen, observation.layout
    # A webhook has no response.
    parts = [observation.spot(part) for part in _BODIES[isinstance(seen, WebhookRequest) :]]
    # Without a URL, its place is that of the object that was searched for one.
    others = [layout[part] for part in ("url", "status") if part in layout and seen and seen.url]
    body = seen.body if seen is not None else None
    own = body if isinstance(body, dict) else () if isinstance(body, NotCaptured) else None
    search = _Search(own, hints(text.encode()), headers, kept)
    spots = [*parts, *(spot for spot in others if spot.pointer or spot.legs)]
    return sorted(search.values(text, spots))


class _Search(NamedTuple):
    """
    Hold what is known of a document.

    Attributes:
        own: the names of the members of the body; None if it has others.
        is_hinted: whether the document is searched in any case.
        headers: the headers that something reads, in lower case.
        kept: those whose values are remembered.
    """

    own: Collection[str] | None
    is_hinted: bool
    headers: Collection[str]
    kept: Collection[str]

    def values(self, text: str, spots: Collection[Spot]) -> Iterator[Value]:
        """Yield the values of a JSON text, in which parts are at these spots."""
        root, end = _DECODER.raw_decode(text)
        here = [tuple(pointers.split(spot.pointer)) for spot in spots if not spot.legs]
        inner: dict[Path, list[Spot]] = {}
        for spot in spots:
            if spot.legs:
                inner.setdefault(tuple(pointers.split(spot.legs[0].pointer)), []).append(spot)
        if () in here and self.own is None:
            return
        for path, start, end in scalars(text):
            below = [spots for leg, spots in inner.items() if path == leg]
            if below:
                yield from self._inner(text[start:end], start, below[0])
            elif not any(part and path[: len(part)] == part for part in here) and not (
                () in here and path[0] in (self.own or ())
            ):
                yield from self._beside(root, path, text, start, end)

    def _inner(self, literal: str, start: int, spots: Sequence[Spot]) -> Iterator[Value]:
        """Yield the values of the text that a string holds, and those before that text."""
        leg = spots[0].legs[0]
        if leg.encoded or any(spot.legs[0] != leg for spot in spots):
            return
        whole, outer = json.loads(literal), way(literal)
        rests = [Spot(spot.pointer, spot.legs[1:]) for spot in spots]
        found = list(_parts_within(whole[: leg.start], 0))
        text = whole[leg.start :]
        if text[:1] == "{":
            found += [
                each._replace(start=each.start + leg.start, end=each.end + leg.start)
                for each in self.values(text, rests)
            ]
        for each in found:
            first = start + outer(each.start)
            yield each._replace(start=first, end=first + each.end - each.start)

    def _beside(self, root: Any, path: Path, text: str, start: int, end: int) -> Iterator[Value]:
        name, at = _header(root, path)
        if name is None and not is_member(path[-1]):
            return
        if (name is not None and name.lower() in self.headers) or not _is_alone(root, path[:at]):
            return
        is_kept = name is not None and name.lower() in self.kept
        if text[start] != '"':
            if text[start] in "-0123456789":
                yield Value(start, end)
        elif is_kept or (self.is_hinted and end - start - 2 <= _SHORT):
            yield Value(start + 1, end - 1, is_kept=is_kept, is_short=True)
        else:
            yield from _parts_within(text[start + 1 : end - 1], start + 1)


def _parts_within(text: str, start: int) -> Iterator[Value]:
    """Yield dates and hexadecimal digits of a text that begins at an offset."""
    for found in _UNREAD_WITHIN.finditer(text):
        yield Value(start + found.start(), start + found.end(), is_hex=True)


def _header(root: Any, path: Path) -> tuple[str | None, int]:
    """Return the name of the header at a path, and the depth of headers; no name elsewhere."""
    if plain(path[-1]) in _FLAT:
        return _SIGNATURE, len(path)
    for depth in range(1, len(path)):
        if plain(path[depth - 1]) in HEADERS:
            return header_at(root, path, path[:depth]), depth
    return None, len(path)


def _is_alone(value: Any, path: Path) -> bool:
    """Return True if no list on the way has another element, with which times are compared."""
    for token in path:
        if isinstance(value, list):
            if len(value) > 1:
                return False
            value = value[int(token)]
        else:
            value = value[token]
    return True
