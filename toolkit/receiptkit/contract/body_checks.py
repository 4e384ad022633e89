"""The check of one body: its schema, and the registered checks of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.contract.profile import Profile
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.problem import Problem
from receiptkit.openapi.operations import Media, Operation
from receiptkit.rules import catalogue
from receiptkit.rules.registry import Subject
from receiptkit.rules.views import ExchangeView, ReceiptView
from receiptkit.schema.engine import BodySchema

#: The member of a page that is its list of receipts.
_ROWS = "delivery_receipts"
#: The kinds of body that have checks of their own.
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
    rows = body.get(_ROWS) if subject == "page" else None
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, dict):
            yield from catalogue.problems("receipt", ReceiptView(row, f"/{_ROWS}/{index}"))


def body_findings(
    body: Any,
    operation: Operation,
    media: Media,
    schema: BodySchema,
    profile: Profile,
    *,
    exchange: ExchangeView | None = None,
    is_named: bool = True,
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
        is_named: False to leave the operation out of the findings.
    """
    name = operation.id if is_named else None
    problems = list(_problems(body, operation.kind or "", exchange))
    breaks = [] if schema.is_clean(body) else schema.problems(body)
    misnamed = {each.instead for each in problems if each.instead is not None}
    breaks = [each for each in breaks if each.missing is None or each.missing not in misnamed]
    findings = profile.findings(breaks, name, media=media)
    if problems:
        taken = {each.pointer for each in findings if each.severity is Severity.ERROR}
        left = (each for each in problems if taken.isdisjoint((each.pointer, *each.reads)))
        findings = without_superseded(findings + profile.findings(left, name))
    return findings


def _problems(body: Any, kind: str, exchange: ExchangeView | None) -> Iterator[Problem]:
    yield from catalogue.problems("text", body)
    if isinstance(body, dict):
        yield from problems_of_kind(body, kind)
        if exchange is not None:
            yield from catalogue.problems("exchange", exchange)


def without_superseded(findings: list[Finding]) -> list[Finding]:
    """Return the findings without those that another one at the same pointer supersedes."""
    superseded: dict[str, set[str]] = {}
    for finding in findings:
        rule = catalogue.get(finding.rule)
        if rule is not None and rule.supersedes:
            superseded.setdefault(finding.pointer, set()).update(rule.supersedes)
    return [each for each in findings if each.rule not in superseded.get(each.pointer, ())]
