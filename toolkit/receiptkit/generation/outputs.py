"""The forms in which `receiptkit generate` writes worlds; every body is checked first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar

import orjson

from receiptkit.generation import recording
from receiptkit.generation.api_errors import ERRORS
from receiptkit.generation.breakage import Breakage, operation_of
from receiptkit.generation.conformance import Conformance
from receiptkit.generation.generator import Generator
from receiptkit.generation.rendering import WEBHOOK_URL
from receiptkit.generation.stream import Event, Webhooks, form_of
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding

_Item = TypeVar("_Item")
#: How many bodies are checked at once; and records of captures, few of which are pages.
_BATCH, _SEEN = 64, 256


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """
    Options for rendering worlds.

    Attributes:
        moment: when they are looked at, as `World.moment` reads it.
        page_size: how many receipts a page holds; what the world says by default.
        webhook_url, method: where webhooks go, and how.
        auth_token: signs them; without one they are not signed.
        breakages: the first body of their kind has the first of these that the world can show.
    """

    moment: str = "end"
    page_size: int | None = None
    webhook_url: str = WEBHOOK_URL
    method: str = "POST"
    auth_token: str | None = None
    breakages: tuple[Breakage, ...] = ()


class Output:
    """
    Writes worlds.

    Args:
        generator: makes and checks them.
        options: how to render them.
        warn: called with every finding that is not an error.

    Every method takes worlds and yields pieces of the file.
    """

    def __init__(
        self, generator: Generator, options: RenderOptions, warn: Callable[[Finding], None]
    ) -> None:
        self._generator = generator
        self._options = options
        self._warn = warn
        #: The world of which a body has been broken; the others of it stay whole.
        self._broken_one: World | None = None
        self._conformance = Conformance(generator.contract)
        #: The breakage that it has.
        self.breakage: Breakage | None = None

    # -- what the REST API answers

    def page(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield the first page of the list."""
        return self._bodies(
            "page", ((world, self._at(world).page(0, self._options.page_size)) for world in worlds)
        )

    def pages(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield every page of the list, a line each."""
        return map(_line, self._pages(worlds, self._options.page_size))

    def receipt(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield the first receipt."""
        return self._bodies("receipt", ((world, self._at(world).receipt()) for world in worlds))

    def receipts(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield every receipt, a line each."""
        # Checked a page at a time, which is quicker.
        for page in self._pages(worlds):
            yield b"".join(map(_line, page["delivery_receipts"]))

    def _pages(
        self, worlds: Iterable[World], page_size: int | None = None
    ) -> Iterator[dict[str, Any]]:
        every = (
            (world, page, None) for world in worlds for page in self._at(world).pages(page_size)
        )
        return (page for page, _ in self._conforming("page", every))

    def message(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield the message, with its summary of deliveries."""
        return self._bodies("message", ((world, self._at(world).message()) for world in worlds))

    def configuration(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield the webhook configuration."""
        return self._bodies(
            "configuration",
            ((world, self._at(world).configuration(self._options.webhook_url)) for world in worlds),
        )

    def errors(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield error responses with their requests, a line each."""
        for world in worlds:
            found = [self._at(world).error(name) for name in ERRORS]
            checked = [
                replace(exchange, body=self._checked(world, "error", exchange.body))
                for exchange in found
            ]
            yield from recording.ndjson((0, exchange) for exchange in checked)

    # -- webhooks

    def webhook(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield the parameters of every webhook as a JSON object, a line each."""
        return (_line(parameters) for parameters, _ in self._webhooks(worlds))

    def form(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield the body of every webhook, a line each."""
        return (form_of(parameters).encode() + b"\n" for parameters, _ in self._webhooks(worlds))

    def url(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield every webhook as the URL that it calls by GET, a line each."""
        for parameters, (webhooks, event) in self._webhooks(worlds):
            yield webhooks.url(event, self._options.webhook_url, parameters).encode() + b"\n"

    def requests(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield every webhook as a complete request, a line each."""
        options = self._options
        for parameters, (webhooks, event) in self._webhooks(worlds):
            request = webhooks.request(
                event,
                options.webhook_url,
                method=options.method,
                auth_token=options.auth_token,
                parameters=parameters,
            )
            yield _line(recording.request(request))

    def _webhooks(
        self, worlds: Iterable[World]
    ) -> Iterator[tuple[dict[str, Any], tuple[Webhooks, Event]]]:
        """Yield the parameters of every webhook, which have been checked or broken."""
        every = (
            (world, webhooks.parameters(event), (webhooks, event))
            for world in worlds
            for webhooks in (self._generator.webhooks(world, self._options.moment),)
            for event in webhooks.events
        )
        return self._conforming("webhook", every)

    # -- captures

    def har(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield all that a consumer sees, as a HAR 1.2."""
        return recording.har(self._seen(worlds))

    def cassette(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield all that a consumer sees, as a VCR cassette in the form of vcrpy."""
        return recording.cassette(self._seen(worlds))

    def ndjson(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Yield all that a consumer sees, an exchange or a webhook request a line."""
        return recording.ndjson(self._seen(worlds))

    def _seen(self, worlds: Iterable[World]) -> Iterator[recording.Seen]:
        options = self._options
        every = (
            each
            for world in worlds
            for each in recording.seen(
                self._generator,
                world,
                moment=options.moment,
                page_size=options.page_size,
                webhook_url=options.webhook_url,
                method=options.method,
                auth_token=options.auth_token,
            )
        )
        for batch in _batches(every, _SEEN):
            for findings in self._conformance.of_records(item for _, item in batch):
                self._accept(findings)
            yield from batch

    # --

    def _at(self, world: World) -> Any:
        return self._generator.at(world, self._options.moment)

    def _bodies(self, kind: str, bodies: Iterator[tuple[World, dict[str, Any]]]) -> Iterator[bytes]:
        """Yield one body indented, or several, a line each."""
        every = self._conforming(kind, ((world, body, None) for world, body in bodies))
        held = [body for body, _ in islice(every, 2)]
        if len(held) == 1:
            yield orjson.dumps(held[0], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
            return
        yield from map(_line, held)
        yield from (_line(body) for body, _ in every)

    def _conforming(
        self, kind: str, every: Iterable[tuple[World, dict[str, Any], _Item]]
    ) -> Iterator[tuple[dict[str, Any], _Item]]:
        """Yield bodies that have been checked or broken, and what came with them."""
        if self._options.breakages:
            yield from ((self._checked(world, kind, body), item) for world, body, item in every)
            return
        for batch in _batches(every, _BATCH):
            scopes = {world.in_service for world, _, _ in batch}
            for in_service in scopes:
                bodies = [body for world, body, _ in batch if world.in_service == in_service]
                operation = operation_of(self._generator, kind, in_service=in_service)
                for findings in self._conformance.of_bodies(operation, bodies):
                    self._accept(findings)
            yield from ((body, item) for _, body, item in batch)

    def _checked(self, world: World, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        operation = operation_of(self._generator, kind, in_service=world.in_service)
        if self._options.breakages and self._broken_one is not world:
            self._broken_one = world
            return self._broken(world, kind, operation, body)
        self._accept(self._generator.contract.check(body, operation=operation))
        return body

    def _broken(
        self, world: World, kind: str, operation: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Return a body with a breakage, which causes its own finding and no other."""
        for each in self._options.breakages:
            at = "" if kind == each.kind else "/delivery_receipts/0"
            try:
                broken = each.applied(body) if kind == each.kind else _with_first_row(body, each)
                found = {
                    (finding.rule, finding.pointer)
                    for finding in self._generator.contract.check(broken, operation=operation)
                }
            except (LookupError, AttributeError, TypeError):
                continue
            if found == {(each.rule, at + each.pointer)}:
                self.breakage = each
                return broken
        first = self._options.breakages[0]
        raise UsageError(
            f"{world.scenario} cannot show {first.rule} in this form: try {first.scenario} "
            f"--as {first.kind}"
        )

    def _accept(self, findings: list[Finding]) -> None:
        if findings:
            self._generator.refuse(findings)
            for finding in findings:
                self._warn(finding)


#: The forms, by the name that `--as` has for them.
FORMS: dict[str, Callable[[Output, Iterable[World]], Iterator[bytes]]] = {
    method.__name__: method
    for method in (
        Output.page,
        Output.pages,
        Output.receipt,
        Output.receipts,
        Output.message,
        Output.configuration,
        Output.errors,
        Output.webhook,
        Output.form,
        Output.url,
        Output.requests,
        Output.har,
        Output.cassette,
        Output.ndjson,
    )
}


#: The forms that can be broken, and the kinds of body that breakages in them are of.
BREAKABLE: dict[str, tuple[str, ...]] = {
    "page": ("page", "receipt"),
    "pages": ("page", "receipt"),
    "receipt": ("receipt",),
    "receipts": ("page", "receipt"),
    "message": ("message",),
    "configuration": ("configuration",),
    "errors": ("error",),
    "webhook": ("webhook",),
    "form": ("webhook",),
    "url": ("webhook",),
    "requests": ("webhook",),
}


def _with_first_row(page: dict[str, Any], breakage: Breakage) -> dict[str, Any]:
    rows = page["delivery_receipts"]
    return {**page, "delivery_receipts": [breakage.applied(rows[0]), *rows[1:]]}


def _batches(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    """Yield items some at a time, since that is how shapes are checked quickly."""
    every = iter(items)
    while batch := list(islice(every, size)):
        yield batch


def _line(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)
