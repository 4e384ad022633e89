"""The cells of a table in CSV, with their places."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from receiptkit.scrubbing.edits import doubled, plain
from receiptkit.scrubbing.nodes import Frame, Leaf, leaf


def frames(text: str) -> Iterator[Frame]:
    """Yield the rows of a table; the cells of the first row name those below them."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    try:
        mark = csv.Sniffer().sniff(first, ",;\t|").delimiter
    except csv.Error:
        mark = ","
    cell = re.compile(
        rf'("[^"]*(?:""[^"]*)*"|[^{re.escape(mark)}\r\n]*)({re.escape(mark)}|\r?\n|$)'
    )
    names: list[Leaf | None] | None = None
    row: list[Leaf] = []
    at = int(text.startswith("\ufeff"))
    while at < len(text):
        match = cell.match(text, at)
        if match is None:
            break
        start, end = match.span(1)
        is_quoted = match[1][:1] == '"' and len(match[1]) > 1
        row.append(leaf((doubled if is_quoted else plain)(match[1], start), start, end))
        at = match.end()
        if match[2] != mark:
            if names is None:
                names = [*row]
            keys = (names + [None] * len(row))[: len(row)]
            yield Frame(row[0].start, end, is_object=True, keys=keys, nodes=[*row], in_json=False)
            row = []
