"""Parquet: tables that pyarrow reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from receiptkit.rules.examples import form, sample

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
PARAMETERS: dict[str, str] = sample("webhook")["params"]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes columns as Parquet."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")

    def written(**columns: list[Any]) -> Path:
        path = tmp_path / "hooks"
        parquet.write_table(pyarrow.table(columns), path)
        return path

    return written


def places(judged: dict[str, Any]) -> list[tuple[str, str, int, int]]:
    return [
        (each["rule"], each["pointer"], each["origin"]["line"], each["origin"]["column"])
        for each in judged["findings"]
        if each["severity"] != "info"
    ]


def test_reads_bodies_in_a_column(write: Callable[..., Path], report: Report) -> None:
    """A cell with a form or JSON is a webhook; a line is a row, and a column one of its columns."""
    bad = form().replace("Status=sent", "Status=queued")
    path = write(id=[1, 2, 3], payload=[form(), bad, json.dumps(PARAMETERS)])
    judged = report(path)
    assert places(judged) == [("schema.enum", "/Status", 2, 2)]
    assert judged["summary"]["checked"] == 3
    assert report("--column", "payload", path)["summary"]["checked"] == 3


def test_reads_parameters_as_typed_columns(write: Callable[..., Path], report: Report) -> None:
    """Numbers, dates and nulls of a column become the texts of the webhook."""
    created = datetime(2026, 3, 2, 9, 15, tzinfo=timezone.utc)
    path = write(
        delivery_receipt_sid=[PARAMETERS["DeliveryReceiptSid"]] * 2,
        status=["failed", "queued"],
        error_code=[30008, None],
        date_created=[created, created],
    )
    assert places(report(path)) == [("schema.enum", "/Status", 2, 2)]


def test_names_the_columns(write: Callable[..., Path], run: Run) -> None:
    """`--column` takes a name that is there."""
    code, _, error = run("validate", "--column", "body", write(payload=[form()]))
    assert (code, "there is no column body; --column takes one of payload" in error) == (2, True)


@pytest.mark.parametrize("cut", [4, 40, -8, -1])
def test_says_that_a_file_is_damaged(write: Callable[..., Path], run: Run, cut: int) -> None:
    """A file that was cut off is a line."""
    path = write(payload=[form()] * 50)
    path.write_bytes(path.read_bytes()[:cut])
    code, _, error = run("validate", path)
    assert (code, "the Parquet file is damaged or encrypted" in error) == (2, True)


def test_reads_no_more_than_is_allowed(write: Callable[..., Path], run: Run) -> None:
    """A file that unpacks to more than the limit is refused before it is unpacked."""
    path = write(payload=[form() + str(number) for number in range(500)])
    code, _, error = run("validate", "--max-unpacked", "1000", path)
    assert (code, "--max-unpacked allows more" in error) == (2, True)


def test_names_the_extra(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without pyarrow the message has the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    path = tmp_path / "hooks"
    path.write_bytes(b"PAR1....PAR1")
    code, _, error = run("validate", path)
    line = f"{path}: this is a Parquet file; read it with: pip install 'receiptkit[parquet]'"
    assert (code, line in error) == (2, True)
