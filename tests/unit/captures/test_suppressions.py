"""Comments that suppress findings are read where a format has comments, and nowhere else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from receiptkit.captures import Limits, Source
from receiptkit.captures.suppressions import Suppression, suppressions_in
from receiptkit.model.errors import CaptureError

CASSETTE = """\
# receiptkit: ignore[a.file, b.file] of the whole file
version: 1
interactions:
# receiptkit: ignore[a.above]: above it

# another comment
- request: {uri: x} # receiptkit: ignore[a.beside]
  response:
    # receiptkit: ignore[a.within]
    headers:
    - "# receiptkit: ignore[captured.quoted]"
    body: |
      # receiptkit: ignore[captured.block]
      text
# receiptkit: ignore[a.second]
- request: # receiptkit: ignore[ , a.list,, b.list ]
    body: "folded
      # receiptkit: ignore[captured.folded]"
  response:
"""


def read(path: Path, text: str | bytes) -> list[Suppression]:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return suppressions_in(Source(str(path)), Limits())


def test_comments_of_a_cassette(tmp_path: Path) -> None:
    """A comment applies to its interaction, the one below it, or the file; captured text is no comment."""
    found = read(tmp_path / "a.yaml", CASSETTE)
    assert [(each.line, each.rules, each.first, each.last) for each in found] == [
        (1, ("a.file", "b.file"), None, None),
        (4, ("a.above",), 7, 15),
        (7, ("a.beside",), 7, 15),
        (9, ("a.within",), 7, 15),
        (15, ("a.second",), 16, 20),
        (16, ("a.list", "b.list"), 16, 20),
    ]
    assert [each.reason for each in found[:2]] == ["of the whole file", "above it"]
    assert read(tmp_path / "a.yaml.gz", gzip.compress(CASSETTE.encode())) == [
        each._replace(file=str(tmp_path / "a.yaml.gz")) for each in found
    ]


def test_other_characters_count_as_one(tmp_path: Path) -> None:
    """Accents, emoji and the line breaks that only YAML knows move no comment."""
    odd = CASSETTE.replace("of the whole", "\u00e9\U0001f600 of the whole", 1)
    found = read(tmp_path / "a.yaml", CASSETTE)
    again = read(tmp_path / "a.yaml", odd.replace("x}", '"\u00e9\U0001f600\u2028\x85"}'))
    assert [each._replace(reason="") for each in again] == [
        each._replace(reason="") for each in found
    ]


def test_lines_between_those_of_ndjson(tmp_path: Path) -> None:
    """A comment applies to the line below; a line's content is no comment."""
    text = (
        '{"a": "# receiptkit: ignore[captured.line]"}\n# receiptkit: ignore[a.one] why\n'
        f'#\n{{"b": "{"x" * 70_000}# receiptkit: ignore[captured.long]"}}\n{{"c": 1}}\n'
        "# receiptkit: ignore[at.end]\n"
    )
    found = read(tmp_path / "a.ndjson", text)
    assert [(each.rules, each.line, each.first, each.last) for each in found] == [
        (("a.one",), 2, 4, 4)
    ]


def test_members_of_a_har(tmp_path: Path) -> None:
    """The comments of an entry, its request, response and content count; a body does not."""

    def entry(where: tuple[str, ...] | None, text: str) -> dict[str, object]:
        result: dict[str, object] = {"request": {}, "response": {"content": {"text": "x"}}}
        part = result
        for name in where or ("response", "content"):
            part = part[name]  # type: ignore[assignment]
        part["text" if where is None else "comment"] = text
        return result

    mark = "receiptkit: ignore[schema.enum] why"
    places = [None, (), ("request",), ("response",), ("response", "content")]
    entries = [entry(where, mark) for where in places] + [entry((), f"see {mark}")]
    found = read(tmp_path / "a.har", json.dumps({"log": {"entries": entries}}))
    assert [(each.entry, each.rules, each.reason) for each in found] == [
        (number, ("schema.enum",), "why") for number in range(1, 5)
    ]


@pytest.mark.parametrize("before", [0, 2**20 - 22, 2**20 - 9, 2**20 - 1, 2**20])
def test_a_comment_at_the_seam_of_two_reads(tmp_path: Path, before: int) -> None:
    line = '{"a": "' + "x" * (before - 12) + '"}\n' if before else ""
    found = read(tmp_path / "a.ndjson", f'{line}# receiptkit: ignore[a.b]\n{{"c": 1}}\n')
    assert [each.rules for each in found] == [("a.b",)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.form", "# receiptkit: ignore[a.b]\nEventType=onDeliveryUpdated&Status=sent\n"),
        ("a.yaml", "interactions: [\n# receiptkit: ignore[a.b]\n - request: '\n"),
        ("a.yaml", b"interactions:\n- \xff # receiptkit: ignore[a.b]\n"),
        ("a.txt", "# receiptkit: ignore[a.b]\n"),
        ("a.yaml.gz", gzip.compress(b"interactions: # receiptkit: ignore[a.b]", mtime=0)[:-9]),
        ("a.har", '{"log": {"entries": [{"comment": "receiptkit: ignore[a.b"}]}}'),
    ],
)
def test_others_have_none(tmp_path: Path, name: str, text: str | bytes) -> None:
    assert read(tmp_path / name, text) == []


def test_files_that_cannot_be_read_have_none(tmp_path: Path) -> None:
    assert suppressions_in(Source(str(tmp_path / "gone")), Limits()) == []
    assert suppressions_in(Source("-"), Limits()) == []


def test_a_file_that_is_too_large_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(CASSETTE)
    with pytest.raises(CaptureError, match="it has suppressions, and is larger than 100 bytes"):
        suppressions_in(Source(str(path)), Limits(record=100))


def test_many_comments_take_linear_time(tmp_path: Path) -> None:
    """A hundred thousand comments above one interaction, and none of them below it."""
    many = "# receiptkit: ignore[a.b]\n" * 100_000
    found = read(tmp_path / "a.yaml", f"interactions:\n{many}- request: {{}}\n  response: {{}}\n")
    assert len(found) == 100_000
    assert {each.first for each in found} == {100_002}
