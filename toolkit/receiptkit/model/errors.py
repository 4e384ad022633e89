"""Errors in the use of receiptkit. A problem of a capture is a finding, never an exception."""

from __future__ import annotations

from receiptkit.model.display import printable, without_users


class ReceiptkitError(Exception):
    """The base of every error of receiptkit; its text is one line that says what to do."""

    def __str__(self) -> str:
        # Names in it may be other people's.
        return printable(without_users(super().__str__()))


class UsageError(ReceiptkitError):
    """An argument names something that does not exist, or has the wrong type."""


class DocumentError(ReceiptkitError):
    """A contract document or an overlay cannot be used."""


class CaptureError(ReceiptkitError):
    """
    A capture cannot be read, or not to its end.

    Attributes:
        line: the line of the file; its number begins the text. None for the whole file.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message, line)
        self.line = line

    def __str__(self) -> str:
        text = printable(without_users(str(self.args[0])))
        return text if self.line is None else f"line {self.line} {text}"

    def below(self, lines: int) -> CaptureError:
        """Return the same error with a line number that counts the lines before the piece."""
        return self if self.line is None else CaptureError(self.args[0], self.line + lines)


class OutputError(ReceiptkitError):
    """
    A report cannot be written. What reads a capture takes an `OSError` for one of its file.

    Attributes:
        cause: the error of the system.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(f"the report cannot be written: {os_reason(cause)}")
        self.cause = cause


def os_reason(error: OSError) -> str:
    """Return the operating system's text of an error, without names and numbers."""
    return (error.strerror or str(error)).lower()
