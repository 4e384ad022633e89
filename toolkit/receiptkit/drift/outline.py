"""Outlines of schemas, without their members; and examples changed in one place."""

from __future__ import annotations

import copy
from typing import Any

from receiptkit.openapi.references import listed, types_of
from receiptkit.openapi.upgrade import NOTES

#: Keywords whose change is looked for member by member, or means nothing.
_APART = ("properties", "required", "items", *NOTES)
_NOTHING = object()


def shell(view: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema says of a value itself, in a form that can be compared."""
    own = {name: value for name, value in view.items() if name not in _APART and name[:2] != "x-"}
    for name in ("type", "enum"):
        if isinstance(own.get(name), list):
            own[name] = sorted(own[name], key=repr)
    if own.get("additionalProperties") is False:
        own["properties"] = dict.fromkeys(sorted(view.get("properties", ())), True)
    return own


def news(less: dict[str, Any], more: dict[str, Any], subject: str, when: str) -> str:
    """Return what one schema allows and the other does not, in a few words."""
    values = [value for value in listed(more.get("enum")) if value not in listed(less.get("enum"))]
    if values and "enum" in less:
        listing = ", ".join("null" if value is None else str(value) for value in values)
        return f"{subject} can {when} be {listing}"
    types = [name for name in types_of(more) if name not in types_of(less)]
    if types and "type" in less:
        return f"{subject} can {when} be {' or '.join(types)}"
    names = [
        name for name in {**less, **more} if less.get(name, _NOTHING) != more.get(name, _NOTHING)
    ]
    return f"{', '.join(f'`{name}`' for name in names)} of {subject} changed"


def with_value(whole: Any, path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return {**whole, **value} if isinstance(whole, dict) and isinstance(value, dict) else value
    whole = copy.deepcopy(whole)
    node = whole
    for step in path[:-1]:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    if isinstance(node, list):
        node[int(path[-1])] = with_value(node[int(path[-1])], (), value)
    else:
        node[path[-1]] = with_value(node.get(path[-1]), (), value)
    return whole


def without(whole: Any, path: tuple[str, ...]) -> Any:
    whole = copy.deepcopy(whole)
    node = whole
    for step in path[:-1]:
        node = node[int(step)] if isinstance(node, list) else node.get(step, {})
    if isinstance(node, dict):
        node.pop(path[-1], None)
    return whole
