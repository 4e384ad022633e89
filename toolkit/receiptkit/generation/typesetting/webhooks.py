"""Webhooks of drafts, written after templates, in the forms in which worlds are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from receiptkit.generation.conformance import Conformance
from receiptkit.generation.drafts import Draft
from receiptkit.generation.generator import Generator
from receiptkit.generation.stream import Event, Webhooks
from receiptkit.generation.typesetting.bodies import MOST
from receiptkit.generation.typesetting.specimens import (
    identity_of,
    like,
    like_event,
    webhook_values,
)
from receiptkit.generation.typesetting.text_template import TextTemplate
from receiptkit.generation.world import World
from receiptkit.webhooks.signature import signature_of


class Written(NamedTuple):
    """
    A webhook in some form.

    Attributes:
        text: the text of it.
        covered: what its signature covers; empty if it has none.
        checked: what is checked: parameters, or the whole request.
    """

    text: str
    covered: str
    checked: Any


Writer = Callable[[Webhooks, Event], Written]


class _Pair(NamedTuple):
    """The template of a webhook, and that of the text that its signature covers."""

    whole: TextTemplate
    covered: TextTemplate | None


class WebhookTexts:
    """
    Writes webhooks of drafts in one form.

    Args:
        generator: renders what templates are made of.
        conformance: proves them.
        write: writes a webhook that there is no template for yet.
        auth_token: signs what has a signature.
        dated: whether the form has the date on which a webhook arrives.
    """

    def __init__(
        self,
        generator: Generator,
        conformance: Conformance,
        write: Writer,
        auth_token: str | None,
        *,
        dated: bool = False,
    ) -> None:
        self._generator = generator
        self._conformance = conformance
        self._write = write
        self._token = auth_token or ""
        self._dated = dated
        self._templates: dict[Any, _Pair | None] = {}

    def texts(self, draft: Draft, arriving: Sequence[Event]) -> list[str]:
        """Return the text of every webhook; none where there is no template for one of them."""
        identity, templates, dated = draft.identity, self._templates, self._dated
        found = []
        for event in arriving:
            (_, _, channel, _, created, _), (status, at, code), _, _, tried = event
            key = channel, status, code, tried, created < at, created // 1000 == at // 1000
            pair = templates.get(key)
            if pair is None:
                if key not in templates and len(templates) < MOST:
                    pair = templates[key] = self._learnt(draft, event)
                if pair is None:
                    return []
            values = webhook_values(identity, event, dated=dated)
            if pair.covered is not None:
                values = (*values, signature_of(pair.covered.fill(values), self._token))
            found.append(pair.whole.fill(values))
        return found

    def _learnt(self, draft: Draft, event: Event) -> _Pair | None:
        """Return templates if the same comes of them as of rendering, and the contract agrees."""
        one = replace(draft.world, receipts=(event.receipt,))
        other = like(one)
        first, one_values = self._specimen(one, event)
        second, values = self._specimen(other, like_event(event, other.receipts[0]))
        whole = TextTemplate(first.text, one_values)
        covered = TextTemplate(first.covered, one_values)
        is_true = (whole.fill(values), covered.fill(values)) == (second.text, second.covered)
        if not is_true or not self._conformance.proves(first.checked, second.checked, "webhook"):
            return None
        return _Pair(whole, covered if first.covered else None)

    def _specimen(self, world: World, event: Event) -> tuple[Written, tuple[str, ...]]:
        written = self._write(self._generator.webhooks(world), event)
        values = webhook_values(identity_of(world), event, dated=self._dated)
        if written.covered:
            values = (*values, signature_of(written.covered, self._token))
        return written, values
