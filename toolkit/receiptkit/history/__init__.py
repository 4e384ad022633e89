"""Remember observations, and check them against each other."""

from receiptkit.history.history import History, findings_across
from receiptkit.history.memory import LIMIT, Memory
from receiptkit.history.notes import Note, note
from receiptkit.history.partitions import OwnShare, Partitions, Share, problems_of_shares

__all__ = [
    "LIMIT",
    "History",
    "Memory",
    "Note",
    "OwnShare",
    "Partitions",
    "Share",
    "findings_across",
    "note",
    "problems_of_shares",
]
