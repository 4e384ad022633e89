"""
Simulate legitimate traffic of delivery receipts, written from what is known of the API and not from receiptkit.

Nothing that it produces may cause an error or a warning. It shares no code with receiptkit, which only judges the result.
"""

from .stories import Captures, simulate

__all__ = ["Captures", "simulate"]
