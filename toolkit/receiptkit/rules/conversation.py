"""Rules about conversations, and about what must differ between the rows of their lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.grounds import ERROR_PAGES, OPENAPI
from receiptkit.rules.links import list_in
from receiptkit.rules.registry import also, rule
from receiptkit.rules.resource import sids_in
from receiptkit.rules.views import ResourceView

_LIST = "https://conversations.twilio.com/v1/Conversations"
_SID = "CH2e603b8c5d7f90a1b2c3d4e5f6071829"
_CONVERSATION_SID = regex("CH[0-9a-fA-F]{32}")
_DATE = regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].*")
_TIMERS = frozenset({"date_inactive", "date_closed"})


def _conversation(**changes: Any) -> dict[str, Any]:
    return {
        "sid": _SID,
        "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
        "chat_service_sid": "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718",
        "unique_name": None,
        "state": "active",
        "attributes": "{}",
        "timers": {},
        "date_created": "2026-03-02T09:14:58Z",
        "date_updated": "2026-03-02T09:14:58Z",
        "url": f"{_LIST}/{_SID}",
        **changes,
    }


def _fetched(**changes: Any) -> Example:
    """Return the response with a conversation."""
    body = _conversation(**changes)
    return Example("exchange", {"/request/url": body["url"], "/response/body": body})


def _two_named(name: str) -> Example:
    """Return the response with two conversations, the second of a name."""
    other = "CH" + "0123456789abcdef" * 2
    rows = [
        _conversation(unique_name="desk"),
        _conversation(sid=other, unique_name=name, url=f"{_LIST}/{other}"),
    ]
    url = f"{_LIST}?PageSize=50&Page=0"
    meta = {**sample("page")["meta"], "key": "conversations", "url": url, "first_page_url": url}
    body = {"meta": meta, "conversations": rows}
    return Example("exchange", {"/request/url": url, "/response/body": body})


def _is_conversation(resource: ResourceView) -> bool:
    sid = resource.body.get("sid")
    return isinstance(sid, str) and sid.startswith("CH")


@rule(
    "conversation.timers",
    on="resource",
    severity=Severity.INFO,
    title="timers of a conversation are not date_inactive and date_closed with dates",
    why="Requests send durations; the response has the times at which they run out. A mock that "
    "echoes the duration hides that the application reads another member or form.",
    grounding=f"{OPENAPI}, examples of conversations",
    action='In a mock: use {} or {"date_closed": "2026-03-02T09:25:00Z"}.',
    good=_fetched(timers={"date_closed": "2026-03-02T09:24:58Z"}),
    bad=_fetched(timers={"date_closed": "PT10M"}),
)
def timers(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for each timer of another name or form."""
    own = resource.body.get("timers") if _is_conversation(resource) else None
    for name, value in own.items() if isinstance(own, dict) else ():
        if name not in _TIMERS:
            message = "timers of a response are called date_inactive and date_closed"
        elif value is not None and not (isinstance(value, str) and _DATE.fullmatch(value)):
            message = "a timer of a response is the time at which it runs out, not a duration"
        else:
            continue
        at = resource.pointer("timers")
        yield Problem(at + pointers.join((name,)), message, value=value)


@rule(
    "conversation.unique-name",
    on="resource",
    severity=Severity.INFO,
    title="the unique name of a conversation looks like a SID",
    why="Twilio refuses such a name, because a path has either of them in the same place.",
    grounding=f"{ERROR_PAGES}, 50390",
    action="In a mock: use a name of your own, or null.",
    good=_fetched(unique_name="desk"),
    bad=_fetched(unique_name="CH" + "0123456789abcdef" * 2),
)
def unique_name(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for a unique name with the form of a conversation's SID."""
    name = resource.body.get("unique_name") if _is_conversation(resource) else None
    if isinstance(name, str) and _CONVERSATION_SID.fullmatch(name):
        message = "unique_name must not look like a SID"
        yield Problem(resource.pointer("unique_name"), message, value=name)


@also("resource.url-mismatch", on="resource")
def links_elsewhere(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for each link of a conversation that names another one."""
    links = resource.body.get("links") if _is_conversation(resource) else None
    sid = resource.body.get("sid")
    for name, url in links.items() if isinstance(links, dict) else ():
        named = sids_in(url).get("conversation_sid")
        if named and named != sid and _CONVERSATION_SID.fullmatch(named):
            pointer = resource.pointer("links") + pointers.join((name,))
            message = "the link names another conversation than sid"
            yield Problem(pointer, message, value=url, reads=(resource.pointer("sid"),))


@rule(
    "participant.read-index",
    on="resource",
    severity=Severity.INFO,
    title="last_read_message_index is below zero",
    why="The index of messages begins at 0. A participant who has read nothing has null.",
    grounding=f"{OPENAPI}, last_read_message_index; {ERROR_PAGES}, 50421",
    action="In a mock: use null.",
    good=Example("message"),
    bad=Example(
        "exchange",
        {
            "/request/url": f"{_LIST}/{_SID}/Participants/MB51936ebf80a2c3d4e5f60718293a4b5c",
            "/response/body": {
                "sid": "MB51936ebf80a2c3d4e5f60718293a4b5c",
                "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
                "conversation_sid": _SID,
                "identity": "anna",
                "messaging_binding": None,
                "attributes": "{}",
                "last_read_message_index": -1,
                "date_created": "2026-03-02T09:14:58Z",
                "date_updated": "2026-03-02T09:14:58Z",
                "url": f"{_LIST}/{_SID}/Participants/MB51936ebf80a2c3d4e5f60718293a4b5c",
            },
        },
    ),
)
def read_index(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for an index below zero."""
    index = resource.body.get("last_read_message_index")
    if type(index) is int and index < 0:
        message = "use null for a participant who has read nothing"
        yield Problem(resource.pointer("last_read_message_index"), message, value=index)


def _name_of(row: dict[str, Any]) -> Any:
    return row.get("unique_name")


def _binding_of(row: dict[str, Any]) -> Any:
    own = row.get("messaging_binding")
    own = own if isinstance(own, dict) else {}
    address, proxy = own.get("address"), own.get("proxy_address")
    return (address, proxy) if isinstance(address, str) and isinstance(proxy, str) else None


#: What no two rows of a list share: the members, and what to say of the second.
_DIFFERENT: dict[str, tuple[str, str, Callable[[dict[str, Any]], Any]]] = {
    "conversations": ("unique_name", "an earlier row has the same unique_name", _name_of),
    "participants": (
        "messaging_binding",
        "an earlier participant has the same address and proxy_address",
        _binding_of,
    ),
}


@rule(
    "page.same-name",
    on="list",
    severity=Severity.INFO,
    title="two rows of a list share what Twilio gives only once",
    why="A unique name belongs to one conversation of a service, and a pair of address and proxy "
    "to one participant. Fixtures copied from one row often keep them.",
    grounding=f"{ERROR_PAGES}, 50353 and 50416",
    action="In a mock: give every row its own.",
    good=_two_named("shop"),
    bad=_two_named("desk"),
)
def same_name(page: dict[str, Any]) -> Iterator[Problem]:
    """Yield a problem for the first row that shares a name or a binding with an earlier one."""
    name = list_in(page)
    if name not in _DIFFERENT:
        return
    member, message, value_of = _DIFFERENT[name]
    seen: dict[Any, Any] = {}
    for index, row in enumerate(page[name]):
        value = value_of(row) if isinstance(row, dict) and isinstance(row.get("sid"), str) else None
        if not isinstance(value, (str, tuple)):
            continue
        owner = (row["sid"], row.get("chat_service_sid"))
        before = seen.setdefault(value, owner)
        # Rows of two services may have one name.
        if before[0] != owner[0] and before[1] == owner[1]:
            yield Problem(f"/{name}/{index}/{member}", message)
            return
