"""
The items of one list of a YAML document, read from the parser's events.

Nothing is constructed but texts, numbers, lists and mappings, whatever a tag asks for. Nothing
recurses, an alias is a reference and not a copy, and depth is bounded. PyYAML's own composer in C
overflows the stack on deep nesting.
"""

from __future__ import annotations

import base64
import binascii
import io
import math
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple

import yaml

from receiptkit.captures.yaml_stream import BoundedStream, Readable
from receiptkit.model import pointers
from receiptkit.model.errors import CaptureError
from receiptkit.model.location import Position
from receiptkit.text.json_text import MAX_DEPTH

#: Among names of lists: the document itself may be the list.
ROOT = ""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BINARY = ("tag:yaml.org,2002:binary", "!binary")
#: Pointers have only the beginning of a longer key, since each of them would hold it.
_LONGEST_KEY = 1000
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_PLAIN = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "false": False,
}
#: How deep a value is looked into for what makes it too large.
_DEEPEST = 5
#: With aliases written out, a document has fewer values.
_MOST_VALUES = 5_000_000
#: A file that names more values than this to refer to them again is no cassette.
_MOST_ANCHORS = 10_000


class Item(NamedTuple):
    """
    An item of the list.

    Attributes:
        value: of dict, list, str, bytes, int, bool and None.
        start: where it begins.
        places: where the values in it begin, by their JSON Pointers.
        text: its text; empty if that is in another encoding than UTF-8.
    """

    value: Any
    start: Position
    places: dict[str, Position]
    text: str = ""


def items(
    stream: Readable, names: Collection[str], limit: int, before: bytes = b""
) -> Iterator[Item]:
    """
    Yield the items of the list that is the value of one of these members of the document, of which
    the text `before` has been read.

    Raises:
        CaptureError: it is not YAML, is nested deeper than 100, lacks the list, or an item is
            larger than the limit.
    """
    bounded = BoundedStream(stream, limit, before)
    with _explained():
        yield from _items(_Events(yaml.parse(bounded, Loader=_LOADER)), names, bounded)


def item(raw: bytes, line: int) -> Item:
    """
    Return the only item of a list that begins on this line of a file.

    Raises:
        CaptureError: it is not YAML, or is nested deeper than 100.
    """
    try:
        (found,) = items(io.BytesIO(raw), (ROOT,), len(raw))
    except CaptureError:
        # Once more, on its line.
        list(items(io.BytesIO(raw), (ROOT,), len(raw), b"\n" * (line - 1)))
        raise
    places = {
        pointer: place._replace(line=place.line + line - 1)
        for pointer, place in found.places.items()
    }
    return Item(found.value, places[""], places, found.text)


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the parser refuses into an error that says where."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark and "nesting depth" in str(error.problem):
            # libyaml from 0.2.6 on has its own limit, and reads ahead.
            raise CaptureError(f"line {mark.line + 1}: nested deeper than {MAX_DEPTH}") from None
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise CaptureError(f"{place}not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise CaptureError(
            f"not YAML: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        ) from None


def documents(stream: BinaryIO, limit: int) -> Iterator[Item]:
    """
    Yield the documents of a stream.

    Raises:
        CaptureError: it is not YAML, is nested deeper than 100, or is larger than the limit.
    """
    bounded = BoundedStream(stream, limit)
    with _explained():
        events = _Events(yaml.parse(bounded, Loader=_LOADER))
        for event in events:
            if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
                places: dict[str, Position] = {}
                value = events.value(event, places)
                _demand_finite(value)
                text = bounded.taken(event.start_mark, events.end_mark)
                yield Item(value, _position(event), places, text)


@lru_cache(maxsize=1)
def scalars(text: str, margin: int) -> dict[str, Any]:
    """Return the events of the scalars of an item, which has a margin, by their pointers."""
    found: dict[str, Any] = {}
    events = _Events(yaml.parse(" " * margin + text, Loader=_LOADER), note=lambda event: event)
    with suppress(yaml.YAMLError, CaptureError):
        for event in events:
            if isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
                events.value(event, found)
                break
    return {key: event for key, event in found.items() if isinstance(event, yaml.ScalarEvent)}


def _demand_finite(value: Any) -> None:
    """Refuse a value that aliases make larger than any real one."""
    if _size(value, {}) > _MOST_VALUES:
        raise CaptureError(f"aliases stand for more than {_MOST_VALUES:,} values")


def _bounded_value(value: Any, sizes: dict[int, float], depth: int) -> Any:
    """Return a value without what aliases make too large in it."""
    if _size(value, sizes) <= _MOST_VALUES:
        return value
    if not depth:
        return None
    if isinstance(value, dict):
        return {name: _bounded_value(item, sizes, depth - 1) for name, item in value.items()}
    return [_bounded_value(item, sizes, depth - 1) for item in value]


def _size(value: Any, sizes: dict[int, float]) -> float:
    """
    Return how many values there are with every alias written out.

    Infinity for a value that contains itself.
    """
    if not isinstance(value, (dict, list)):
        return 1
    known = sizes.get(id(value))
    if known is None:
        sizes[id(value)] = math.inf
        inner = value.values() if isinstance(value, dict) else value
        known = sizes[id(value)] = 1 + sum(_size(item, sizes) for item in inner)
    return known


def _items(events: _Events, names: Collection[str], bounded: BoundedStream) -> Iterator[Item]:
    there = False
    for event in events:
        if not isinstance(event, yaml.MappingStartEvent):
            if ROOT in names and isinstance(event, yaml.SequenceStartEvent):
                there = True
                yield from _of_list(events, bounded)
            elif isinstance(event, (yaml.ScalarEvent, yaml.SequenceStartEvent)):
                events.value(event)
            continue
        for key in events:
            if isinstance(key, yaml.MappingEndEvent):
                break
            name, value = events.value(key), next(events)
            if not isinstance(value, yaml.SequenceStartEvent) or name not in names:
                events.value(value)
                continue
            there = True
            yield from _of_list(events, bounded)
    if not there:
        raise CaptureError(
            f"not a cassette: the list {' or '.join(filter(None, names))} is missing"
        )


def _of_list(events: _Events, bounded: BoundedStream) -> Iterator[Item]:
    """Yield the items of a list that has just begun."""
    for item in events:
        if isinstance(item, yaml.SequenceEndEvent):
            return
        places: dict[str, Position] = {}
        found = _bounded_value(events.value(item, places), {}, _DEEPEST)
        text = bounded.taken(item.start_mark, events.end_mark)
        yield Item(found, _position(item), places, text)
        bounded.renew()


class _Events(Iterator[Any]):
    """The parser's events, with values composed of them."""

    def __init__(self, events: Iterator[Any], note: Callable[[Any], Any] | None = None) -> None:
        """Hold the events; `note` returns what is noted of a value's, its position by default."""
        self._events = events
        self._note = note or _position
        self._anchors: dict[str, Any] = {}
        self.end_mark: Any = None

    def __next__(self) -> Any:
        return next(self._events)

    def value(self, event: Any, places: dict[str, Any] | None = None) -> Any:
        """Return the value that begins with an event, and note the positions of all in it."""
        top: list[Any] = []
        stack: list[_Open] = [_Open(top, "", None)]
        while True:
            self._add(event, stack, places)
            if len(stack) == 1:
                self.end_mark = event.end_mark
                return top[0]
            event = next(self)

    def _add(self, event: Any, stack: list[_Open], places: dict[str, Any] | None) -> None:
        if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            stack.pop()
            return
        value: Any
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            value = self._anchors.get(event.anchor or "")
        else:
            value = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        pointer = stack[-1].put(value)
        pointer = pointer if len(stack) > 1 else ""
        if places is not None and pointer is not None:
            places[pointer] = self._note(event)
        if getattr(event, "anchor", None) and not isinstance(event, yaml.AliasEvent):
            if len(self._anchors) >= _MOST_ANCHORS:
                raise CaptureError(f"not a cassette: more than {_MOST_ANCHORS:,} anchors")
            self._anchors[event.anchor] = value
        if isinstance(event, yaml.CollectionStartEvent):
            if len(stack) > MAX_DEPTH:
                raise CaptureError(f"line {_position(event).line}: nested deeper than {MAX_DEPTH}")
            stack.append(_Open(value, pointer, None))


class _Open:
    """A container that is being filled."""

    __slots__ = ("items", "key", "pointer")

    def __init__(self, items: Any, pointer: str | None, key: Any) -> None:
        self.items = items
        self.pointer = pointer
        self.key = key

    def put(self, value: Any) -> str | None:
        """
        Take a value, or the key of the next.

        Return the pointer of a value, and None for a key and what is below one.
        """
        if isinstance(self.items, list):
            self.items.append(value)
            return None if self.pointer is None else self._below(len(self.items) - 1)
        if self.key is None:
            # A key that is a list or a mapping has no name; it is kept apart from all that have
            # one.
            self.key = (str(value) if isinstance(value, (str, int)) else f"\0{id(value)}",)
            return None
        (name,), self.key = self.key, None
        self.items[name] = value
        return None if self.pointer is None else self._below(name)

    def _below(self, token: str | int) -> str:
        short = token if isinstance(token, int) else token[:_LONGEST_KEY]
        return f"{self.pointer}{pointers.join([short])}"


def _position(event: Any) -> Position:
    """Return the position at which an event begins."""
    return Position(event.start_mark.line + 1, event.start_mark.column + 1)


def _scalar(event: Any) -> Any:
    """Return the value of a scalar. A tag changes nothing, except that of binary data."""
    text = event.value
    if event.tag in _BINARY:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            return text
    if not event.implicit[0] or event.tag:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    return _PLAIN.get(text, text)
