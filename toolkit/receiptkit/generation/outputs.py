"""The forms in which `receiptkit generate` writes worlds. Every body is judged by the contract before it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson

from receiptkit.generation import recording
from receiptkit.generation.api_errors import ERRORS
from receiptkit.generation.breakage import Breakage, operation_of
from receiptkit.generation.generator import Generator
from receiptkit.generation.rendering import WEBHOOK_URL
from receiptkit.generation.stream import form_of
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange
from receiptkit.model.finding import Finding


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """
    How to render worlds.

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
        generator: what makes and judges them.
        options: how to render them.
        warn: called with every finding that is no error.

    Every method takes worlds and gives pieces of the file.
    """

    def __init__(
        self, generator: Generator, options: RenderOptions, warn: Callable[[Finding], None]
    ) -> None:
        self._generator = generator
        self._options = options
        self._warn = warn
        #: The world of which a body has been broken; the others of it stay whole.
        self._broken_one: World | None = None
        #: The breakage that it has.
        self.breakage: Breakage | None = None

    # -- what the REST API answers

    def page(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """The first page of the list."""
        return self._bodies(
            "page", ((world, self._at(world).page(0, self._options.page_size)) for world in worlds)
        )

    def pages(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Every page of the list, a line each."""
        for world in worlds:
            for page in self._at(world).pages(self._options.page_size):
                yield _line(self._judged(world, "page", page))

    def receipt(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """The first receipt."""
        return self._bodies("receipt", ((world, self._at(world).receipt()) for world in worlds))

    def receipts(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Every receipt, a line each."""
        for world in worlds:
            # Judged a page at a time: one by one would take ten times as long.
            for page in self._at(world).pages():
                yield b"".join(map(_line, self._judged(world, "page", page)["delivery_receipts"]))

    def message(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """The message, with its summary of deliveries."""
        return self._bodies("message", ((world, self._at(world).message()) for world in worlds))

    def configuration(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """The webhook configuration."""
        return self._bodies(
            "configuration",
            ((world, self._at(world).configuration(self._options.webhook_url)) for world in worlds),
        )

    def errors(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Answers that are errors, with their requests, a line each."""
        for world in worlds:
            found = [self._at(world).error(name) for name in ERRORS]
            judged = [
                replace(exchange, body=self._judged(world, "error", exchange.body))
                for exchange in found
            ]
            yield from recording.ndjson((0, exchange) for exchange in judged)

    # -- webhooks

    def webhook(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """The parameters of every webhook as a JSON object, a line each."""
        return (_line(parameters) for parameters, _ in self._webhooks(worlds))

    def form(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """The body of every webhook, a line each."""
        return (text + b"\n" for _, text in self._webhooks(worlds))

    def url(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Every webhook as the URL it calls where the method is GET, a line each."""
        for world in worlds:
            webhooks = self._generator.webhooks(world, self._options.moment)
            for event in webhooks.events:
                parameters = self._judged(world, "webhook", webhooks.parameters(event))
                yield webhooks.url(event, self._options.webhook_url, parameters).encode() + b"\n"

    def requests(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """Every webhook as a complete request, a line each."""
        options = self._options
        for world in worlds:
            webhooks = self._generator.webhooks(world, options.moment)
            for event in webhooks.events:
                said = self._judged(world, "webhook", webhooks.parameters(event))
                how: Any = {
                    "method": options.method,
                    "auth_token": options.auth_token,
                    "parameters": said,
                }
                yield _line(recording.request(webhooks.request(event, options.webhook_url, **how)))

    def _webhooks(self, worlds: Iterable[World]) -> Iterator[tuple[dict[str, str], bytes]]:
        for world in worlds:
            webhooks = self._generator.webhooks(world, self._options.moment)
            for event in webhooks.events:
                parameters = self._judged(world, "webhook", webhooks.parameters(event))
                yield parameters, form_of(parameters).encode()

    # -- captures

    def har(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """All that a consumer sees, as a HAR 1.2."""
        return recording.har(self._seen(worlds))

    def cassette(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """All that a consumer sees, as a VCR cassette in the form of vcrpy."""
        return recording.cassette(self._seen(worlds))

    def ndjson(self, worlds: Iterable[World]) -> Iterator[bytes]:
        """All that a consumer sees, an exchange or a webhook request a line."""
        return recording.ndjson(self._seen(worlds))

    def _seen(self, worlds: Iterable[World]) -> Iterator[recording.Seen]:
        options = self._options
        for world in worlds:
            for moment, item in recording.seen(
                self._generator,
                world,
                moment=options.moment,
                page_size=options.page_size,
                webhook_url=options.webhook_url,
                method=options.method,
                auth_token=options.auth_token,
            ):
                if isinstance(item, Exchange):
                    self._exchange(item)
                else:
                    self._accept(self._generator.contract.check_webhook(item))
                yield moment, item

    # --

    def _at(self, world: World) -> Any:
        return self._generator.at(world, self._options.moment)

    def _bodies(self, kind: str, bodies: Iterator[tuple[World, dict[str, Any]]]) -> Iterator[bytes]:
        """One body by itself is indented; several are a line each."""
        held: dict[str, Any] | None = None
        for world, body in bodies:
            if held is not None:
                yield _line(held)
            first, held = held is None, self._judged(world, kind, body)
        if held is not None:
            yield (
                orjson.dumps(held, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
                if first
                else _line(held)
            )

    def _judged(self, world: World, kind: str, body: dict[str, Any]) -> dict[str, Any]:
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

    def _exchange(self, exchange: Exchange) -> Exchange:
        self._accept(self._generator.contract.check_exchange(exchange))
        return exchange

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


def _line(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)
