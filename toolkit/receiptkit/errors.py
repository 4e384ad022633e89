"""What can go wrong with the use of receiptkit itself. What is wrong with a capture is a finding, never an exception."""

from __future__ import annotations


class ReceiptkitError(Exception):
    """The base of every error receiptkit raises; its text is one line that says what to do."""


class UsageError(ReceiptkitError):
    """Something was asked for that does not exist: a profile, an operation, a rule."""


class DocumentError(ReceiptkitError):
    """A contract document or an overlay cannot be used."""


class CaptureError(ReceiptkitError):
    """A capture cannot be read, or not to its end."""
