"""`docs/control.md`, made from the OpenAPI document of the control. `python tests/control_page.py` writes it; `--check` checks it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "control.md"
DOCUMENT: dict[str, Any] = yaml.safe_load(
    (ROOT / "toolkit/receiptkit/server/control.yaml").read_text()
)
_HEAD = """<!-- Made by tests/control_page.py from toolkit/receiptkit/server/control.yaml; do not edit. -->
# Control of the local Twilio

{description}

A [local Twilio](local-twilio.md) has the document at `/_receiptkit/openapi.yaml`, from which other tools make clients. What a server refuses
is `{{"error": "…"}}`: 400 for an argument that cannot be used, 401 without its token, 403 for callers elsewhere.
"""


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield method, path and operation of each operation."""
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return the node that a reference names; another node unchanged."""
    while "$ref" in node:
        found: Any = DOCUMENT
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


def body_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of the JSON that an operation takes; None if it takes none."""
    if "requestBody" not in operation:
        return None
    return resolved(operation["requestBody"]["content"]["application/json"]["schema"])


def page() -> str:
    """Return the page."""
    parts = [_HEAD.format(description=DOCUMENT["info"]["description"])]
    for tag in DOCUMENT["tags"]:
        parts.append(f"## {tag['name'].capitalize()}\n\n{tag['description']}\n")
        parts += [_section(*each) for each in operations() if tag["name"] in each[2]["tags"]]
    return "\n".join(parts)


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f"### {operation['operationId']}\n", f"`{method} {path}`\n", f"{operation['summary']}"]
    if "description" in operation:
        lines.append(operation["description"])
    arguments = [resolved(each) for each in operation.get("parameters", ())]
    rows = [_row(each["name"], each["schema"], each["description"]) for each in arguments]
    schema = body_of(operation) or {}
    for name, each in schema.get("properties", {}).items():
        required = " Required." if name in schema.get("required", ()) else ""
        rows.append(_row(name, each, each.get("description", "") + required))
    if rows:
        lines += ["", "| argument | type | is |", "|---|---|---|", *rows]
    for example in schema.get("examples", ()):
        lines += ["", f"Example: `{json.dumps(example)}`"]
    answer = resolved(operation["responses"]["200"])
    kind, content = next(iter(answer["content"].items()))
    members = ", ".join(f"`{name}`" for name in resolved(content["schema"]).get("properties", ()))
    lines += ["", f"Answers `{kind}`: {_lower(answer['description'])}{members and f' {members}.'}"]
    return "\n".join(lines) + "\n"


def _row(name: str, schema: dict[str, Any], description: str) -> str:
    values = schema.get("enum")
    kinds = schema.get("type", "")
    text = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if values is not None:
        text = ", ".join("null" if each is None else f"`{each}`" for each in values)
    return f"| `{name}` | {text} | {description.strip()} |"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]


if __name__ == "__main__":
    if "--check" in sys.argv:
        is_fresh = FILE.exists() and FILE.read_text() == page()
        sys.exit(0 if is_fresh else f"{FILE.name} is stale: run tests/control_page.py")
    FILE.write_text(page())
