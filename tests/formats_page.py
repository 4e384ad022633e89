"""The tables of formats in `docs/formats.md`, made from the registry. `python tests/formats_page.py` writes them; `--check` checks them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from receiptkit.captures.formats import formats

FILE = Path(__file__).resolve().parents[1] / "docs" / "formats.md"
_BEGIN, _END = "<!-- formats: made by tests/formats_page.py -->", "<!-- end of formats -->"
_TABLE = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)


def table() -> str:
    """Return the tables of formats: those that are read, and those that have to be converted."""
    read = [each for each in formats() if each.read is not None]
    others = [each for each in formats() if each.read is None]
    lines = [
        "| format (`--as`) | is |",
        "|---|---|",
        *(f"| `{each.name}` | {each.description} |" for each in read),
        "",
        "These are recognised and not read; the message says how to convert a file:",
        "",
        "| file | what to do |",
        "|---|---|",
        *(f"| {each.title} | {_code(each.convert)} |" for each in others),
    ]
    return "\n".join([_BEGIN, *lines, _END])


def _code(advice: str) -> str:
    """Return advice with its command as code."""
    text, colon, command = advice.partition(": ")
    return f"{text}: `` {command.replace('|', chr(92) + '|')} ``" if colon else advice


def page() -> str:
    """Return the page with fresh tables."""
    return _TABLE.sub(lambda _: table(), FILE.read_text())


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0 if FILE.read_text() == page() else f"{FILE.name} is stale: run tests/formats_page.py"
        )
    FILE.write_text(page())
