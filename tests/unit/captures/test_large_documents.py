"""Documents of tools that are too large to hold: the list in one is read an element at a time."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from missing import REFERENCE
from receiptkit.captures import Limits, opened
from receiptkit.captures.formats import readable
from receiptkit.captures.observation import Observation
from receiptkit.captures.sources import Source
from receiptkit.rules.examples import form, sample
from unit.captures.test_wrappers import expected, lies

Report = Callable[..., dict[str, Any]]
_LARGE, _ELEMENT = 1 << 21, 20_000
LISTS = [
    "aws/cloudwatch-filter-log-events.json",
    "aws/kinesis-event.json",
    "aws/sns-to-sqs-receive.json",
    "aws/sqs-event.json",
    "datadog/logs-list.json",
    "ngrok/requests-http.json",
    "pact/dashboard-V4-twilio-conversations.json",
    "svix-play/history.json",
    "wiremock/hand-jsonBody.json",
    "wiremock/journal.json",
    "wiremock/mappings-all.json",
]


@pytest.mark.parametrize("name", LISTS if REFERENCE.is_dir() else [])
def test_reads_the_list_of_a_sample(
    reference: Path, report: Report, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """An element at a time gives the findings of the whole, at the same places."""
    path = reference / "wrappers" / name
    whole = report(path)
    monkeypatch.setattr("receiptkit.captures.large_documents.LARGE", 600)
    parts = report(path)
    assert parts["summary"]["checked"] == whole["summary"]["checked"] == expected(name)[0]
    places = [
        sorted(
            (each["pointer"], each["origin"]["line"], each["origin"]["column"]) for each in found
        )
        for found in (lies(parts), lies(whole))
    ]
    assert places[0] == places[1]
    # The newest comes first in some: the time of an element decides.
    assert {each["rule"] for each in parts["findings"]} == {"schema.enum"}


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return how many elements a document has that is three times as large as one read at once."""
    monkeypatch.setattr("receiptkit.captures.large_documents.LARGE", _LARGE)
    return 3 * _LARGE // _ELEMENT


def journal(count: int) -> bytes:
    """Return the journal of a mock with as many webhooks."""
    request = {"method": "POST", "url": "/hook", "headers": {}, "body": form()}
    element = json.dumps({"request": request, "note": "x" * _ELEMENT}).encode()
    return b'{"meta": {"total": 1},\n"requests": [' + b",\n".join([element] * count) + b"]}"


def test_holds_one_element_at_a_time(tmp_path: Path, count: int) -> None:
    """Memory is that of the beginning and an element, and each has its line."""
    path = tmp_path / "journal.json"
    path.write_bytes(journal(count))
    read = readable()["json"].read
    assert read is not None
    tracemalloc.start()
    with opened(Source(str(path)), Limits()) as (stream, _):
        number = 0
        for number, piece in enumerate(read(stream, str(path), Limits()), 1):
            assert isinstance(piece, Observation)
            assert piece.record.start.line == number + 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert number == count
    assert peak < 2.5 * _LARGE


def test_is_not_limited_by_the_size_of_a_record(tmp_path: Path, report: Report, count: int) -> None:
    """A document larger than a record may be is read, if it is a list; any other one is a line."""
    path = tmp_path / "journal.json"
    path.write_bytes(journal(count))
    assert report("--max-record", str(_LARGE), path)["summary"]["checked"] == count


def test_orders_elements_by_their_time(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a list with the newest element first, nothing arrives late."""
    monkeypatch.setattr("receiptkit.captures.large_documents.LARGE", 100)
    good = sample("webhook")["params"]
    later = {**good, "Status": "delivered", "DateUpdated": "2026-03-02T09:15:09.123Z"}
    data = [
        {"method": "POST", "headers": {"a": "b"}, "content": urlencode(later), "time": 1772442909},
        {"method": "POST", "headers": {"a": "b"}, "content": urlencode(good), "time": 1772442900},
    ]
    path = tmp_path / "requests.json"
    path.write_text(json.dumps({"data": data}))
    judged = report(path)
    assert (judged["summary"]["checked"], judged["findings"]) == (2, [])
