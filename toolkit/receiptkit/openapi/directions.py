"""
Members that go one way: `writeOnly` ones need not be in responses, nor `readOnly` ones in
requests.
"""

from __future__ import annotations

from typing import Any

from receiptkit.openapi.references import (
    REF,
    REQUEST,
    SCHEMAS,
    References,
    listed,
    safe,
    schema_name,
    to_schema,
    unsafe,
)
from receiptkit.openapi.walking import Place, Walker, with_inner

#: Where a hidden member need not be; a condition or one of several choices may still ask for it.
_PARTS = ("allOf", "anyOf", "then", "else")


def with_directions(document: dict[str, Any]) -> dict[str, Any]:
    """
    Return a document whose schemas no longer require what is hidden; those of requests have names
    of their own.
    """
    found = _Marks()
    found.document(document)
    return _Directions(document).document(document) if found.any else document


class _Marks(Walker):
    """Finds out whether any schema is marked."""

    def __init__(self) -> None:
        self.any = False

    def schema(self, node: Any, place: Place) -> Any:
        if isinstance(node, dict):
            self.any |= True in (node.get("readOnly"), node.get("writeOnly"))
            with_inner(node, place, self.schema)
        return node


class _Directions(Walker):
    def __init__(self, document: dict[str, Any]) -> None:
        self._references = References(document)
        self._hiding = "writeOnly"
        #: Members that are hidden in an object whose parts are visited.
        self._hidden: frozenset[str] = frozenset()
        self._in_requests: dict[str, Any] = {}
        self._waiting: list[str] = []

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        changed = super().document(document)
        self._hiding = "readOnly"
        while self._waiting:
            name = self._waiting.pop()
            if _in_request(name) not in self._in_requests:
                schema = self._references.follow({REF: to_schema(name)})
                place = Place("", (*SCHEMAS, name))
                self._in_requests[_in_request(name)] = self.schema(schema, place)
        if self._in_requests:
            components = changed["components"]
            schemas = {**components["schemas"], **self._in_requests}
            changed["components"] = {**components, "schemas": schemas}
        return changed

    def request_body(self, node: Any, place: Place) -> Any:
        self._hiding = "readOnly"
        changed = super().request_body(node, place)
        self._hiding = "writeOnly"
        return changed

    def schema(self, node: Any, place: Place) -> Any:
        if not isinstance(node, dict):
            return node
        node = self._with_target(node)
        hidden = self._hidden | self._hidden_in(node)
        outer = self._hidden
        changed: dict[str, Any] = {}
        for name, value in node.items():
            self._hidden = hidden if name in _PARTS else frozenset()
            changed |= with_inner({name: value}, place, self.schema)
        self._hidden = outer
        if hidden and isinstance(changed.get("required"), list):
            changed["required"] = [each for each in changed["required"] if each not in hidden]
        name = schema_name(node.get(REF))
        if name is not None and self._hiding == "readOnly":
            changed[REF] = to_schema(_in_request(name))
            self._waiting.append(name)
        return changed

    def _with_target(self, node: dict[str, Any]) -> dict[str, Any]:
        """
        Return a schema with its reference replaced, if what it leads to requires what its
        neighbours hide.
        """
        target = self._references.follow({REF: node[REF]}) if REF in node else None
        if not isinstance(target, dict):
            return node
        required = self._references.view(target).get("required", ())
        if self._hidden.isdisjoint(each for each in required if isinstance(each, str)):
            return node
        own = {name: value for name, value in node.items() if name != REF}
        return {**own, "allOf": [target, *listed(own.get("allOf"))]}

    def _hidden_in(self, node: dict[str, Any]) -> frozenset[str]:
        members = self._references.members(node)
        return frozenset(
            name
            for name, member in members.items()
            if self._references.view(member).get(self._hiding) is True
        )


def _in_request(name: str) -> str:
    return safe(unsafe(name) + REQUEST)
