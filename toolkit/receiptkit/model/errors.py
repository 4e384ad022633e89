"""What can go wrong with the use of receiptkit itself. What is wrong with a capture is a finding, never an exception."""

from __future__ import annotations


class ReceiptkitError(Exception):
    """The base of every error receiptkit raises; its text is one line that says what to do."""


class UsageError(ReceiptkitError):
    """Something was asked for that does not exist: a profile, an operation, a rule."""


class DocumentError(ReceiptkitError):
    """A contract document or an overlay cannot be used."""


class CaptureError(ReceiptkitError):
    """
    A capture cannot be read, or not to its end.

    Attributes:
        line: the line of the file that this is about, if it is about one; its number begins the text.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message, line)
        self.line = line

    def __str__(self) -> str:
        return f"line {self.line} {self.args[0]}" if self.line is not None else str(self.args[0])

    def below(self, lines: int) -> CaptureError:
        """The same error where so many lines stand before what was read."""
        return self if self.line is None else CaptureError(self.args[0], self.line + lines)
