"""Lines that are read many at a time have the findings of lines read alone."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiptkit.captures import Limits, Reading, Records, nothing_beside
from receiptkit.captures.formats.json_document import observations, read_json
from receiptkit.captures.lines import Lines
from receiptkit.model.errors import CaptureError
from receiptkit.model.location import Position

Item = TypeVar("Item")


def numbered(raw: bytes) -> list[tuple[int, bytes]]:
    """The lines that are not blank, taken apart in the plainest way."""
    pieces = raw.split(b"\n")
    lines = [piece + b"\n" for piece in pieces[:-1]] + pieces[-1:]
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def handed_out(lines: Lines, size: int) -> Iterator[tuple[int, bytes]]:
    for batch in lines.batches(size):
        assert batch.texts
        yield from zip(batch.lines, batch.texts, strict=True)


def until_broken(items: Iterable[Item]) -> tuple[list[Item], Exception | None]:
    """Return the items before an error, and the error."""
    found = []
    try:
        for item in items:
            found.append(item)  # noqa: PERF402 # an error leaves those before it
    except Exception as error:  # noqa: BLE001 # whatever it is
        return found, error
    return found, None


TEXTS = st.lists(
    st.sampled_from([b"{}", b" ", b"\t\r", b"", b"[1,\r2]", b"a" * 30]), max_size=12
).map(b"\n".join)


@given(TEXTS, st.integers(1, 80))
def test_any_lines_in_batches_of_any_size(raw: bytes, size: int) -> None:
    """Every line that is not blank is handed out once, with its number."""
    assert list(handed_out(Lines(io.BytesIO(raw), 1000), size)) == numbered(raw)
    assert list(Lines(io.BytesIO(raw), 1000)) == numbered(raw)


@given(TEXTS, st.integers(1, 80), st.data())
def test_a_piece_of_a_stream(raw: bytes, size: int, data: st.DataObject) -> None:
    """Reading ends with the line that reaches the size of the piece, and the number is how many lines that were."""
    raw += b"\n"
    end = data.draw(
        st.sampled_from(
            [index for index in range(1, len(raw) + 1) if raw[index - 1 : index] == b"\n"]
        )
    )
    stream = io.BytesIO(raw + b"{}\n")
    lines = Lines(stream, 1000, end)
    assert list(handed_out(lines, size)) == numbered(raw[:end])
    assert (stream.read(), lines.number) == (raw[end:] + b"{}\n", raw[:end].count(b"\n"))


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_a_line_that_is_too_long(size: int) -> None:
    """Lines before a long one are yielded; the error names its number, and nothing after it is read."""
    lines = Lines(io.BytesIO(b"{}\n\n[1]\n" + b"x" * 50 + b"\n{}\n"), 20)
    found, error = until_broken(handed_out(lines, size))
    assert found == [(1, b"{}\n"), (3, b"[1]\n")]
    assert isinstance(error, CaptureError)
    assert str(error) == "line 4 is larger than 20 bytes; --max-record allows more"


def test_the_longest_line() -> None:
    """The limit counts the break."""
    assert list(Lines(io.BytesIO(b"1234\n12345"), 5)) == [(1, b"1234\n"), (2, b"12345")]
    with pytest.raises(CaptureError, match="line 1 is larger"):
        list(Lines(io.BytesIO(b"12345\n"), 5))


class _Broken(io.RawIOBase):
    """A stream that can be read up to a place, a few bytes at a time."""

    def __init__(self, raw: bytes) -> None:
        self._inner = io.BytesIO(raw)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._inner.read(min(len(buffer), 3))
        if b"!" in piece:
            raise EOFError
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.parametrize("size", [1, 1000])
def test_a_stream_that_breaks(size: int) -> None:
    """Lines that were read before an error are yielded first."""
    stream = io.BufferedReader(_Broken(b"{}\n[1]\n{}12!\n{}\n"))
    found, error = until_broken(handed_out(Lines(stream, 20), size))
    assert (found, type(error)) == ([(1, b"{}\n"), (2, b"[1]\n")], EOFError)


# -- JSON, or JSON a line each


def read(raw: bytes, limit: int = 1000, name: str = "-") -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    for batch in read_json(io.BytesIO(raw), name, Limits(record=limit)):
        assert isinstance(batch, Records)
        found += zip(batch.lines, batch.texts, strict=True)
    return found


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", []),
        (b"\n \n", []),
        (b'\n{"a":\n\n\n1}\n', [(2, b'{"a":\n\n\n1}\n')]),
        (b"{}", [(1, b"{}")]),
        (b"{}\n\n[]\n\n{}", [(1, b"{}\n"), (3, b"[]\n"), (5, b"{}")]),
        (b'[\n{"a": 1},\n{"b": 2}\n]', [(1, b'[\n{"a": 1},\n{"b": 2}\n]')]),
    ],
    ids=["nothing", "blank", "a document", "a line", "lines", "an array"],
)
def test_texts_and_their_lines(raw: bytes, expected: list[tuple[int, bytes]]) -> None:
    """A stream is one text, or one on each line, by its first two lines; blank lines are counted, those within a text kept."""
    assert read(raw) == expected


def test_observations_are_counted_on() -> None:
    """Each element of an array is an observation, counted from the number of the first."""
    found = observations(b'[{"a":3},{"a":4}]\n', Position(3, 1), 2, Reading(1000, nothing_beside))
    assert [(each.entry, each.value, each.begins) for each in found] == [
        (2, {"a": 3}, (3, 2)),
        (3, {"a": 4}, (3, 10)),
    ]


@pytest.mark.parametrize(
    ("raw", "name", "number"),
    [
        (b"x" * 30, "-", 1),
        (b"{}\n" + b"x" * 30 + b"\n{}\n", "-", 2),
        (b"{}\n{}\n" + b"x" * 30 + b"\n{}\n", "-", 3),
        (b'{"a":\n' + b"x" * 30 + b"\n{}\n", "a.ndjson", 2),
    ],
)
def test_a_text_that_is_too_large(raw: bytes, name: str, number: int) -> None:
    """A text that is too large ends the reading; the error names its line."""
    batches, error = until_broken(read_json(io.BytesIO(raw), name, Limits(record=20)))
    lines = [line for batch in batches if isinstance(batch, Records) for line in batch.lines]
    assert lines == list(range(1, number))
    assert isinstance(error, CaptureError)
    assert str(error).startswith(f"line {number} is larger than 20 bytes")
