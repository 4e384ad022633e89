"""Named examples for a contract document: responses and errors of operations by scenario."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from receiptkit.contract import Contract
from receiptkit.generation.api_errors import ERRORS
from receiptkit.generation.generator import Generator
from receiptkit.generation.rendering import WEBHOOK_URL, Rendering
from receiptkit.generation.scenarios import SCENARIOS
from receiptkit.openapi.document import Document
from receiptkit.openapi.operation import Operation

#: Longer pages would be most of the document.
_MOST_ROWS = 20
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_SUBSCRIBE = {
    "summary": "Subscribe to the webhooks of receipts.",
    "value": {
        "Method": "POST",
        "Filters": ["onMessageAdded", "onDeliveryUpdated"],
        "PostWebhookUrl": WEBHOOK_URL,
    },
}


class _Example(NamedTuple):
    """An example: its name, its key among the components, what it shows, and the body."""

    name: str
    key: str
    summary: str
    value: Any


class ExampleCall(NamedTuple):
    """
    A call of an operation with its response, to be shown as an example.

    Attributes:
        form: the fields of the request; a list for one that is repeated.
        name: the name of the example.
        title: what it shows, in a sentence.
    """

    method: str
    url: str
    form: Mapping[str, Any] | None
    status: int
    body: Any
    name: str
    title: str


def with_examples(
    content: dict[str, Any], profile: str, calls: Iterable[ExampleCall] = ()
) -> dict[str, Any]:
    """
    Return a contract document with named examples.

    Examples of one name agree: page, receipt, message and webhook have the same SIDs.

    Args:
        content: an OpenAPI 3.1 document in the one form.
        profile: the profile it is checked by; an example that does not conform is left out.
        calls: calls of operations whose answers have no kind, as examples of these.
    """
    content = copy.deepcopy(content)
    maker = _Maker(Contract(Document(content, b"", profile), profile))
    examples: dict[str, Any] = {}
    for place, found in (*maker.all(), *maker.of_calls(calls)):
        if found:
            examples |= {each.key: {"summary": each.summary, "value": each.value} for each in found}
            node: Any = content
            for step in place:
                node = node[step]
            node.setdefault("examples", {}).update(
                {each.name: {"$ref": f"#/components/examples/{each.key}"} for each in found}
            )
    for path, method in maker.configurations():
        body = content["paths"][path][method]["requestBody"]["content"][_FORM]
        body["examples"] = {"subscribe": _SUBSCRIBE}
    content.setdefault("components", {})["examples"] = examples
    return content


class _Maker:
    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._generator = Generator(contract)
        self._worlds = {
            in_service: {
                name: self._generator.world(name, in_service=in_service) for name in SCENARIOS
            }
            for in_service in (False, True)
        }

    def all(self) -> Iterator[tuple[tuple[str, ...], list[_Example]]]:
        """Yield the place of each media type that has examples, with these."""
        operations = self._contract.operations
        for operation in operations.all:
            for status, response in operation.responses.items():
                if _JSON in response.content:
                    place = response.content[_JSON].place[:-1]
                    yield place, list(self._examples(operation, status))
        for operation in operations.webhooks:
            place = operation.responses["request"].content[_FORM].place[:-1]
            yield place, list(self._webhooks(operation))

    def of_calls(
        self, calls: Iterable[ExampleCall]
    ) -> Iterator[tuple[tuple[str, ...], list[_Example]]]:
        """Yield the places of responses and of forms with the examples that calls are."""
        for call in calls:
            operation = self._contract.operations.resolve(call.method, call.url)
            if operation is None or str(call.status) not in operation[0].responses:
                continue
            found = operation[0]
            name, title = f"{found.id}.{call.name}", call.title
            if call.form is not None:
                place = ("paths", found.path, found.method, "requestBody", "content", _FORM)
                yield place, [_Example(call.name, f"{name}.request", title, dict(call.form))]
            media = found.responses[str(call.status)].content.get(_JSON)
            if media is not None and self._contract.validator.schemas.of_media(media).conforms(
                call.body
            ):
                yield media.place[:-1], [_Example(call.name, name, title, call.body)]

    def configurations(self) -> Iterator[tuple[str, str]]:
        """Yield path and method of the operations that take the form of a subscription."""
        for operation in self._contract.operations.with_kind:
            if operation.kind == "configuration" and operation.method == "post":
                yield operation.path, operation.method

    def _examples(self, operation: Operation, status: str) -> Iterator[_Example]:
        if status != "200":
            yield from self._errors(status)
            return
        scope = "service-" if operation.in_service else ""
        for name, world in self._worlds[operation.in_service].items():
            schema = self._contract.validator.schemas.of_body(operation, 200)
            bodies = self._bodies(operation.kind, self._generator.at(world))
            for number, body in enumerate(bodies, 1):
                # Only errors count: the old path of the configuration always has a warning.
                if schema.conforms(body):
                    own = name if number == 1 else f"{name}-{number}"
                    key = f"{scope}{operation.kind}.{own}"
                    yield _Example(own, key, SCENARIOS[name].summary, body)

    @staticmethod
    def _bodies(kind: str | None, view: Rendering) -> Iterator[Any]:
        """Yield the body of a kind; of a list, every page."""
        if kind == "page" and min(len(view.world.receipts), view.world.page_size) <= _MOST_ROWS:
            yield from view.pages()
        elif kind == "receipt" and view.world.receipts:
            yield view.receipt()
        elif kind == "message":
            yield view.message()
        elif kind == "configuration":
            yield view.configuration()

    def _errors(self, status: str) -> Iterator[_Example]:
        view = self._generator.at(next(iter(self._worlds[False].values())))
        for name, kind in ERRORS.items():
            if f"{kind.status // 100}XX" == status:
                summary = f"{kind.status}: {kind.message.format(path='…')}"
                yield _Example(name, f"error.{name}", summary, view.error(name).body)

    def _webhooks(self, operation: Operation) -> Iterator[_Example]:
        for name, world in self._worlds[True].items():
            webhooks = self._generator.webhooks(world)
            for event in webhooks.events[:1]:
                value = webhooks.parameters(event)
                if not self._contract.check(value, operation=operation.id):
                    yield _Example(name, f"webhook.{name}", SCENARIOS[name].summary, value)
