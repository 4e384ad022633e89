"""What is checked: the catalogue, and the checks that a schema cannot state. Knows nothing of documents or files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from receiptkit.rules import asked, catalogue, page, receipt, webhook
from receiptkit.rules.asked import Asked
from receiptkit.rules.rule import Breach, Rule

#: A check of one body, given that it is the object its kind says.
RecordCheck = Callable[[dict[str, Any]], Iterator[Breach]]

#: The checks of one body by its kind.
RECORD_CHECKS: dict[str, tuple[RecordCheck, ...]] = {
    "page": (page.too_many_rows, page.duplicate_receipt, page.links, page.rows),
    "receipt": (receipt.of_receipt,),
    "webhook": (webhook.field_names, webhook.dates),
}

#: Of a kind whose bodies are many and small: whether its checks surely find nothing in any of some bodies.
SURELY_IN_ORDER: dict[str, Callable[[list[Any]], bool]] = {"receipt": receipt.surely_in_order}

#: A check of one body against its request.
RequestCheck = Callable[[dict[str, Any], Asked], Iterator[Breach]]

#: The checks of an answer that is no error by the kind of its body.
REQUEST_CHECKS: dict[str, tuple[RequestCheck, ...]] = {
    "page": (asked.rows, asked.link, asked.size),
    "receipt": (asked.resource,),
    "message": (asked.resource,),
}

__all__ = [
    "RECORD_CHECKS",
    "REQUEST_CHECKS",
    "SURELY_IN_ORDER",
    "Asked",
    "Breach",
    "RecordCheck",
    "RequestCheck",
    "Rule",
    "catalogue",
]
