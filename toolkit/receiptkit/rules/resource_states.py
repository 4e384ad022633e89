"""Rules between what was seen of a conversation or a participant at different times."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.location import Arrival
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, ERROR_PAGES, OPENAPI
from receiptkit.rules.registry import rule
from receiptkit.rules.states import REMOVED, ResourceState

_HOST = "https://conversations.twilio.com/v1/Conversations"
_CH, _MB = "CH2e603b8c5d7f90a1b2c3d4e5f6071829", "MB51936ebf80a2c3d4e5f60718293a4b5c"
_OTHER = "CH" + "0123456789abcdef" * 2
_CLOSED = "closed"
#: What two responses say of one resource, by the attributes of states.
_OWNERS = {
    "conversation": "conversation_sid",
    "account": "account_sid",
    "service": "chat_service_sid",
}


def _resource(url: str, **members: Any) -> Example:
    """Return the response with a resource."""
    body = {
        "sid": url.rpartition("/")[2],
        "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
        "attributes": "{}",
        "date_created": "2026-03-02T09:14:58Z",
        "date_updated": "2026-03-02T09:14:58Z",
        "url": url,
        **members,
    }
    return Example("exchange", {"/request/url": url, "/response/body": body})


def _participant(conversation: str, **changes: Any) -> Example:
    members = {"conversation_sid": conversation, "identity": None, **changes}
    return _resource(f"{_HOST}/{conversation}/Participants/{_MB}", **members)


def _with_address(address: str) -> Example:
    binding = {"type": "sms", "address": address, "proxy_address": "+15550109999"}
    return _participant(_CH, messaging_binding=binding)


_DELETED = Example(
    "exchange",
    {
        "/request": {"method": "DELETE", "url": f"{_HOST}/{_CH}/Participants/{_MB}"},
        "/response": {"status": 204, "body": ""},
    },
)


def _conversation(state: str, updated: str) -> Example:
    members = {
        "chat_service_sid": "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718",
        "state": state,
        "timers": {},
        "date_updated": updated,
    }
    return _resource(f"{_HOST}/{_CH}", **members)


@rule(
    "resource.identity",
    on="resource states",
    severity=Severity.ERROR,
    title="a conversation or participant belongs to two owners",
    why="A participant is in one conversation, and everything in one account and one service. "
    "Fixtures that share a SID by copying make an application mix up people.",
    grounding=f"{OPENAPI}; {CAPTURES}",
    action="In a mock: give every resource its own SID.",
    good=_with_address("+15550100001")._replace(then=_with_address("+15550100001")),
    bad=_participant(_CH, identity="anna")._replace(then=_participant(_OTHER, identity="anna")),
)
def identity(states: list[ResourceState]) -> Iterator[Problem]:
    """Yield a problem for the first state with each further owner."""
    for owner, member in _OWNERS.items():
        text = f"an earlier observation of this SID has another {member}"
        yield from _further(states, owner, member, text)


@rule(
    "resource.changed",
    on="resource states",
    severity=Severity.INFO,
    title="a conversation or participant has another date_created or address than before",
    why="No request changes the address of a participant, and date_created stays, unless a request "
    "sets it. Fixtures that share a SID by copying hide mix-ups.",
    grounding=f"{OPENAPI}, parameters of conversations and participants",
    action="In a mock: keep both, or give the other resource its own SID.",
    good=_with_address("+15550100001")._replace(then=_with_address("+15550100001")),
    bad=_with_address("+15550100001")._replace(then=_with_address("+15550100002")),
)
def changed(states: list[ResourceState]) -> Iterator[Problem]:
    """Yield a problem for each further date of creation and each further address."""
    if any(len({getattr(each, owner) for each in states} - {""}) > 1 for owner in _OWNERS):
        return
    text = "an earlier observation has another date_created"
    yield from _further(states, "created", "date_created", text)
    addressed = [each for each in states if type(each.facet) is int and each.facet != REMOVED]
    text = "an earlier observation has another address"
    yield from _further(addressed, "facet", "messaging_binding/address", text)


@rule(
    "conversation.reopened",
    on="resource states",
    severity=Severity.WARNING,
    title="a conversation goes on after it was closed",
    why="Closed is the final state: Twilio refuses every change of such a conversation. An "
    "application that reopens conversations works against the mock alone.",
    grounding=f"{ERROR_PAGES}, 50377",
    action="In a mock: answer changes with 400 and 50377. In an application: create another "
    "conversation.",
    good=_conversation("active", "2026-03-02T09:14:58Z")._replace(
        then=_conversation(_CLOSED, "2026-03-02T09:20:00Z")
    ),
    bad=_conversation(_CLOSED, "2026-03-02T09:14:58Z")._replace(
        then=_conversation("active", "2026-03-02T09:20:00Z")
    ),
)
def reopened(states: list[ResourceState]) -> Iterator[Problem]:
    """Yield a problem for the first state that arrived, and is dated, after the closed one."""
    closed = [each for each in states if each.facet == _CLOSED and each.updated is not None]
    if not closed:
        return
    end = min(closed, key=lambda each: (each.updated or 0, each.first))
    for each in states:
        is_open = type(each.facet) is str and each.facet not in ("", _CLOSED)
        is_later = each.first > end.first and (each.updated or 0) > (end.updated or 0)
        if is_open and is_later:
            text = "an earlier observation has `closed`, which is final"
            yield Problem(f"{each.first.pointer}/state", text, at=each.first, other=end.first)
            return


@rule(
    "resource.deleted",
    on="resource states",
    severity=Severity.INFO,
    title="a conversation or participant is there after it was deleted",
    why="What was deleted is answered with 404 from then on. A mock without memory hides that an "
    "application deletes or reads in the wrong order. A response may be stale.",
    grounding=f"{OPENAPI}, DELETE of conversations and participants; {ERROR_PAGES}, 20404",
    action="In a mock: answer with 404 and 20404 after the DELETE.",
    good=_with_address("+15550100001")._replace(then=_DELETED),
    bad=_DELETED._replace(then=_with_address("+15550100001")),
)
def deleted(states: list[ResourceState]) -> Iterator[Problem]:
    """Yield a problem for the last response after the first deletion in each file."""
    removed: dict[int, Arrival] = {}
    for each in states:
        if each.facet == REMOVED:
            removed.setdefault(each.first.file, each.first)
    for file, first in removed.items():
        own = [each.last for each in states if each.facet != REMOVED and each.last.file == file]
        at = max(own, default=first)
        if at > first:
            text = "an earlier request deleted this resource"
            yield Problem(f"{at.pointer}/sid", text, at=at, other=first)


def _further(states: list[ResourceState], name: str, member: str, text: str) -> Iterator[Problem]:
    """Yield a problem for the first state with each further value that is known."""
    known = [each for each in states if getattr(each, name) not in ("", None)]
    seen = {getattr(known[0], name)} if known else set()
    for each in known:
        if getattr(each, name) not in seen:
            seen.add(getattr(each, name))
            at = each.first
            yield Problem(f"{at.pointer}/{member}", text, at=at, other=known[0].first)
