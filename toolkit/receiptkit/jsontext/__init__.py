"""JSON text: read it strictly, say what is wrong with it and where, find the place of a value."""

from receiptkit.jsontext.locate import LineIndex, offsets
from receiptkit.jsontext.read import MAX_DEPTH, Defect, JsonText, decode, read

__all__ = ["MAX_DEPTH", "Defect", "JsonText", "LineIndex", "decode", "offsets", "read"]
