"""
A newer document of the vendor's, cut down to the operations of the contract, with the overlays
applied to it.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, NamedTuple

from receiptkit.model.errors import DocumentError
from receiptkit.openapi.build import load, overlays_of
from receiptkit.openapi.files import read_file
from receiptkit.openapi.overlay import enact
from receiptkit.openapi.references import REF, SCHEMAS, References, listed, target, tokens
from receiptkit.openapi.upgrade import upgrade
from receiptkit.openapi.walking import METHODS, Place, Walker, with_inner

_VERSIONS = ("3.0.", "3.1.")
#: The members of an operation that can matter to the contract.
_KEPT = ("operationId", "parameters", "requestBody", "responses", "deprecated", "security")


class Idle(NamedTuple):
    """
    An action of an overlay that does nothing to the newer document.

    Attributes:
        overlay, number: the name of the overlay, and of the action in it, from 1.
        action: the action.
        is_lost: True if it has no target any more; False if it is no longer needed.
        before: the documents of today and the newer one, as the action found them.
    """

    overlay: str
    number: int
    action: dict[str, Any]
    is_lost: bool
    before: tuple[dict[str, Any], dict[str, Any]]

    @property
    def where(self) -> str:
        """Return the file and the number of the action."""
        return f"overlays/{self.overlay}.yaml, action {self.number}"

    def __str__(self) -> str:
        state = "no longer applies" if self.is_lost else "is no longer needed"
        return f"{state}: {' '.join(str(self.action.get('description')).split())}"


class Newer(NamedTuple):
    """
    The contract as the newer document has it.

    Attributes:
        content: the built document; what has moved is where it was.
        lost: the operations that it does not have, by method and path.
        moved: the operations that it has at another path, with that.
        idle: the overlay actions that no longer apply or are no longer needed.
    """

    content: dict[str, Any]
    lost: list[tuple[str, str]]
    moved: dict[tuple[str, str], str]
    idle: list[Idle]


def newer(path: Path, spec: Path, upstream: str, profile: str) -> Newer:
    """
    Build a profile from a newer document instead of the one of `spec`.

    Raises:
        DocumentError: the document cannot be read, or has none of the operations.
    """
    ours = load(spec / upstream)
    cut, lost, moved = cut_down(path, ours)
    documents = (ours, cut)
    idle: list[Idle] = []
    for name in overlays_of(spec, profile):
        overlay = load(spec / "overlays" / f"{name}.yaml")
        for number, action in enumerate(overlay.get("actions", []), 1):
            own, other = (_done(document, action) for document in documents)
            if other[1] is None or (own[1] and not other[1]):
                idle.append(Idle(name, number, action, other[1] is None, documents))
            documents = (own[0], other[0])
    return Newer(upgrade(documents[1]), lost, moved, idle)


def cut_down(
    path: Path, ours: dict[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, str]], dict[tuple[str, str], str]]:
    """
    Return a newer document with the operations of ours alone, in OpenAPI 3.0; and which are lost
    or moved.

    Raises:
        DocumentError: it cannot be read, or has none of the operations.
    """
    _, parsed = read_file(path)
    content = parsed.content
    version = content.get("openapi")
    if not isinstance(version, str) or not version.startswith(_VERSIONS):
        raise DocumentError(f"{path}: not an OpenAPI 3.0 or 3.1 document")
    if version.startswith("3.1"):
        content = _Downgrade().document(content)
    cut, lost, moved = _cut(content, ours)
    if not cut["paths"]:
        raise DocumentError(f"{path}: has none of the operations of the contract")
    return cut, lost, moved


def _done(document: dict[str, Any], action: dict[str, Any]) -> tuple[dict[str, Any], bool | None]:
    """Return a document with an action done, and True if it means another; None: no target."""
    try:
        after, nodes = enact(document, action, "")
    except DocumentError:
        return document, None
    return after, any(_meaning(old) != _meaning(new) for old, new in nodes)


def _meaning(node: Any) -> Any:
    """Return what a document means: lists of values without order and repetition, no sources."""
    if isinstance(node, list):
        inner = [_meaning(item) for item in node]
        return sorted({repr(item) for item in inner})
    if not isinstance(node, dict):
        return node
    return {
        name: _meaning(value)
        for name, value in node.items()
        if name != "x-receiptkit-source" and (name, value) != ("nullable", False)
    }


def _cut(
    theirs: dict[str, Any], ours: dict[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, str]], dict[tuple[str, str], str]]:
    """Return of their document what ours has, in the form of ours; and what is lost or moved."""
    by_id, references = _by_id(theirs), References(theirs)
    paths: dict[str, Any] = {}
    lost, moved = [], {}
    for path, item in ours["paths"].items():
        for method in [name for name in item if name in METHODS]:
            own = references.follow(theirs.get("paths", {}).get(path, {}))
            found = own.get(method) if isinstance(own, dict) else None
            if not isinstance(found, dict):
                elsewhere = by_id.get(item[method].get("operationId"))
                if elsewhere is None:
                    lost.append((method, path))
                    continue
                moved[method, path] = elsewhere[0]
                found, own = elsewhere[1], theirs["paths"][elsewhere[0]]
            operation = {name: found[name] for name in _KEPT if name in found}
            parameters = [*listed(own.get("parameters")), *listed(found.get("parameters"))]
            if parameters:
                operation["parameters"] = [references.follow(each) for each in parameters]
            operation["responses"] = {
                str(status): references.follow(each)
                for status, each in found.get("responses", {}).items()
            }
            paths.setdefault(path, {})[method] = operation
    cut = {**ours, "paths": paths, "components": {**ours["components"], "schemas": {}}}
    cut = copy.deepcopy(cut)
    _take_along(cut["paths"], theirs, cut["components"]["schemas"])
    return cut, lost, moved


def _by_id(document: dict[str, Any]) -> dict[Any, tuple[str, dict[str, Any]]]:
    return {
        operation["operationId"]: (path, operation)
        for path, item in document.get("paths", {}).items()
        if isinstance(item, dict)
        for method, operation in item.items()
        if method in METHODS and isinstance(operation, dict) and "operationId" in operation
    }


def _take_along(node: Any, theirs: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Copy every schema that a node refers to, however far."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        ref = each.get(REF) if isinstance(each, dict) else None
        if isinstance(ref, str) and ref.startswith("#/"):
            steps = tokens(ref)
            found = target(theirs, steps)
            if tuple(steps[:2]) == SCHEMAS and len(steps) == 3 and steps[2] not in schemas:
                schemas[steps[2]] = copy.deepcopy(found)
                waiting.append(schemas[steps[2]])
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        waiting.extend(inner)


class _Downgrade(Walker):
    """Writes null types as 3.0 does, since overlays apply to that form."""

    def schema(self, node: Any, place: Place) -> Any:
        if not isinstance(node, dict):
            return node
        node = with_inner(node, place, self.schema)
        types = node.get("type")
        if isinstance(types, list) and "null" in types and len(types) == 2:
            (own,) = [each for each in types if each != "null"]
            node = {**node, "type": own, "nullable": True}
        return node
