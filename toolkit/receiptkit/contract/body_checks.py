"""The check of one body: its schema, and the registered checks of its kind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from receiptkit.contract.profile import Profile
from receiptkit.contract.schemas import is_of_webhooks
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.problem import Problem
from receiptkit.openapi.operation import Media, Operation
from receiptkit.rules import catalogue
from receiptkit.rules.links import list_in
from receiptkit.rules.registry import Subject
from receiptkit.rules.views import (
    WEBHOOK_NAMES,
    ErrorView,
    ExchangeView,
    ReceiptView,
    ResourceView,
)
from receiptkit.schema.engine import BodySchema

#: The member of a page that is its list of receipts.
_ROWS = "delivery_receipts"
#: The kinds of body that have their own checks.
_KINDS: dict[str, Subject] = {
    "page": "page",
    "receipt": "receipt",
    "message": "message",
    "configuration": "configuration",
    "webhook": "webhook",
}


def problems_of_kind(body: dict[str, Any], kind: str) -> Iterator[Problem]:
    """Yield what the registered checks of a kind find in a body; of a page in its rows too."""
    subject = _KINDS.get(kind)
    if subject is None:
        return
    if subject in ("receipt", "webhook"):
        yield from catalogue.problems(subject, ReceiptView(body, is_webhook=kind == "webhook"))
        return
    yield from catalogue.problems(subject, body)
    if subject != "page":
        yield from catalogue.problems("resource", ResourceView(body))
    rows = body.get(_ROWS) if subject == "page" else None
    if isinstance(rows, list):
        views = [
            ReceiptView(row, f"/{_ROWS}/{index}")
            for index, row in enumerate(rows)
            if isinstance(row, dict)
        ]
        yield from catalogue.problems("receipt", *views)


def _problems_of_resources(body: dict[str, Any]) -> Iterator[Problem]:
    """Yield what the checks of other resources find in a body, or in a list and its rows."""
    found = list_in(body)
    if found is None:
        yield from catalogue.problems("resource", ResourceView(body))
        return
    yield from catalogue.problems("list", body)
    views = [
        ResourceView(row, f"/{found}/{index}")
        for index, row in enumerate(body[found])
        if isinstance(row, dict)
    ]
    yield from catalogue.problems("resource", *views)


def _problems_of_messages(body: dict[str, Any], operation: Operation) -> Iterator[Problem]:
    """Yield what the checks of a message find in a new one, or in the rows of a list."""
    if operation.method == "post":
        yield from catalogue.problems("message", body)
        return
    rows = body.get("messages")
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        at = f"/messages/{index}"
        for each in catalogue.problems("message", row) if isinstance(row, dict) else ():
            reads = tuple(f"{at}{pointer}" for pointer in each.reads)
            yield each._replace(pointer=f"{at}{each.pointer}", reads=reads)


def body_findings(
    body: Any,
    operation: Operation,
    media: Media,
    schema: BodySchema,
    profile: Profile,
    *,
    exchange: ExchangeView | None = None,
    error: ErrorView | None = None,
    receipt_schema: BodySchema | None = None,
    carried: Collection[str] | None = None,
) -> list[Finding]:
    """
    Return the findings of a parsed body.

    Args:
        body: the body.
        operation: the operation that it belongs to; its kind decides the checks.
        media: the media type.
        schema: its compiled schema.
        profile: the profile to report under.
        exchange: the request that it answers, if that is to be checked against it.
        error: the body beside the HTTP status, if it is one of an error.
        receipt_schema: the compiled schema of receipts, whose advice holds for webhooks too.
        carried: the members that the source of the body carries; None for all.
    """
    problems = list(_problems(body, operation, exchange))
    if error is not None:
        problems += catalogue.problems("error", error)
    if receipt_schema is not None and isinstance(body, dict):
        problems += _of_receipt(body, receipt_schema, carried=carried)
    breaks = [] if schema.is_clean(body) else schema.problems(body)
    if carried is not None:
        # It is unknown why a member is missing.
        breaks = [each for each in breaks if each.missing is None]
    if not problems:
        return profile.findings(breaks, operation.id, media=media)
    misnamed = {each.instead for each in problems if each.instead is not None}
    breaks = [each for each in breaks if each.missing is None or each.missing not in misnamed]
    # Superseded ones are dropped before a profile decides their severities.
    breaks = without_superseded(breaks, problems)
    taken = {each.pointer for each in breaks if _is_about_value(each)}
    left = [each for each in problems if taken.isdisjoint((each.pointer, *each.reads))]
    return profile.findings(without_superseded([*breaks, *left]), operation.id, media=media)


def _problems(body: Any, operation: Operation, exchange: ExchangeView | None) -> Iterator[Problem]:
    yield from catalogue.problems("text", body)
    if isinstance(body, dict):
        if operation.kind is not None:
            yield from problems_of_kind(body, operation.kind)
        else:
            yield from _problems_of_resources(body)
            if operation.path.endswith("/Messages"):
                yield from _problems_of_messages(body, operation)
        if exchange is not None:
            yield from catalogue.problems("exchange", exchange)


def _of_receipt(
    parameters: dict[str, Any], schema: BodySchema, *, carried: Collection[str] | None
) -> Iterator[Problem]:
    """Yield the document's advice on a webhook's receipt, at the parameters of the webhook."""
    receipt = {
        member: _value(member, parameters[name])
        for member, name in WEBHOOK_NAMES.items()
        if name in parameters
    }
    if carried is None or WEBHOOK_NAMES["error_code"] in carried:
        # A webhook without a code lacks the parameter.
        receipt.setdefault("error_code", None)
    if schema.is_clean(receipt):
        return
    for problem in schema.problems(receipt):
        rule = catalogue.get(problem.rule)
        if rule is None or not is_of_webhooks(problem.rule):
            continue
        name = WEBHOOK_NAMES.get(problem.pointer[1:], "")
        if name not in parameters:
            # The status is the place of a parameter that is missing.
            name = WEBHOOK_NAMES["status"]
        value = parameters.get(name)
        yield problem._replace(pointer=f"/{name}", message=rule.advice, value=value, place=None)


def _value(member: str, value: Any) -> Any:
    """Return the value that a receipt has for a parameter."""
    is_number = member == "error_code" and isinstance(value, str) and value.isdecimal()
    return int(value[:9]) if is_number else value


def _is_about_value(problem: Problem) -> bool:
    """Return True if a problem is an error about the value at its pointer in any profile."""
    if problem.rule == "schema.additional-properties":
        return False
    return catalogue.severity(problem.rule, "documented", problem.severity) is Severity.ERROR


def without_superseded(problems: list[Problem], others: Iterable[Problem] = ()) -> list[Problem]:
    """Return problems without those that another one at the same pointer supersedes."""
    superseded: set[tuple[str, str]] = set()
    for problem in (*problems, *others):
        rule = catalogue.get(problem.rule)
        if rule is not None:
            superseded.update((problem.pointer, each) for each in rule.supersedes)
    return [each for each in problems if (each.pointer, each.rule) not in superseded]
