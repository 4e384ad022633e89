"""Rules about request and response around the body, and about error responses."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.grounds import CAPTURES, ERROR_PAGES, LIBRARIES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ErrorView, ResponseView, UncheckedView

_URL = "/request/url"


@rule(
    "http.unknown-operation",
    on="unchecked",
    severity=Severity.INFO,
    title="no operation of the contract has this method and path: left unchecked",
    why="A capture usually holds other traffic too. It is counted and named, never guessed at.",
    grounding=OPENAPI,
    action="Nothing, if it is other traffic. If it is meant to be a receipt request, compare the path with `receiptkit spec show`.",
    good=Example("exchange"),
    bad=Example("exchange", {_URL: "https://conversations.twilio.com/v1/Users"}),
    vendor=True,
    part="url",
)
def unknown_operation(unchecked: UncheckedView) -> Iterator[Problem]:
    """Yield a problem for a request that no operation of the contract answers."""
    if unchecked.cause == "operation":
        yield Problem("", "no operation of the contract has this method and path: left unchecked")


@rule(
    "http.undocumented-status",
    on="response",
    severity=Severity.WARNING,
    title="the operation documents no such status",
    why="Reading answers 200 or an error. Client libraries treat anything else as a failure, the Python one even 201.",
    grounding=f"{OPENAPI}; {LIBRARIES}",
    action="In a mock: answer 200, or an error with its body.",
    good=Example("exchange"),
    bad=Example("exchange", {"/response/status": 202}),
    part="status",
)
def undocumented_status(response: ResponseView) -> Iterator[Problem]:
    """Yield a problem for a status that the operation does not document."""
    if response.media_types is None:
        yield Problem("", "the operation documents no such status", value=response.status)


@rule(
    "http.media-type",
    on="response",
    severity=Severity.ERROR,
    title="the media type of the response is not what the operation answers with",
    why="A proxy's login page is not an answer of the API, and client libraries fail on it. A type that was not captured is not judged.",
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
        message = f"the response is not {wanted}, as its Content-Type says"
        yield Problem("", message, value=response.content_type)


rule(
    "error.shape",
    on="error",
    severity=Severity.ERROR,
    title="an error answer is {code, message, more_info, status}",
    why="Client libraries build their exceptions from these members. From 500 on the code may be missing.",
    grounding=f"{ERROR_PAGES}; {CAPTURES}",
    action="In a mock: send all four members, the status as a number equal to the HTTP status.",
    good=Example("failed exchange"),
    bad=Example("failed exchange", {"/response/body/code": ABSENT}),
)


@rule(
    "error.status-mismatch",
    on="error",
    severity=Severity.WARNING,
    title="the status in the body differs from the HTTP status",
    why="The body repeats the HTTP status in every capture; consumers branch on either.",
    grounding=CAPTURES,
    action="In a mock: send the same number twice.",
    good=Example("failed exchange"),
    bad=Example("failed exchange", {"/response/body/status": 400}),
)
def status_mismatch(error: ErrorView) -> Iterator[Problem]:
    """Yield a problem for an error body with another status than HTTP has."""
    status = error.body.get("status") if isinstance(error.body, dict) else None
    if isinstance(status, int) and not isinstance(status, bool) and status != error.status:
        message = f"the body says another status than HTTP does ({error.status})"
        yield Problem("/status", message, value=status)


@rule(
    "body.unchecked",
    on="unchecked",
    severity=Severity.INFO,
    title="the body was left unchecked",
    why="From Python an empty list of findings means that something was judged and conforms. The command line counts these instead.",
    grounding="the capture, which does not hold the body, or holds another event",
    action="Nothing, if that was meant; otherwise pass the body, or what the message says is missing.",
    vendor=True,
)
def left_unchecked(unchecked: UncheckedView) -> Iterator[Problem]:
    """Yield a problem for what a caller of the Python API asked for and was not judged."""
    if unchecked.cause == "skipped":
        yield Problem("", f"left unchecked: {unchecked.reason}")


@rule(
    "body.unknown-kind",
    on="unchecked",
    severity=Severity.INFO,
    title="no response of the contract looks like this: left unchecked",
    why="A bare body is recognised by most shared member names. Where that does not decide, nothing is guessed.",
    grounding="the schemas of the contract document",
    action="Say what it is with --as or --url; or nothing, if it is something else.",
    good=Example("receipt"),
    bad=Example(
        "text",
        text='{"sid": "CH2e603b8c5d7f90a1b2c3d4e5f6071829", "friendly_name": "support", "state": "active"}',
    ),
    vendor=True,
)
def unknown_kind(unchecked: UncheckedView) -> Iterator[Problem]:
    """Yield a problem for a body that is none of the contract's."""
    if unchecked.cause == "body":
        reason = f" ({unchecked.reason})" if unchecked.reason else ""
        yield Problem("", f"no response of the contract looks like this: left unchecked{reason}")
