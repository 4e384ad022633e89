"""The recognition of bare bodies, by the most shared member names and never by one alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from receiptkit.model.display import close_matches
from receiptkit.model.regex import regex
from receiptkit.openapi.operation import Media, Operation
from receiptkit.openapi.operations import Operations
from receiptkit.openapi.references import References, listed, types_of
from receiptkit.openapi.servers import path_of

ERROR = "error"
#: The kind of bodies that are judged by their schema alone.
OTHER = "resource of another operation"
_TOO_FEW = "it shares too few field names with any response of the contract"
#: How many sets of member names the recogniser keeps its decision for.
_MOST_REMEMBERED = 1000
#: The path within one of Twilio's APIs, also below the prefix of a gateway: a body whose url is
#: one of these and not ours is another resource.
_API_PATH = regex(r".*(/(?:v[123]|2010-04-01)/.+)")
#: Where a word begins within a name in camelCase.
_CAPITAL = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "object": (dict,),
    "array": (list,),
    "boolean": (bool,),
}


class BodyOutline(NamedTuple):
    """The members of bodies of one kind with their JSON types, nested objects and rows included."""

    kind: str
    members: dict[str, Any]
    nested: dict[str, dict[str, Any]]


class Recognition(NamedTuple):
    """The kind of a body or why none was found, and its operation (None for errors)."""

    kind: str | None
    operation: Operation | None = None
    reason: str = ""


class Recogniser:
    """Recognises the kind and scope of bodies by the schemas of a document."""

    def __init__(self, operations: Operations, document: dict[str, Any]) -> None:
        self._operations = operations
        self._references = References(document)
        #: By the place of a media type in the document.
        self._members: dict[tuple[str, ...], dict[str, Any]] = {}
        self._by_kind: dict[str, list[Operation]] = {}
        for operation in (*operations.with_kind, *operations.webhooks):
            self._by_kind.setdefault(str(operation.kind), []).append(operation)
        self._decided: dict[tuple[str, ...], str] = {}
        #: Webhooks by their EventType, which decides whatever other parameters there are.
        self._by_event = {
            event: operation
            for operation in operations.webhooks
            for event in self._events(operation)
        }

    @property
    def kinds(self) -> list[str]:
        """Every kind there is a shape for."""
        return sorted({shape.kind for shape in self._shapes})

    def recognise(self, body: Any) -> Recognition:
        """Return the kind of a parsed JSON value and the operation that answers with it."""
        if not isinstance(body, dict):
            return Recognition(None, reason="not a JSON object")
        if not body:
            return Recognition(None, reason="an empty object could be anything")
        event = body.get("EventType")
        if isinstance(event, str) and event in self._by_event:
            return Recognition("webhook", self._by_event[event])
        url = _own_url(body)
        at_url = self._at_url(url)
        if at_url is None:
            return Recognition(None, reason="its url belongs to no operation of the contract")
        if at_url and all(operation.kind is None for operation in at_url):
            return self._by_url(body, at_url)
        kind = self._kind(body, at_url)
        if kind is None or (kind == ERROR and _is_error_of_a_library(body)):
            return Recognition(None, reason=self._reason(body, at_url))
        if kind == "page" and not at_url and self._is_another_list(body):
            return Recognition(None, reason="its meta.key names the list of another resource")
        return Recognition(kind, self._scoped(kind, body, at_url))

    def _at_url(self, url: str | None) -> list[Operation] | None:
        """Return the operations at a URL, below any prefix; None if it is that of another API."""
        found = self._operations.of_url(url) if url is not None else []
        below = _API_PATH.match(path_of(url)) if url is not None and not found else None
        return (self._operations.of_url(below[1]) or None) if below else found

    def _is_another_list(self, body: dict[str, Any]) -> bool:
        """Return True if a page has the list that it names, and no name like those of ours."""
        key = body["meta"].get("key") if isinstance(body.get("meta"), dict) else None
        if not isinstance(key, str) or not isinstance(body.get(key), list):
            return False
        ours = [
            name
            for shape in self._shapes
            if shape.kind == "page"
            for name, types in shape.members.items()
            if list in types
        ]
        return not body.keys() & set(ours) and not close_matches(key, ours)

    def _by_url(self, body: dict[str, Any], at_url: list[Operation]) -> Recognition:
        """Return the operation that reads the URL of a body, if its responses look like it."""
        for operation in at_url:
            response = operation.response(200) if operation.method == "get" else None
            media = response.media(None) if response is not None and response.content else None
            if media is not None and 2 * len(self.members(media).keys() & body.keys()) > len(body):
                return Recognition(OTHER, operation)
        return Recognition(None, reason=_TOO_FEW)

    def _reason(self, body: dict[str, Any], at_url: list[Operation]) -> str:
        """Return why a body was not recognised."""
        renamed = {_snake_case(name): value for name, value in body.items()}
        kind = self._kind(renamed, at_url) if renamed.keys() != body.keys() else None
        if kind is not None and kind != "webhook":
            return (
                f"its names are those of a {kind} in camelCase, as client libraries have them; "
                "give the body of the response instead"
            )
        return _TOO_FEW

    def of_kind(self, kind: str, body: Any) -> Recognition:
        """Return the operation of a body of a kind, by its url and then by chat_service_sid."""
        url = _own_url(body) if isinstance(body, dict) else None
        return Recognition(kind, self._scoped(kind, body, self._at_url(url) or []))

    def has_in_common(self, kind: str, body: dict[str, Any]) -> int:
        """Return the number of member names that a body shares with a kind."""
        return max(
            (
                len(shape.members.keys() & body.keys())
                for shape in self._shapes
                if shape.kind == kind
            ),
            default=0,
        )

    def is_event(self, event: str) -> bool:
        """Return True if a webhook of the contract has this EventType."""
        return event in self._by_event

    # -- the kind

    def _kind(self, body: dict[str, Any], at_url: list[Operation]) -> str | None:
        names = tuple(body)
        if names in self._decided:
            return self._decided[names]
        shared: dict[str, int] = {}
        for shape in self._shapes:
            shared[shape.kind] = max(shared.get(shape.kind, 0), _shared(body, shape))
        most = max(shared.values(), default=0)
        best = [kind for kind, count in shared.items() if count == most]
        if len(best) > 1:
            best = [kind for kind in best if any(operation.kind == kind for operation in at_url)]
        if len(best) != 1 or most < 2:
            return None
        top = [shape for shape in self._shapes if shape.kind == best[0]]
        in_common = max(len(shape.members.keys() & body.keys()) for shape in top)
        if 2 * in_common < len(body):
            return None
        complete = any(
            len(shape.members.keys() & body.keys()) == len(shape.members) for shape in top
        )
        if (in_common > 3 or complete) and list(shared.values()).count(most) == 1:
            if len(self._decided) < _MOST_REMEMBERED:
                self._decided[names] = best[0]
            return best[0]
        # Dates alone make no webhook: a request to create a message has them, too.
        if best[0] == "webhook" and "EventType" not in body:
            return None
        return best[0] if max(_fitting(body, shape) for shape in top) >= 2 else None

    # -- the scope

    def _scoped(self, kind: str, body: Any, at_url: list[Operation]) -> Operation | None:
        for operation in at_url:
            if operation.kind == kind:
                return operation
        candidates = self._by_kind.get(kind, [])
        in_service = isinstance(body, dict) and _names_service(body)
        return next(
            (operation for operation in candidates if operation.in_service == in_service),
            candidates[0] if candidates else None,
        )

    # -- shapes

    @cached_property
    def _shapes(self) -> list[BodyOutline]:
        """Return the outlines of all bodies; no exchange at a known URL needs them."""
        described: set[tuple[str, str]] = set()
        return [
            shape
            for operations in self._by_kind.values()
            for operation in operations
            for shape in self._shapes_of(operation, described)
        ]

    def _events(self, operation: Operation) -> list[str]:
        media = operation.responses["request"].content.values()
        events = [self._references.view(self.members(each).get("EventType")) for each in media]
        enums = [schema.get("enum") for schema in events]
        return [
            event
            for enum in enums
            if isinstance(enum, list)
            for event in enum
            if isinstance(event, str)
        ]

    def _shapes_of(
        self, operation: Operation, described: set[tuple[str, str]]
    ) -> Iterator[BodyOutline]:
        for status, response in operation.responses.items():
            kind = ERROR if status.startswith(("4", "5")) else operation.kind
            media = response.content.get("application/json") or response.content.get(
                "application/x-www-form-urlencoded"
            )
            if kind is None or media is None:
                continue
            # Most bodies are described once, and referred to.
            key = (kind, str(media.schema))
            if key not in described:
                described.add(key)
                yield self._shape(kind, media)

    def _shape(self, kind: str, media: Media) -> BodyOutline:
        members = self.members(media)
        nested = {
            name: self._references.members(self._inner(schema)) for name, schema in members.items()
        }
        return BodyOutline(
            kind,
            {name: self._types(schema) for name, schema in members.items()},
            {name: inner for name, inner in nested.items() if inner},
        )

    def members(self, media: Media) -> dict[str, Any]:
        """Return the members an object of this media type has, with their schemas."""
        if media.place not in self._members:
            self._members[media.place] = self._references.members(media.schema)
        return self._members[media.place]

    def required(self, media: Media) -> frozenset[str]:
        """Return the members that an object of this media type must have."""
        names = self._references.view(media.schema).get("required")
        return frozenset(each for each in listed(names) if isinstance(each, str))

    def _inner(self, schema: Any) -> Any:
        view = self._references.view(schema)
        return view.get("items", view)

    def _types(self, schema: Any) -> tuple[type, ...]:
        names = types_of(self._references.view(schema))
        return tuple(kind for name in names for kind in _TYPES.get(name, ()))


def _shared(body: dict[str, Any], shape: BodyOutline) -> int:
    """Return the number of names that a body shares with an outline, nested ones included."""
    count = 0
    for name, value in body.items():
        if name not in shape.members:
            continue
        count += 1
        inner = shape.nested.get(name)
        if inner:
            value = value[0] if isinstance(value, list) and value else value
            count += sum(1 for key in value if key in inner) if isinstance(value, dict) else 0
    return count


def _fitting(body: dict[str, Any], shape: BodyOutline) -> int:
    """Return the number of shared members whose value has the type of the outline."""
    return sum(
        _shared({name: value}, shape)
        for name, value in body.items()
        if name in shape.members
        and (not shape.members[name] or isinstance(value, shape.members[name]))
    )


def _is_error_of_a_library(body: dict[str, Any]) -> bool:
    """Return True if the code of an error is a name, as HTTP clients give their own errors."""
    code = body.get("code")
    return isinstance(code, str) and not code.isdecimal()


def _snake_case(name: str) -> str:
    is_camel_case = isinstance(name, str) and name[:1].islower()
    return _CAPITAL.sub("_", name).lower() if is_camel_case else name


def _own_url(body: dict[str, Any]) -> str | None:
    """Return the url of a resource, or that in the meta of a page."""
    url = body.get("url")
    if url is None and isinstance(body.get("meta"), dict):
        url = body["meta"].get("url")
    return url if isinstance(url, str) else None


def _names_service(body: dict[str, Any]) -> bool:
    if isinstance(body.get("chat_service_sid"), str):
        return True
    rows = body.get("delivery_receipts")
    return (
        isinstance(rows, list)
        and bool(rows)
        and isinstance(rows[0], dict)
        and isinstance(rows[0].get("chat_service_sid"), str)
    )
