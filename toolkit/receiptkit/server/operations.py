"""Paths of the API, and the operations of Twilio that the server does not have."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

#: Operations of Twilio's document that the server refuses, by path and method.
_CRUD = ("Create", "List", "Fetch", "Update", "Delete")
_METHODS = {
    "Create": ("", "POST"),
    "List": ("", "GET"),
    "Fetch": ("/*", "GET"),
    "Update": ("/*", "POST"),
    "Delete": ("/*", "DELETE"),
}


def _operations(path: str, name: str, verbs: tuple[str, ...] = _CRUD) -> dict[tuple[str, str], str]:
    """Return the operations of one resource by path and method."""
    return {(path + _METHODS[verb][0], _METHODS[verb][1]): f"{verb}{name}" for verb in verbs}


_SERVICE = "Services/*/"
UNSUPPORTED = {
    **_operations("Configuration/Addresses", "ConfigurationAddress"),
    **_operations("Credentials", "Credential"),
    **_operations("Roles", "Role"),
    **_operations("Users", "User"),
    **_operations("Users/*/Conversations", "UserConversation", _CRUD[1:]),
    **_operations(f"{_SERVICE}Bindings", "ServiceBinding", ("List", "Fetch", "Delete")),
    **_operations(f"{_SERVICE}Roles", "ServiceRole"),
    **_operations(f"{_SERVICE}Users", "ServiceUser"),
    **_operations(f"{_SERVICE}Users/*/Conversations", "ServiceUserConversation", _CRUD[1:]),
    (f"{_SERVICE}Configuration/Notifications", "GET"): "FetchServiceNotification",
    (f"{_SERVICE}Configuration/Notifications", "POST"): "UpdateServiceNotification",
}
#: Segments of paths that the API has, beside those of the contract.
WORDS = frozenset(
    (
        "ConversationWithParticipants",
        "ParticipantConversations",
        "Participants",
        *(segment for path, _ in UNSUPPORTED for segment in path.split("/") if segment != "*"),
    )
)
#: Segments that are no identifiers although they are where one could be.
_LITERALS = {("Configuration", "Webhooks"), ("Configuration", "Addresses")} | {
    ("Configuration", "Notifications"),
    # The path of the account's webhooks until 2020.
    ("Conversations", "Webhooks"),
}


class ApiPath(NamedTuple):
    """
    A path.

    Attributes:
        key: the path below the version, with `*` for each identifier.
        service: SID of the service, where the path is scoped to one.
        ids: the other identifiers.
    """

    key: str
    service: str | None
    ids: tuple[str, ...]


@lru_cache(maxsize=4096)
def api_path(raw: str) -> ApiPath | None:
    """Return the parts of a path, with escapes as they came; None if it is not of this API."""
    segments = raw.split("/")
    if len(segments) < 3 or segments[0] or segments[1] != "v1" or not all(segments[2:]):
        return None
    scoped = segments[2] == "Services" and len(segments) > 4
    rest = segments[4:] if scoped else segments[2:]
    is_literal = tuple(rest[:2]) in _LITERALS and (rest[0] == "Configuration" or len(rest) == 2)
    names, below = (rest[:2], rest[2:]) if is_literal else (rest[:1], rest[1:])
    ids = tuple(unquote(segment) for segment in below[::2])
    key = [*names, *("*" if number % 2 == 0 else name for number, name in enumerate(below))]
    service = unquote(segments[3]) if scoped else None
    return ApiPath("/".join([*(("Services", "*") if scoped else ()), *key]), service, ids)
