"""Captures of worlds in one form: rendered and checked, or written after templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from receiptkit.generation import recording
from receiptkit.generation.checked_bodies import CheckedBodies, batches
from receiptkit.generation.generator import Generator
from receiptkit.generation.mixed import Drawn, Mixed
from receiptkit.generation.recording import RecordForm
from receiptkit.generation.render_options import RenderOptions
from receiptkit.generation.stream import Event, Webhooks
from receiptkit.generation.typesetting import Bodies, Captures, WebhookTexts, Written
from receiptkit.generation.world import World
from receiptkit.model.exchange import WebhookRequest
from receiptkit.webhooks.signature import signed_text

#: How many records are checked at once; few of them are pages.
_BATCH = 256


class CaptureOutput:
    """
    Writes captures.

    Args:
        generator: makes worlds.
        options: how to render them.
        checks: checks records.
        bodies: writes bodies after templates.
        form: the form of the captures.
    """

    def __init__(
        self,
        generator: Generator,
        options: RenderOptions,
        checks: CheckedBodies,
        bodies: Bodies,
        form: RecordForm,
    ) -> None:
        self._generator = generator
        self._options = options
        self._checks = checks
        self._form = form
        webhooks = WebhookTexts(
            generator, checks.conformance, self._webhook, options.auth_token, dated=True
        )
        self._captures = Captures(
            generator, checks.conformance, bodies, form, webhooks, options.webhook_url
        )

    def written(self, worlds: Iterable[Drawn], mixed: Mixed) -> Iterator[bytes]:
        """Yield the pieces of a capture."""
        return self._form.framed(self._pieces(worlds, mixed))

    def _pieces(self, worlds: Iterable[Drawn], mixed: Mixed) -> Iterator[str]:
        form, size = self._form, self._options.page_size
        for texts, some in mixed.groups(worlds, lambda each: self._captures.records(each, size)):
            if texts:
                yield form.between.join(texts)
            yield from (form.write(moment, item) for moment, item in self._seen(some))

    def _webhook(self, webhooks: Webhooks, event: Event) -> Written:
        parameters = webhooks.parameters(event)
        request, covered = request_of(self._options, webhooks, event, parameters)
        return Written(self._form.write(event.arrives, request), covered, request)

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
        for batch in batches(every, _BATCH):
            for findings in self._checks.conformance.of_records(item for _, item in batch):
                self._checks.accept(findings)
            yield from batch


def request_of(
    options: RenderOptions, webhooks: Webhooks, event: Event, parameters: dict[str, str]
) -> tuple[WebhookRequest, str]:
    """Return a webhook request, and the text that its signature covers."""
    request = webhooks.request(
        event,
        options.webhook_url,
        method=options.method,
        auth_token=options.auth_token,
        parameters=parameters,
    )
    posted = parameters if request.method == "POST" else {}
    return request, "" if options.auth_token is None else signed_text(request.url, posted)
