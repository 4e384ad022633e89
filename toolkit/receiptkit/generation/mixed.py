"""Worlds and drafts: drafts are written after templates where there are some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from receiptkit.generation.drafts import Draft, whole
from receiptkit.generation.world import World

#: A world, or a draft, of which most forms are written more quickly.
Drawn = World | Draft
#: Templates are worth making once so many drafts were written, of drafts with so many receipts.
_FIRST, _LARGEST = 24, 1000
#: How much waits to be written: texts, and a few for each world.
_ROOM = 1000


class Mixed:
    """
    Separates drafts that are written after templates from worlds that are rendered.

    Args:
        is_quick: whether there are templates for what is written.
    """

    def __init__(self, *, is_quick: bool) -> None:
        self._is_quick = is_quick
        self._drafts = 0

    def groups(
        self, worlds: Iterable[Drawn], typeset: Callable[[Draft], list[str]]
    ) -> Iterator[tuple[list[str], Iterable[World]]]:
        """
        Yield texts, or worlds to render, in order.

        Args:
            worlds: what is written.
            typeset: returns the texts of a draft; none if there is no template for one of them.
        """
        if not self._is_quick:
            yield [], map(whole, worlds)
            return
        waiting: list[World] = []
        texts: list[str] = []
        room = _ROOM
        for each in worlds:
            found = typeset(each) if isinstance(each, Draft) and self._is_ready(each) else []
            if waiting if found else texts:
                yield texts, waiting
                texts, waiting, room = [], [], _ROOM
            if found:
                texts += found
                room -= 8 + len(found)
            else:
                waiting.append(whole(each))
                room -= 8 + len(each.receipts)
            if room < 0:
                yield texts, waiting
                texts, waiting, room = [], [], _ROOM
        yield texts, waiting

    def _is_ready(self, draft: Draft) -> bool:
        self._drafts += 1
        return self._drafts > _FIRST and len(draft.plan.courses) <= _LARGEST
