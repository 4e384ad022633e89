"""Statements of SQL, as databases dump their tables: rows with the names of their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.formats import log
from receiptkit.captures.formats.table import Field, placed_row
from receiptkit.captures.observation import Observation
from receiptkit.captures.sources import Limits, everything
from receiptkit.model.errors import CaptureError
from receiptkit.model.regex import regex
from receiptkit.text.json_text import decode

_BEGINS = regex(
    rb"(?i)(?:PRAGMA |BEGIN TRANSACTION|CREATE TABLE|INSERT INTO|REPLACE INTO|DROP TABLE|"
    rb"COPY \S+ \(|SET statement_timeout|--\s*\n?-- PostgreSQL|-- (?:MySQL|MariaDB) dump|/\*!\d+ )"
)
#: The beginning of a statement with rows: the names of columns, and what follows them.
_ROWS = regex(
    r"(?i)\b(?:INSERT|REPLACE)\s(?:[a-z ]{0,40}\s)?INTO\s+[^\s(]{1,200}\s*\(([^()]{1,8000})\)\s*"
    r"(?:OVERRIDING\s\w+\sVALUE\s+)?VALUES\s*(?=\()"
    r"|^COPY\s+[^\s(]{1,200}\s*\(([^()]{1,8000})\)\s+FROM\s+stdin[^\n]{0,200};[^\S\n]*\n",
    re.MULTILINE,
)
_PLAIN = r"'[^']*(?:''[^']*)*'"
_ESCAPED = r"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'"
_OTHER = r"|[(),;]|[^'(),;]+"
#: What values are made of: texts, in which a backslash may escape a character, marks, the rest.
_TOKEN = regex(_PLAIN + _OTHER, re.DOTALL)
_TOKEN_OF_MYSQL = regex(
    _ESCAPED + r'|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*"' + _OTHER.replace("'", "'\""), re.DOTALL
)
_ESCAPED_TEXT = regex(_ESCAPED, re.DOTALL)
_DOUBLED = regex(r"''")
_ESCAPE = regex(r"\\.|''|\"\"", re.DOTALL)
_CHARACTERS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "b": "\b", "Z": "\x1a"}
_QUOTES = "\"`[]' \t\r\n"


class _Row(NamedTuple):
    """The values of a row, and where the next one begins."""

    values: list[Field]
    end: int


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is SQL: its first statement."""
    return "it begins like SQL" if _BEGINS.match(beginning(head)) else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield what is in the rows of a dump; without names of columns, what is in its text.

    Raises:
        CaptureError: it is larger than a record may be, or not UTF-8.
    """
    raw = everything(stream, limits.record, "the dump")
    text, problem = decode(raw)
    if problem is not None:
        raise CaptureError("the dump is not UTF-8; convert it with iconv")
    from receiptkit.text.json_locate import LineIndex

    place, entry = LineIndex(text).place, 0
    reading = Reading(limits.record, nothing_beside)
    for cells in _named_rows(text):
        for record, seen in placed_row(cells, place, reading, limits.column):
            yield envelope.seen(entry, record, seen)
            entry += 1
    if not entry:
        yield from log.read(BytesIO(raw), name, limits)


def _named_rows(text: str) -> Iterator[dict[str, Field]]:
    """Yield the values of each row by the names of their columns."""
    at = 0
    while (found := _ROWS.search(text, at)) is not None:
        names = [name.strip(_QUOTES) for name in (found[1] or found[2]).split(",")]
        is_mysql = "`" in found[0]
        at = found.end()
        rows = _values(text, at, is_mysql=is_mysql) if found[1] else _lines(text, at)
        for row in rows:
            at = row.end
            if len(row.values) == len(names):
                yield dict(zip(names, row.values, strict=True))


# -- rows of INSERT


def _values(text: str, at: int, *, is_mysql: bool) -> Iterator[_Row]:
    """Yield the rows in the parentheses behind VALUES."""
    token, depth = (_TOKEN_OF_MYSQL if is_mysql else _TOKEN), 0
    values: list[Field] = []
    begun, literals = at, list[Field]()
    while (found := token.match(text, at)) is not None:
        mark, at = found[0], found.end()
        if depth == 0 and (mark == ";" or mark[0] in "'\""):
            return
        if mark in ("(", ")"):
            depth += 1 if mark == "(" else -1
        if depth == 1 and mark == "(":
            values, literals, begun = [], [], at
        elif (depth == 1 and mark == ",") or (depth == 0 and mark == ")"):
            # Around a text there may be a type, or a function that gives it one.
            plain = Field(text[begun : found.start()].strip(), begun)
            values.append(literals[0] if len(literals) == 1 else plain)
            literals, begun = [], at
            if depth == 0:
                yield _Row(values, at)
        elif mark[0] in "'\"":
            is_escaped = is_mysql or text[found.start() - 1 : found.start()] in ("E", "e")
            if is_escaped and not is_mysql:
                found = _ESCAPED_TEXT.match(text, found.start()) or found
                at = found.end()
            literals.append(_text(found[0][1:-1], found.start() + 1, is_escaped=is_escaped))


def _text(inner: str, start: int, *, is_escaped: bool) -> Field:
    """Return the text of a literal; every escape in it is two characters for one."""
    escape = _ESCAPE if is_escaped else _DOUBLED
    places = [found.start() for found in escape.finditer(inner)]
    plain = escape.sub(lambda found: _CHARACTERS.get(found[0][1], found[0][1]), inner)
    return Field(plain, start, tuple(each - index for index, each in enumerate(places)))


# -- rows of COPY


def _lines(text: str, at: int) -> Iterator[_Row]:
    """Yield the lines behind a COPY, up to the one that ends it."""
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].removesuffix("\r")
        if line == "\\.":
            return
        values = []
        start = at
        for cell in line.split("\t"):
            whole = Field(cell, start) if cell == "\\N" else _text(cell, start, is_escaped=True)
            values.append(whole)
            start += len(cell) + 1
        at = end + 1
        yield _Row(values, at)


FORMAT = Format(
    name="sql",
    title="SQL",
    description="dumps of a database: `INSERT INTO … (names) VALUES` and `COPY … (names)`, with "
    "parameters or fields as columns, or a body in one of them",
    recognise=recognise,
    read=read,
    order=34,
    vague=True,
)
