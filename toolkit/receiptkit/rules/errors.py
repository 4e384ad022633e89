"""Rules about the codes of error responses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.grounds import CAPTURES, ERROR_PAGES
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import ErrorView, ResponseView

_SID = regex(r"(?<![0-9A-Za-z])(?:IS|CH|IM|DY)[0-9a-fA-F]{32}(?![0-9A-Za-z])")
_PAGE = regex(r"/errors/([0-9]{1,9})(?:[/?#].*)?$")
#: Codes that say why a message was not delivered, which is never an error of a request.
_DELIVERY_CODE = regex("30[0-9]{3}|63[0-9]{3}")
_PATH_WITH_VERSION = regex(r"resource /v[0-9]+/")
_SECONDS = regex("[0-9]{1,10}")
_HTTP_DATE = regex(r"[A-Z][a-z]{2,8}, [0-9]{2}[ -][A-Z][a-z]{2}[ -](?:[0-9]{2}){1,2} [0-9:]{8} GMT")
_PAGES = regex(r"https?://(?:[a-z0-9-]+\.)*twilio\.com(?:[/?#:]|$)", re.IGNORECASE)
#: The HTTP status of codes for which a response was seen.
_NOT_FOUND = 20404
_OF_SERVERS = 500
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


@also("error.code-mismatch", on="error")
def no_code_of_a_request(error: ErrorView) -> Iterator[Problem]:
    """Yield a problem for a code that no failed request has, or a page elsewhere."""
    body = error.body if isinstance(error.body, dict) else {}
    code, page = body.get("code"), body.get("more_info")
    if type(code) is int and code == error.status:
        message = "code repeats the HTTP status; it must be one of Twilio's error dictionary"
        yield Problem("/code", message, value=code)
    elif type(code) is int and _DELIVERY_CODE.fullmatch(str(code)):
        message = "this code says why a message was not delivered; a receipt has it, not an error"
        yield Problem("/code", message, value=code)
    if isinstance(page, str) and "://" in page and not _PAGES.match(page):
        yield Problem("/more_info", "more_info is not a page of twilio.com", value=page)


@rule(
    "error.message",
    on="error",
    severity=Severity.INFO,
    title="the message of a 404 names the path with its version",
    why="Twilio's message has the path without /v1. Code that takes the resource out of it is "
    "tested with what it never meets.",
    grounding=CAPTURES,
    action="In a mock: leave /v1 out of the path.",
    good=Example("failed exchange"),
    bad=Example(
        "failed exchange",
        {
            "/response/body/message": "The requested resource "
            "/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829 was not found"
        },
    ),
)
def version_in_message(error: ErrorView) -> Iterator[Problem]:
    """Yield a problem for a message whose path begins with a version."""
    message = error.body.get("message") if isinstance(error.body, dict) else None
    if isinstance(message, str) and _PATH_WITH_VERSION.search(message):
        text = "Twilio names the path without its version: /Conversations/…"
        yield Problem("/message", text, value=message)


@rule(
    "error.expected-field",
    on="error",
    severity=Severity.INFO,
    title="an error has no more_info, or no words in its message",
    why="Every captured error has both. Applications show them to the people who look for the "
    "cause.",
    grounding=f"{ERROR_PAGES}; {CAPTURES}",
    action="In a mock: send https://www.twilio.com/docs/errors/20404, with the code at its end.",
    good=Example("failed exchange"),
    bad=Example("error", {"/more_info": ABSENT}),
)
def expected_field(error: ErrorView) -> Iterator[Problem]:
    """Yield a problem for an error of a request that lacks its page or its words."""
    body = error.body if isinstance(error.body, dict) else {}
    # From 500 on, other servers than Twilio's answer, too.
    if error.status >= _OF_SERVERS or type(body.get("code")) is not int:
        return
    if "more_info" not in body:
        yield Problem("", "more_info is missing; every captured error has it")
    if body.get("message") == "":
        yield Problem("/message", "message is empty; every captured error has words", value="")


@rule(
    "http.retry-after",
    on="response",
    severity=Severity.INFO,
    title="Retry-After is neither a number of seconds nor a date",
    why="Clients read it as one of the two, and retry at once, never, or fail.",
    grounding="RFC 9110 section 10.2.3",
    action="In a mock: send a number of seconds, such as 1, or leave it out.",
    good=Example("failed exchange", {"/response/headers": {"Retry-After": "1"}}),
    bad=Example("failed exchange", {"/response/headers": {"Retry-After": "soon"}}),
    part="headers",
)
def retry_after(response: ResponseView) -> Iterator[Problem]:
    """Yield a problem for a Retry-After that no client can read."""
    value = (response.retry_after or "").strip()
    if value and not _SECONDS.fullmatch(value) and not _HTTP_DATE.fullmatch(value):
        message = "Retry-After must be a number of seconds or a date of HTTP"
        yield Problem("", message, value=value)


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
    # Other errors name the obstacle, such as another conversation with the same people.
    message = body.get("message") if body.get("code") == _NOT_FOUND else None
    asked = {sid[:2]: sid for sid in error.path.values() if _SID.fullmatch(sid)}
    for sid in _SID.findall(message) if isinstance(message, str) else ():
        if asked.get(sid[:2], sid) != sid:
            yield Problem(
                "/message", "the message names another resource than the request", value=message
            )
            return
