"""The contract document for the generator: members, identifiers, statuses, codes, limits, URLs."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from receiptkit.contract import Contract
from receiptkit.generation.object_schema import (
    ObjectSchema,
    ObjectSchemas,
    find_advice,
    is_nullable,
)
from receiptkit.generation.templates import Template
from receiptkit.model.errors import UsageError
from receiptkit.openapi.operation import Operation
from receiptkit.openapi.servers import server_of

Maker = Callable[[random.Random], str]

_PARAMETER = re.compile(r"\{([^{}]*)\}")
#: The host that is used where the document names none.
_HOST = "https://conversations.twilio.com"
#: The prefixes of identifiers where the document does not give them.
_UNSAID = {
    "account_sid": "AC",
    "chat_service_sid": "IS",
    "conversation_sid": "CH",
    "message_sid": "IM",
    "participant_sid": "MB",
    "channel_message_sid": "SM",
    "sid": "DY",
}


class Vocabulary:
    """
    The contract document from the generator's side. A changed document changes what is generated.

    Args:
        contract: whose document it is; it also checks generated bodies.
        host: scheme and host of addresses, where they are not those of the document.
    """

    def __init__(self, contract: Contract, host: str | None = None) -> None:
        self.contract = contract
        self._host = host
        self._schemas = ObjectSchemas(contract.document.content)
        self._object_schemas: dict[tuple[str, bool, str | None], ObjectSchema] = {}
        self._operations: dict[tuple[str, bool], Operation] = {}
        self._paths: dict[tuple[str, bool], _Path] = {}

    # -- bodies

    def operation(self, kind: str, *, in_service: bool = False) -> Operation:
        """
        Return the operation that reads a kind of resource.

        Raises:
            UsageError: the document has none.
        """
        found = self._operations.get((kind, in_service))
        if found is not None:
            return found
        for operation in self.contract.operations.with_kind:
            if (operation.kind, operation.in_service, operation.method) == (
                kind,
                in_service,
                "get",
            ):
                self._operations[kind, in_service] = operation
                return operation
        raise UsageError(
            f"{self.contract.document.name} has no operation that answers with a {kind}: "
            "nothing to generate"
        )

    def object_schema(self, kind: str, *, in_service: bool = False) -> ObjectSchema:
        """Return the schema of a body: receipt, page, message, configuration or webhook."""
        key = kind, in_service, None
        if key not in self._object_schemas:
            self._object_schemas[key] = self._find_schema(kind, in_service=in_service)
        return self._object_schemas[key]

    def _find_schema(self, kind: str, *, in_service: bool) -> ObjectSchema:
        if kind == "webhook":
            webhooks = self.contract.operations.webhooks
            if not webhooks:
                document = self.contract.document
                advice = "" if document.is_foreign else ": choose the profile documented or strict"
                raise UsageError(f"{document.name} describes no webhook{advice}")
            media = next(iter(webhooks[0].responses["request"].content.values()))
            return self._schemas.object_schema(media.schema, webhooks[0].id)
        operation = self.operation(kind, in_service=in_service)
        response = operation.response(200)
        media_type = response.media("application/json") if response else None
        if media_type is None:
            raise UsageError(f"{operation.id} does not answer with JSON: nothing to generate")
        return self._schemas.object_schema(media_type.schema, operation.id)

    def inner_schema(self, kind: str, member: str, *, in_service: bool = False) -> ObjectSchema:
        """Return the schema of an object in a body: `meta` of a page, `delivery` of a message."""
        key = kind, in_service, member
        if key not in self._object_schemas:
            schema = self.object_schema(kind, in_service=in_service)
            self._object_schemas[key] = self._schemas.object_schema(
                schema.properties.get(member, {}), f"{schema.place}/{member}"
            )
        return self._object_schemas[key]

    # -- identifiers

    @cached_property
    def makers(self) -> dict[str, Maker]:
        """Return the makers of identifiers, by the names that a receipt has for them."""
        return {name: self._maker(name) for name in _UNSAID if name != "channel_message_sid"}

    def channel_maker(self, prefix: str) -> Maker:
        """Return a maker of SIDs of messages in a channel, which begin with a prefix."""
        return self._maker("channel_message_sid", prefix)

    def _maker(self, name: str, prefix: str = "") -> Maker:
        schema = self.object_schema("receipt")
        view = schema.properties.get(name) or self._of_service(name)
        pattern = view.get("pattern") or f"^{_UNSAID[name]}[0-9a-f]{{32}}$"
        return Template(pattern, f"{schema.place}/{name}").maker(prefix)

    def _of_service(self, name: str) -> dict[str, Any]:
        try:
            return self.object_schema("receipt", in_service=True).properties.get(name, {})
        except UsageError:
            return {}

    # -- words and limits

    @cached_property
    def statuses(self) -> tuple[str | None, ...]:
        """Return the statuses of a receipt in the document's order, with None if it can be null."""
        view = self.object_schema("receipt").properties.get("status", {})
        return tuple(
            value for value in view.get("enum", ()) if value is not None or is_nullable(view)
        )

    @cached_property
    def no_error(self) -> int | None:
        """Return error_code without an error: null if the document allows it, else 0."""
        return (
            None
            if is_nullable(
                self.object_schema("receipt").properties.get("error_code", {"type": "null"})
            )
            else 0
        )

    @cached_property
    def error_codes(self) -> tuple[int, ...]:
        """Return the error codes that the document lists."""
        view = self.object_schema("receipt").properties.get("error_code", {})
        known = find_advice(view, "receipt.unknown-code") or {}
        return tuple(code for code in known.get("enum", view.get("enum", ())) if code)

    @cached_property
    def page_sizes(self) -> tuple[int, int]:
        """Return the least and the most rows of a page; the most is the default."""
        for parameter in self.operation("page").parameters:
            if parameter.name == "PageSize" and isinstance(parameter.schema, dict):
                return parameter.schema.get("minimum", 1), parameter.schema.get("maximum", 50)
        return 1, 50

    # -- addresses

    @cached_property
    def host(self) -> str:
        """Return scheme and host of the API."""
        return self._host or server_of(self.contract.document.content) or _HOST

    def url(self, kind: str, values: dict[str, str], *, in_service: bool) -> str:
        """Return the absolute URL of a resource, by Twilio's names of its path parameters."""
        key = kind, in_service
        path = self._paths.get(key)
        if path is None:
            path = self._paths[key] = self._path(self.operation(kind, in_service=in_service))
        found = []
        for role, name in path.roles:
            if role not in values:
                raise UsageError(
                    f"{path.operation}: the generator has no value for the path parameter {name}"
                )
            value = str(values[role])
            found.append(value if value.isascii() and value.isalnum() else quote(value, safe=""))
        return path.form % tuple(found)

    def _path(self, operation: Operation) -> _Path:
        pieces = _PARAMETER.split((self.host + operation.path).replace("%", "%%"))
        roles = [(operation.roles.get(name, name), f"{{{name}}}") for name in pieces[1::2]]
        return _Path("%s".join(pieces[::2]), roles, operation.id)


class _Path(NamedTuple):
    """
    The path of an operation.

    Attributes:
        form: the URL, with `%s` for each path parameter.
        roles: Twilio's name of each parameter, and that of the document.
        operation: the id of the operation.
    """

    form: str
    roles: list[tuple[str, str]]
    operation: str
