"""
Documents of other people in one form: OpenAPI 3.1 in which only schemas are referred to, all of
them among the components.

Everything else in openapi/ and above reads that form. What has no effect on what receiptkit checks
is reported, with its place.
"""

from __future__ import annotations

from typing import Any

from receiptkit.model import pointers
from receiptkit.openapi.choices import with_enum
from receiptkit.openapi.expansion import check_expansion
from receiptkit.openapi.files import Files
from receiptkit.openapi.references import (
    REF,
    SCHEMAS,
    safe,
    target,
    to_schema,
    types_of,
)
from receiptkit.openapi.upgrade import NOTES, upgraded, with_limits
from receiptkit.openapi.walking import METHODS, Place, Walker, with_inner

_ADVICE = "x-receiptkit-advice"
_DIALECTS = (
    "https://json-schema.org/draft/2020-12/schema",
    "https://spec.openapis.org/oas/3.1/dialect/base",
)
#: Keywords of schemas that are left out, and what is reported of those that matter.
_LEFT_OUT = {
    "$anchor": "",
    "$dynamicAnchor": "",
    "$recursiveAnchor": "",
    "$defs": "",
    "definitions": "",
    "contentSchema": "",
    "$id": "`$id` is ignored: references in a schema are read from its document",
    "$recursiveRef": "`$recursiveRef` is not supported and ignored",
    "$vocabulary": "`$vocabulary` is not supported and ignored",
    "x-nullable": "`x-nullable` has no effect",
    "additionalItems": "`additionalItems` has no effect; use `items` beside `prefixItems`",
    "dependencies": "`dependencies` has no effect; use `dependentRequired` or `dependentSchemas`",
}


class Reports:
    """Reports on a document: each sentence once, with its first place and the number of others."""

    def __init__(self) -> None:
        self._places: dict[str, list[Place]] = {}

    def __call__(self, text: str, place: Place) -> None:
        self._places.setdefault(text, []).append(place)

    def lines(self) -> list[str]:
        """Return a line for each sentence."""
        return [
            f"{text} ({places[0]}{_more(len(set(places)) - 1)})"
            for text, places in self._places.items()
        ]


def _more(count: int) -> str:
    return f", and {count} more" if count else ""


class Canonical(Walker):
    """
    Brings a document into the one form.

    Args:
        files: the document and the files beside it.
        version: its version of OpenAPI.
        report: takes what has no effect.
    """

    def __init__(self, files: Files, version: str, report: Reports) -> None:
        self._files = files
        self._version = version
        self._report = report
        self._schemas: dict[str, Any] = {}
        self._waiting: list[tuple[str, Place]] = []

    def document(self, document: dict[str, Any]) -> dict[str, Any]:
        """
        Return the document in the one form.

        Raises:
            DocumentError: a reference leads out of its folder, or schemas refer to themselves
                alone.
        """
        self._report_of_document(document)
        own = target(document, list(SCHEMAS))
        for name, schema in own.items() if isinstance(own, dict) else ():
            self._schemas[safe(name)] = self.schema(schema, Place("", (*SCHEMAS, name)))
        changed = super().document({**document, "openapi": "3.1.0"})
        while self._waiting:
            name, place = self._waiting.pop()
            if name not in self._schemas:
                self._schemas[name] = self.schema(self._files.node(place), place)
        if "components" in changed or self._schemas:
            changed["components"] = {**changed.get("components", {}), "schemas": self._schemas}
        if "x-webhooks" in changed:
            changed["webhooks"] = changed.pop("x-webhooks")
        changed.pop("$self", None)
        check_expansion(self._schemas)
        return changed

    def components(self, node: Any, place: Place) -> Any:  # noqa: ARG002 # the schemas come apart
        kept = ("securitySchemes",)
        return {name: value for name, value in node.items() if name in kept or name[:2] == "x-"}

    # -- what is not a schema

    def resolve(self, node: Any, place: Place) -> tuple[Any, Place]:
        passed = set()
        while isinstance(node, dict) and isinstance(node.get(REF), str):
            ref = node[REF]
            found = self._files.find(ref, place)
            if found is None or found in passed:
                reason = "leads nowhere" if found is None else "leads to itself"
                self._report(f"`$ref: {ref}` {reason}, and is left out", place)
                return {}, place
            passed.add(found)
            own = {name: value for name, value in node.items() if name in (*METHODS, "parameters")}
            node, place = self._files.node(found), found
            if own and isinstance(node, dict):
                node = {**node, **own}
        return node, place

    def _without(self, member: str, text: str, node: Any, place: Place) -> Any:
        """Return an object without a member that is not checked, and report it."""
        if not isinstance(node, dict) or member not in node:
            return node
        self._report(text, place)
        return {name: value for name, value in node.items() if name != member}

    def operation(self, node: Any, place: Place) -> Any:
        node = self._without(
            "callbacks", "`callbacks` are not checked", node, place.at("callbacks")
        )
        return super().operation(node, place)

    def path_item(self, node: Any, place: Place) -> Any:
        node = self._without(
            "additionalOperations", "`additionalOperations` are not checked", node, place
        )
        for name in list(node) if isinstance(node, dict) else ():
            small = name.lower() if isinstance(name, str) else ""
            if small in METHODS and name != small:
                text = f"`{name}` is no method, and not checked; write `{small}`"
                node = self._without(name, text, node, place)
        return super().path_item(node, place)

    def response(self, node: Any, place: Place) -> Any:
        node, place = self.resolve(node, place)
        if not isinstance(node, dict):
            return node
        headers = node.get("headers")
        for name, header in headers.items() if isinstance(headers, dict) else ():
            if isinstance(header, dict) and header.get("required") is True:
                self._report("required headers of responses are not checked", place.at(name))
        node = {name: value for name, value in node.items() if name not in ("headers", "links")}
        changed = super().response(node, place)
        if isinstance(changed.get("content"), dict):
            changed["content"] = self._essences(changed["content"], place.at("content"))
        return changed

    def _essences(self, content: dict[str, Any], place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, media in sorted(content.items(), key=lambda item: ";" in str(item[0])):
            essence = str(name).partition(";")[0].strip()
            if essence in found:
                self._report(f"only the first of several {essence} is checked", place.at(name))
            found.setdefault(essence, media)
        return found

    def media(self, node: Any, place: Place) -> Any:
        node, place = self.resolve(node, place)
        node = self._without("itemSchema", "`itemSchema` of streams is not checked", node, place)
        return super().media(node, place)

    def parameter(self, node: Any, place: Place) -> Any:
        node, place = self.resolve(node, place)
        reason = _unread(node) if isinstance(node, dict) else None
        if reason is not None:
            self._report(reason, place)
            node = {
                **{name: node[name] for name in ("name", "in", "required") if name in node},
                "schema": {},
            }
        return super().parameter(node, place)

    def _report_of_document(self, document: dict[str, Any]) -> None:
        paths = document.get("paths")
        for path in paths if isinstance(paths, dict) else ():
            if not path.startswith(("/", "x-")) or {"?", "#"} & set(path):
                self._report(
                    "a path with a query or without `/` in front matches no URL",
                    Place().at("paths", path),
                )
            elif path != "".join(path.split()):
                self._report("a path with blanks matches no URL", Place().at("paths", path))
        dialect = document.get("jsonSchemaDialect")
        if isinstance(dialect, str) and dialect not in _DIALECTS:
            self._report("schemas are read as JSON Schema 2020-12", Place().at("jsonSchemaDialect"))

    # -- schemas

    def schema(self, node: Any, place: Place) -> Any:
        if not isinstance(node, dict):
            return node
        node = {
            name: value for name, value in node.items() if not self._is_left_out(name, node, place)
        }
        if isinstance(node.get("$dynamicRef"), str) and REF not in node:
            self._report("`$dynamicRef` is read as `$ref`", place)
            node = {REF if name == "$dynamicRef" else name: part for name, part in node.items()}
        changed = with_inner(node, place, self.schema)
        if isinstance(node.get(REF), str):
            changed[REF] = self._referred(node[REF], place)
        if isinstance(node.get(_ADVICE), list):
            changed[_ADVICE] = [self._advice(entry, place.at(_ADVICE)) for entry in node[_ADVICE]]
        return self._modern(with_enum(changed), place)

    def _modern(self, node: dict[str, Any], place: Place) -> dict[str, Any]:
        if self._version.startswith("3.0"):
            return upgraded(self._alone(node, place), place, self._report)
        if "nullable" in node:
            text = f"`nullable` has no effect in OpenAPI {self._version[:3]}; add null to `type`"
            self._report(text, place)
            node = {name: value for name, value in node.items() if name != "nullable"}
        if any(
            isinstance(node.get(name), bool) for name in ("exclusiveMinimum", "exclusiveMaximum")
        ):
            self._report(
                "an exclusive limit that is true or false is read as in OpenAPI 3.0", place
            )
            node = with_limits(node)
        return node

    def _alone(self, node: dict[str, Any], place: Place) -> dict[str, Any]:
        """Return a reference of OpenAPI 3.0 without the keywords beside it."""
        if REF not in node:
            return node
        kept = (REF, "nullable", *NOTES)
        idle = [name for name in node if name not in kept and name[:2] != "x-"]
        for name in idle:
            self._report(f"`{name}` beside `$ref` has no effect in OpenAPI 3.0", place)
        return {name: value for name, value in node.items() if name not in idle}

    def _is_left_out(self, name: str, node: dict[str, Any], place: Place) -> bool:
        if name == "$schema":
            if node[name] not in _DIALECTS:
                self._report("`$schema` is ignored: schemas are read as JSON Schema 2020-12", place)
            return True
        if name == "discriminator":
            # The schemas of a choice decide.
            if not {"oneOf", "anyOf"} & node.keys():
                self._report("`discriminator` is not followed", place)
            return True
        if _LEFT_OUT.get(name):
            self._report(_LEFT_OUT[name], place)
        return name in _LEFT_OUT

    def _referred(self, ref: str, place: Place) -> str:
        found = self._files.find(ref, place)
        if found is None:
            self._report(f"`$ref: {ref}` leads nowhere", place)
            return to_schema(safe(ref))
        name = safe(_name(found))
        if name not in self._schemas:
            self._waiting.append((name, found))
        return to_schema(name)

    def _advice(self, entry: Any, place: Place) -> Any:
        if not isinstance(entry, dict):
            return entry
        changed = {
            name: self.schema(value, place.at(name)) if name in ("schema", "unless") else value
            for name, value in entry.items()
        }
        if isinstance(entry.get("advice"), list):
            changed["advice"] = [self._advice(each, place) for each in entry["advice"]]
        return changed


def _unread(parameter: dict[str, Any]) -> str | None:
    """Return why the value of a parameter is not checked; None if it is."""
    where, schema = parameter.get("in"), parameter.get("schema")
    if where == "querystring":
        return "a parameter in `querystring` is not checked"
    if where in ("header", "cookie") and parameter.get("required") is True:
        return f"required parameters in `{where}` are not checked"
    if "content" in parameter:
        return "parameters with `content` are not checked"
    is_object = isinstance(schema, dict) and "object" in types_of(schema)
    if is_object or parameter.get("style", "form") not in ("form", "simple"):
        return "parameters that are objects, or joined otherwise, are not checked"
    return None


def _name(place: Place) -> str:
    if not place.file and place.steps[:2] == SCHEMAS and len(place.steps) == 3:
        return place.steps[2]
    return (
        f"{place.file}#{pointers.join(place.steps)}" if place.file else pointers.join(place.steps)
    )
