"""Files to observations: where captures are read."""

from receiptkit.captures.bodies import Reading, nothing_beside, read_beside, take_files_read
from receiptkit.captures.evidence import has_evidence
from receiptkit.captures.format import Format, Records, command_for
from receiptkit.captures.formats import formats, readable, recognise
from receiptkit.captures.observation import Observation
from receiptkit.captures.sources import (
    STDIN,
    Advance,
    Limits,
    Source,
    at_most,
    expand,
    is_regular,
    opened,
    seekable,
    standard_input,
)

__all__ = [
    "STDIN",
    "Advance",
    "Format",
    "Limits",
    "Observation",
    "Reading",
    "Records",
    "Source",
    "at_most",
    "command_for",
    "expand",
    "formats",
    "has_evidence",
    "is_regular",
    "nothing_beside",
    "opened",
    "read_beside",
    "readable",
    "recognise",
    "seekable",
    "standard_input",
    "take_files_read",
]
