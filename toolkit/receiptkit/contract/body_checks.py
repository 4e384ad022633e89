"""What the checks in Python find in a body, and which findings stand beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from receiptkit.model.finding import Finding
from receiptkit.model.problem import Problem
from receiptkit.rules import catalogue
from receiptkit.rules.body_checks import RECORD_CHECKS, REQUEST_CHECKS
from receiptkit.rules.request import RequestContext
from receiptkit.rules.webhook import is_classic_callback, is_event_stream

#: What comes as a request and is no event of Conversations.
NO_EVENTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "webhook.classic-callback": is_classic_callback,
    "webhook.event-stream": is_event_stream,
}


def said_by_title(rule: str) -> Problem:
    """A breach of which the title of its rule says everything."""
    return Problem("", catalogue.find(rule).title, rule=rule)


def body_problems(
    body: dict[str, Any], kind: str, asked: RequestContext | None
) -> Iterator[Problem]:
    """What the checks in Python find, those against the request included where there is one."""
    for check in RECORD_CHECKS.get(kind, ()):
        yield from check(body)
    yield from request_problems(body, kind, asked)


def request_problems(
    body: dict[str, Any], kind: str, asked: RequestContext | None
) -> Iterator[Problem]:
    """What the checks against the request find, where there is one."""
    if asked is not None:
        for check_request in REQUEST_CHECKS.get(kind, ()):
            yield from check_request(body, asked)


def standing(findings: list[Finding]) -> list[Finding]:
    """The findings without those that another one at the same pointer says better."""
    said: dict[str, set[str]] = {}
    for finding in findings:
        rule = catalogue.get(finding.rule)
        if rule is not None and rule.supersedes:
            said.setdefault(finding.pointer, set()).update(rule.supersedes)
    return [finding for finding in findings if finding.rule not in said.get(finding.pointer, ())]
