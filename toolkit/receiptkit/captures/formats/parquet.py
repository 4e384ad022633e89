"""Parquet: a table, read a row at a time with pyarrow, which is an extra."""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.format import Format
from receiptkit.captures.formats.table import check_column, seen_in
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import PlacedRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.model import pointers
from receiptkit.model.errors import CaptureError
from receiptkit.model.location import Position

#: Rows that are in memory at a time.
_ROWS = 1000


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is Parquet: its first bytes."""
    return "it begins with PAR1" if head.startswith(b"PAR1") else ""


def pyarrow_parquet() -> Any:
    """
    Return the library that reads and writes Parquet.

    Raises:
        CaptureError: it is missing.
    """
    try:
        return import_module("pyarrow.parquet")
    except ImportError:
        raise CaptureError(
            "this is a Parquet file; read it with: pip install 'receiptkit[parquet]'"
        ) from None


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the observations in the rows of a table; a line is a row, and a column one of its columns.

    Raises:
        CaptureError: pyarrow is missing, the table is damaged or larger than allowed, or it has no
            such column.
    """
    parquet = pyarrow_parquet()
    content = io.BytesIO(everything(stream, limits.record, "the table"))
    entry, reading = 0, Reading(limits.record, nothing_beside)
    for number, row in _rows(parquet, content, limits):
        places = {
            pointers.join([name]): Position(number, column)
            for column, name in enumerate(row, start=1)
        }
        record = PlacedRecord(Position(number, 1), places)
        for seen in seen_in(row, reading, limits.column):
            yield envelope.seen(entry, record, seen)
            entry += 1


def _rows(parquet: Any, content: BinaryIO, limits: Limits) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the rows of a table with their numbers, from 1 on."""
    try:
        table = parquet.ParquetFile(content)
        # Texts that repeat stay in a dictionary, so that a few bytes cannot fill the memory.
        columns = [each.path for each in table.schema if each.physical_type == "BYTE_ARRAY"]
        table = parquet.ParquetFile(content, read_dictionary=columns)
        names = list(table.schema_arrow.names)
        groups = (table.metadata.row_group(at) for at in range(table.num_row_groups))
        size = sum(group.total_byte_size for group in groups)
    except Exception:  # noqa: BLE001 # it has its own errors, and others
        raise CaptureError(DAMAGED) from None
    if size > limits.unpacked:
        raise CaptureError(
            f"unpacks to more than {limits.unpacked:,} bytes; --max-unpacked allows more"
        )
    check_column(limits.column, names)
    number = 0
    batches = table.iter_batches(batch_size=_ROWS)
    while True:
        try:
            batch = next(batches, None)
            for at in range(batch.num_rows if batch is not None else 0):
                number += 1
                yield number, dict(zip(names, _row(batch, at), strict=True))
        except Exception:  # noqa: BLE001 # as above
            raise CaptureError(DAMAGED) from None
        if batch is None:
            return


DAMAGED = "the Parquet file is damaged or encrypted"


def _row(batch: Any, at: int) -> list[Any]:
    """Return the values of a row as JSON has them: bytes and dates as text."""
    return [_plain(column[at].as_py()) for column in batch.columns]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return value.isoformat(" ") if hasattr(value, "isoformat") else str(value)


FORMAT = Format(
    name="parquet",
    title="a Parquet file",
    description="Parquet, read like a table; needs `pip install 'receiptkit[parquet]'`",
    recognise=recognise,
    read=read,
    order=42,
    begins=b"P",
)
