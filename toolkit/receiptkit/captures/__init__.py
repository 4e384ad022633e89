"""Files to observations: where captures are read."""

from receiptkit.captures.formats import BY_NAME, FORMATS, Format, detected
from receiptkit.captures.json_reader import in_batches, observations
from receiptkit.captures.lines import Batch
from receiptkit.captures.observation import Observation, Place
from receiptkit.captures.sources import STDIN, Limits, Source, expand, is_regular, opened, same_file
from receiptkit.captures.spans import Span, line_spans, opened_span

__all__ = [
    "BY_NAME",
    "FORMATS",
    "STDIN",
    "Batch",
    "Format",
    "Limits",
    "Observation",
    "Place",
    "Source",
    "Span",
    "detected",
    "expand",
    "in_batches",
    "is_regular",
    "line_spans",
    "observations",
    "opened",
    "opened_span",
    "same_file",
]
