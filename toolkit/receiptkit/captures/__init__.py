"""Files to observations: where captures are read."""

from receiptkit.captures.bodies import Reading, nothing_beside, read_beside, take_files_read
from receiptkit.captures.evidence import has_evidence
from receiptkit.captures.format import Format, Records, command_for
from receiptkit.captures.formats import formats, readable, recognise
from receiptkit.captures.observation import Observation
from receiptkit.captures.sources import STDIN, Limits, Source, expand, is_regular, opened, same_file
from receiptkit.captures.spans import Span, line_spans, opened_span, records_in

__all__ = [
    "STDIN",
    "Format",
    "Limits",
    "Observation",
    "Reading",
    "Records",
    "Source",
    "Span",
    "command_for",
    "expand",
    "formats",
    "has_evidence",
    "is_regular",
    "line_spans",
    "nothing_beside",
    "opened",
    "opened_span",
    "read_beside",
    "readable",
    "recognise",
    "records_in",
    "same_file",
    "take_files_read",
]
