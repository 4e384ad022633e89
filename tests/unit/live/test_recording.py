"""Lines that are kept are whole, without credentials, and have room for the response."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receiptkit.live.recording import Recording, answer, recorded, webhook
from receiptkit.model.errors import UsageError

_HEADERS = [
    (b"host", b"example.com"),
    (b"authorization", b"Basic QUM6c2VjcmV0"),
    (b"x", b"1"),
    (b"x", b"2"),
]


def test_credentials_are_not_kept() -> None:
    """No header that opens an account is in a line; a repeated header is there with each value."""
    line = webhook("https://example.com/", "POST", _HEADERS, b"a=1")
    assert b"QUM6c2VjcmV0" not in line
    assert json.loads(line)["headers"] == {"host": "example.com", "x": ["1", "2"]}


@settings(max_examples=30)
@given(
    bodies=st.lists(st.binary(max_size=50), min_size=1, max_size=5),
    outcome=st.one_of(st.integers(100, 599), st.text(max_size=300)),
)
def test_responses_fit_into_their_lines(bodies: list[bytes], outcome: int | str) -> None:
    """A response changes only its place in the line, however long its reason is."""
    file = io.BytesIO()
    recording = Recording(file)
    ends = [recording.append(webhook("http://a/", "POST", [], body)) for body in bodies]
    before = [json.loads(line) for line in file.getvalue().splitlines()]
    for end in reversed(ends):
        recording.fill(end, answer(outcome, 1234567.8))
    recording.append(b"{}")
    *after, last = [json.loads(line) for line in file.getvalue().splitlines()]
    assert last == {}
    assert all(each["answer"]["milliseconds"] == 1234567.8 for each in after)
    assert [{**each, "answer": None} for each in after] == before


def test_a_recording_goes_on(tmp_path: Path) -> None:
    """A second run writes behind the first one, also behind a line that a power cut left."""
    path = str(tmp_path / "kept.ndjson")
    for number in range(2):
        with recorded(path) as recording:
            assert recording.lines == number * 2
            recording.append(webhook("http://a/", "POST", [], b""))
        if number == 0:
            with open(path, "ab") as file:
                file.write(b'{"received_at": "20')
    assert len(Path(path).read_bytes().splitlines()) == 3


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    """Foreign files, and those that another process writes, are not changed."""
    other = tmp_path / "other.ndjson"
    other.write_text("{}\n")
    with pytest.raises(UsageError, match="not a recording"), recorded(str(other)):
        pass
    path = str(tmp_path / "kept.ndjson")
    with recorded(path), pytest.raises(UsageError, match="another process"), recorded(path):
        pass
