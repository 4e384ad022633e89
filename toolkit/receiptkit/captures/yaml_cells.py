"""The texts that scalars of an item of YAML are, each with the way to the file."""

from __future__ import annotations

from receiptkit.captures.records import Cell
from receiptkit.captures.yaml_items import Item, scalars
from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.json_locate import LineIndex
from receiptkit.text.scalars import yaml_offsets

#: Properties before a scalar: tag and anchor.
PROPERTIES = regex(r"(?:[!&]\S*\s+)*")


def cell(item: Item, pointer: str) -> Cell | None:
    """Return the text that the scalar at a pointer is; None without one."""
    margin = item.start.column - 1
    event = scalars(item.text, margin).get(pointer)
    if event is None:
        return None
    raw = (" " * margin + item.text)[event.start_mark.index : event.end_mark.index]
    found = PROPERTIES.match(raw)
    skipped = found.end() if found else 0
    offsets = yaml_offsets(raw[skipped:], event.value)
    if offsets is None:
        return None
    lines = LineIndex(raw)
    begin = Position(item.start.line + event.start_mark.line, event.start_mark.column + 1)
    return Cell(event.value, lambda at: begin.shifted(*lines.place(skipped + offsets[at])))
