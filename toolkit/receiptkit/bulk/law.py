"""Types that bulk works with: spans of texts, and answers of the exact path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

#: Anything that is made of mappings, lists, tuples, texts, numbers, true, false and null.
Facts = Any
#: What the exact path says of a text: whether nothing is wrong with it, and its facts; None if it
#: is no single record.
Exact = Callable[[str], tuple[bool, Facts] | None]


class Unread(NamedTuple):
    """
    A value that no rule and no schema reads.

    Attributes:
        start, end: where it begins and ends.
        is_quoted: False for a text without quotation marks.
        is_kept: whether facts have it; then it is of letters and digits, as of base64, or a date as
            HTTP has it.
        is_short: whether a longer text would be read.
        is_hex: whether any other text than as many hexadecimal digits would be.
    """

    start: int
    end: int
    is_quoted: bool = True
    is_kept: bool = False
    is_short: bool = False
    is_hex: bool = False


class NotAlike(Exception):
    """Records of this kind cannot be generalised."""
