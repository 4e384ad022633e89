"""Simulate legitimate traffic of delivery receipts, from facts about the API, not from receiptkit.

Nothing that it produces may cause an error or a warning. It shares no code with receiptkit, which
only checks the result.
"""

from .stories import Captures, simulate

__all__ = ["Captures", "simulate"]
