"""Patterns turned round."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiptkit import UsageError
from receiptkit.generation.templates import Template

PIECES = st.one_of(
    st.sampled_from(
        [
            "A",
            "CH",
            "[0-9a-fA-F]",
            "[0-9]",
            "[a-z]",
            "[A-F0-9]",
            "[abc]",
            "[x-z_]",
            r"\d",
            "[a-]",
            "-",
            ":",
        ]
    ).flatmap(lambda piece: st.sampled_from([piece, f"{piece}{{1}}", f"{piece}{{7}}"]))
)


@given(st.lists(PIECES, min_size=1, max_size=5).map("".join), st.integers(0, 2**16))
def test_made_texts_match_the_pattern(pattern: str, seed: int) -> None:
    """Texts made from a pattern match it, and so do those that continue a beginning."""
    template = Template(f"^{pattern}$", "here")
    made = template.fill(random.Random(seed))
    assert re.fullmatch(pattern, made)
    for length in range(len(made) + 1):
        again = template.maker(made[:length])(random.Random(seed))
        assert re.fullmatch(pattern, again)
        assert again.startswith(made[:length])


@pytest.mark.parametrize(
    "pattern",
    [
        "^(AC|SK)x$",
        "^AC.*$",
        "^AC[0-9]+$",
        "^AC[^0-9]$",
        r"^\w{3}$",
        "^A?$",
        "^AC[0-9]{2,4}$",
        "^[[:alpha:]]$",
    ],
)
def test_other_patterns_are_refused_by_name(pattern: str) -> None:
    """A pattern of any other form is refused, with its place."""
    with pytest.raises(
        UsageError,
        match=rf"FetchThing/sid: the generator does not understand the pattern {re.escape(repr(pattern))}",
    ):
        Template(pattern, "FetchThing/sid")


def test_beginnings() -> None:
    """A beginning that the pattern does not allow is refused."""
    template = Template("^[a-zA-Z]{2}[0-9a-fA-F]{32}$", "FetchThing/sid")
    assert re.fullmatch("WA[0-9a-f]{32}", template.maker("WA")(random.Random(1)))
    with pytest.raises(UsageError, match=r"nothing of the pattern .* begins with 'W7'"):
        template.maker("W7")
    with pytest.raises(UsageError, match="shorter than"):
        Template("^AB$", "here").maker("ABC")


def test_hexadecimal_digits_are_lower_case() -> None:
    """Hexadecimal digits are lower case, as Twilio's, where the pattern allows both."""
    assert re.fullmatch(
        "AC[0-9a-f]{32}", Template("^AC[0-9a-fA-F]{32}$", "here").maker()(random.Random(1))
    )
    assert re.fullmatch(
        "AC[0-9A-F]{32}", Template("^AC[0-9A-F]{32}$", "here").maker()(random.Random(1))
    )
