"""Names and pointers that may be private are masked."""

from __future__ import annotations

import pytest

from receiptkit.model.display import masked, public, public_pointer


def test_masks_a_text() -> None:
    """The mask has the kind and the length of the text."""
    assert masked("Doe & Sons Ltd") == "<name, 14 characters>"
    assert masked("x", "segment") == "<segment, 1 character>"


def test_keeps_a_known_name() -> None:
    """A name that is known stays; any other is masked."""
    assert public("status", {"status"}) == "status"
    assert public("status", ()) == "<name, 6 characters>"


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("", ""),
        ("/", "/<name, 0 characters>"),
        ("/delivery_receipts/17/status", "/delivery_receipts/17/status"),
        ("/delivery_receipts/17/a~1b~0", "/delivery_receipts/17/<name, 4 characters>"),
        ("/15550100123", "/<name, 11 characters>"),
        ("/delivery_receipts/٣", "/delivery_receipts/<name, 1 character>"),
        ("/delivery_receipts/-", "/delivery_receipts/<name, 1 character>"),
    ],
)
def test_masks_unknown_names_in_pointers(pointer: str, expected: str) -> None:
    """Indices and known names stay; a telephone number is no index."""
    assert public_pointer(pointer, {"delivery_receipts", "status"}) == expected
