"""Receipts in a text that no reader reads: where they are."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.regex import regex

#: The SID of a receipt, and what is beside it in one, in any spelling.
_SID = regex(r"(?<![A-Za-z0-9/])DY[0-9a-f]{32}(?![0-9a-f])")
_BESIDE = (
    regex(r"(?i)message_?-?sid"),
    regex(r"(?i)(?<![A-Za-z_])status(?![A-Za-z])"),
    regex(r"(?i)participant_?-?sid|channel_?message_?-?sid|conversation_?-?sid"),
)
#: How far a receipt reaches from its SID, and how far apart two are at least.
_FAR = 1000


def unread_receipts(text: str, known: list[tuple[int, int]]) -> Iterator[int]:
    """
    Yield the offsets of SIDs of receipts with their fields beside them.

    Args:
        text: the text of a file.
        known: what was judged or seen in it, as first and last offsets.
    """
    last = -_FAR
    for found in _SID.finditer(text):
        at = found.start()
        if at - last < _FAR or any(begin - _FAR < at < end + _FAR for begin, end in known):
            continue
        around = text[max(at - _FAR, 0) : at + _FAR]
        if all(each.search(around) for each in _BESIDE):
            last = at
            yield at
