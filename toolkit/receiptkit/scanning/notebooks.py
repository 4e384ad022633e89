"""The source code and the outputs of Jupyter notebooks."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from receiptkit.model import pointers
from receiptkit.text.json_locate import offsets, skip


class CodePiece(NamedTuple):
    """
    A text in a notebook.

    Attributes:
        text: the source code of a cell, or what it printed.
        suffix: that of the files that hold such a text.
        place: leads from an offset in it to one in the notebook.
    """

    text: str
    suffix: str
    place: Callable[[int], int]


def pieces(text: str) -> Iterator[CodePiece]:
    """Yield the texts of a notebook; nothing for any other file."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return
    for index, cell in enumerate(cells if isinstance(cells, list) else []):
        if not isinstance(cell, dict):
            continue
        at = pointers.join(["cells", index])
        is_prose = cell.get("cell_type") == "markdown"
        yield from _piece(text, cell, f"{at}/source", ".md" if is_prose else ".py")
        outputs = cell.get("outputs")
        for number, output in enumerate(outputs if isinstance(outputs, list) else []):
            if isinstance(output, dict):
                yield from _piece(text, output, f"{at}/outputs/{number}/text", ".py")
                yield from _data(text, output.get("data"), f"{at}/outputs/{number}/data")


def _data(text: str, data: Any, at: str) -> Iterator[CodePiece]:
    """Yield what an output shows, in each of its forms."""
    if not isinstance(data, dict):
        return
    if "application/json" in data:
        # It is a value of the notebook, and so is in it as JSON.
        pointer = at + pointers.join(["application/json"])
        begin = offsets(text, [pointer])[pointer]
        yield CodePiece(text[begin : skip(text, begin)], ".js", lambda offset: begin + offset)
        return
    yield from _piece(text, data, at + pointers.join(["text/plain"]), ".py")


def _piece(text: str, holder: dict[str, Any], at: str, suffix: str) -> Iterator[CodePiece]:
    """Yield the text that a member is, in one string or in a list of lines."""
    held = holder.get(pointers.split(at)[-1])
    lines = [held] if isinstance(held, str) else held
    if not isinstance(lines, list) or not lines or not all(isinstance(x, str) for x in lines):
        return
    names = [at] if isinstance(held, str) else [at + pointers.join([n]) for n in range(len(lines))]
    places = offsets(text, names)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def place(offset: int) -> int:
        line = min(bisect_right(starts, offset), len(lines)) - 1
        return places[names[line]] + 1 + offset - starts[line]

    yield CodePiece("".join(lines), suffix, place)
