"""Names that may be shown, because a document knows them; all others may be private."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from receiptkit.model.display import without_case

#: Keywords whose members are names.
_NAMED = ("properties", "patternProperties", "dependentRequired")


class KnownNames:
    """
    The names of properties and parameters of a document, however they are written: `dateCreated` is
    `date_created`.
    """

    def __init__(self, content: dict[str, Any], more: Iterable[str] = ()) -> None:
        """
        Args:
            content: a parsed OpenAPI document.
            more: names to add, such as wrong ones that are common.
        """
        self._content = content
        self._more = tuple(more)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(map(without_case, (*_names(self._content), *self._more)))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and len(name) < 100 and without_case(name) in self._names


def _names(document: Any) -> Iterator[str]:
    nodes = [document]
    while nodes:
        node = nodes.pop()
        if isinstance(node, list):
            nodes += node
        elif isinstance(node, dict):
            nodes += node.values()
            for keyword in _NAMED:
                if isinstance(members := node.get(keyword), dict):
                    yield from map(str, members)
            if isinstance(required := node.get("required"), list):
                yield from (name for name in required if isinstance(name, str))
            if isinstance(node.get("in"), str) and isinstance(name := node.get("name"), str):
                yield name
