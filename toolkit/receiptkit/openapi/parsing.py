"""
Read YAML and JSON text of contract documents: only what JSON can hold,
in bounded depth and size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from receiptkit.model.errors import DocumentError
from receiptkit.model.limits import limit, remedy
from receiptkit.text.json_text import MAX_DEPTH, places_in, read

#: The core schema of YAML 1.2, which OpenAPI asks for: dates, `on` and `12:30` are text.
_CONSTANTS: dict[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"[-+]?[0-9]{1,1000}"), int),
    (re.compile(r"0o[0-7]{1,300}"), lambda text: int(text, 0)),
    (re.compile(r"0x[0-9a-fA-F]{1,300}"), lambda text: int(text, 0)),
    (re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"), float),
)
_MERGE = "<<"
_TAG = "tag:yaml.org,2002:"
_TYPED = tuple(_TAG + name for name in ("int", "float", "bool", "null"))


class Parsed(NamedTuple):
    """A document, and the names that one of its objects has twice, with their lines."""

    content: dict[str, Any]
    duplicates: tuple[str, ...] = ()


def parse(raw: bytes, name: str) -> Parsed:
    """
    Read a document, as JSON if it is that, else as YAML.

    Raises:
        DocumentError: it is neither, is nested too deeply, grows too large by its aliases, or is
            no object.
    """
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    parsed = None
    if raw.lstrip()[:1] == b"{":
        parsed = _json(raw, name)
    parsed = parsed or _yaml(raw, name)
    if not isinstance(parsed.content, dict):
        raise DocumentError(f"{name}: not an OpenAPI document")
    return parsed


def _json(raw: bytes, name: str) -> Parsed | None:
    text = read(raw)
    if text.readable:
        place = places_in(raw)
        twice = [problem for problem in text.problems if problem.rule == "json.duplicate-key"]
        return Parsed(
            text.value,
            tuple(
                f"`{problem.pointer.rpartition('/')[2]}` at line {place(problem.offset)[0]}"
                for problem in twice
            ),
        )
    try:
        return _yaml(raw, name)
    except DocumentError:
        problem = text.problems[0]
        line, column = places_in(raw)(problem.offset)
        raise DocumentError(f"{name}: line {line}, column {column}: {problem.message}") from None


def _yaml(raw: bytes, name: str) -> Parsed:
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        builder = _Builder(name)
        for event in yaml.parse(raw, Loader=loader):
            builder.take(type(event).__name__, event)
        return Parsed(builder.content, tuple(builder.duplicates))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise DocumentError(f"{name}: not YAML{place}: {problem}") from None
    except (UnicodeError, RecursionError) as error:
        raise DocumentError(f"{name}: not YAML: {type(error).__name__}") from None


class _Open:
    """A list or mapping that is being read."""

    __slots__ = ("anchor", "key", "merged", "size", "value")

    def __init__(self, value: Any, anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: str | None = None
        self.merged: list[dict[str, Any]] = []
        self.size = 1


class _Builder:
    """Puts a document together from the events of a YAML parser."""

    def __init__(self, name: str) -> None:
        self.content: Any = None
        self.duplicates: list[str] = []
        self._name = name
        self._documents = 0
        self._stack: list[_Open] = []
        self._most = limit("aliases")
        #: By anchor: the value and the number of values in it; None while it is being read.
        self._anchors: dict[str, tuple[Any, int] | None] = {}

    def take(self, kind: str, event: Any) -> None:
        """Take the next event."""
        if kind == "DocumentStartEvent":
            self._documents += 1
            if self._documents > 1:
                raise DocumentError(f"{self._name}: holds more than one YAML document")
        elif kind == "AliasEvent":
            self._put(*self._alias(event), event)
        elif kind == "ScalarEvent":
            self._take_scalar(event)
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            self._open([] if kind == "SequenceStartEvent" else {}, event)
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            self._close(event)

    def _take_scalar(self, event: Any) -> None:
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._take_key(top, event)
            return
        value = _scalar(event)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, 1, event)

    def _take_key(self, top: _Open, event: Any) -> None:
        top.key = event.value
        if event.anchor:
            self._anchors[event.anchor] = (event.value, 1)
        if top.key in top.value and top.key != _MERGE:
            self.duplicates.append(f"`{top.key}` at line {event.start_mark.line + 1}")

    def _alias(self, event: Any) -> tuple[Any, int]:
        if event.anchor not in self._anchors:
            raise self._error(event, f"the alias *{event.anchor} refers to nothing")
        known = self._anchors[event.anchor]
        if known is None:
            raise self._error(
                event, f"the alias *{event.anchor} refers to a value that contains it"
            )
        return known

    def _open(self, value: Any, event: Any) -> None:
        if len(self._stack) >= MAX_DEPTH:
            raise self._error(event, f"nested deeper than {MAX_DEPTH}")
        if event.anchor:
            self._anchors[event.anchor] = None
        self._stack.append(_Open(value, event.anchor))

    def _close(self, event: Any) -> None:
        done = self._stack.pop()
        if done.merged:
            done.value = {
                **{name: value for one in reversed(done.merged) for name, value in one.items()},
                **done.value,
            }
        if done.anchor:
            self._anchors[done.anchor] = (done.value, done.size)
        self._put(done.value, done.size, event)

    def _put(self, value: Any, size: int, event: Any) -> None:
        if not self._stack:
            self.content = value
            return
        top = self._stack[-1]
        top.size += size
        if top.size > self._most:
            text = f"its aliases make more than {self._most:,} values of it"
            raise self._error(event, f"{text}; {remedy('aliases')}")
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            if not isinstance(value, str):
                raise self._error(event, "a name that is a list or an object")
            top.key = value
        else:
            key, top.key = top.key, None
            parts = value if isinstance(value, list) else [value]
            if key == _MERGE and all(isinstance(part, dict) for part in parts):
                top.merged.extend(parts)
            else:
                top.value[key] = value

    def _error(self, event: Any, problem: str) -> DocumentError:
        return DocumentError(f"{self._name}: line {event.start_mark.line + 1}: {problem}")


def _scalar(event: Any) -> Any:
    text: str = event.value
    if event.tag not in _TYPED and (event.tag or not event.implicit[0]):
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    for pattern, number in _NUMBERS:
        if text[:1] in "-+.0123456789" and pattern.fullmatch(text):
            return _finite(number(text), text)
    return text


def _finite(value: Any, text: str) -> Any:
    """Return a number, or the text of one that no JSON can hold."""
    return text if value in (float("inf"), float("-inf")) else value


def names_in(node: Any) -> Iterator[str]:
    """Yield the names of all members, at any depth."""
    if isinstance(node, dict):
        yield from node
        for value in node.values():
            yield from names_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from names_in(item)
