"""Name the legitimate traffic that receiptkit still raises an alarm on; false_alarms.md has a minimal case of each."""

from __future__ import annotations

import os

#: Remove a name once its false alarm is mended: the simulator then produces that traffic, too.
EXCLUDED: frozenset[str] = frozenset()


#: Names, separated by commas, that are simulated all the same, to see what they cause.
_ADDED = frozenset(os.environ.get("SIMULATE", "").split(","))


def is_simulated(name: str) -> bool:
    """Return True if this kind of traffic is produced."""
    return name not in EXCLUDED or name in _ADDED
