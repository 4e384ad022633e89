"""Names that a report may show."""

from __future__ import annotations

from receiptkit.contract import Contract
from receiptkit.openapi.known_names import KnownNames
from receiptkit.rules import webhook


def known_names(contract: Contract) -> KnownNames:
    """Return the names of a contract, and the wrong names that rules know."""
    return KnownNames(contract.document.content, webhook.MISNOMERS)
