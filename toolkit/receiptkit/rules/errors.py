"""Rules about the codes of error responses."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, ERROR_PAGES
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ErrorView

_SID = regex(r"(?<![0-9A-Za-z])(?:IS|CH|IM|DY)[0-9a-fA-F]{32}(?![0-9A-Za-z])")
_PAGE = regex(r"/errors/([0-9]{1,9})(?:[/?#].*)?$")
#: The HTTP status of codes for which a response was seen.
_NOT_FOUND = 20404
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
        yield Problem("/more_info", f"more_info must end in /{code}, like code", value=page)
    status = _STATUSES.get(code, error.status)
    # A body that gives another status than HTTP is a finding by itself.
    if status != error.status and body.get("status", error.status) == error.status:
        yield Problem(
            "/code", f"the code comes with status {status}, not {error.status}", value=code
        )


def _lost(conversation: str) -> Example:
    """Return an error about a conversation."""
    message = f"The requested resource /Conversations/{conversation} was not found"
    return Example("failed exchange", {"/response/body/message": message})


@rule(
    "error.not-what-was-asked",
    on="error",
    severity=Severity.INFO,
    title="the message names another resource than the request",
    why="Twilio's message repeats the path that was not found. A mock with one body for every "
    "failure hides it when an application asks for the wrong resource.",
    grounding=CAPTURES,
    action="In a mock: name the SIDs of the request's path in the message, or none.",
    good=_lost("CH2e603b8c5d7f90a1b2c3d4e5f6071829"),
    bad=_lost("CH" + "0123456789abcdef" * 2),
)
def not_what_was_asked(error: ErrorView) -> Iterator[Problem]:
    """Yield a problem for a message that names a SID where the path has another of its kind."""
    body = error.body if isinstance(error.body, dict) else {}
    # Other errors name what stands in the way, such as another conversation with the same people.
    message = body.get("message") if body.get("code") == _NOT_FOUND else None
    asked = {sid[:2]: sid for sid in error.path.values() if _SID.fullmatch(sid)}
    for sid in _SID.findall(message) if isinstance(message, str) else ():
        if asked.get(sid[:2], sid) != sid:
            yield Problem(
                "/message", "the message names another resource than the request", value=message
            )
            return
