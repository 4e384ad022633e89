"""Receipts, pages and webhooks in the strings of source code: JSON, or a form."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from receiptkit.model.regex import regex
from receiptkit.scanning.kinds import is_ours
from receiptkit.scanning.placed import CodeNode
from receiptkit.scanning.tokens import CodeToken
from receiptkit.text.forms import decode_form
from receiptkit.text.json_locate import scalars

_MARGIN = regex(r"(?m)^[ \t]*\|")
_SHORTEST = 30
_DEEPEST = 60


def in_string(token: CodeToken, text: str) -> Iterator[CodeNode]:
    """Yield what is ours in a string: JSON, or a form."""
    value = token.value
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return
    # A margin, as Scala has it, counts as blanks.
    inner = _MARGIN.sub(lambda found: " " * len(found[0]), value) if "|" in value else value
    inner = inner.strip()
    # A string with escapes has one place.
    at = text.find(value.strip().removeprefix("|"), token.start, token.end)
    if inner[:1] in ("{", "["):
        yield from in_json(inner, _place(inner, at, token, text))
    elif "EventType=on" in inner and "&" in inner and "\n" not in inner:
        fields = {
            each.name: CodeNode(each.value, at + each.value_at if at >= 0 else token.start)
            for each in decode_form(inner)
        }
        if is_ours({name: each.value for name, each in fields.items()}):
            yield CodeNode(fields, max(at, token.start))


def _place(inner: str, at: int, token: CodeToken, text: str) -> Callable[[int], int]:
    """Return the function from an offset in the text of a string to that in the source code."""
    if at >= 0:
        return lambda offset: at + offset
    doubled = text.find(inner.replace('"', '""'), token.start, token.end)
    if doubled >= 0:
        return lambda offset: doubled + offset + inner.count('"', 0, offset)
    return lambda _: token.start


def in_json(text: str, place: Any) -> Iterator[CodeNode]:
    """Yield what is ours in a JSON text; `place` leads from an offset in it to the source code."""
    try:
        value = json.loads(text)
        starts = {path: place(start) for path, start, _ in scalars(text)}
    except (ValueError, RecursionError, IndexError, AttributeError):
        return
    yield from _ours_in(_node(value, (), starts, place(0)))


def _node(
    value: Any, path: tuple[str, ...], starts: dict[tuple[str, ...], int], at: int
) -> CodeNode:
    """Return a value with the places of its scalars; a container begins with its first."""
    start = starts.get(path, at)
    if isinstance(value, dict):
        inner = {name: _node(each, (*path, name), starts, at) for name, each in value.items()}
        return CodeNode(inner, min((each.start for each in inner.values()), default=start))
    if isinstance(value, list):
        row = [_node(each, (*path, str(index)), starts, at) for index, each in enumerate(value)]
        return CodeNode(row, min((each.start for each in row), default=start))
    return CodeNode(value, start)


def _ours_in(node: CodeNode) -> Iterator[CodeNode]:
    """Yield the outermost receipts, pages, webhooks and configurations in a value."""
    pending = [(node, 0)]
    while pending:
        here, depth = pending.pop()
        value = here.value
        if isinstance(value, dict) and is_ours({name: each.value for name, each in value.items()}):
            yield here
        elif isinstance(value, (dict, list)) and depth < _DEEPEST:
            inner = list(value.values()) if isinstance(value, dict) else value
            pending += [(each, depth + 1) for each in reversed(inner)]
