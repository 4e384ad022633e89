"""Values with their places: what JSON, YAML and tables have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from receiptkit.scrubbing.edits import Decoded, Edit, quoted

#: Return edits of a decoded text as edits of the text around it.
Outward = Callable[[Sequence[Edit]], list[Edit]]


@dataclass(slots=True)
class Leaf:
    """
    A text or a number.

    Attributes:
        start: where it begins.
        end: where it ends.
        value: the decoded text.
        outward: leads from edits of the value to edits of the text around it.
        is_text: False for numbers, words and such.
    """

    start: int
    end: int
    value: str
    outward: Outward
    is_text: bool = True


@dataclass(slots=True)
class Frame:
    """
    An object or an array.

    Attributes:
        start: where it begins.
        end: where it ends.
        is_object: if it is an object.
        keys: the names of the members; None for an element of an array.
        nodes: the values of the members.
        in_json: if it may be replaced by another value in JSON.
    """

    start: int
    end: int
    is_object: bool
    keys: list[Leaf | None] = field(default_factory=list)
    nodes: list[Leaf | Frame] = field(default_factory=list)
    in_json: bool = True


def string(literal: str, start: int) -> Leaf:
    """Return the leaf of a quoted string."""
    return leaf(quoted(literal, start), start, start + len(literal))


def leaf(decoded: Decoded, start: int, end: int, *, is_text: bool = True) -> Leaf:
    """Return the leaf of a decoded text."""
    return Leaf(start, end, decoded.text, decoded.outward, is_text)
