"""Tables: CSV, TSV and their kin, with parameters as columns or a body in one of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO, NamedTuple

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.evidence import has_evidence_in
from receiptkit.captures.exchanges import Seen
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.framed import cells_of, is_framed
from receiptkit.captures.nodes import Node, plain
from receiptkit.captures.observation import Observation
from receiptkit.captures.parameters import columns, receipt_in, row_in
from receiptkit.captures.receipts_within import receipts_in
from receiptkit.captures.records import Cell, PlacedRecord
from receiptkit.captures.sources import Limits, everything
from receiptkit.captures.unwrap import find_in
from receiptkit.captures.webhook_requests import request_of
from receiptkit.model import pointers
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import Exchange
from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.json_text import decode

_DELIMITERS = (b",", b";", b"\t", b"|")
_SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
#: The name of a column: a few words; an index has none.
_NAME = regex(r"(?:[@\w][\w @.()/:\[\]#%$-]{0,63}(?<!:))?")
_QUOTED = regex(r'"([^"]*(?:""[^"]*)*)"')
#: What exports write for a value that is absent.
_BLANK = frozenset(
    (
        *("", "\\N", "\\\\N", "NULL", "null", "<null>", "(null)"),
        *("NaN", "nan", "NaT", "None", "NA", "N/A"),
    )
)
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Field(NamedTuple):
    """
    A cell of a table.

    Attributes:
        text: what is in it.
        start: the offset in the file at which that begins.
        quotes: the offsets in the text behind which a doubled quotation mark was one.
    """

    text: str
    start: int
    quotes: tuple[int, ...] = ()

    def origin(self, offset: int) -> int:
        """Return the offset in the file of an offset in the text."""
        return self.start + offset + bisect_right(self.quotes, offset - 1)


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is a table of ours.

    A row of names, and a column or a cell that only this API has.
    """
    start = beginning(_in_utf_8(head))
    if is_framed(drawn := start.decode("utf-8", "ignore")):
        names = [name for name, _ in next(cells_of(drawn), [])]
        if columns(names) or (len(names) > 1 and has_evidence_in(start)):
            return "it begins with the frame of a table"
        return ""
    names, delimiter = header(start)
    if not delimiter:
        return ""
    if columns(names):
        return "it has the columns of receipts"
    if has_evidence_in(start.partition(b"\n")[2]) and _is_row(start, len(names), delimiter):
        return "it begins with the names of columns, and a cell holds a body"
    return "its name is that of a table" if name.lower().endswith(_SUFFIXES) else ""


def _is_row(start: bytes, width: int, delimiter: str) -> bool:
    """Return True if a row below the names is as wide as they are, or is cut off."""
    below = list(islice(rows(decode(start)[0], delimiter), 1, 4))
    return len(below) == 1 or any(len(row) == width for row in below)


def _in_utf_8(raw: bytes) -> bytes:
    """Return a text in UTF-8, also one in the UTF-16 that spreadsheets write."""
    return raw.decode("utf-16", "ignore").encode() if raw[:2] in _UTF_16 else raw


def header(start: bytes) -> tuple[list[str], str]:
    """
    Return the names of the columns and what is between them.

    None for a file that is no table.
    """
    line = start.partition(b"\n")[0].rstrip(b"\r")
    if len(line) > 4000:
        return [], ""
    delimiter = max(_DELIMITERS, key=line.count)
    if not line.count(delimiter):
        return [], ""
    text, between = decode(line)[0], delimiter.decode()
    names = [cell.text.strip() for cell in next(rows(text, between), [])]
    if (
        len(names) < 2
        or not all(_NAME.fullmatch(name) for name in names)
        or len(set(names)) < len(names)
    ):
        return [], ""
    return names, between


def rows(text: str, delimiter: str) -> Iterator[list[Field]]:
    """Yield the rows of a table; a quoted cell may hold line breaks."""
    bare = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    at, row = 0, []
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        if quoted:
            inner = quoted[1]
            doubled = [match.start() for match in re.finditer('""', inner)]
            quotes = tuple(start - index for index, start in enumerate(doubled))
            row.append(Field(inner.replace('""', '"'), at + 1, quotes))
            at = quoted.end()
        else:
            match = bare.match(text, at)
            end = match.end() if match else at
            row.append(Field(text[at:end], at))
            at = end
        if text[at : at + 1] == delimiter:
            at += 1
            if at == len(text) or text[at] in "\r\n":
                row.append(Field("", at))
            else:
                continue
        elif at < len(text) and text[at] not in "\r\n":
            # A quotation mark within a cell: the rest of the cell belongs to it.
            match = bare.match(text, at)
            end = match.end() if match else at + 1
            row[-1] = Field(text[row[-1].start : end], row[-1].start)
            at = max(end, at + 1)
            if text[at : at + 1] == delimiter:
                at += 1
                continue
        at += text.startswith("\r", at)
        at += text.startswith("\n", at)
        yield row
        row = []
    if row:
        yield row


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield the observations in the rows of a table.

    Raises:
        CaptureError: it is no table, lacks the column, or is larger than a record may be.
    """
    text, problem = decode(_in_utf_8(everything(stream, limits.record, "the table")))
    if problem is not None:
        raise CaptureError("the table is not UTF-8; convert it with iconv")
    text = text.removeprefix("\ufeff")
    names, table = _opened(text)
    check_column(limits.column, names)
    from receiptkit.text.json_locate import LineIndex

    place, entry = LineIndex(text).place, 0
    reading = Reading(limits.record, nothing_beside)
    for row in _data(table):
        cells = dict(zip(names, row, strict=False))
        for record, seen in placed_row(cells, place, reading, limits.column):
            yield envelope.seen(entry, record, seen)
            entry += 1


def placed_row(
    cells: dict[str, Field],
    place: Callable[[int], Position],
    reading: Reading,
    column: str | None,
) -> Iterator[tuple[PlacedRecord, Seen]]:
    """Yield what is in a row, by the names of its columns, each with its record."""
    start = min(field.start for field in cells.values())
    record = PlacedRecord(place(start), cells=_cells(cells, place).get)
    texts = {name: cell.text for name, cell in cells.items()}
    for seen in seen_in(texts, reading, column):
        yield record, seen


def _opened(text: str) -> tuple[list[str], Iterator[list[Field]]]:
    """Return the names of the columns, and all rows, with a frame around them or without."""
    if is_framed(text[:8192]):
        framed = ([Field(*cell) for cell in row] for row in cells_of(text))
        return [name for name, _ in next(cells_of(text), [])], framed
    names, delimiter = header(text[:8192].encode())
    if not delimiter:
        raise CaptureError("the first row does not name the columns of a table")
    return names, rows(text, delimiter)


def check_column(column: str | None, names: list[str]) -> None:
    """Raise `CaptureError` if the column that the user named is not there."""
    if column is not None and column not in names:
        raise CaptureError(f"there is no column {column}; --column takes one of {', '.join(names)}")


def _cells(fields: dict[str, Field], place: Callable[[int], Position]) -> dict[str, Cell]:
    def cell(field: Field) -> Cell:
        return Cell(field.text, lambda offset: place(field.origin(offset)))

    return {pointers.join([name]): cell(field) for name, field in fields.items()}


def _data(table: Iterator[list[Field]]) -> Iterator[list[Field]]:
    """Yield the rows below the names that are not empty."""
    next(table, None)
    for row in table:
        if any(cell.text for cell in row):
            yield row


def seen_in(cells: Mapping[str, Any], reading: Reading, column: str | None) -> list[Seen]:
    """Return what is in a row: by the names of its columns, a text or a value each."""
    values = {
        name: cell
        for name, cell in cells.items()
        if not (cell is None or (isinstance(cell, str) and cell in _BLANK))
        and (column is None or name == column or plain(name) in _AROUND)
    }
    nulls = {name: values.get(name) for name in cells}
    row = row_in(Node(nulls))
    if row is not None:
        return [request_of(*row)]
    found = find_in(values, reading, dumps=True)
    if found or column is not None:
        return found
    receipt = receipt_in(Node(nulls))
    if receipt is None:
        return list(receipts_in(Node(values)))
    body, rule, partial = receipt
    answer = Exchange("", "", 200, body.value)
    return [Seen(answer, {"response": body.spot}, rule, body.names, partial)]


#: Columns that belong to a body in another one.
_AROUND = frozenset(
    ("url", "requesturl", "path", "headers", "requestheaders", "method", "requestmethod")
)

FORMAT = Format(
    name="table",
    title="a table",
    description="CSV, TSV, and tables with semicolons or bars: "
    "parameters as columns, or a body in one of them (`--column` names it)",
    recognise=recognise,
    read=read,
    order=40,
    vague=True,
)
