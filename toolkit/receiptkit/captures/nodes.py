"""Values of a tool's document, each with the way to it, looked up by names of many tools."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from receiptkit.captures.records import Spot
from receiptkit.model import pointers

#: Documents that describe an API, and hold examples instead of captures.
_DESCRIPTIONS = ("openapi", "swagger", "$schema", "asyncapi")


def is_description(value: Any) -> bool:
    """Return True for a document that describes an API or a format."""
    return isinstance(value, dict) and any(name in value for name in _DESCRIPTIONS)


def lines_of(value: Any) -> str | None:
    """Return the text that a list of lines is, as notebooks keep what was printed; else None."""
    if not isinstance(value, list) or len(value) < 2:
        return None
    if not all(isinstance(item, str) for item in value):
        return None
    return "".join(value) if all(item.endswith("\n") for item in value[:-1]) else None


#: The names of larger objects are not remembered.
_MOST_KEPT = 64


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
        """Return a member of an object by its exact name; a node with None without one."""
        if isinstance(self.value, dict) and name in self.value:
            return self.below(name, self.value[name])
        return Node(None, self.spot)

    def find(self, *names: str) -> Node:
        """Return the first member with one of these names; case and separators do not matter."""
        found = self._names(names)
        return self.below(found[0], self.value[found[0]]) if found else Node(None, self.spot)

    def every(self, *names: str) -> list[Node]:
        """Return the members with these names that are not null, in the order of the names."""
        return [self.below(name, self.value[name]) for name in self._names(names)]

    def has(self, *names: str) -> bool:
        """Return True if there is a member with one of these names that is not null."""
        return bool(self._names(names))

    def _names(self, names: tuple[str, ...]) -> list[str]:
        """Return the own names of members with these names that are not null."""
        if not isinstance(self.value, dict):
            return []
        value = self.value
        find = _own_names if len(value) <= _MOST_KEPT else _own_names.__wrapped__
        return [name for name in find(tuple(value), names) if value[name] is not None]

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
        pointer, legs = self.spot
        return Node(value, Spot(pointer + pointers.step(token), legs))


# Neighbours in a list mostly have the same members, and are asked for the same names.
@lru_cache(maxsize=1024)
def _own_names(names: tuple[Any, ...], wanted: tuple[str, ...]) -> list[str]:
    """Return those of some names whose plain forms are wanted, in the order of these."""
    own = {plain(name): name for name in names if isinstance(name, str)}
    return [own[name] for name in wanted if name in own]


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a name without what tools change: case, underscores, hyphens, blanks, dots."""
    return "".join(char for char in name.lower() if char.isalnum() or char == "@")
