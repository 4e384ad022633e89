"""
The one reader of `$ref` and `allOf` in a document: what a reference leads to, and what an object
has altogether.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from receiptkit.model import pointers
from receiptkit.model.limits import limit
from receiptkit.model.regex import regex

REF = "$ref"
#: Names, beside a keyword, the rule that a violation is reported under.
RULE = "x-receiptkit-rule"
#: Lists, beside keywords, the sources that they rest on.
SOURCES = "x-receiptkit-source"
SCHEMAS = ("components", "schemas")
#: Ends the name of a schema for requests.
REQUEST = "#request"
_PREFIX = "#/components/schemas/"
_ROOTS = ("components", "paths", "webhooks")
_SAFE = regex(r"[A-Za-z0-9._-]+")
_UNSAFE = regex(r"[^A-Za-z0-9._]")
_ESCAPED = "x--"
_CODE = regex(r"-([0-9a-f]+)-")
_NOTHING = object()
_NULL = {"type": "null"}
#: Keywords that add up where several schemas hold together.
_LISTS = ("required", "x-receiptkit-advice")


def tokens(ref: str) -> list[str]:
    """Return the tokens of the pointer in a reference within the document, decoded."""
    return pointers.split(unquote(ref.partition("#")[2]))


def target(document: Any, steps: list[str]) -> Any:
    """Return the node at the end of a path of names and indices; None if nothing does."""
    node = document
    for step in steps:
        if isinstance(node, dict):
            node = node.get(step, _NOTHING)
        elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
            node = node[int(step)]
        else:
            return None
    return None if node is _NOTHING else node


def safe(name: str) -> str:
    """
    Return the name that a schema gets in a document in the one form: only letters that need no
    escape.
    """
    if _SAFE.fullmatch(name) and not name.startswith(_ESCAPED):
        return name
    return _ESCAPED + _UNSAFE.sub(lambda match: f"-{ord(match[0]):x}-", name)


def unsafe(name: str) -> str:
    """Return what a schema was called before it got a safe name."""
    if not name.startswith(_ESCAPED):
        return name
    return _CODE.sub(lambda match: chr(int(match[1], 16)), name.removeprefix(_ESCAPED))


def to_schema(name: str) -> str:
    """Return the reference to a schema among the components, by its safe name."""
    return _PREFIX + name


def schema_name(ref: Any) -> str | None:
    """
    Return the safe name of the schema that a reference leads to; None for what is not such a
    reference.
    """
    return ref.removeprefix(_PREFIX) if isinstance(ref, str) and ref.startswith(_PREFIX) else None


def origin(place: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the place in its own files of a part of a document, for schemas that were moved."""
    if place[:2] != SCHEMAS or len(place) < 3:
        return place
    name = unsafe(str(place[2])).removesuffix(REQUEST)
    file, mark, pointer = name.rpartition("#")
    if not pointer.startswith("/"):
        return (*SCHEMAS, name, *place[3:])
    return (*([file + mark] if file else []), *pointers.split(pointer), *place[3:])


def in_document(place: tuple[Any, ...], schema_at: tuple[Any, ...]) -> tuple[Any, ...]:
    """
    Return the place of a keyword in the document: that in a schema is put behind the place of the
    schema.
    """
    is_whole = bool(place) and (place[0] in _ROOTS or str(place[0]).endswith("#"))
    return place if is_whole else (*schema_at, *place)


class References:
    """Follows the references of a document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._furthest = limit("references")

    def follow(self, node: Any) -> Any:
        """
        Return the node at the end of a node's references within the document;
        without a reference, the node itself.
        """
        for _ in range(self._furthest):
            ref = node.get(REF) if isinstance(node, dict) else None
            if not isinstance(ref, str) or not ref.startswith("#"):
                return node
            node = target(self._document, tokens(ref))
        return None

    def parts(self, schema: Any) -> Iterator[dict[str, Any]]:
        """
        Yield every schema that holds for a value together with this one, the outermost last, each
        once.
        """
        seen: dict[int, dict[str, Any]] = {}
        self._collect(schema, seen)
        yield from seen.values()

    def _collect(self, schema: Any, seen: dict[int, dict[str, Any]], depth: int = 0) -> None:
        if not isinstance(schema, dict) or id(schema) in seen or depth > self._furthest:
            return
        if isinstance(schema.get(REF), str):
            self._collect(self.follow({REF: schema[REF]}), seen, depth + 1)
        for part in [*listed(schema.get("allOf")), _choice(schema)]:
            self._collect(part, seen, depth + 1)
        seen[id(schema)] = schema

    def place_of(self, schema: Any, place: str, path: Iterable[str]) -> str:
        """
        Return where the document describes what is at a path below a value,
        following references.
        """
        for step in path:
            place, schema = self._step(schema, place, step)
        ref = schema.get(REF) if isinstance(schema, dict) else None
        return str(ref)[2:] if isinstance(ref, str) else place

    def _step(self, schema: Any, place: str, step: str) -> tuple[str, Any]:
        waiting = [(place, schema)]
        for _ in range(self._furthest):
            if not waiting:
                break
            place, node = waiting.pop()
            if not isinstance(node, dict):
                continue
            properties = node.get("properties")
            if isinstance(properties, dict) and step in properties:
                return f"{place}/properties/{step}", properties[step]
            if step.isdecimal() and "items" in node:
                return f"{place}/items", node["items"]
            ref = node.get(REF)
            if isinstance(ref, str):
                waiting.append((ref[2:], self.follow({REF: ref})))
            for keyword in ("allOf", "anyOf", "oneOf"):
                parts = enumerate(listed(node.get(keyword)))
                waiting += [(f"{place}/{keyword}/{number}", part) for number, part in parts]
        return place, None

    def view(self, schema: Any) -> dict[str, Any]:
        """
        Return a schema with its references followed and its `allOf` put together; the outermost
        keyword counts.

        Required members and advice add up. A choice between one schema and null is that schema, or
        null.
        """
        whole: dict[str, Any] = {}
        parts = list(self.parts(schema))
        for part in parts:
            for name, value in part.items():
                if name in _LISTS and isinstance(value, list):
                    whole[name] = [*whole.get(name, []), *value]
                elif name == "properties" and isinstance(value, dict):
                    whole[name] = {**whole.get(name, {}), **value}
                elif name not in (REF, "allOf", *_LISTS, "properties"):
                    whole[name] = value
        if any(_choice(part) is not None for part in parts):
            _allow_null(whole)
        return whole

    def members(self, schema: Any) -> dict[str, Any]:
        """
        Return the members that an object has, with their schemas,
        in the order of the document.
        """
        members: dict[str, Any] = self.view(schema).get("properties", {})
        return members


def _choice(schema: dict[str, Any]) -> Any:
    """Return the one schema of a choice between it and null; None without such a choice."""
    for name in ("anyOf", "oneOf"):
        branches = listed(schema.get(name))
        others = [each for each in branches if each != _NULL]
        if len(others) == 1 and len(branches) > 1:
            return others[0]
    return None


def _allow_null(whole: dict[str, Any]) -> None:
    for name in ("anyOf", "oneOf"):
        whole.pop(name, None)
    types = whole.get("type")
    if types is not None:
        whole["type"] = [*(types if isinstance(types, list) else [types]), "null"]
    if None not in listed(whole.get("enum", [None])):
        whole["enum"] = [*listed(whole["enum"]), None]


def source_of(schema: dict[str, Any], keyword: str) -> str | None:
    """Return the source that a document names for a keyword of a schema; None if it names none."""
    for entry in listed(schema.get(SOURCES)):
        if isinstance(entry, dict) and entry.get("keyword") == keyword:
            source = entry.get("source")
            return source if isinstance(source, str) else None
    return None


def types_of(view: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the types that a schema allows; none where it does not say."""
    types = view.get("type")
    names = types if isinstance(types, list) else [types]
    return tuple(name for name in names if isinstance(name, str))


def listed(value: Any) -> list[Any]:
    """Return a list unchanged, and nothing in the place of anything else."""
    return value if isinstance(value, list) else []
