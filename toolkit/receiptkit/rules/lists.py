"""Checks of pages of receipts that hold for the pages of every other list, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules import page as pages
from receiptkit.rules import page_envelope
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import OPENAPI
from receiptkit.rules.links import list_in
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import ExchangeView

_ROWS = "delivery_receipts"
_SID = regex("IM[0-9a-fA-F]{32}")
_MESSAGES = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages"
)


#: The checks of pages of receipts by their rules.
_CHECKS: dict[str, Callable[[dict[str, Any]], Iterator[Problem]]] = {
    "page.too-many-rows": pages.too_many_rows,
    "page.duplicate-receipt": pages.duplicate_receipt,
    "page.next-is-self": pages.next_is_self,
    "page.next-elsewhere": pages.next_elsewhere,
    "page.next-index": pages.next_index,
    "page.url-mismatch": pages.url_mismatch,
    "page.other-envelope": page_envelope.other_envelope,
    "page.link-parameter": page_envelope.link_parameter,
    "page.link-form": page_envelope.link_form,
}


@also("page.too-many-rows", on="list")
@also("page.duplicate-receipt", on="list")
@also("page.next-is-self", on="list")
@also("page.next-elsewhere", on="list")
@also("page.next-index", on="list")
@also("page.url-mismatch", on="list")
@also("page.other-envelope", on="list")
@also("page.link-parameter", on="list")
@also("page.link-form", on="list")
def as_of_receipts(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield what these checks find in a page of another list."""
    name = list_in(page)
    if name is None:
        return
    of_receipts = {_ROWS if each == name else each: value for each, value in page.items()}
    for rule_id, check in _CHECKS.items():
        for problem in check(of_receipts):
            pointer = problem.pointer.replace(f"/{_ROWS}", f"/{name}")
            yield problem._replace(rule=rule_id, pointer=pointer)


def _messages(*numbers: int) -> Example:
    """Return the response with messages that have these numbers."""
    sids = [f"IM{number:032x}" for number in range(0xA1B2C3, 0xA1B2C3 + len(numbers))]
    rows = [
        {
            **sample("message"),
            "sid": sid,
            "index": number,
            "url": f"{_MESSAGES}/{sid}",
            "links": {"delivery_receipts": f"{_MESSAGES}/{sid}/Receipts"},
        }
        for sid, number in zip(sids, numbers, strict=True)
    ]
    url = f"{_MESSAGES}?PageSize=50&Page=0"
    meta = {**sample("page")["meta"], "key": "messages", "url": url, "first_page_url": url}
    body = {"meta": meta, "messages": rows}
    return Example("exchange", {"/request/url": url, "/response/body": body})


@rule(
    "page.order",
    on="exchange",
    severity=Severity.INFO,
    title="messages are not in the requested order of their index",
    why="A list of messages is in ascending order, or in descending order if Order=desc is sent. "
    "An application that shows the last message shows another one.",
    grounding=f"{OPENAPI}, Order",
    action="In a mock: sort the messages by index.",
    good=_messages(0, 2),
    bad=_messages(2, 0),
)
def order(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for the first message whose index is not beyond the one before."""
    rows = exchange.body.get("messages") if exchange.kind == "list" else None
    orders = [each.lower() for each in exchange.request.query.get("Order", [])]
    if not isinstance(rows, list) or len(orders) > 1:
        return
    indexes = [row.get("index") if isinstance(row, dict) else None for row in rows]
    for at, (before, index) in enumerate(pairwise(indexes), 1):
        if type(before) is not int or type(index) is not int:
            continue
        is_wrong = index > before if orders == ["desc"] else index < before
        if is_wrong or (index == before and _are_two(rows[at - 1], rows[at])):
            message = "index is not in the order that was asked for"
            if index == before:
                message = "an earlier message has the same index"
            yield Problem(f"/messages/{at}/index", message, value=index)
            return


def _are_two(*rows: Any) -> bool:
    """Return True if rows are different messages; equal ones are a problem by themselves."""
    sids = [row.get("sid") for row in rows]
    return sids[0] != sids[-1] and all(isinstance(sid, str) and _SID.fullmatch(sid) for sid in sids)
