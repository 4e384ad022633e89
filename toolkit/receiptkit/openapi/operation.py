"""An operation of a document: its parameters, its responses, and what it answers with."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from receiptkit.model.regex import regex

#: A parameter of a path.
PARAMETER = regex(r"\{[^/{}]+\}")
#: What the parameter behind a literal segment is, unless it is the last one, which names the
#: resource itself.
_ROLES = {
    "Services": "ChatServiceSid",
    "Conversations": "ConversationSid",
    "Messages": "MessageSid",
}

#: The kind of an operation's response, by the end of its path.
_KINDS = (
    ("page", re.compile(r"/Receipts$")),
    ("receipt", re.compile(r"/Receipts/\{[^/]+\}$")),
    ("message", re.compile(r"/Messages/\{[^/]+\}$")),
    ("configuration", re.compile(r"/Configuration/Webhooks$|/Conversations/Webhooks$")),
)


#: Further kinds that histories compare.
_REMEMBERED = (
    ("messages", re.compile(r"/Messages$")),
    ("resources", re.compile(r"/(?:Conversations|Participants)(?:/\{[^/]+\})?$")),
)


class Media(NamedTuple):
    """A body of one media type: its schema, and the place of the schema in the document."""

    schema: Any
    place: tuple[str, ...]


class Response(NamedTuple):
    """
    A response of an operation: the schemas of its body by media type, if the document describes
    one.
    """

    content: dict[str, Media]
    may_be_empty: bool

    def media(self, content_type: str | None) -> Media | None:
        """
        Return the media type of a content type; JSON if none was captured.

        None if the response does not have the type.
        """
        if content_type is None:
            return self.content.get("application/json") or next(iter(self.content.values()))
        essence = content_type.partition(";")[0].strip().lower()
        major = essence.partition("/")[0]
        return (
            self.content.get(essence) or self.content.get(f"{major}/*") or self.content.get("*/*")
        )


class Parameter(NamedTuple):
    """
    A parameter of an operation.

    Attributes:
        location: path, query, header, cookie; or form for a field of the request body.
        types, item_types: the types of its value, and of the items of a list.
        explode: True if the items of a list come as one parameter each.
    """

    name: str
    location: str
    required: bool
    schema: Any
    types: tuple[str, ...] = ()
    item_types: tuple[str, ...] = ()
    explode: bool = True


class Operation(NamedTuple):
    """
    One operation.

    Attributes:
        id: its operationId, or method and path.
        kind: page, receipt, message, configuration or webhook; None for any other.
        method: in lower case; the path with its parameters in braces.
        in_service: whether it is scoped to a Conversation Service.
    """

    id: str
    kind: str | None
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    responses: dict[str, Response]

    @property
    def in_service(self) -> bool:
        return "/Services/{" in self.path

    @property
    def remembered(self) -> str | None:
        """Return the kind of its responses for a history; lists and other resources have one."""
        return self.kind or _remembered(self.path)

    @property
    def roles(self) -> dict[str, str]:
        """
        Return the path parameters, whatever a document calls them: Twilio's name for each that
        is one of ours.
        """
        return _roles(self.path)

    def response(self, status: int) -> Response | None:
        """Return the response of a status: by its number, its class (4XX), or by default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.responses:
                return self.responses[key]
        return None


class ResponseKey(NamedTuple):
    """The key of a response: operation, status and media type."""

    operation: Operation
    status: int
    media_type: str


def kind_at(path: str) -> str | None:
    """Return the kind of what is answered at a path."""
    return next((kind for kind, end in _KINDS if end.search(path)), None)


@lru_cache(maxsize=256)
def _remembered(path: str) -> str | None:
    return next((kind for kind, end in _REMEMBERED if end.search(path)), None)


@lru_cache(maxsize=256)
def _roles(path: str) -> dict[str, str]:
    segments = path.rstrip("/").split("/")
    found = {}
    for number, (before, segment) in enumerate(pairwise(segments), 2):
        role = "Sid" if number == len(segments) else _ROLES.get(before)
        if role and PARAMETER.fullmatch(segment):
            found[segment[1:-1]] = role
    return found
