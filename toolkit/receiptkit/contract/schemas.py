"""The compiled schemas of a document, by the bodies and parameters that they describe."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.openapi.operation import Media, Operation, Parameter, ResponseKey
from receiptkit.openapi.operations import Operations
from receiptkit.rules import catalogue
from receiptkit.schema.engine import BodySchema, Engine

JSON = "application/json"


def is_of_webhooks(rule_id: object) -> bool:
    """Return True if a rule of receipts holds for webhooks, too."""
    rule = catalogue.get(rule_id) if isinstance(rule_id, str) else None
    return rule is not None and {"receipt", "webhook"} <= set(rule.on)


class Schemas:
    """Compiles each schema once, when it is first needed."""

    def __init__(self, operations: Operations, engine: Engine) -> None:
        self._operations = operations
        self._engine = engine
        self._compiled: dict[tuple[str, ...], BodySchema] = {}

    def of_media(self, media: Media) -> BodySchema:
        """Return the schema of a media type."""
        return self._of(media.place, media.schema)

    def of_answer(self, media: Media, operation: Operation, status: int) -> BodySchema:
        """Return the schema of a response, as the engine finds it by operation and status."""
        key = ResponseKey(operation, status, media.place[-2])
        return self._engine.answered(self.of_media(media), key)

    def of_parameter(self, operation: Operation, parameter: Parameter) -> BodySchema:
        """Return the schema of a path or query parameter."""
        return self._of((operation.id, parameter.location, parameter.name), parameter.schema)

    def of_body(self, operation: Operation, status: int) -> BodySchema:
        """
        Return the schema of a JSON response.

        Raises:
            UsageError: the document describes none.
        """
        response = operation.response(status)
        if response is None or JSON not in response.content:
            raise UsageError(f"{operation.id} has no JSON response {status} in the document")
        return self.of_media(response.content[JSON])

    @cached_property
    def of_webhook_receipt(self) -> BodySchema | None:
        """
        Return the schema of a receipt, with the advice that holds for webhooks; None if the
        document has none.
        """
        for operation in self._operations.with_kind:
            response = operation.response(200) if operation.kind == "receipt" else None
            if response is not None and JSON in response.content:
                schema = self.of_media(response.content[JSON])
                return self._engine.advising(schema, is_of_webhooks)
        return None

    def compile(self) -> None:
        """Compile the schemas of all bodies and parameters."""
        for operation in self._operations.all:
            for response in operation.responses.values():
                for media in response.content.values():
                    self.of_media(media).violations(None)
            for parameter in operation.parameters:
                self.of_parameter(operation, parameter).violations(None)

    def _of(self, place: tuple[str, ...], schema: Any) -> BodySchema:
        compiled = self._compiled.get(place)
        if compiled is None:
            compiled = self._compiled[place] = self._engine.body(schema)
        return compiled
