"""Objects that are put together call by call, or assignment by assignment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from receiptkit.model.regex import regex
from receiptkit.scanning.kinds import is_seen, resembles

_VALUE = r"[\"'\d]"
#: A call that adds a pair, one that sets a member, and assignments to a member.
_SETS = regex(
    r"\.?\b(?:put|add|append|set|field|param|data|with)\w*\(\s*[\"'](?P<pair>\w+)[\"']\s*,"
    rf"|\.(?:set|with|add|put)?_?(?P<method>[A-Za-z]\w*)\(\s*{_VALUE}"
    r"|\[\s*[\"'](?P<index>\w+)[\"']\s*\]\s*=(?!=)"
    rf"|\w\.(?P<member>[A-Za-z]\w*)\s*=\s*{_VALUE}",
    re.IGNORECASE,
)
#: The most between two calls about one object.
_GAP = 300


def builders(text: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets between which one of ours is put together."""
    names: set[str] = set()
    first = last = 0
    for match in _SETS.finditer(text):
        if match.start() - last > _GAP:
            if _is_ours(names):
                yield first, last
            names, first = set(), match.start()
        name = match[match.lastgroup or 0]
        if name in names and _is_ours(names):
            # The next one begins with the same member.
            yield first, last
            names, first = set(), match.start()
        names.add(name)
        last = match.end()
    if _is_ours(names):
        yield first, last


def _is_ours(names: set[str]) -> bool:
    return is_seen(names) or resembles(names)
