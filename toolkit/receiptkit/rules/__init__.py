"""What is checked: the catalogue, and the checks that a schema cannot state. Knows nothing of documents or files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from receiptkit.rules import catalogue, page, receipt, webhook
from receiptkit.rules.rule import Breach, Rule

#: A check of one body, given that it is the object its kind says.
RecordCheck = Callable[[dict[str, Any]], Iterator[Breach]]

#: The checks of one body by its kind.
RECORD_CHECKS: dict[str, tuple[RecordCheck, ...]] = {
    "page": (page.too_many_rows, page.duplicate_receipt, page.links, page.rows),
    "receipt": (receipt.of_receipt,),
    "webhook": (webhook.dates,),
}

__all__ = ["RECORD_CHECKS", "Breach", "RecordCheck", "Rule", "catalogue"]
