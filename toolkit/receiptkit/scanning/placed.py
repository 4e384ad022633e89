"""Values of source code with their offsets, and JSON with each of them at its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from receiptkit.text.json_locate import LineIndex


class CodeNode(NamedTuple):
    """
    A value of source code.

    Attributes:
        value: a text, a number, a truth value or None; or an object or a list of nodes.
        start: the offset at which it begins.
    """

    value: Any
    start: int


def plain(node: CodeNode) -> Any:
    """Return the value of a node without offsets."""
    if isinstance(node.value, dict):
        return {name: plain(each) for name, each in node.value.items()}
    if isinstance(node.value, list):
        return [plain(each) for each in node.value]
    return str(node.value) if isinstance(node.value, str) else node.value


def moved(node: CodeNode, place: Callable[[int], int]) -> CodeNode:
    """Return a node with its offsets led to another text."""
    value = node.value
    if isinstance(value, dict):
        value = {name: moved(each, place) for name, each in value.items()}
    elif isinstance(value, list):
        value = [moved(each, place) for each in value]
    return CodeNode(value, place(node.start))


def span(node: CodeNode) -> tuple[int, int]:
    """Return the offsets of the first and the last value in a node."""
    value = node.value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    spans = [span(each) for each in inner]
    return node.start, max((end for _, end in spans), default=node.start)


def as_json(nodes: list[CodeNode], text: str) -> str:
    """Return a JSON array of values, each on its line, and in its column if there is room."""
    page = _Page(LineIndex(text))
    for index, node in enumerate(nodes):
        page.put("," if index else "[")
        page.value(node)
    page.put("]")
    return "".join(page.pieces)


class _Page:
    """A text that is written from its beginning to its end."""

    def __init__(self, lines: LineIndex) -> None:
        self.pieces: list[str] = []
        self._lines = lines
        self._line, self._column = 1, 1

    def put(self, piece: str) -> None:
        self.pieces.append(piece)
        self._column += len(piece)

    def value(self, node: CodeNode, key: str = "") -> None:
        """Write a value at its place, behind its key."""
        place = self._lines.place(node.start)
        if place.line > self._line:
            self.pieces.append("\n" * (place.line - self._line))
            self._line, self._column = place.line, 1
        self.put(key)
        if place.line == self._line:
            self.put(" " * (place.column - self._column))
        if isinstance(node.value, dict):
            self._members(node.value)
        elif isinstance(node.value, list):
            self._elements(node.value)
        else:
            self.put(json.dumps(node.value))

    def _members(self, members: dict[str, CodeNode]) -> None:
        self.put("{")
        for index, (name, each) in enumerate(members.items()):
            self.put("," if index else "")
            self.value(each, f"{json.dumps(name)}:")
        self.put("}")

    def _elements(self, elements: list[CodeNode]) -> None:
        self.put("[")
        for index, each in enumerate(elements):
            self.put("," if index else "")
            self.value(each)
        self.put("]")
