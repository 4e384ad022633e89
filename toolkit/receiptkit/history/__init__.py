"""Remember observations, and check them against each other."""

from receiptkit.history.history import History, findings_across, in_order
from receiptkit.history.memory import LIMIT, Memory
from receiptkit.history.notes import Note, note
from receiptkit.history.partitions import (
    PARTS,
    OwnShare,
    Partitions,
    Share,
    problems_of_shares,
)
from receiptkit.history.places import PlaceColumns

__all__ = [
    "LIMIT",
    "PARTS",
    "History",
    "Memory",
    "Note",
    "OwnShare",
    "Partitions",
    "PlaceColumns",
    "Share",
    "findings_across",
    "in_order",
    "note",
    "problems_of_shares",
]
