"""The operations of a document: which one a method and URL mean, and what it answers with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from urllib.parse import unquote

from receiptkit.openapi.references import References, listed, types_of
from receiptkit.openapi.servers import Prefixes, path_of
from receiptkit.openapi.walking import METHODS
from receiptkit.text.forms import FORM

_HOST = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:]*)")
_TWILIO = ".twilio.com"
#: What the test clients of Starlette and Django call the application that they test.
_TEST_CLIENT = "testserver"
_ADDRESS = re.compile(r"[0-9.]+")
_PARAMETER = re.compile(r"\{[^/{}]+\}")
_PIECES = re.compile(rf"({_PARAMETER.pattern})")
#: What the parameter behind a literal segment is, unless it is the last one, which names the
#: resource itself.
_ROLES = {
    "Services": "ChatServiceSid",
    "Conversations": "ConversationSid",
    "Messages": "MessageSid",
}

#: What an operation answers with, told by the end of its path.
_KINDS = (
    ("page", re.compile(r"/Receipts$")),
    ("receipt", re.compile(r"/Receipts/\{[^/]+\}$")),
    ("message", re.compile(r"/Messages/\{[^/]+\}$")),
    ("configuration", re.compile(r"/Configuration/Webhooks$|/Conversations/Webhooks$")),
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
        Return the media type of a content type; JSON if none was captured; None if the answer has
        no such type.
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


class _Route:
    """The operations at a path, which are read when one is asked for: most never are."""

    def __init__(self, path: str, read: Callable[[], dict[str, Operation]]) -> None:
        self.kind = _kind_at(path)
        self.path = path.rstrip("/")
        self.slashes = self.path.count("/")
        self.literals = sum("{" not in segment for segment in path.split("/"))
        self.names = [piece[1:-1] for piece in _PARAMETER.findall(path)]
        self._read = read

    @cached_property
    def by_method(self) -> dict[str, Operation]:
        return self._read()

    @property
    def operations(self) -> list[Operation]:
        return list(self.by_method.values())

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        # Compiled when a URL has as many segments: most routes never are.
        return _pattern(self.path)


class Operations:
    """Every operation of a document, and the webhook."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._references = References(document)
        self._routes = [self._route(path, item) for path, item in _objects(document.get("paths"))]
        self._by_slashes: dict[int, list[_Route]] = {}
        for route in sorted(self._routes, key=lambda route: -route.literals):
            self._by_slashes.setdefault(route.slashes, []).append(route)
        self.webhooks = [
            self._webhook(name, item) for name, item in _objects(document.get("webhooks"))
        ]
        self._prefixes = Prefixes(document)

    @cached_property
    def all(self) -> list[Operation]:
        """Return every operation at a path."""
        return [operation for route in self._routes for operation in route.operations]

    @cached_property
    def with_kind(self) -> list[Operation]:
        """Return the operations at a path whose answers have a kind."""
        routes = [route for route in self._routes if route.kind is not None]
        return [operation for route in routes for operation in route.operations]

    @cached_property
    def by_id(self) -> dict[str, Operation]:
        """Return the operations, the webhooks among them, by their ids."""
        return {operation.id: operation for operation in (*self.all, *self.webhooks)}

    @property
    def paths(self) -> list[str]:
        """Return the paths of the document."""
        return [route.path for route in self._routes]

    def resolve(self, method: str, url: str) -> tuple[Operation, dict[str, str]] | None:
        """
        Return the operation of a request with the values of its path parameters, whatever the host;
        None if there is none.
        """
        for route, match in self._routed(path_of(url)):
            operation = route.by_method.get(method.lower())
            if operation is not None:
                # Of a name that stands twice, which is forbidden, the first.
                values = reversed([*zip(route.names, match.groups(), strict=True)])
                return operation, {name: unquote(value) for name, value in values}
        return None

    def of_url(self, url: str) -> list[Operation]:
        """
        Return every operation at the path of a URL, whatever its method; of several paths that
        fit, the most literal one.
        """
        return next((route.operations for route, _ in self._routed(path_of(url))), [])

    def _routed(self, path: str) -> Iterator[tuple[_Route, re.Match[str]]]:
        for start in self._prefixes.ends(path):
            for route in self._by_slashes.get(path.count("/", start), ()):
                match = route.pattern.fullmatch(path, start)
                if match:
                    yield route, match

    def _route(self, path: str, item: dict[str, Any]) -> _Route:
        shared = item.get("parameters")
        place = ("paths", path)
        return _Route(
            path,
            lambda: {
                method: self._operation(method, path, item[method], shared, (*place, method))
                for method in METHODS
                if isinstance(item.get(method), dict)
            },
        )

    def _operation(
        self, method: str, path: str, spec: dict[str, Any], shared: Any, place: tuple[str, ...]
    ) -> Operation:
        parameters = [
            self._references.follow(item)
            for item in (
                *listed(shared),
                *listed(spec.get("parameters")),
                *self._form_parameters(spec.get("requestBody")),
            )
        ]
        responses = {
            _status(status): self._response(response, (*place, "responses", status))
            for status, response in _objects(spec.get("responses"))
        }
        return Operation(
            id=str(spec.get("operationId") or f"{method.upper()} {path}"),
            kind=_kind_at(path),
            method=method,
            path=path,
            parameters=tuple(
                self._parameter(item)
                for item in parameters
                if isinstance(item, dict) and "name" in item
            ),
            responses=responses,
        )

    def _form_parameters(self, body: Any) -> Iterator[dict[str, Any]]:
        """
        Yield the fields of a form that a request sends, as if they were parameters of the
        operation.
        """
        content = _object(_object(self._references.follow(body)).get("content"))
        for media, each in _objects(content):
            if media.partition(";")[0].strip().lower() == FORM:
                view = self._references.view(each.get("schema"))
                required = view.get("required", ())
                for name, schema in view.get("properties", {}).items():
                    is_required = name in required
                    yield {"name": name, "in": "form", "schema": schema, "required": is_required}

    def _parameter(self, item: dict[str, Any]) -> Parameter:
        schema = item.get("schema", True)
        view = self._references.view(schema)
        return Parameter(
            name=str(item["name"]),
            location=str(item.get("in")),
            required=bool(item.get("required")),
            schema=schema,
            types=types_of(view),
            item_types=types_of(self._references.view(view.get("items"))),
            explode=item.get("explode") is not False,
        )

    def _response(self, response: Any, place: tuple[str, ...]) -> Response:
        response = _object(self._references.follow(response))
        content = {
            media.lower(): Media(body.get("schema", True), (*place, "content", media, "schema"))
            for media, body in _objects(response.get("content"))
        }
        return Response(content, response.get("x-receiptkit-empty-body") is True)

    def _webhook(self, name: str, item: dict[str, Any]) -> Operation:
        method = next((method for method in METHODS if isinstance(item.get(method), dict)), "post")
        spec = _object(item.get(method))
        place = ("webhooks", name, method, "requestBody")
        request = self._references.follow(spec.get("requestBody"))
        return Operation(
            id=str(spec.get("operationId") or name),
            kind="webhook",
            method=method,
            path="",
            parameters=(),
            responses={"request": self._response(request, place)},
        )


def _kind_at(path: str) -> str | None:
    return next((kind for kind, end in _KINDS if end.search(path)), None)


@lru_cache(maxsize=256)
def _roles(path: str) -> dict[str, str]:
    segments = path.rstrip("/").split("/")
    found = {}
    for number, (before, segment) in enumerate(pairwise(segments), 2):
        role = "Sid" if number == len(segments) else _ROLES.get(before)
        if role and _PARAMETER.fullmatch(segment):
            found[segment[1:-1]] = role
    return found


def is_of_twilio(url: str) -> bool:
    """Return True if a URL has a host of Twilio's, or none."""
    match = _HOST.match(url)
    return match is None or match[1].lower().endswith(_TWILIO)


def is_elsewhere(url: str) -> bool:
    """Return True if a URL has a host that is neither Twilio's nor of a developer's own network."""
    match = _HOST.match(url)
    host = match[1].lower() if match else ""
    if host == _TEST_CLIENT:
        return True
    if (
        host.endswith((_TWILIO, ".local", ".localhost", ".internal"))
        or "." not in host
        or host.startswith("[")
    ):
        return False
    return not _ADDRESS.fullmatch(host)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join(
            "([^/]+)" if _PARAMETER.fullmatch(piece) else re.escape(piece)
            for piece in _PIECES.split(path)
        )
    )


def _status(key: str) -> str:
    """Return the key of a status; that of a class has capital letters, which people forget."""
    return key.upper() if key[1:].upper() == "XX" else key


def _objects(value: Any) -> list[tuple[str, dict[str, Any]]]:
    return (
        [(str(name), item) for name, item in value.items() if isinstance(item, dict)]
        if isinstance(value, dict)
        else []
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
