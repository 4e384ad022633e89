"""SIDs behind escapes and glued to names are replaced; a text that cuts them is refused."""

from __future__ import annotations

import quopri
import re
from urllib.parse import quote, urlencode

import pytest

from receiptkit.model.errors import CaptureError
from receiptkit.rules.examples import sample
from receiptkit.scrubbing.files import Scrubber

PARAMETERS: dict[str, str] = dict(sample("webhook")["params"])
FORM = urlencode(PARAMETERS)
OWN = set(re.findall(r"[A-Z]{2}[0-9a-f]{32}", FORM))
BACKSLASH = chr(92)


@pytest.mark.parametrize(
    "text",
    [
        FORM.replace("=", f"{BACKSLASH}u003d").replace("&", f"{BACKSLASH}u0026"),
        FORM.replace("=", f"{BACKSLASH}x3d"),
        FORM.replace("=", "=3D"),
        quote(FORM),
        quote(quote(FORM)),
        FORM.replace("=", f"={BACKSLASH}n"),
        ";".join(name + value for name, value in PARAMETERS.items()),
    ],
    ids=["gson", "nginx", "quoted", "percent", "percent twice", "line breaks", "glued"],
)
def test_no_sid_is_left(text: str) -> None:
    """Text before a SID does not hide it."""
    made = Scrubber(b"k" * 32).scrub(f"INFO {text} end\n".encode(), "x.log").decode()
    assert not [each for each in OWN if each in made]


@pytest.mark.parametrize("before", ["0", "AF", "9"])
def test_a_longer_number_is_no_sid(before: str) -> None:
    """The end of a longer hexadecimal number in capitals stays."""
    text = f"hash {before}AC{'0123456789ABCDEF' * 2} end\n"
    assert Scrubber(b"k" * 32).scrub(text.encode(), "x.log").decode() == text


def test_mail_is_refused() -> None:
    """A text that cuts values into lines is not scrubbed in part."""
    raw = b"Subject: x\n\n" + quopri.encodestring(FORM.encode())
    with pytest.raises(CaptureError, match=r"python3 -m quopri -d x\.eml"):
        Scrubber(b"k" * 32).scrub(raw, "x.eml")
