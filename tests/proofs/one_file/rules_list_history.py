"""A rule on the history of a list."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.registry import rule
from receiptkit.rules.states import ListHistory

_LIST = sample("page")["meta"]["url"].partition("?")[0]
_FIRST = {
    "/meta/page_size": 1,
    "/meta/url": f"{_LIST}?PageSize=1&Page=0",
    "/meta/first_page_url": f"{_LIST}?PageSize=1&Page=0",
    "/meta/next_page_url": f"{_LIST}?PageSize=1&Page=1&PageToken=DEBUG",
}


@rule(
    "ours.list-history",
    on="list history",
    severity=Severity.ERROR,
    title="a page token is a debug token",
    why="Twilio's tokens are opaque.",
    grounding="a test",
    action="Use an opaque token.",
    good=Example("page"),
    bad=Example("page", _FIRST),
)
def debug_token(history: ListHistory) -> Iterator[Problem]:
    """Yield a problem for each page whose next link has a debug token."""
    for pagination in history.paginations:
        for page in pagination.pages:
            if page.next is not None and page.next.endswith("PageToken=DEBUG"):
                pointer = f"{page.at.pointer}/meta/next_page_url"
                yield Problem(pointer, "the token is a debug token", at=page.at)
