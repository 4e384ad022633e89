"""Files to observations: where captures are read."""

from receiptkit.captures.formats import BY_NAME, FORMATS, Format, detected
from receiptkit.captures.json_reader import Batch
from receiptkit.captures.record import Observation, Place
from receiptkit.captures.sources import STDIN, Limits, Source, expand, is_regular, opened, same_file

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
    "detected",
    "expand",
    "is_regular",
    "opened",
    "same_file",
]
