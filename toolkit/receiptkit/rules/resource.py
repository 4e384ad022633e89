"""Rules about messages, configurations and other resources: url, dates, attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example
from receiptkit.rules.grounds import CAPTURES, ERROR_PAGES, OPENAPI
from receiptkit.rules.links import other_scope, without_query
from receiptkit.rules.registry import also, rule
from receiptkit.rules.views import EVENT, ExchangeView, ResourceView
from receiptkit.text.dates import is_before

_HOST = "https://conversations.twilio.com/v1"
_CONVERSATION = f"{_HOST}/Conversations/CH2e603b8c5d7f90a1b2c3d4e5f6071829"
_SERVICE = "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718"
_SID = regex(r"[A-Z]{2}[0-9a-fA-F]{32}")
#: What the segment before a SID in a path says that it is.
_SEGMENTS = {
    "Services": "chat_service_sid",
    "Conversations": "conversation_sid",
    "Messages": "message_sid",
    "Participants": "participant_sid",
    "Webhooks": "webhook_sid",
}
#: The path parameters of requests by the members of bodies that repeat them.
_ROLES = {"chat_service_sid": "ChatServiceSid", "conversation_sid": "ConversationSid"}
_PLAIN = regex(r"[hH][tT][tT][pP]://(?!(localhost|127[.][0-9.]+|\[::1\])([:/?#]|$))")
#: The events that a webhook of one conversation is sent for; those before a change are not.
_SCOPED_EVENTS = regex(
    r"on(?:Message(?:Added|Updated|Removed)|Participant(?:Added|Updated|Removed)"
    r"|Conversation(?:Updated|StateUpdated|Removed)|DeliveryUpdated"
    r"|User(?:Added|Updated))"
)


def _participant(**changes: Any) -> Example:
    """Return the response with a participant who is a chat user."""
    url = f"{_CONVERSATION}/Participants/MB51936ebf80a2c3d4e5f60718293a4b5c"
    body = {
        "sid": url.rpartition("/")[2],
        "account_sid": "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
        "conversation_sid": _CONVERSATION.rpartition("/")[2],
        "identity": "anna",
        "messaging_binding": None,
        "attributes": "{}",
        "date_created": "2026-03-02T09:14:58Z",
        "date_updated": "2026-03-02T09:14:58Z",
        "url": url,
        **changes,
    }
    return Example("exchange", {"/request/url": url, "/response/body": body})


def sids_in(url: Any) -> dict[str, str]:
    """Return the names and SIDs in the path of a URL, by the members that they repeat."""
    parts = without_query(url).rstrip("/").split("/") if isinstance(url, str) else []
    found = {
        _SEGMENTS[name]: value
        for name, value in pairwise(parts)
        if name in _SEGMENTS and value not in _SEGMENTS
    }
    last = _SEGMENTS.get(parts[-2]) if len(parts) > 1 else None
    if last in found:
        found["sid"] = found.pop(last)
    return found


@rule(
    "resource.url-mismatch",
    on="resource",
    severity=Severity.WARNING,
    title="the url names another resource or scope than the body or the request",
    why="It repeats the SIDs of the body. An application that follows it reads another resource.",
    grounding=f"{OPENAPI}, examples; {CAPTURES}",
    action="In a mock: build url from the SIDs of the body.",
    good=Example("configuration"),
    bad=Example("configuration", {"/url": f"{_HOST}/Services/{_SERVICE}/Configuration/Webhooks"}),
)
def url_mismatch(view: ResourceView) -> Iterator[Problem]:
    """Yield a problem for a url with another SID or scope than the body."""
    url = view.body.get("url")
    named = sids_in(url)
    # The urls of messages have their own rule, which knows their links as well.
    if isinstance(url, str) and "/Messages/" in url:
        return
    for member, sid in named.items():
        found = view.body.get(member)
        if _are_sids(sid, found) and sid != found:
            message = f"the SID in url differs from `{member}`"
            yield Problem(view.pointer("url"), message, value=url, reads=(view.pointer(member),))
            return
    if isinstance(url, str) and without_query(url).endswith("/Configuration/Webhooks"):
        is_scoped = "chat_service_sid" in named
        if is_scoped != (view.body.get("chat_service_sid") is not None):
            message = other_scope("url", is_scoped=is_scoped, other="the configuration")
            reads = (view.pointer("chat_service_sid"),)
            yield Problem(view.pointer("url"), message, value=url, reads=reads)


@also("resource.url-mismatch", on="exchange")
def list_of_another_request(exchange: ExchangeView) -> Iterator[Problem]:
    """Yield a problem for a list whose url names another parent than the request."""
    meta = exchange.body.get("meta") if exchange.kind == "list" else None
    url = meta.get("url") if isinstance(meta, dict) else None
    named = sids_in(url)
    for member, role in _ROLES.items():
        asked, found = exchange.request.path.get(role), named.get(member)
        if _are_sids(asked, found) and asked != found:
            yield Problem("/meta/url", "meta.url names another list than the request", value=url)
            return


def _are_sids(*values: Any) -> bool:
    return all(isinstance(each, str) and _SID.fullmatch(each) for each in values)


@rule(
    "resource.updated-before-created",
    on="resource",
    severity=Severity.INFO,
    title="the resource was updated before it was created",
    why="A resource changes after it was created. Requests may set both dates, so this is only "
    "information.",
    grounding=f"{OPENAPI}, date_created and date_updated; {CAPTURES}",
    action="In a mock: use a date_updated that is not before date_created.",
    good=Example("message", {"/date_updated": "2026-03-02T09:14:59Z"}),
    bad=Example("message", {"/date_updated": "2026-03-02T09:14:58Z"}),
)
def updated_before_created(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for a resource that was updated before it was created."""
    updated = resource.body.get("date_updated")
    if is_before(updated, resource.body.get("date_created")):
        reads = (resource.pointer("date_created"),)
        message = "date_updated is before date_created"
        yield Problem(resource.pointer("date_updated"), message, value=updated, reads=reads)


@rule(
    "resource.attributes",
    on="resource",
    severity=Severity.WARNING,
    title="attributes is not JSON in a string",
    why="Twilio refuses other attributes with 400 and code 50304. The client SDKs parse them.",
    grounding=f"{ERROR_PAGES}, 50304; {OPENAPI}",
    action='In a mock: use a string such as "{}".',
    good=Example("message", {"/attributes": '{"seat": 4}'}),
    bad=Example("message", {"/attributes": '{"seat": 4'}),
)
def attributes(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for attributes that do not parse."""
    text = resource.body.get("attributes")
    if not isinstance(text, str) or text == "":
        return
    try:
        json.loads(text)
    except ValueError:
        message = "attributes must be JSON in a string"
        yield Problem(resource.pointer("attributes"), message, value=text)
    except RecursionError:
        # It is nested too deeply to say.
        return


@rule(
    "participant.without-address",
    on="resource",
    severity=Severity.INFO,
    title="a participant has neither an identity nor a messaging_binding",
    why="Twilio refuses to add one without either, with code 50204. Nothing could reach it.",
    grounding=f"{ERROR_PAGES}, 50204",
    action="In a mock: give a chat user an identity, and all others a messaging_binding.",
    good=_participant(),
    bad=_participant(identity=None),
)
def without_address(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for a participant that is neither a chat user nor has an address."""
    body, sid = resource.body, resource.body.get("sid")
    is_participant = isinstance(sid, str) and sid.startswith("MB")
    if is_participant and all(
        name in body and not body[name] for name in ("identity", "messaging_binding")
    ):
        message = "a participant needs an identity or a messaging_binding"
        yield Problem(resource.pointer("messaging_binding"), message)


@also("configuration.insecure-url", on="resource")
def scoped_insecure_url(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for the webhook of one conversation with a URL without TLS."""
    url = _scoped(resource).get("url")
    if isinstance(url, str) and _PLAIN.match(url):
        message = "the webhook URL uses plain http"
        yield Problem(resource.pointer("configuration/url"), message, value=url)


@also("configuration.unknown-filter", on="resource")
def scoped_unknown_filter(resource: ResourceView) -> Iterator[Problem]:
    """Yield a problem for each filter of such a webhook that is no event after a change."""
    filters = _scoped(resource).get("filters")
    for index, name in enumerate(filters if isinstance(filters, list) else ()):
        if isinstance(name, str) and not _SCOPED_EVENTS.fullmatch(name):
            is_event = EVENT.fullmatch(name) is not None
            what = "event that webhooks of one conversation are sent for" if is_event else "event"
            yield Problem(
                resource.pointer(f"configuration/filters/{index}"),
                f"the filter is not an {what}",
                value=name,
            )


def _scoped(resource: ResourceView) -> dict[str, Any]:
    """Return the configuration of such a webhook; triggers have words for filters."""
    own = resource.body.get("configuration")
    is_webhook = resource.body.get("target") == "webhook"
    return own if is_webhook and isinstance(own, dict) else {}
