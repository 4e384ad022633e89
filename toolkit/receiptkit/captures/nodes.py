"""Values of a tool's document, each with the way to it, looked up by names of many tools."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from receiptkit.captures.records import Spot
from receiptkit.model import pointers

#: Documents that describe an API, and hold examples that nobody captured.
_DESCRIPTIONS = ("openapi", "swagger", "$schema", "asyncapi")


def is_description(value: Any) -> bool:
    """Return True for a document that describes an API or a format."""
    return isinstance(value, dict) and any(name in value for name in _DESCRIPTIONS)


class Node(NamedTuple):
    """
    A value with the way to it.

    Attributes:
        value: the value, parsed.
        spot: where it is.
    """

    value: Any
    spot: Spot = Spot()

    def member(self, name: str) -> Node:
        """Return a member of an object by its exact name; a node with None if there is none."""
        if isinstance(self.value, dict) and name in self.value:
            return self.below(name, self.value[name])
        return Node(None, self.spot)

    def find(self, *names: str) -> Node:
        """Return the first member with one of these names; case and separators do not matter."""
        return next(self.every(*names), Node(None, self.spot))

    def every(self, *names: str) -> Iterator[Node]:
        """Yield the members with these names that are not null, in the order of the names."""
        if not isinstance(self.value, dict):
            return
        own = _plain_names(tuple(self.value))
        for name in names:
            if name in own and self.value[own[name]] is not None:
                yield self.below(own[name], self.value[own[name]])

    def has(self, *names: str) -> bool:
        """Return True if there is a member with one of these names that is not null."""
        return next(self.every(*names), None) is not None

    def children(self) -> Iterator[tuple[str | int, Node]]:
        """Yield the members of an object or the elements of a list, by name or index."""
        if isinstance(self.value, dict):
            for name, value in self.value.items():
                yield name, self.below(name, value)
        elif isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield index, self.below(index, value)

    def below(self, token: str | int, value: Any) -> Node:
        """Return the node of a member or an element."""
        return Node(value, self.spot._replace(pointer=self.spot.pointer + pointers.join([token])))


@lru_cache(maxsize=512)
def _plain_names(names: tuple[Any, ...]) -> dict[str, str]:
    """
    Return the names of members by their plain forms.

    Neighbours in a list mostly have the same.
    """
    return {plain(name): name for name in names if isinstance(name, str)}


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name without what tools change: case, underscores, hyphens, blanks, dots."""
    return "".join(char for char in name.lower() if char.isalnum() or char == "@")
