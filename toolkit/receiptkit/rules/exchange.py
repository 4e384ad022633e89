"""Rules about request and response around the body, and about error responses."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, ERROR_PAGES, LIBRARIES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ErrorView, ResponseView, UncheckedView

_URL = "/request/url"


@rule(
    "http.unknown-operation",
    on="unchecked",
    severity=Severity.INFO,
    title="the request is not one of the API operations that receiptkit checks; skipped",
    why="Captures usually hold other traffic too. The summary counts what is skipped.",
    grounding=OPENAPI,
    action="Ignore it for other traffic. For a receipt request, compare the path with "
    "`receiptkit spec show`; a common cause is a prefix before /v1/.",
    good=Example("exchange"),
    bad=Example("exchange", {_URL: "https://conversations.twilio.com/v1/Users"}),
    vendor=True,
    part="url",
)
def unknown_operation(unchecked: UncheckedView) -> Iterator[Problem]:
    """Yield a problem for a request that no operation of the contract answers."""
    if unchecked.cause == "operation":
        message = "the request is not one of the API operations that receiptkit checks; skipped"
        yield Problem("", message)


@rule(
    "http.undocumented-status",
    on="response",
    severity=Severity.WARNING,
    title="the response has a status that the operation does not document",
    why="Each operation returns its own status of success, reads 200, or an error. Client "
    "libraries may treat any other status as a failure.",
    grounding=f"{OPENAPI}; {LIBRARIES}",
    action="In a mock: return the documented status, or an error with its body.",
    good=Example("exchange"),
    bad=Example("exchange", {"/response/status": 202}),
    part="status",
)
def undocumented_status(response: ResponseView) -> Iterator[Problem]:
    """Yield a problem for a status that the operation does not document."""
    if response.media_types is None:
        expected = " or ".join((*response.documented, "an error"))
        message = f"status {response.status} is not documented for this operation ({expected})"
        yield Problem("", message, value=response.status)


@rule(
    "http.media-type",
    on="response",
    severity=Severity.ERROR,
    title="the response has the wrong Content-Type",
    why="A proxy's login page is not a response of the API, and client libraries fail"
    " on it. A Content-Type that was not captured is not checked.",
    grounding=OPENAPI,
    action="In a mock: send Content-Type: application/json.",
    good=Example(
        "exchange", {"/response/headers": {"Content-Type": "application/json;charset=utf-8"}}
    ),
    bad=Example("exchange", {"/response/headers": {"Content-Type": "text/html"}}),
    vendor=True,
    part="headers",
)
def media_type(response: ResponseView) -> Iterator[Problem]:
    """Yield a problem for a Content-Type that the operation does not answer with."""
    if response.media_types is not None and not response.is_allowed:
        wanted = " or ".join(response.media_types)
        message = f"Content-Type is {response.shown_type}, not {wanted}"
        yield Problem("", message, value=response.content_type)


rule(
    "error.shape",
    on="error",
    severity=Severity.ERROR,
    title="an error response lacks code, message or status, or has one of a wrong type",
    message="{}; an error response has code, message, more_info and status",
    why="Client libraries build their exceptions from these fields. From status 500 "
    "on, the code may be missing.",
    grounding=f"{ERROR_PAGES}; {CAPTURES}",
    action="In a mock: send all four fields. The status is a number equal to the HTTP status.",
    good=Example("failed exchange"),
    bad=Example("error", {"/code": "20404"}),
)


@rule(
    "error.status-mismatch",
    on="error",
    severity=Severity.WARNING,
    title="the body's status differs from the HTTP status",
    why="The body repeats the HTTP status in every captured error. Applications branch on either.",
    grounding=CAPTURES,
    action="In a mock: send the same number twice.",
    good=Example("failed exchange"),
    bad=Example("failed exchange", {"/response/body/status": 400}),
    supersedes=("error.shape",),
)
def status_mismatch(error: ErrorView) -> Iterator[Problem]:
    """Yield a problem for an error body with another status than HTTP has."""
    status = error.body.get("status") if isinstance(error.body, dict) else None
    if isinstance(status, int) and not isinstance(status, bool) and status != error.status:
        message = f"status differs from the HTTP status ({error.status})"
        yield Problem("/status", message, value=status)


@rule(
    "body.unchecked",
    on="unchecked",
    severity=Severity.INFO,
    title="the body was not checked",
    why="In Python an empty list of findings means that a body was checked and "
    "conforms. The command line counts skipped bodies instead.",
    grounding="the capture, which does not hold the body, or holds another event",
    action="Ignore it if that was intended. Otherwise pass the body, or what the message names.",
    vendor=True,
)
def left_unchecked(unchecked: UncheckedView) -> Iterator[Problem]:
    """Yield a problem for what a caller of the Python API asked for and was not judged."""
    if unchecked.cause == "skipped":
        yield Problem("", f"not checked: {unchecked.reason}")


@rule(
    "body.unknown-kind",
    on="unchecked",
    severity=Severity.INFO,
    title="the body is not recognised as one that receiptkit checks; skipped",
    why="A bare body is recognised by the field names that it shares with the "
    "contract. If these do not decide, it is skipped.",
    grounding="the schemas of the contract document",
    action="Use --as or --url if it is a receipt, page, message, webhook, configuration or error.",
    good=Example("receipt"),
    bad=Example(
        "text",
        text='{"sid": "US2e603b8c5d7f90a1b2c3d4e5f6071829", "friendly_name": "Anna"}',
    ),
    vendor=True,
)
def unknown_kind(unchecked: UncheckedView) -> Iterator[Problem]:
    """Yield a problem for a body that the contract does not describe."""
    if unchecked.cause == "body":
        reason = f" ({unchecked.reason})" if unchecked.reason else ""
        message = f"not recognised as a body that receiptkit checks{reason}; skipped"
        yield Problem("", message, "use --as or --url if it is one")
