"""What the contract document lets a generator say: members, identifiers, statuses, codes, limits, addresses."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import quote

from receiptkit.contract import Contract
from receiptkit.generation.object_schema import ObjectSchema, Schemas, advised, nullable
from receiptkit.generation.templates import Template
from receiptkit.model.errors import UsageError
from receiptkit.openapi.operations import Operation
from receiptkit.openapi.servers import server_of

Maker = Callable[[random.Random], str]

#: Where the document does not say.
_HOST = "https://conversations.twilio.com"
#: What an identifier looks like where the document does not say.
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
        contract: whose document it is; it also judges what was generated.
        host: scheme and host of addresses, where they are not those of the document.
    """

    def __init__(self, contract: Contract, host: str | None = None) -> None:
        self.contract = contract
        self._host = host
        self._schemas = Schemas(contract.document.content)
        self._shapes: dict[tuple[str, bool, str | None], ObjectSchema] = {}

    # -- bodies

    def operation(self, kind: str, *, in_service: bool = False) -> Operation:
        """
        The operation that reads a kind of resource.

        Raises:
            UsageError: the document has none.
        """
        for operation in self.contract.operations.all:
            if (operation.kind, operation.in_service, operation.method) == (
                kind,
                in_service,
                "get",
            ):
                return operation
        raise UsageError(
            f"{self.contract.document.name} has no operation that answers with a {kind}: nothing to generate"
        )

    def shape(self, kind: str, *, in_service: bool = False) -> ObjectSchema:
        """What a body looks like: receipt, page, message, configuration or webhook."""
        key = kind, in_service, None
        if key not in self._shapes:
            self._shapes[key] = self._shape(kind, in_service=in_service)
        return self._shapes[key]

    def _shape(self, kind: str, *, in_service: bool) -> ObjectSchema:
        if kind == "webhook":
            webhooks = self.contract.operations.webhooks
            if not webhooks:
                document = self.contract.document
                advice = "" if document.is_foreign else ": choose the profile documented or strict"
                raise UsageError(f"{document.name} describes no webhook{advice}")
            media = next(iter(webhooks[0].responses["request"].content.values()))
            return self._schemas.shape(media.schema, webhooks[0].id)
        operation = self.operation(kind, in_service=in_service)
        response = operation.response(200)
        media_type = response.media("application/json") if response else None
        if media_type is None:
            raise UsageError(f"{operation.id} does not answer with JSON: nothing to generate")
        return self._schemas.shape(media_type.schema, operation.id)

    def inner(self, kind: str, member: str, *, in_service: bool = False) -> ObjectSchema:
        """What an object within a body looks like: `meta` of a page, `delivery` of a message."""
        key = kind, in_service, member
        if key not in self._shapes:
            shape = self.shape(kind, in_service=in_service)
            self._shapes[key] = self._schemas.shape(
                shape.properties.get(member, {}), f"{shape.place}/{member}"
            )
        return self._shapes[key]

    # -- identifiers

    @cached_property
    def makers(self) -> dict[str, Maker]:
        """What makes identifiers, by the name that a receipt has for them; for the channel's message see `channel_maker`."""
        return {name: self._maker(name) for name in _UNSAID if name != "channel_message_sid"}

    def channel_maker(self, prefix: str) -> Maker:
        """What makes the SIDs of messages in a channel, which begin in its own way."""
        return self._maker("channel_message_sid", prefix)

    def _maker(self, name: str, prefix: str = "") -> Maker:
        shape = self.shape("receipt")
        view = shape.properties.get(name) or self._of_service(name)
        pattern = view.get("pattern") or f"^{_UNSAID[name]}[0-9a-f]{{32}}$"
        return Template(pattern, f"{shape.place}/{name}").maker(prefix)

    def _of_service(self, name: str) -> dict[str, Any]:
        try:
            return self.shape("receipt", in_service=True).properties.get(name, {})
        except UsageError:
            return {}

    # -- words and limits

    @cached_property
    def statuses(self) -> tuple[str | None, ...]:
        """The statuses of a receipt, as the document lists them; with None where a status can be null."""
        view = self.shape("receipt").properties.get("status", {})
        return tuple(value for value in view.get("enum", ()) if value is not None or nullable(view))

    @cached_property
    def no_error(self) -> int | None:
        """What error_code is without an error: null, where the document allows it, else 0."""
        return (
            None
            if nullable(self.shape("receipt").properties.get("error_code", {"type": "null"}))
            else 0
        )

    @cached_property
    def error_codes(self) -> tuple[int, ...]:
        """The error codes that the document knows; none if it lists none."""
        view = self.shape("receipt").properties.get("error_code", {})
        known = advised(view, "receipt.unknown-code") or {}
        return tuple(code for code in known.get("enum", view.get("enum", ())) if code)

    @cached_property
    def page_sizes(self) -> tuple[int, int]:
        """The least and the most rows that a page can be asked for; the most is what one gets unasked."""
        for parameter in self.operation("page").parameters:
            if parameter.name == "PageSize" and isinstance(parameter.schema, dict):
                return parameter.schema.get("minimum", 1), parameter.schema.get("maximum", 50)
        return 1, 50

    # -- addresses

    @cached_property
    def host(self) -> str:
        """Scheme and host of the API."""
        return self._host or server_of(self.contract.document.content) or _HOST

    def url(self, kind: str, values: dict[str, str], *, in_service: bool) -> str:
        """The absolute URL of a resource, by Twilio's names of its path parameters."""
        operation = self.operation(kind, in_service=in_service)
        path = operation.path
        for name, role in operation.roles.items():
            if role in values:
                path = path.replace(f"{{{name}}}", quote(str(values[role]), safe=""))
        if "{" in path:
            raise UsageError(
                f"{operation.id}: the generator does not know what {path[path.index('{') :].partition('}')[0]}}} is"
            )
        return self.host + path
