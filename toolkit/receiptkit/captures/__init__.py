"""Files to observations: where captures are read."""

from receiptkit.captures.json_reader import Text, accepts, batches, observations
from receiptkit.captures.record import Observation
from receiptkit.captures.sources import STDIN, Limits, Source, expand, is_regular, opened, same_file

__all__ = [
    "STDIN",
    "Limits",
    "Observation",
    "Source",
    "Text",
    "accepts",
    "batches",
    "expand",
    "is_regular",
    "observations",
    "opened",
    "same_file",
]
