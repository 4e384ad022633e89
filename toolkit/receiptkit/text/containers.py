"""Iterate over parsed JSON values, past the many that hold no other."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain
from typing import Any

_SCALARS = frozenset((str, int, float, bool, type(None)))


def levels(value: Any) -> Iterator[list[Any]]:
    """Yield the objects and lists in a value, itself included, one level after the other."""
    level = _containers((value,))
    while level:
        yield level
        inner = [node.values() if isinstance(node, dict) else node for node in level]
        level = _containers([*chain.from_iterable(inner)])


def objects(value: Any) -> list[dict[Any, Any]]:
    """Return the objects in a value, itself included, one level after the other."""
    return [node for level in levels(value) for node in level if isinstance(node, dict)]


def _containers(values: Collection[Any]) -> list[Any]:
    # Most levels have scalars alone; their types together are quicker than a look at each.
    if _SCALARS.issuperset(map(type, values)):
        return []
    return [each for each in values if isinstance(each, (dict, list))]
