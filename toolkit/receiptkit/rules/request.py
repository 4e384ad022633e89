"""Rules between what was asked for and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.rule import CAPTURES, LIBRARIES, OPENAPI, Rule
from receiptkit.text.forms import decode_query

_HOST = (
    "https://conversations.twilio.com/v1/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829/Messages"
)
_LIST = f"{_HOST}/IM3f714c9d6e80a1b2c3d4e5f60718293a/Receipts"
#: The least that a page is asked for in the documents; above, and below, it is a parameter that breaks its schema.
_SIZES = range(1, 51)

RULES = (
    Rule(
        id="receipt.not-what-was-asked",
        severity=Severity.ERROR,
        title="the answer is about something else than was asked for",
        why="A mock that answers every request with the same body hides it when a consumer asks for the wrong receipt.",
        grounding=f"{OPENAPI}; {CAPTURES}",
        action="In a mock: answer with the SIDs of the request's path, or 404.",
        good=Example("exchange"),
        bad=Example(
            "exchange", {"/request/url": f"{_HOST}/IM{'0123456789abcdef' * 2}/Receipts?PageSize=50"}
        ),
        supersedes=("receipt.url-mismatch", "page.mixed-parents"),
    ),
    Rule(
        id="page.request-mismatch",
        severity=Severity.WARNING,
        title="meta has another page or page_size than was asked for",
        why="A mock that ignores PageSize never shows its consumer a second page. Client libraries send list(limit=20) as PageSize=20.",
        grounding=f"{LIBRARIES}; {OPENAPI}",
        action="In a mock: answer with as many rows as PageSize asks for at the most, and say so in meta.",
        good=Example("exchange"),
        bad=Example("exchange", {"/request/url": f"{_LIST}?PageSize=20"}),
        supersedes=("page.url-mismatch",),
    ),
)


class RequestContext(NamedTuple):
    """
    What a request asked for.

    Attributes:
        path: the values of the path parameters by Twilio's names of them, decoded.
        url: the URL with its query.
    """

    path: Mapping[str, str]
    url: str


#: Members of bodies, by the name of the path parameter that they repeat.
_MEMBERS = {
    "ChatServiceSid": "chat_service_sid",
    "ConversationSid": "conversation_sid",
    "MessageSid": "message_sid",
    "Sid": "sid",
}


def resource(body: dict[str, Any], asked: RequestContext) -> Iterator[Problem]:
    """Whether a receipt or a message is the one that was asked for; a conversation may have been asked for by its unique name."""
    for name, member in _MEMBERS.items():
        wanted, given = asked.path.get(name), body.get(member)
        if wanted is None or not isinstance(given, str) or given == wanted:
            continue
        if name != "ConversationSid" or (len(wanted) == 34 and wanted.startswith("CH")):
            yield Problem(
                f"/{member}",
                "is not that of the request's path",
                rule="receipt.not-what-was-asked",
                value=given,
            )


def rows(page: dict[str, Any], asked: RequestContext) -> Iterator[Problem]:
    """Whether the rows of a page are of the message that was asked for: the first one tells, others that differ from it are page.mixed-parents."""
    found = page.get("delivery_receipts")
    first = found[0] if isinstance(found, list) and found else None
    if isinstance(first, dict):
        for problem in resource(first, asked):
            if problem.pointer != "/sid":
                yield problem._replace(pointer=f"/delivery_receipts/0{problem.pointer}")


def link(page: dict[str, Any], asked: RequestContext) -> Iterator[Problem]:
    """Whether a page says that it is of the list that was asked for; where its rows already say otherwise, nothing is added."""
    meta, found = page.get("meta"), page.get("delivery_receipts")
    url = meta.get("url") if isinstance(meta, dict) else None
    wanted = asked.path.get("MessageSid")
    if (
        not isinstance(url, str)
        or wanted is None
        or (isinstance(found, list) and found and next(rows(page, asked), None))
    ):
        return
    parts = url.partition("?")[0].rstrip("/").split("/")
    if parts[-3:-2] == ["Messages"] and parts[-2] != wanted:
        yield Problem(
            "/meta/url",
            "is the list of another message than was asked for",
            rule="page.url-mismatch",
            value=url,
        )


def size(page: dict[str, Any], asked: RequestContext) -> Iterator[Problem]:
    """Whether a page has the index and the size that were asked for. What becomes of a PageSize above the maximum is not known."""
    meta = page.get("meta")
    query = {item.name: item.value for item in decode_query(asked.url)}
    for name, member in (("Page", "page"), ("PageSize", "page_size")):
        given, wanted = meta.get(member) if isinstance(meta, dict) else None, query.get(name, "")
        if not isinstance(given, int) or not wanted.isdecimal() or int(wanted) == given:
            continue
        if name == "Page" or int(wanted) in _SIZES:
            yield Problem(
                f"/meta/{member}",
                f"is not what was asked for, {int(wanted)}",
                rule="page.request-mismatch",
                value=given,
            )
