"""Tables drawn with frames, as databases, notebooks, Markdown and Node.js print them."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.captures.nodes import plain
from receiptkit.model.regex import regex

#: A line of a frame, without which no table is framed.
_RULE = regex(
    r"[ \t]*[+|┌├└╭╰╞╘╒╔╠╚┏┡┗┠][-=─━═╌+|:┬┼┴╪╤╧╦╬╩┳╇┻┯┷┿│┃║ \t┐┤┘╮╯╡╛╕╗╣╝┓┩┛┨┫┣]*[ \t]*\r?"
)
_SIDES = "|│┃║"
#: The types that DuckDB writes below the names of columns.
_TYPES = frozenset(("varchar", "int32", "int64", "timestamp", "double", "boolean", "json", "date"))


def is_framed(text: str) -> bool:
    """Return True if a text begins with a framed table: a row of names and a rule beside it."""
    lines = [line for line in text.lstrip("\ufeff \t\r\n").split("\n", 4)[:3] if line]
    rules = sum(_RULE.fullmatch(line) is not None for line in lines)
    return bool(rules) and any(line.strip()[:1] in _SIDES for line in lines if len(line) > 1)


def cells_of(text: str) -> Iterator[list[tuple[str, int]]]:
    """Yield the rows of a framed table: each cell with the offset at which it begins."""
    at = 0
    for line in text.splitlines(keepends=True):
        stripped = line.strip()
        if stripped[:1] in _SIDES and stripped and not _RULE.fullmatch(line.rstrip("\n")):
            row = list(_cells(line, at))
            if not {plain(cell) for cell, _ in row} <= _TYPES | {""}:
                yield row
        at += len(line)


def _cells(line: str, at: int) -> Iterator[tuple[str, int]]:
    """Yield what is between the sides of a row, without blanks and the quotes of Node.js."""
    side = line.strip()[0]
    left = line.index(side) + 1
    while (right := line.find(side, left)) >= 0:
        cell = line[left:right]
        start = left + len(cell) - len(cell.lstrip())
        cell = cell.strip()
        if len(cell) > 1 and cell[0] == cell[-1] == "'":
            cell, start = cell[1:-1], start + 1
        yield cell, at + start
        left = right + 1
