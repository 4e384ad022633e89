"""Check a part of a file: a span of lines, or every n-th group of records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import islice
from typing import NamedTuple

from receiptkit.captures import Observation, Reading, Records, Source, nothing_beside, opened
from receiptkit.captures.formats import recognise
from receiptkit.captures.spans import Span, opened_span, records_in
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import Exchange
from receiptkit.model.location import Position
from receiptkit.validation.recognition import Recognised, format_of
from receiptkit.validation.run import Validation
from receiptkit.validation.summary import Sink

#: Formats of which each record is one observation, so that groups can be counted unread.
_COUNTED = ("har", "cassette")
_HEAD = 4096
#: How much of a source is learnt from before processes are started, which then know the shapes.
_LEARNT_PIECES, _LEARNT_RECORDS = 4, 200


class Group(NamedTuple):
    """
    A part of a file that a reader yields at once.

    Attributes:
        piece: the records, or an observation.
        entry: the number of the first observation.
        before: the records before these, if there are some.
        format: the format of the file.
    """

    piece: Records | Observation
    entry: int
    before: Records | None
    format: Recognised


def check_span(validation: Validation, source: Source, span: Span, sink: Sink) -> int:
    """
    Check a piece of a source, counting entries and lines from the start of the piece; return its
    number of lines.

    Raises:
        CaptureError: it cannot be read to its end.
    """
    validation.checker.begin_file(named=source.named)
    validation.summary.note_read_as(source.name, span.format, span.evidence)
    with opened_span(source, span, validation.limits.record) as lines:
        validation.check_pieces(records_in(span, lines), source.name, sink)
        return lines.number


def is_shared(validation: Validation, source: Source, size: int) -> bool:
    """Return True if processes can share a file, each reading all of it: it takes some checking."""
    if source.size < size or not source.named or source.is_remote:
        return False
    with suppress(OSError), open(source.path, "rb") as stream:
        head = stream.read(_HEAD)
        found = validation.format or recognise(source.name, head, named=True)[0]
        return found is not None and found.name in _COUNTED
    return False


def groups(validation: Validation, source: Source) -> Iterator[Group]:
    """
    Yield what the reader of a shared file yields.

    Raises:
        CaptureError: it cannot be read to its end.
    """
    validation.checker.begin_file(named=source.named)
    with opened(source, validation.limits) as (stream, head):
        found = format_of(source, head, validation.format, validation.limits)
        if not isinstance(found, Recognised):
            return
        entry, before = 0, None
        for piece in found.read(stream, source.name, validation.limits):
            yield Group(piece, entry, before, found)
            entry += len(piece.texts) if isinstance(piece, Records) else 1
            before = piece if isinstance(piece, Records) else None


def learn(validation: Validation, source: Source, span: Span | None) -> None:
    """Learn shapes from the beginning of a piece of a source, or of all of it; check nothing."""
    with ExitStack() as stack:
        # It is reported when the source is checked.
        stack.enter_context(suppress(CaptureError))
        if span is not None:
            lines = stack.enter_context(opened_span(source, span, validation.limits.record))
            pieces: Iterator[Records | Observation] = records_in(span, lines)
        else:
            pieces = (group.piece for group in groups(validation, source))
        for piece in islice(pieces, _LEARNT_PIECES):
            if isinstance(piece, Records):
                validation.clean.learn_from(piece._replace(texts=piece.texts[:_LEARNT_RECORDS]))


def check_group(validation: Validation, group: Group, source: Source, sink: Sink) -> None:
    """
    Check a group by itself.

    Raises:
        CaptureError: a record cannot be read.
    """
    validation.summary.note_read_as(source.name, group.format.name, group.format.evidence)
    if group.before is not None:
        validation.remembering.moment(_last_moment(group.before))
    validation.check_pieces([group.piece], source.name, sink, group.entry)


def _last_moment(records: Records) -> str:
    """Return when the last of some records was made; empty if that is unknown."""
    reading, start = Reading(len(records.texts[-1]), nothing_beside), Position(1, 1)
    with suppress(CaptureError):
        (last,) = records.observe(records.texts[-1], start, 0, reading)
        made_at = last.seen.made_at if isinstance(last.seen, Exchange) else ""
        return made_at or last.made_at
    return ""
