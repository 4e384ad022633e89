"""Rules about the codes of error responses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, ERROR_PAGES
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ErrorView

_PAGE = re.compile(r"/errors/([0-9]{1,9})(?:[/?#].*)?$")
#: The HTTP status of codes for which a response was seen.
_STATUSES = {
    20001: 400,
    20003: 401,
    20404: 404,
    20429: 429,
    50204: 400,
    50304: 400,
    50353: 409,
    50377: 400,
    50407: 400,
    50416: 409,
    50441: 400,
    50513: 400,
}


@rule(
    "error.code-mismatch",
    on="error",
    severity=Severity.INFO,
    title="the code of an error is not that of its more_info or its status",
    why="more_info is the page of the code, and the code decides the status. Applications "
    "branch on either of them.",
    grounding=f"{ERROR_PAGES}; {CAPTURES}",
    action="In a mock: take code, more_info and status from one error, such as 20404 and 404.",
    good=Example("error"),
    bad=Example("error", {"/more_info": "https://www.twilio.com/docs/errors/20003"}),
)
def code_mismatch(error: ErrorView) -> Iterator[Problem]:
    """Yield a problem for a code with another code's page or with an impossible status."""
    body = error.body if isinstance(error.body, dict) else {}
    code, page = body.get("code"), body.get("more_info")
    if type(code) is not int:
        return
    named = _PAGE.search(page) if isinstance(page, str) else None
    if named is not None and int(named[1]) != code:
        yield Problem("/more_info", f"is not the page of code {code}", value=page)
    status = _STATUSES.get(code, error.status)
    # A body that gives another status than HTTP is a finding by itself.
    if status != error.status and body.get("status", error.status) == error.status:
        yield Problem("/code", f"comes with status {status}, not {error.status}", value=code)
