"""
The bodies of drafts, written after templates, which is many times as quick as to make objects.

A template is the text of a body that was rendered, checked and proven: it is filled with values
that no result depends on. Values on which one does are part of the key of the template.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import orjson

from receiptkit.generation.conformance import Conformance
from receiptkit.generation.drafts import Draft
from receiptkit.generation.generator import Generator
from receiptkit.generation.typesetting.specimens import (
    identity_of,
    like,
    row_values,
    uniform,
)
from receiptkit.generation.typesetting.text_template import TextTemplate
from receiptkit.generation.world import Receipt, World, rest_date

#: A template of a page is worth making when so many pages like it were written.
_PAGES = 8
#: The most templates of each kind.
MOST = 1000
#: In the place of an author, a text and an index, which nothing is compared with.
_AUTHOR, _BODY, _INDEX = "author-of-a-template", "text of a template", 987_654_321


class Text(NamedTuple):
    """
    A text.

    Attributes:
        proofs: the templates that prove it.
        text: the text itself.
    """

    proofs: Sequence[TextTemplate]
    text: str


class PageText(NamedTuple):
    """The template of a page, those of its rows, and the texts of the rows."""

    frame: TextTemplate
    kinds: list[TextTemplate]
    rows: list[str]

    def text(self, draft: Draft) -> str:
        """Return the text of the page."""
        return self.frame.fill((*draft.identity, ",".join(self.rows)))


class Bodies:
    """
    Writes the bodies of drafts. Every method returns nothing where it has no template for some of
    it.

    Args:
        generator: renders what templates are made of.
        conformance: proves them.
    """

    def __init__(self, generator: Generator, conformance: Conformance) -> None:
        self._generator = generator
        self._conformance = conformance
        self._rows: dict[Any, TextTemplate | None] = {}
        self._pages: dict[Any, TextTemplate | int | None] = {}
        self._messages: dict[Any, TextTemplate | None] = {}
        self._configurations: dict[bool, TextTemplate | None] = {}
        #: JSON texts of authors, bodies and indexes that were judged.
        self._judged: dict[tuple[str, Any], str] = {}

    # -- pages

    def pages(self, draft: Draft, page_size: int | None) -> list[PageText]:
        """Return every page."""
        receipts, size = draft.receipts, page_size or draft.page_size
        found = []
        for start in range(0, len(receipts) or 1, size):
            rows = self.rows(draft, receipts[start : start + size])
            if rows is None:
                return []
            key = size, start, len(receipts), draft.in_service
            frame = self._pages.get(key, 0)
            if not isinstance(frame, TextTemplate):
                frame = self._learn_page(key, frame, draft)
                if frame is None:
                    return []
            found.append(PageText(frame, *rows))
        return found

    def rows(
        self, draft: Draft, receipts: Sequence[Receipt]
    ) -> tuple[list[TextTemplate], list[str]] | None:
        """Return the templates and texts of some receipts of a draft."""
        identity, how = draft.identity, (draft.no_error, draft.in_service)
        kinds, found, templates = [], [], self._rows
        for receipt in receipts:
            values = row_values(identity, receipt)
            steps = receipt.steps
            if steps:
                status, _, code = steps[-1]
                key: Any = receipt.channel, status, code, values[7] == values[8], how
            else:
                key = receipt.channel, how
            template = templates.get(key)
            if template is None:
                if key not in templates and len(templates) < MOST:
                    template = templates[key] = self._row_template(draft, receipt)
                if template is None:
                    return None
            kinds.append(template)
            found.append(template.fill(values))
        return kinds, found

    def _row_template(self, draft: Draft, receipt: Receipt) -> TextTemplate | None:
        one = replace(draft.world, receipts=(receipt,))
        return self._template(
            "page",
            one,
            lambda world: self._generator.at(world).page(),
            lambda body: orjson.dumps(_rows_of(body)[0]).decode(),
            lambda world: row_values(identity_of(world), world.receipts[0]),
        )

    def _learn_page(
        self, key: tuple[int, int, int, bool], seen: int | None, draft: Draft
    ) -> TextTemplate | None:
        """Return the template of a page, if pages like it were written often enough."""
        if seen is None or (key not in self._pages and len(self._pages) >= MOST):
            return None
        self._pages[key] = seen + 1
        if seen < _PAGES:
            return None
        size, start, *_ = key

        def rows(world: World) -> str:
            every = self._generator.at(world).iter_receipts(start, start + size)
            return ",".join([orjson.dumps(row).decode() for row in every])

        self._pages[key] = template = self._template(
            "page",
            uniform(draft.world),
            lambda world: self._generator.at(world).page(start // size, size),
            lambda body: orjson.dumps(body).decode(),
            lambda world: (*identity_of(world), rows(world)),
        )
        return template

    # -- the message

    def message(self, draft: Draft, moment: int | None = None) -> Text | None:
        """Return the message at a moment; at the end by default."""
        state = draft.plan if moment is None else self._state(draft, moment)
        key = state, draft.in_service, len(draft.agents)
        template = self._messages.get(key)
        if template is None:
            if key not in self._messages and len(self._messages) < MOST:
                template = self._messages[key] = self._message_template(draft, moment)
            if template is None:
                return None
        author, body, index = draft.message
        judged = self._judged
        parts = ("author", author), ("body", body), ("index", index)
        if not judged.keys() >= set(parts):
            self._judge(draft)
        try:
            alone = [judged[part] for part in parts]
        except KeyError:
            return None
        values = *draft.identity, *draft.agents[:1], rest_date(draft.begin), *alone
        return Text((template,), template.fill(values))

    def _state(self, draft: Draft, moment: int) -> Any:
        """Return what the summary of a message depends on."""
        receipts = draft.receipts
        if not receipts or receipts[0].created > moment:
            return None
        summary = self._generator.at(draft.world, moment).summary()
        return summary and tuple(summary.items())

    def _message_template(self, draft: Draft, moment: int | None) -> TextTemplate | None:
        world = draft.world
        message = replace(world.message, author=_AUTHOR, body=_BODY, index=_INDEX)

        def rendered(each: World) -> dict[str, Any]:
            later = each.message.created - draft.begin
            at = "end" if moment is None else moment + later
            return self._generator.at(each, at).message()

        return self._template(
            "message",
            replace(world, message=message),
            rendered,
            lambda body: orjson.dumps(body).decode(),
            lambda world: (
                *identity_of(world),
                *world.agents[:1],
                rest_date(world.message.created),
                f'"{_AUTHOR}"',
                f'"{_BODY}"',
                str(_INDEX),
            ),
        )

    def _judge(self, draft: Draft) -> None:
        """Check a message; note of what it consists if it conforms."""
        body = self._generator.at(draft.world).message()
        operation = self._generator.vocabulary.operation("message", in_service=draft.in_service)
        if not self._generator.contract.check(body, operation=operation.id):
            for name in ("author", "body", "index"):
                self._judged[name, body[name]] = orjson.dumps(body[name]).decode()

    # -- the configuration

    def configuration(self, draft: Draft, webhook_url: str) -> Text | None:
        """Return the webhook configuration, whose URL is always the same."""
        template = self._configurations.get(draft.in_service)
        if template is None and draft.in_service not in self._configurations:
            template = self._configurations[draft.in_service] = self._template(
                "configuration",
                draft.world,
                lambda world: self._generator.at(world).configuration(webhook_url),
                lambda body: orjson.dumps(body).decode(),
                identity_of,
            )
        return Text((template,), template.fill(draft.identity)) if template else None

    # --

    def _template(
        self,
        kind: str,
        one: World,
        render: Callable[[World], dict[str, Any]],
        write: Callable[[dict[str, Any]], str],
        values_of: Callable[[World], tuple[str, ...]],
    ) -> TextTemplate | None:
        """Return a template if the same comes of it as of rendering, and the contract proves it."""
        other = like(one)
        body, same = render(one), render(other)
        template = TextTemplate(write(body), values_of(one))
        operation = self._generator.vocabulary.operation(kind, in_service=one.in_service)
        is_true = template.fill(values_of(other)) == write(same)
        return template if is_true and self._conformance.proves(body, same, operation.id) else None


def _rows_of(page: dict[str, Any]) -> list[Any]:
    return next(each for each in page.values() if isinstance(each, list))
