"""Objects in source code, in any language that writes them like JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from receiptkit.scanning.kinds import is_ours, is_seen
from receiptkit.scanning.tokens import Token, tokens
from receiptkit.text.forms import decode_form

_MISSING = object()
_DEEPEST = 60


class Literal(NamedTuple):
    """
    A receipt, page, webhook or configuration in source code.

    Attributes:
        start: the offset at which it begins.
        value: its value; None if it is made at run time, or cannot be read.
    """

    start: int
    value: dict[str, Any] | None


@dataclass(slots=True)
class _Frame:
    """A container that is being read; `is_known` is False once something in it is no literal."""

    start: int
    sign: str
    names: set[str] = field(default_factory=set)
    members: dict[str, Any] = field(default_factory=dict)
    elements: list[Any] = field(default_factory=list)
    is_known: bool = True
    key: Any = _MISSING
    value: Any = _MISSING
    found: list[Literal] = field(default_factory=list)


def literals(text: str, suffix: str) -> list[Literal]:
    """Return what is ours in source code, in order; `suffix` is that of the file's name."""
    stack = [_Frame(0, "")]
    for token in tokens(text, suffix):
        top = stack[-1]
        if token.kind == "open":
            if len(stack) >= _DEEPEST:
                return stack[0].found
            stack.append(_Frame(token.start, str(token.value)))
        elif token.kind == "close":
            if len(stack) > 1:
                _close(stack.pop(), stack[-1])
        elif token.kind == ",":
            _end_member(top)
        elif token.kind == ":":
            top.key, top.value = top.value, _MISSING
            if isinstance(top.key, str):
                top.names.add(top.key)
            else:
                top.is_known = False
        else:
            _take(top, token)
    while len(stack) > 1:
        frame = stack.pop()
        stack[-1].found += frame.found
    return sorted(stack[0].found)


def _take(top: _Frame, token: Token) -> None:
    if token.kind == "value":
        value = token.value
        top.found += _in_string(value, token.start)
        if isinstance(value, str) and isinstance(top.value, str):
            # Strings that follow each other are one, in Python and in C.
            top.value += value
        elif top.value is _MISSING:
            top.value = value
        else:
            top.is_known = False
    elif token.kind == "word" and top.value is _MISSING and top.key is _MISSING:
        # It may be a name without quotes; if no colon follows, it is no literal.
        top.value = _Word(token.value)
    elif not (token.kind == "word" and token.value in ("as", "const", "string", "number")):
        top.is_known = False


class _Word(str):
    """A name without quotes."""

    __slots__ = ()


def _end_member(frame: _Frame) -> None:
    if frame.key is not _MISSING:
        if isinstance(frame.key, str) and frame.value is not _MISSING:
            frame.members[str(frame.key)] = frame.value
        else:
            frame.is_known = False
    elif isinstance(frame.value, _Word):
        frame.is_known = False
    elif frame.value is not _MISSING:
        frame.elements.append(frame.value)
    frame.key = frame.value = _MISSING


def _close(frame: _Frame, around: _Frame) -> None:
    _end_member(frame)
    is_object = bool(frame.names) or frame.sign == "{"
    value: Any = frame.members if is_object else frame.elements
    if is_object and frame.elements:
        frame.is_known = False
    if frame.sign == "(":
        frame.is_known = frame.is_known and not frame.names and len(frame.elements) == 1
        value = frame.elements[0] if frame.is_known else None
    known = frame.is_known
    if is_object and frame.sign != "(" and known and is_ours(value):
        around.found.append(Literal(frame.start, value))
    elif is_object and frame.sign != "(" and not known and is_seen(frame.names):
        around.found += [*frame.found, Literal(frame.start, None)]
    else:
        around.found += frame.found
    if not known or around.value is not _MISSING:
        around.is_known = False
    else:
        around.value = value


def _in_string(value: object, start: int) -> Iterator[Literal]:
    """Yield what is ours in a string: JSON, or a form."""
    if not isinstance(value, str) or len(value) < 30:
        return
    text = value.strip()
    if text[:1] in "{[":
        try:
            inner = json.loads(text)
        except (ValueError, RecursionError):
            return
        yield from (Literal(start, each) for each in ours_in(inner))
    elif "EventType=on" in text and "&" in text and "\n" not in text:
        form = {each.name: each.value for each in decode_form(text)}
        if is_ours(form):
            yield Literal(start, form)


def ours_in(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the outermost receipts, pages, webhooks and configurations in a value."""
    pending = [(value, 0)]
    while pending:
        node, depth = pending.pop()
        if isinstance(node, dict) and is_ours(node):
            yield node
        elif isinstance(node, (dict, list)) and depth < _DEEPEST:
            inner = node.values() if isinstance(node, dict) else node
            pending += [(each, depth + 1) for each in reversed(list(inner))]
