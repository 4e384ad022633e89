"""Read from a log what it has of conversations and participants that were seen again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import orjson

from receiptkit.history.log import Entry, Log
from receiptkit.history.notes import IDENTITY, RESOURCE
from receiptkit.history.receipt_states import OF_RECEIPT, real
from receiptkit.model.location import Arrival
from receiptkit.rules.states import ResourceState
from receiptkit.text.dates import seconds


def resources(log: Log, is_mine: Callable[[str], bool]) -> Iterator[list[ResourceState]]:
    """Yield the states of each conversation and participant that changed, in order of arrival."""
    counts = Counter(text[OF_RECEIPT] for text in log.texts(RESOURCE))
    found: dict[str, list[Entry]] = {}
    for entry in log.entries(RESOURCE) if len(counts) < counts.total() else ():
        sid = entry.text[OF_RECEIPT]
        if counts[sid] > 1 and real(sid) and is_mine(sid):
            found.setdefault(sid, []).append(entry)
    for entries in found.values():
        yield sorted(map(_state, entries), key=lambda each: each.first)


def _state(entry: Entry) -> ResourceState:
    fields = orjson.loads(entry.text[1:])
    _, conversation, account, service, facet, created, updated = fields[: IDENTITY[RESOURCE]]
    pointer = "".join(fields[IDENTITY[RESOURCE] :])
    return ResourceState(
        Arrival(*min(entry.places), pointer=pointer),
        Arrival(*max(entry.places), pointer=pointer),
        real(conversation),
        real(account),
        real(service),
        facet if type(facet) in (int, str) else "",
        seconds(created),
        seconds(updated),
    )
