"""The forms in which `receiptkit generate` writes worlds; every body is checked first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

import orjson

from receiptkit.generation import recording
from receiptkit.generation.api_errors import ERRORS
from receiptkit.generation.breakage import Breakage
from receiptkit.generation.capture_output import CaptureOutput, request_of
from receiptkit.generation.checked_bodies import CheckedBodies
from receiptkit.generation.conformance import Conformance
from receiptkit.generation.drafts import Draft, whole
from receiptkit.generation.generator import Generator
from receiptkit.generation.mixed import Drawn, Mixed
from receiptkit.generation.recording import RecordForm
from receiptkit.generation.render_options import RenderOptions
from receiptkit.generation.stream import Event, Webhooks, events, form_of
from receiptkit.generation.typesetting import Bodies, WebhookTexts, Writer, Written
from receiptkit.generation.world import World
from receiptkit.model.finding import Finding

__all__ = ["BREAKABLE", "FORMS", "Drawn", "Output", "RenderOptions"]


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
        self._conformance = Conformance(generator.contract)
        self._checks = CheckedBodies(generator, self._conformance, options, warn)
        self._bodies = Bodies(generator, self._conformance)
        self._mixed = Mixed(is_quick=not options.breakages and options.moment == "end")
        #: What writes webhooks and captures, by the name of the form.
        self._webhook_texts: dict[str, WebhookTexts] = {}
        self._captures: dict[str, CaptureOutput] = {}

    @property
    def breakage(self) -> Breakage | None:
        """Return the breakage that a body has."""
        return self._checks.breakage

    # -- what the REST API answers

    def page(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield the first page of the list."""
        return self._indented(
            "page",
            (
                (world, self._at(world).page(0, self._options.page_size), None)
                for world in map(whole, worlds)
            ),
        )

    def pages(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield every page of the list, a line each."""
        size = self._options.page_size
        return self._written(
            worlds,
            lambda draft: [page.text(draft) for page in self._bodies.pages(draft, size)],
            lambda some: map(_line, self._pages(some, size)),
        )

    def receipt(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield the first receipt."""
        return self._indented(
            "receipt", ((world, self._at(world).receipt(), None) for world in map(whole, worlds))
        )

    def receipts(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield every receipt, a line each."""
        # Checked a page at a time, which is quicker.
        return self._written(
            worlds,
            lambda draft: [row for page in self._bodies.pages(draft, None) for row in page.rows],
            lambda some: (
                b"".join(map(_line, page["delivery_receipts"])) for page in self._pages(some)
            ),
        )

    def _pages(
        self, worlds: Iterable[World], page_size: int | None = None
    ) -> Iterator[dict[str, Any]]:
        every = (
            (world, page, None) for world in worlds for page in self._at(world).pages(page_size)
        )
        return (page for page, _ in self._checks.conforming("page", every))

    def message(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield the message, with its summary of deliveries."""
        every = iter(worlds)
        first = list(islice(every, 2))

        def bodies(some: Iterable[World]) -> Iterator[tuple[World, dict[str, Any], None]]:
            return ((world, self._at(world).message(), None) for world in some)

        if len(first) == 1:
            return self._indented("message", bodies(map(whole, first)))
        return self._written(
            chain(first, every),
            self._message,
            lambda some: (
                _line(body) for body, _ in self._checks.conforming("message", bodies(some))
            ),
        )

    def _message(self, draft: Draft) -> list[str]:
        found = self._bodies.message(draft)
        return [found.text] if found else []

    def configuration(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield the webhook configuration."""
        return self._indented(
            "configuration",
            (
                (world, self._at(world).configuration(self._options.webhook_url), None)
                for world in map(whole, worlds)
            ),
        )

    def errors(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield error responses with their requests, a line each."""
        for world in map(whole, worlds):
            found = [self._at(world).error(name) for name in ERRORS]
            checked = [
                replace(exchange, body=self._checks.checked(world, "error", exchange.body))
                for exchange in found
            ]
            yield from recording.NDJSON.capture((0, exchange) for exchange in checked)

    # -- webhooks

    def webhook(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield the parameters of every webhook as a JSON object, a line each."""
        return self._sent(
            "webhook",
            worlds,
            lambda webhooks, event, parameters: Written(
                orjson.dumps(parameters).decode(), "", parameters
            ),
        )

    def form(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield the body of every webhook, a line each."""
        return self._sent(
            "form",
            worlds,
            lambda webhooks, event, parameters: Written(form_of(parameters), "", parameters),
        )

    def url(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield every webhook as the URL that it calls by GET, a line each."""
        called = self._options.webhook_url
        return self._sent(
            "url",
            worlds,
            lambda webhooks, event, parameters: Written(
                webhooks.url(event, called, parameters), "", parameters
            ),
        )

    def requests(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield every webhook as a complete request, a line each."""

        def write(webhooks: Webhooks, event: Event, parameters: dict[str, str]) -> Written:
            request, covered = request_of(self._options, webhooks, event, parameters)
            text = orjson.dumps(recording.request(request)).decode()
            return Written(text, covered, parameters)

        return self._sent("requests", worlds, write)

    def _texts_of(self, form: str, write: Writer) -> WebhookTexts:
        if form not in self._webhook_texts:
            self._webhook_texts[form] = WebhookTexts(
                self._generator, self._conformance, write, self._options.auth_token
            )
        return self._webhook_texts[form]

    def _sent(
        self,
        form: str,
        worlds: Iterable[Drawn],
        write: Callable[[Webhooks, Event, dict[str, str]], Written],
    ) -> Iterator[bytes]:
        """Yield webhooks in a form, a line each."""
        texts = self._texts_of(
            form, lambda webhooks, event: write(webhooks, event, webhooks.parameters(event))
        )
        return self._written(
            worlds,
            lambda draft: texts.texts(draft, events(draft)),
            lambda some: (
                write(webhooks, event, parameters).text.encode() + b"\n"
                for parameters, (webhooks, event) in self._webhooks(some)
            ),
        )

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
        return self._checks.conforming("webhook", every)

    # -- captures

    def har(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield all that a consumer sees, as a HAR 1.2."""
        return self._capture("har", recording.HAR, worlds)

    def cassette(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield all that a consumer sees, as a VCR cassette in the form of vcrpy."""
        return self._capture("cassette", recording.CASSETTE, worlds)

    def ndjson(self, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        """Yield all that a consumer sees, an exchange or a webhook request a line."""
        return self._capture("ndjson", recording.NDJSON, worlds)

    def _capture(self, name: str, form: RecordForm, worlds: Iterable[Drawn]) -> Iterator[bytes]:
        if name not in self._captures:
            self._captures[name] = CaptureOutput(
                self._generator, self._options, self._checks, self._bodies, form
            )
        return self._captures[name].written(worlds, self._mixed)

    # --

    def _at(self, world: World) -> Any:
        return self._generator.at(world, self._options.moment)

    def _indented(
        self, kind: str, bodies: Iterator[tuple[World, dict[str, Any], None]]
    ) -> Iterator[bytes]:
        """Yield one body indented, or several, a line each."""
        every = self._checks.conforming(kind, bodies)
        held = [body for body, _ in islice(every, 2)]
        if len(held) == 1:
            yield orjson.dumps(held[0], option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
            return
        yield from map(_line, held)
        yield from (_line(body) for body, _ in every)

    def _written(
        self,
        worlds: Iterable[Drawn],
        typeset: Callable[[Draft], list[str]],
        render: Callable[[Iterable[World]], Iterator[bytes]],
    ) -> Iterator[bytes]:
        """Yield lines: those of `typeset`, and of worlds for which it returns none, `render`'s."""
        for lines, some in self._mixed.groups(worlds, typeset):
            if lines:
                yield "\n".join([*lines, ""]).encode()
            yield from render(some)


#: The forms, by the name that `--as` has for them.
FORMS: dict[str, Callable[[Output, Iterable[Drawn]], Iterator[bytes]]] = {
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


def _line(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_APPEND_NEWLINE)
