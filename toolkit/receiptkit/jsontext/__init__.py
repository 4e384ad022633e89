"""JSON text: read it strictly, say what is wrong with it and where, find the place of a value."""

from receiptkit.jsontext.defect import Defect
from receiptkit.jsontext.position import Position
from receiptkit.jsontext.read import MAX_DEPTH, JsonText, decode, is_shallow, places_in, read, read_all, read_envelope

# `locate`, `scan` and `split` are imported where they are needed: a run over conforming NDJSON does without.
__all__ = [
    "MAX_DEPTH",
    "Defect",
    "JsonText",
    "Position",
    "decode",
    "is_shallow",
    "places_in",
    "read",
    "read_all",
    "read_envelope",
]
