"""The operations of a document: which one a method and URL mean, and what it answers with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from receiptkit.model.regex import regex
from receiptkit.openapi.operation import (
    PARAMETER,
    Media,
    Operation,
    Parameter,
    Response,
    kind_at,
)
from receiptkit.openapi.references import References, listed, types_of
from receiptkit.openapi.servers import Prefixes, path_of
from receiptkit.openapi.walking import METHODS
from receiptkit.text.forms import FORM

_PIECES = regex(rf"({PARAMETER.pattern})")


class _Route:
    """The operations at a path, which are read when one is asked for: most never are."""

    def __init__(self, path: str, read: Callable[[], dict[str, Operation]]) -> None:
        self.kind = kind_at(path)
        self.path = path.rstrip("/")
        self.slashes = self.path.count("/")
        self.literals = sum("{" not in segment for segment in path.split("/"))
        self.names = [piece[1:-1] for piece in PARAMETER.findall(path)]
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
        Return the operation of a request with the values of its path parameters, for any host.

        None if no operation matches.
        """
        for route, match in self._routed(path_of(url)):
            operation = route.by_method.get(method.lower())
            if operation is not None:
                # A repeated name is forbidden; the first one counts.
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
            kind=kind_at(path),
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


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(
        "".join(
            "([^/]+)" if PARAMETER.fullmatch(piece) else re.escape(piece)
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
