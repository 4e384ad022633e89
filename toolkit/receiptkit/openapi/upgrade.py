"""From OpenAPI 3.0 to 3.1: schemas become JSON Schema 2020-12."""

from __future__ import annotations

from typing import Any

#: What is carried over as it stands: its content is no schema, or is 2020-12 already.
_OPAQUE = (
    "enum",
    "const",
    "default",
    "example",
    "examples",
    "x-receiptkit-advice",
    "x-receiptkit-source",
)


def upgrade(document: dict[str, Any]) -> dict[str, Any]:
    """
    The same contract as an OpenAPI 3.1 document.

    `nullable` becomes a type (and a member of the enum), boolean exclusive limits become numbers, `x-webhooks` becomes `webhooks`.
    `nullable` beside a `$ref` or without a type says nothing in 3.0 and is dropped.
    """
    result: dict[str, Any] = {}
    for name, value in document.items():
        if name == "openapi":
            result[name] = "3.1.0"
        elif name in ("paths", "components", "x-webhooks"):
            result["webhooks" if name == "x-webhooks" else name] = _walk(value)
        else:
            result[name] = value
    return result


def _walk(node: Any) -> Any:
    if isinstance(node, list):
        return [_walk(item) for item in node]
    if not isinstance(node, dict):
        return node
    return _schema(
        {
            name: value if name in _OPAQUE and not _is_only_a_name(value) else _walk(value)
            for name, value in node.items()
        }
    )


def _is_only_a_name(value: Any) -> bool:
    """Whether a member called like a keyword is a property or a response of that name instead of the keyword."""
    return isinstance(value, dict) and any(
        name in value for name in ("type", "$ref", "content", "description")
    )


def _schema(node: dict[str, Any]) -> dict[str, Any]:
    nullable = node.get("nullable")
    if isinstance(nullable, bool):
        node = {name: value for name, value in node.items() if name != "nullable"}
        source = node.get("x-receiptkit-source")
        if isinstance(source, dict) and "nullable" in source:
            node["x-receiptkit-source"] = {
                "type" if name == "nullable" else name: text for name, text in source.items()
            }
        if nullable and isinstance(node.get("type"), str) and "$ref" not in node:
            node["type"] = [node["type"], "null"]
            if isinstance(node.get("enum"), list) and None not in node["enum"]:
                node["enum"] = [*node["enum"], None]
    for limit, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(node.get(exclusive), bool):
            strict = node.pop(exclusive)
            if strict and limit in node:
                node[exclusive] = node.pop(limit)
    return node
