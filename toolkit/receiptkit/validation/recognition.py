"""Recognise the format of a source, or refuse it."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.captures import Format, Limits, Source, has_evidence, opened, readable, recognise
from receiptkit.captures.format import Read
from receiptkit.model.errors import CaptureError


class Recognised(NamedTuple):
    """
    A format that can be read.

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
) -> Recognised | None:
    """
    Return the format of a source; None to skip a file that was found in a folder.

    Args:
        source: the source.
        head: its first bytes.
        chosen: the format that the user named.
        limits: how much is read.

    Raises:
        CaptureError: a file that the user named cannot be read.
    """
    found, evidence = (
        (chosen, "--as") if chosen else recognise(source.name, head, named=source.named)
    )
    if found is not None and found.vague and not source.named and not chosen:
        found = found if is_evident(source, limits) else None
    if found is not None and found.read is not None and head.strip():
        return Recognised(found.name, evidence, found.read)
    if not source.named:
        return None
    if not head.strip():
        raise CaptureError("the file is empty")
    if found is not None:
        raise CaptureError(found.advice(source.name))
    titles = "; ".join(each.title for each in readable().values())
    raise CaptureError(f"not a capture receiptkit knows ({titles}; plain or gzip)")


def is_evident(source: Source, limits: Limits) -> bool:
    """Return True if something in a source looks like this API."""
    with opened(source, limits) as (stream, _):
        return has_evidence(stream)
