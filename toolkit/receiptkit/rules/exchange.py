"""Rules about request and response around the body, and about error answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.rule import CAPTURES, ERROR_PAGES, LIBRARIES, OPENAPI, RECEIPT_PAGE, Rule

_URL = "/request/url"
_PATH = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages"
)

RULES = (
    Rule(
        id="http.unknown-operation",
        severity=Severity.INFO,
        title="no operation of the contract has this method and path: left unchecked",
        why="A capture usually holds other traffic too. It is counted and named, never guessed at.",
        grounding=OPENAPI,
        action="Nothing, if it is other traffic. If it is meant to be a receipt request, compare the path with `receiptkit spec show`.",
        good=Example("exchange"),
        bad=Example("exchange", {_URL: "https://conversations.twilio.com/v1/Users"}),
        vendor=True,
        part="url",
    ),
    Rule(
        id="http.undocumented-status",
        severity=Severity.WARNING,
        title="the operation documents no such status",
        why="Reading answers 200 or an error. Client libraries treat anything else as a failure, the Python one even 201.",
        grounding=f"{OPENAPI}; {LIBRARIES}",
        action="In a mock: answer 200, or an error with its body.",
        good=Example("exchange"),
        bad=Example("exchange", {"/response/status": 202}),
        part="status",
    ),
    Rule(
        id="http.media-type",
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
    ),
    Rule(
        id="request.parameter",
        severity=Severity.ERROR,
        title="a path or query parameter breaks its schema",
        why="What Twilio does with it is not documented; a test that sends it proves nothing. Not judged where the answer is an error.",
        grounding=f"{OPENAPI}; {RECEIPT_PAGE}, parameters",
        action="Correct the request: PageSize is 1 to 50, Page counts from 0, a message is named by its IM SID.",
        good=Example("exchange"),
        bad=Example(
            "exchange", {_URL: f"{_PATH}/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts?PageSize=51"}
        ),
        vendor=True,
        part="url",
    ),
    Rule(
        id="error.shape",
        severity=Severity.ERROR,
        title="an error answer is {code, message, more_info, status}",
        why="Client libraries build their exceptions from these members. From 500 on the code may be missing.",
        grounding=f"{ERROR_PAGES}; {CAPTURES}",
        action="In a mock: send all four members, the status as a number equal to the HTTP status.",
        good=Example("failed exchange"),
        bad=Example("failed exchange", {"/response/body/code": ABSENT}),
    ),
    Rule(
        id="error.status-mismatch",
        severity=Severity.WARNING,
        title="the status in the body differs from the HTTP status",
        why="The body repeats the HTTP status in every capture; consumers branch on either.",
        grounding=CAPTURES,
        action="In a mock: send the same number twice.",
        good=Example("failed exchange"),
        bad=Example("failed exchange", {"/response/body/status": 400}),
    ),
    Rule(
        id="body.unchecked",
        severity=Severity.INFO,
        title="the body was left unchecked",
        why="From Python an empty list of findings means that something was judged and conforms. The command line counts these instead.",
        grounding="the capture, which does not hold the body, or holds another event",
        action="Nothing, if that was meant; otherwise pass the body, or what the message says is missing.",
        vendor=True,
    ),
    Rule(
        id="body.unknown-kind",
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
    ),
)


def status_mismatch(body: Any, status: int) -> Iterator[Problem]:
    """Whether the body of an error answer repeats the HTTP status."""
    said = body.get("status") if isinstance(body, dict) else None
    if isinstance(said, int) and not isinstance(said, bool) and said != status:
        yield Problem(
            "/status",
            f"the body says another status than HTTP does ({status})",
            rule="error.status-mismatch",
            value=said,
        )
