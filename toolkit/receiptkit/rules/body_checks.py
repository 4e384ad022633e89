"""The checks of bodies by their kind, one by one and of many at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from receiptkit.model.problem import Problem
from receiptkit.rules import page, receipt, request, webhook
from receiptkit.rules.request import RequestContext

#: A check of one body, given that it is the object its kind says.
RecordCheck = Callable[[dict[str, Any]], Iterator[Problem]]

#: The checks of one body by its kind.
RECORD_CHECKS: dict[str, tuple[RecordCheck, ...]] = {
    "page": (page.too_many_rows, page.duplicate_receipt, page.links, page.rows),
    "receipt": (receipt.of_receipt,),
    "webhook": (webhook.field_names, webhook.dates),
}

#: A check of one body against its request.
RequestCheck = Callable[[dict[str, Any], RequestContext], Iterator[Problem]]

#: The checks of an answer that is no error by the kind of its body.
REQUEST_CHECKS: dict[str, tuple[RequestCheck, ...]] = {
    "page": (request.rows, request.link, request.size),
    "receipt": (request.resource,),
    "message": (request.resource,),
}

#: Those of a page, its rows left out.
_OF_PAGES = page.too_many_rows, page.duplicate_receipt, page.links


def in_order(kind: str, bodies: list[Any]) -> list[list[Any]] | None:
    """
    Bodies of a kind in lists, if surely no check finds anything in any of them; None says nothing.

    Receipts of one message that follow each other are taken together, as `receipt.in_lists` does, and the rows of each page are such a list;
    every other body is in a list of its own.
    """
    if kind == "receipt":
        return receipt.in_lists(bodies)
    if kind == "page":
        found_nothing = all(isinstance(body, dict) and _is_in_order(body) for body in bodies)
    else:
        checks = RECORD_CHECKS.get(kind, ())
        found_nothing = all(
            isinstance(body, dict) and not any(True for check in checks for _ in check(body))
            for body in bodies
        )
    return [[body] for body in bodies] if found_nothing else None


def _is_in_order(body: dict[str, Any]) -> bool:
    """Whether surely nothing is wrong in a page."""
    rows = body.get(receipt.ROWS)
    return (
        isinstance(rows, list)
        and page.are_one_list(rows)
        and not any(True for check in _OF_PAGES for _ in check(body))
    )
