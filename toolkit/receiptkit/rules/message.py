"""Rules about one message beside its delivery summary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import CAPTURES, OPENAPI
from receiptkit.rules.registry import rule

#: A message, or a list or resource below it, below whatever a proxy or a mock has before it.
_MESSAGE = re.compile(
    r".*?(?:/Services/(?P<chat_service_sid>[^/]+))?/Conversations/(?P<conversation_sid>[^/]+)"
    r"/Messages/(?P<sid>[^/]+)(?:/[^/]+)?"
)
_RECEIPTS = sample("message")["links"]["delivery_receipts"]
#: The length of a SID; a conversation may have a unique name in its place.
_SID = 34


@rule(
    "message.url-mismatch",
    on="message",
    severity=Severity.WARNING,
    title="the url or a link names another message than the body",
    why="They repeat the SIDs of the body. An application that follows the link reads the "
    "receipts of another message, or none.",
    grounding=f"{OPENAPI}, examples; {CAPTURES}",
    action="In a mock: build url and links from the SIDs of the body.",
    good=Example("message"),
    bad=Example(
        "message",
        {"/links/delivery_receipts": _RECEIPTS.replace("/IM3f71", "/IM0000")},
    ),
)
def url_mismatch(message: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for the url and each link that has another SID than the body."""
    links = message.get("links")
    for name, url in links.items() if isinstance(links, dict) else ():
        if name in ("delivery_receipts", "channel_metadata"):
            yield from _differing(message, f"/links/{name}", name, url)
    yield from _differing(message, "/url", "url", message.get("url"))


def _differing(message: dict[str, Any], pointer: str, name: str, url: Any) -> Iterator[Problem]:
    path = url.partition("#")[0].partition("?")[0].rstrip("/") if isinstance(url, str) else ""
    match = _MESSAGE.fullmatch(path)
    for member, sid in match.groupdict().items() if match else ():
        found = message.get(member)
        if isinstance(found, str) and sid is not None and len(sid) == _SID and sid != found:
            text = f"{name} names another {member} than the body"
            yield Problem(pointer, text, value=url, reads=(f"/{member}",))
            return
