"""JSON text: read it strictly, say what is wrong with it and where, find the place of a value."""

from receiptkit.jsontext.defect import Defect
from receiptkit.jsontext.read import MAX_DEPTH, JsonText, decode, read, read_all

# `locate` and `scan` are imported where a finding needs them: a run without findings does without.
__all__ = ["MAX_DEPTH", "Defect", "JsonText", "decode", "read", "read_all"]
