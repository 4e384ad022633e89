"""Rules about requests, and between a request and its response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, LIBRARIES, OPENAPI, RECEIPT_PAGE
from receiptkit.rules.links import is_conversation_sid, list_in
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ExchangeView, RequestView, meta_of, rows_of
from receiptkit.text.forms import decode_query

_PATH = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages"
)
_URL = "/request/url"
_HOST = _PATH
_LIST = f"{_HOST}/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts"
#: The sizes that a page can be asked for with; the document refuses others.
_SIZES = range(1, 51)
#: No page has a number of so many digits.
_DIGITS = 10

_SID = regex(r"[A-Z]{2}[0-9a-fA-F]{32}")
#: Members of bodies, by the name of the path parameter that they repeat.
_MEMBERS = {
    "ChatServiceSid": "chat_service_sid",
    "ConversationSid": "conversation_sid",
    "MessageSid": "message_sid",
    "Sid": "sid",
}


@rule(
    "request.parameter",
    on="request",
    severity=Severity.ERROR,
    title="a path, query or form parameter breaks its schema",
    why="Twilio does not document what it does with such a request, so a test that "
    "sends it proves nothing. Requests that were answered with an error are not "
    "checked.",
    grounding=f"{OPENAPI}; {RECEIPT_PAGE}, parameters",
    action="Correct the request: PageSize is 1 to 50, Page counts from 0, a message has an IM SID.",
    good=Example("exchange"),
    bad=Example(
        "exchange", {_URL: f"{_PATH}/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts?PageSize=51"}
    ),
    vendor=True,
    part="url",
)
def parameter(request: RequestView) -> Iterator[Problem]:
    """Yield a problem for each path or query parameter that breaks its schema."""
    yield from request.parameter_problems()


@rule(
    "receipt.not-what-was-asked",
    on="exchange",
    severity=Severity.ERROR,
    title="the response is about another resource than the request",
    why="A mock that returns the same body for every request hides it when an "
    "application asks for the wrong receipt.",
    grounding=f"{OPENAPI}; {CAPTURES}",
    action="In a mock: return the SIDs of the request's path, or 404.",
    good=Example("exchange"),
    bad=Example("receipt exchange", {"/request/url": f"{_LIST}/DY{'0123456789abcdef' * 2}"}),
    supersedes=("receipt.url-mismatch", "page.mixed-parents"),
)
def not_what_was_asked(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a body, or the first row of a page, that the path does not name."""
    if exchange.kind in ("receipt", "message", "configuration"):
        yield from _differing(exchange.body, exchange, "")
    elif exchange.kind == "page":
        yield from _of_first_row(exchange)
    elif exchange.kind == "resource":
        yield from _differing(exchange.body, exchange, "")
    elif exchange.kind == "list":
        yield from _of_any_row(exchange)


def _of_first_row(exchange: ExchangeView) -> Iterator[Problem]:
    first = next(iter(rows_of(exchange.body)), None)
    if isinstance(first, dict):
        for problem in _differing(first, exchange, "/delivery_receipts/0"):
            if not problem.pointer.endswith("/sid"):
                yield problem


def _of_any_row(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield the problems of the first row that has any."""
    name = list_in(exchange.body)
    for index, row in enumerate(exchange.body[name] if name is not None else ()):
        found = _differing(row, exchange, f"/{name}/{index}") if isinstance(row, dict) else ()
        problems = list(found)
        if problems:
            yield from problems
            return


def _differing(body: dict[str, Any], exchange: ExchangeView, at: str) -> Iterator[Problem]:
    for name, member in _MEMBERS.items():
        expected, found = exchange.request.path.get(name), body.get(member)
        if expected is None or not isinstance(found, str) or found == expected:
            continue
        # A conversation may be asked for by its unique name, and a participant by its identity.
        is_sid = _SID.fullmatch(expected) is not None
        by_name = exchange.kind in ("resource", "list") and not is_sid
        if not by_name and (name != "ConversationSid" or is_conversation_sid(expected)):
            yield Problem(
                f"{at}/{member}",
                f"{member} differs from the SID in the request's path",
                value=found,
            )


@rule(
    "page.request-mismatch",
    on="exchange",
    severity=Severity.WARNING,
    title="meta has another page or page_size than the request",
    why="A mock that ignores PageSize never makes its application read a second page."
    " Client libraries send list(limit=20) as PageSize=20.",
    grounding=f"{LIBRARIES}; {OPENAPI}",
    action="In a mock: return at most PageSize rows, and repeat page and page_size in meta.",
    good=Example("exchange"),
    bad=Example("exchange", {"/request/url": f"{_LIST}?PageSize=20"}),
    supersedes=("page.url-mismatch",),
)
def other_page_than_requested(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a page with another index or size than the query asks for."""
    if exchange.kind not in ("page", "list"):
        return
    meta = meta_of(exchange.body)
    query = decode_query(exchange.request.url)
    for name, member in (("Page", "page"), ("PageSize", "page_size")):
        found, texts = meta.get(member), [item.value for item in query if item.name == name]
        asked = [int(text) for text in texts if text.isdecimal() and len(text) < _DIGITS]
        # Of a repeated parameter, nothing says which value counts.
        if not isinstance(found, int) or not asked or found in asked:
            continue
        if name == "Page" or asked[-1] in _SIZES:
            message = f"meta.{member} differs from the requested {name} ({asked[-1]})"
            yield Problem(f"/meta/{member}", message, value=found)
