"""Recognise the format of a source, or refuse it."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.captures import Format, Limits, Source, has_evidence, opened, readable, recognise
from receiptkit.captures.format import Read
from receiptkit.model.errors import CaptureError

#: Why files in folders are skipped.
OTHER = "a file of another kind"
_UNKNOWN = "format not recognised; use --as NAME (docs/formats.md lists the names)"
FOREIGN = "without anything of Twilio Conversations in it"


class Recognised(NamedTuple):
    """
    A format that is read.

    Attributes:
        name: the format.
        evidence: what it was recognised by.
        read: reads a stream of it.
    """

    name: str
    evidence: str
    read: Read


def format_of(
    source: Source, head: bytes, chosen: Format | None, limits: Limits
) -> Recognised | str:
    """
    Return the format of a source, or why a file that was found in a folder is skipped.

    Args:
        source: the source.
        head: its first bytes.
        chosen: the format that the user named.
        limits: how much is read.

    Raises:
        CaptureError: a file that the user named cannot be read.
    """
    if source.format:
        chosen = readable()[source.format]
    found, evidence = (
        (chosen, "--as") if chosen else recognise(source.name, head, named=source.named)
    )
    if not head.strip():
        return _refused(source, "the file is empty")
    if found is None:
        return _refused(source, _UNKNOWN, OTHER)
    if found.read is None:
        return _refused(source, found.advice(source.name))
    if not source.named and not chosen:
        if found.named_only:
            return f"{found.title}, which is read only if you name it"
        if found.vague and not is_evident(source, limits):
            return f"{found.title} {FOREIGN}"
    return Recognised(found.name, evidence, found.read)


def _refused(source: Source, reason: str, short: str = "") -> str:
    """Raise `CaptureError` for a file that the user named; return the reason for any other."""
    if source.named:
        raise CaptureError(reason)
    return short or reason


def is_evident(source: Source, limits: Limits) -> bool:
    """Return True if something in a source looks like this API."""
    with opened(source, limits) as (stream, _):
        return has_evidence(stream)
