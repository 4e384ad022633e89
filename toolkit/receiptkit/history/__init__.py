"""Remember observations, and check them against each other."""

from receiptkit.history.history import History, findings_across
from receiptkit.history.memory import Memory
from receiptkit.history.notes import Note, Unsorted, note

__all__ = ["History", "Memory", "Note", "Unsorted", "findings_across", "note"]
