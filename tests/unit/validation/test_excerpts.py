"""Lines of captures around findings."""

from __future__ import annotations

import gzip
from pathlib import Path

from receiptkit.model.location import Location
from receiptkit.validation.excerpts import excerpts

NAMES = {"status", "sid", "delivered"}


def lines(path: Path, line: int, column: int = 1, names: set[str] | None = None) -> list[str]:
    (found,) = excerpts([Location(str(path), 0, line, column)], names).values()
    return [f"{each.number}{'>' if each.is_meant else ' '}{each.text}" for each in found]


def test_unknown_words_are_masked_and_keep_their_length(tmp_path: Path) -> None:
    """Columns stay where they are; names of the contract can be read."""
    path = tmp_path / "a.json"
    path.write_text('{\n  "sid": "DY12",\n  "Zoë": null,\n  "status": "delivered"\n}\n')
    assert lines(path, 3, names=NAMES) == [
        "1 {",
        '2   "sid": "••••",',
        '3>  "•••": null,',
        '4   "status": "delivered"',
        "5 }",
    ]


def test_every_value_is_shown_on_request(tmp_path: Path) -> None:
    """None shows all words, but no character that acts on a browser or a terminal."""
    path = tmp_path / "a.txt"
    path.write_text("\x1b[31m <script>\u202e\n")
    assert lines(path, 1) == ["1>\\u001b[31m <script>\\u202e"]


def test_shows_a_long_line_around_the_column(tmp_path: Path) -> None:
    """Only the part of a long line around the column is shown, between ellipses."""
    path = tmp_path / "a.ndjson"
    path.write_text("a" * 1000 + " status " + "b" * 1000)
    (line,) = lines(path, 1, 1002, NAMES)
    assert "status" in line
    assert line.startswith("1>…")
    assert line.endswith("…")
    assert len(line) < 200


def test_compressed_files_are_read_and_missing_ones_have_no_lines(tmp_path: Path) -> None:
    """A file that cannot be read again causes no error."""
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(b"status\n"))
    assert lines(path, 1, names=NAMES) == ["1>status"]
    assert lines(tmp_path / "gone", 1) == []
    assert excerpts([Location("-", 0, 1, 1), Location()], None) == {}
