"""OpenAPI Overlay 1.1: changes to a document, each with its target and its reason."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from receiptkit.model.errors import DocumentError
from receiptkit.openapi.references import SOURCES, listed

#: The names and indices that lead to a node.
_Place = tuple[Any, ...]


def apply(document: dict[str, Any], overlay: dict[str, Any], name: str) -> dict[str, Any]:
    """
    Return the document with every action of the overlay done, in order.

    An update merges objects and concatenates arrays; a copy is an update with another node of the
    document. Where an action says `x-source`, that is noted in the target under
    `x-receiptkit-source`, with the keyword it grounds.

    Args:
        document: an OpenAPI document; it is not changed.
        overlay: an Overlay document.
        name: what the overlay is called in errors.

    Raises:
        DocumentError: an action is not one, its target matches nothing, or what it copies is not
            one node.
    """
    result = copy.deepcopy(document)
    for number, action in enumerate(overlay.get("actions", [])):
        result, _ = enact(result, action, f"{name}, action {number + 1}")
    return result


def enact(
    document: dict[str, Any], action: Any, where: str
) -> tuple[dict[str, Any], list[tuple[Any, Any]]]:
    """
    Do one action; return the new document, and each node that it is about, before and after.

    Args:
        document: it is not changed; the new one shares with it what stays.
        action: the action.
        where: what the action is called in errors.

    Raises:
        DocumentError: as `apply` does.
    """
    target = action.get("target") if isinstance(action, dict) else None
    if not isinstance(target, str):
        raise DocumentError(f"{where}: an action needs a target")
    root: Any = {"root": document}
    places = _nodes(root, target, where, "target")
    if not places:
        raise DocumentError(
            f"{where}: the target matches nothing: {' '.join(target.split())}; if upstream no "
            "longer has this part, change the target, or remove the action"
        )
    update = action.get("update", {})
    if "copy" in action and "update" not in action:
        copied = _nodes(root, str(action["copy"]), where, "copy")
        if len(copied) != 1:
            raise DocumentError(f"{where}: `copy` names {len(copied)} nodes, not one")
        update = _at(root, copied[0])
    before = [_at(root, place) for place in places]
    for place in places:
        root = _acted(root, place, action, copy.deepcopy(update))
    is_removed = action.get("remove") is True
    after = [None if is_removed else _at(root, place) for place in places]
    return root["root"], list(zip(before, after, strict=True))


def targets(document: dict[str, Any], path: str) -> list[list[str]]:
    """
    Return the places that a JSONPath names in a document, each as the names that lead to it.

    Raises:
        DocumentError: it is not a JSONPath.
    """
    found = _matches({"root": document}, path, path, "target")
    return [[str(part) for part in match.parts[1:]] for match in found]


def with_sources(sources: Any, keywords: list[str], source: str) -> list[dict[str, str]]:
    """
    Return the sources of a schema's keywords with one more for some of them.

    They are a list, for a member that is called like a keyword (`$ref`) would mean something to
    other tools.
    """
    kept = [entry for entry in listed(sources) if entry.get("keyword") not in keywords]
    return [*kept, *({"keyword": name, "source": source} for name in keywords)]


def _nodes(root: Any, path: str, where: str, what: str) -> list[_Place]:
    """Return the places of the nodes that a JSONPath names."""
    found = _matches(root, path, where, what)
    return [match.parts for match in found if match.parent]


@lru_cache(maxsize=1024)
def _compiled(path: str) -> Any:
    import jsonpath

    return jsonpath.compile(path)


def _matches(root: Any, path: str, where: str, what: str) -> list[Any]:
    import jsonpath

    try:
        return list(_compiled("$.root" + path[1:]).finditer(root))
    except jsonpath.JSONPathError as error:
        reason = str(error).splitlines()[0]
        raise DocumentError(f"{where}: the {what} is not a JSONPath: {reason}") from None


def _at(node: Any, place: _Place) -> Any:
    for key in place:
        node = node[key]
    return node


def _acted(node: Any, place: _Place, action: dict[str, Any], update: Any) -> Any:
    """Return a node with an action done at a place within it; all on the way there is new."""
    if not place:
        merged = _merge(node, update)
        if "x-source" in action and isinstance(merged, dict):
            names = [name for name in update if not name.startswith("x-")]
            sources = with_sources(merged.get(SOURCES), names, action["x-source"])
            merged = {**merged, SOURCES: sources}
        return merged
    changed = copy.copy(node)
    if len(place) == 1 and action.get("remove") is True:
        del changed[place[0]]
    else:
        changed[place[0]] = _acted(node[place[0]], place[1:], action, update)
    return changed


def _merge(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {
            **old,
            **{
                name: _merge(old[name], value) if name in old else value
                for name, value in new.items()
            },
        }
    if isinstance(old, list) and isinstance(new, list):
        return old + new
    return new
