"""Parquet: the rows of a table as NDJSON, and the table with other values in them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from importlib import import_module
from typing import Any

from receiptkit.captures.formats.parquet import DAMAGED, pyarrow_parquet
from receiptkit.model.errors import CaptureError


def rewritten(raw: bytes, scrub: Callable[[bytes], bytes]) -> bytes:
    """
    Return a table with the texts in its rows scrubbed, of the same types and in the same order.

    Args:
        raw: the Parquet file.
        scrub: scrubs NDJSON, in which each line is a row.

    Raises:
        CaptureError: pyarrow is missing, or the file is damaged or encrypted.
    """
    parquet = pyarrow_parquet()
    try:
        file = parquet.ParquetFile(io.BytesIO(raw))
        table = file.read()
        rows = table.to_pylist()
    except Exception:  # noqa: BLE001 # it has its own errors, and others
        raise CaptureError(DAMAGED) from None
    before = "".join(json.dumps(row, default=_readable) + "\n" for row in rows).encode()
    after = scrub(before)
    if after == before:
        return raw
    new = [_like(row, json.loads(line)) for row, line in zip(rows, after.splitlines(), strict=True)]
    for index, field in enumerate(table.schema):
        old_values = [row[field.name] for row in rows]
        new_values = [row[field.name] for row in new]
        if new_values != old_values:
            table = table.set_column(index, field, _column(table, index, new_values))
    out = io.BytesIO()
    groups = file.metadata.num_row_groups
    first = file.metadata.row_group(0)
    parquet.write_table(
        table,
        out,
        compression=first.column(0).compression,
        row_group_size=first.num_rows if groups > 1 else None,
    )
    return out.getvalue()


def _readable(value: Any) -> Any:
    """Return bytes as text; null for what holds none, such as a date."""
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else None


def _like(old: Any, new: Any) -> Any:
    """Return a value of JSON as the type of the value that it replaces."""
    if isinstance(old, bytes):
        return str(new).encode("utf-8", "surrogateescape")
    if isinstance(old, dict):
        return {name: _like(value, new[name]) for name, value in old.items()}
    if isinstance(old, (list, tuple)):
        return type(old)(_like(*pair) for pair in zip(old, new, strict=True))
    return new if isinstance(old, str) else old


def _column(table: Any, index: int, values: list[Any]) -> Any:
    """Return a column of other values, of the type of the one that it replaces."""
    kind = table.schema.field(index).type
    inner = getattr(kind, "value_type", kind) if "dictionary" in str(kind) else kind
    array = import_module("pyarrow").array(values, type=inner)
    return array if inner == kind else array.dictionary_encode()
