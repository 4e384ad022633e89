"""What was seen one after the other, judged together."""

from receiptkit.history.history import History, findings_across
from receiptkit.history.memory import Memory

__all__ = ["History", "Memory", "findings_across"]
