"""Rules about one message beside its delivery summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import CAPTURES, OPENAPI
from receiptkit.rules.links import other_scope, without_query
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import ExchangeView

#: A message, or a list or resource below it, below whatever a proxy or a mock has before it.
_MESSAGE = regex(
    r".*?(?:/Services/(?P<chat_service_sid>[^/]+))?/Conversations/(?P<conversation_sid>[^/]+)"
    r"/Messages/(?P<sid>[^/]+)(?:/[^/]+)?"
)
_RECEIPTS = sample("message")["links"]["delivery_receipts"]
_LINKS = ("delivery_receipts", "channel_metadata")
#: The length of a SID; a conversation may have a unique name in its place.
_SID = 34


@rule(
    "message.url-mismatch",
    on="message",
    severity=Severity.WARNING,
    title="the url or a link names another message or scope than the body",
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
    for pointer, url in _urls(message).items():
        for member, sid in _named(url).items():
            found = message.get(member)
            if isinstance(found, str) and sid is not None and len(sid) == _SID and sid != found:
                text = f"the SID in {pointer.rpartition('/')[2]} differs from `{member}`"
                yield Problem(pointer, text, value=url, reads=(f"/{member}",))
                break


@also("message.url-mismatch", on="message")
def scopes_differ(message: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each link with another scope than url, or for url if all have another."""
    urls = {pointer: url for pointer, url in _urls(message).items() if _named(url)}
    own = urls.pop("/url", None)
    others = [
        pointer for pointer, url in urls.items() if own and _is_scoped(url) != _is_scoped(own)
    ]
    # If a SID differs, too, that is what is wrong.
    if not others or any(url_mismatch(message)):
        return
    if len(others) == len(urls) > 1:
        text = other_scope("url", is_scoped=_is_scoped(own), other="its links")
        yield Problem("/url", text, value=own)
        return
    for pointer in others:
        name, is_scoped = pointer.rpartition("/")[2], _is_scoped(urls[pointer])
        text = other_scope(name, is_scoped=is_scoped, other="url")
        yield Problem(pointer, text, value=urls[pointer])


@also("message.url-mismatch", on="exchange")
def url_in_another_scope(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a message whose url has another scope than the request."""
    url = exchange.body.get("url") if exchange.kind == "message" else None
    if not _named(url) or _is_scoped(url) == ("ChatServiceSid" in exchange.request.path):
        return
    if not any(url_mismatch(exchange.body)) and not any(scopes_differ(exchange.body)):
        text = other_scope("url", is_scoped=_is_scoped(url), other="the request")
        yield Problem("/url", text, value=url)


def _urls(message: dict[str, Any]) -> dict[str, Any]:
    """Return the links that name the message and its url, by their pointers."""
    links = message.get("links")
    named = links.items() if isinstance(links, dict) else ()
    found = {f"/links/{name}": url for name, url in named if name in _LINKS}
    return {**found, "/url": message.get("url")}


def _named(url: Any) -> dict[str, str | None]:
    """Return the SIDs in a URL of a message by their members; the service may be None."""
    match = _MESSAGE.fullmatch(without_query(url).rstrip("/")) if isinstance(url, str) else None
    return match.groupdict() if match is not None else {}


def _is_scoped(url: Any) -> bool:
    return _named(url)["chat_service_sid"] is not None
