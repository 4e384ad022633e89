"""Captures of drafts: every exchange and webhook, written after templates."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from receiptkit.generation.conformance import Conformance
from receiptkit.generation.drafts import Draft
from receiptkit.generation.generator import Generator
from receiptkit.generation.recording import (
    Due,
    RecordForm,
    after,
    exchange_at,
    schedule,
)
from receiptkit.generation.rendering import answer_headers
from receiptkit.generation.stream import events
from receiptkit.generation.typesetting.bodies import MOST, Bodies, PageText, Text
from receiptkit.generation.typesetting.specimens import LATER, identity_of, like, uniform
from receiptkit.generation.typesetting.text_template import TextTemplate
from receiptkit.generation.typesetting.webhooks import WebhookTexts
from receiptkit.generation.world import World, webhook_date
from receiptkit.model.exchange import Exchange

_DRAWN_HEADERS = ("Twilio-Request-Id", "Twilio-Request-Duration")


class _Envelope(NamedTuple):
    """The templates of an exchange: of its URL, and of all of it around its body."""

    url: TextTemplate
    whole: TextTemplate


class Captures:
    """
    Writes captures of drafts in one form.

    Args:
        generator: renders what templates are made of.
        conformance: proves them.
        bodies: writes bodies.
        form: the form.
        webhooks: writes webhooks in it.
        webhook_url: where webhooks go.
    """

    def __init__(
        self,
        generator: Generator,
        conformance: Conformance,
        bodies: Bodies,
        form: RecordForm,
        webhooks: WebhookTexts,
        webhook_url: str,
    ) -> None:
        self._generator = generator
        self._conformance = conformance
        self._bodies = bodies
        self._form = form
        self._webhook_url = webhook_url
        self._webhooks = webhooks
        self._envelopes: dict[Any, _Envelope | None] = {}
        #: Templates of bodies with which the contract accepts an exchange, by its kind.
        self._proven: dict[Any, set[TextTemplate]] = {}

    def records(self, draft: Draft, page_size: int | None) -> list[str]:
        """Return the text of every record; none where there is no template for one of them."""
        arriving = events(draft)
        pages = self._bodies.pages(draft, page_size)
        webhooks = self._webhooks.texts(draft, arriving)
        if not pages or len(webhooks) != len(arriving):
            return []
        last, following = after(draft, arriving), iter(webhooks)
        found = []
        for due in schedule(
            draft.begin,
            draft.answered,
            last,
            arriving,
            len(pages),
            has_receipts=bool(draft.receipts),
        ):
            if due.kind == "webhook":
                found.append(next(following))
                continue
            body = self._body(draft, due, pages, is_end=due.moment == last)
            text = body and self._exchange(draft, due, body, page_size or draft.page_size)
            if not text:
                return []
            found.append(text)
        return found

    def _body(self, draft: Draft, due: Due, pages: list[PageText], *, is_end: bool) -> Text | None:
        if due.kind == "message":
            return self._bodies.message(draft, None if is_end else due.moment)
        if due.kind == "configuration":
            return self._bodies.configuration(draft, self._webhook_url)
        page = pages[due.detail or 0]
        if due.kind == "receipt":
            return Text(page.kinds[:1], page.rows[0])
        return Text((page.frame, *page.kinds), page.text(draft))

    def _exchange(self, draft: Draft, due: Due, body: Text, size: int) -> str | None:
        """Return the text of an exchange."""
        what = due.kind, draft.in_service, (size, due.detail) if due.kind == "page" else None
        proven = self._proven.setdefault(what, set())
        if not proven.issuperset(body.proofs):
            if self._generator.contract.check_exchange(self._item(draft.world, due, size)):
                return None
            proven.update(body.proofs)
        key = what, len(body.text.encode()) if self._form.has_sizes else None
        envelope = self._envelopes.get(key)
        if envelope is None:
            if key not in self._envelopes and len(self._envelopes) < MOST:
                envelope = self._envelopes[key] = self._learnt(draft.world, due, size)
            if envelope is None:
                return None
        receipts = draft.receipts
        first = receipts[0].sid if receipts else ""
        values = *draft.identity, first, webhook_date(due.at), self._form.embed(body.text)
        url = envelope.url.fill(values)
        headers = answer_headers(draft.identity[3], due.moment, url)
        return envelope.whole.fill((*values, *[headers[name] for name in _DRAWN_HEADERS]))

    def _learnt(self, world: World, due: Due, size: int) -> _Envelope | None:
        """Return templates if the same comes of them as of rendering, and the contract agrees."""
        pairs = [(world, due), (like(world), _later(due))]
        items = [self._item(each, at, size) for each, at in pairs]
        texts = [self._form.write(at.at, item) for (_, at), item in zip(pairs, items, strict=True)]
        values = [
            self._values(each, at, item) for (each, at), item in zip(pairs, items, strict=True)
        ]
        url, whole = TextTemplate(items[0].url, values[0]), TextTemplate(texts[0], values[0])
        is_true = (url.fill(values[1]), whole.fill(values[1])) == (items[1].url, texts[1])
        if due.kind == "page":
            # Rows are proven by themselves: these are alike.
            items = [self._item(uniform(each), at, size) for each, at in pairs]
        is_proven = is_true and self._conformance.proves(items[0], items[1], "")
        return _Envelope(url, whole) if is_proven else None

    def _item(self, world: World, due: Due, size: int) -> Exchange:
        if due.kind != "page":
            return exchange_at(self._generator, world, due, self._webhook_url)
        page: Exchange = [*self._generator.at(world, due.moment).get_pages(size)][due.detail]
        return page

    def _values(self, world: World, due: Due, item: Exchange) -> tuple[str, ...]:
        first = world.receipts[0].sid if world.receipts else ""
        body = self._form.embed(orjson.dumps(item.body).decode())
        headers = [item.headers[name] for name in _DRAWN_HEADERS]
        return *identity_of(world), first, webhook_date(due.at), body, *headers


def _later(due: Due) -> Due:
    return due._replace(at=due.at + LATER, moment=due.moment + LATER)
