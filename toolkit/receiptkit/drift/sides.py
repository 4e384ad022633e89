"""The two documents that are compared, and what they differ in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from receiptkit.contract import Contract
from receiptkit.model.exchange import Exchange
from receiptkit.model.finding import Severity
from receiptkit.openapi.document import Document
from receiptkit.openapi.operations import Operations
from receiptkit.openapi.references import References
from receiptkit.schema.engine import BodySchema, Engine

#: The rules that refuse a request, or a response whatever its body says.
_REFUSING = ("request.", "http.")


@dataclass(frozen=True, slots=True)
class Change:
    """
    One consequence of a newer document.

    Attributes:
        kind: capture-fails, value-arrives, request-refused, accepted, gone, renamed, new, moved,
            overlay-lost or overlay-idle.
        severity: how much it matters to those who use the contract.
        operation: the operationId; empty for overlays.
        where: the JSON Pointer into the body, the parameter, or the action of an overlay.
        message: what happens.
        old_place, new_place: where each document says so; of what is gone, the nearest place that
            is left.
        example: a body, or a request with its method and URL, that shows the change.
        old_accepts, new_accepts: True if a document accepts the example.
    """

    kind: str
    severity: Severity
    operation: str
    where: str
    message: str
    old_place: str = ""
    new_place: str = ""
    example: Any = None
    old_accepts: bool | None = None
    new_accepts: bool | None = None


class Side:
    """One of the two documents."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.content = content
        self.references = References(content)
        self.operations = Operations(content).by_id
        self._engine = Engine(content)
        #: Schemas that were compiled, with what they were compiled to, by identity.
        self._bodies: dict[int, tuple[Any, BodySchema]] = {}

    def accepts(self, schema: Any, value: Any) -> bool:
        """Return True if a value conforms to a schema of the document."""
        if id(schema) not in self._bodies:
            self._bodies[id(schema)] = schema, self._engine.body(schema)
        return self._bodies[id(schema)][1].conforms(value)

    def takes(self, exchange: Exchange) -> bool:
        """Return True if the document has such a request, with such a response but for its body."""
        contract = self._contract
        resolved = contract.operations.resolve(exchange.method, exchange.url)
        if resolved is None or resolved[0].response(exchange.status) is None:
            return False
        # A check of captures is more lenient about the paging of lists.
        if not _names(exchange) <= {each.name for each in resolved[0].parameters}:
            return False
        found = contract.check_exchange(exchange)
        return not any(finding.rule.startswith(_REFUSING) for finding in found)

    @cached_property
    def _contract(self) -> Contract:
        return Contract(Document(self.content, b"", ""), "documented")


def _names(exchange: Exchange) -> set[str]:
    """Return the names of the query parameters and form fields that a request has."""
    sent = [exchange.url.partition("?")[2]]
    if isinstance(exchange.request_body, str):
        sent.append(exchange.request_body)
    return {name for text in sent for name, _ in parse_qsl(text, keep_blank_values=True)}


#: The document of today, and the newer one.
Sides = tuple[Side, Side]
