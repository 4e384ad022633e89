"""An error of the guard itself is one line, with its place and without captured values."""

from __future__ import annotations

from receiptkit.model.display import printable
from receiptkit.model.errors import DocumentError
from receiptkit.testing.guard_error import describe


def raised() -> Exception:
    try:
        printable(7)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001 # whatever it is
        return error
    raise AssertionError


def test_names_type_and_place() -> None:
    """The place is that in receiptkit; the text is shown only with values."""
    line = describe(raised())
    name = type(raised()).__name__
    assert line.startswith(f"{name} at receiptkit/model/display.py:")
    assert len(describe(raised(), show_values=True)) > len(line)


def test_shows_the_text_of_our_own_errors() -> None:
    """Errors of receiptkit say what to do."""
    assert describe(DocumentError("bundle it first")) == "DocumentError: bundle it first"
