"""
Runs: stretches of a row that follow from its frame, such as the conversation and the message, and
the literal text around them. A run is captured and compared as a whole, which is quicker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from receiptkit.bulk.slots import Slot
from receiptkit.bulk.tokens import Kind


class Run(NamedTuple):
    """
    A stretch of a row.

    Attributes:
        template: its text, with `%s` for each SID.
        owners: of each of these, which of the different SIDs of the frame it is.
        starts: where each of them begins in the text.
        length: how long the text is.
    """

    template: str
    owners: Sequence[int]
    starts: Sequence[int]
    length: int


def with_runs(slots: Sequence[Slot], owners: Sequence[int | None]) -> Iterator[Slot | Run]:
    """
    Yield the slots of a row, and the runs in the place of their slots.

    `owners` has an item for each different SID, as `references` returns it.
    """
    of_sids = _owners_by_text(slots, owners)

    def owner(slot: Slot) -> int | None:
        return of_sids.get(slot.token.text) if slot.token.kind is Kind.SID else None

    def follows(slot: Slot) -> bool:
        kind = slot.token.kind
        is_same = kind in (Kind.LITERAL, Kind.WORD) and not slot.differs
        return is_same or owner(slot) is not None

    for is_run, group in groupby(slots, follows):
        stretch = list(group)
        found = list(map(owner, stretch))
        if not is_run or not any(each is not None for each in found):
            yield from stretch
            continue
        texts = [slot.token.text for slot in stretch]
        pairs = list(zip(found, accumulate(map(len, texts), initial=0)))  # noqa: B905 # one more
        yield Run(
            "".join(
                text.replace("%", "%%") if each is None else "%s"
                for text, each in zip(texts, found, strict=True)
            ),
            [each for each, _ in pairs if each is not None],
            [start for each, start in pairs if each is not None],
            len("".join(texts)),
        )


def _owners_by_text(slots: Sequence[Slot], owners: Sequence[int | None]) -> dict[str, int]:
    sids = dict.fromkeys(slot.token.text for slot in slots if slot.token.kind is Kind.SID)
    # A frame has no rows and no owners.
    pairs = zip(sids, owners, strict=True) if owners else ()
    return {text: owner for text, owner in pairs if owner is not None and owner >= 0}
