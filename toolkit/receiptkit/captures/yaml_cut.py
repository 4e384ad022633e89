"""
Cut a cassette in YAML into its interactions without loading it.

Only texts whose lines are of the simplest kinds are cut: block mappings and lists of scalars, or
empty ones in brackets, where a quotation mark begins or ends a value. Then a dash in the column of
the list can only begin an item. From the first other text on, the loader reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, NamedTuple

_CHUNK = 1 << 17
#: A longer item is left to the loader.
_LONGEST = 1 << 20
#: Allowed before the first item: other members that are one word, and the name of the list.
_HEAD = re.compile(
    rb"(?:---[ ]*\n)?(?:\w+:[ ]+[\w.]+[ ]*\n)*(?:(?P<name>\w+):[ ]*\n)?(?P<indent>[ ]*)- (?=\S)"
)
_SINGLE, _DOUBLE = rb"'[^']*(?:''[^']*)*'", rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_QUOTED = re.compile(_SINGLE + b"|" + _DOUBLE, re.DOTALL)
_PLAIN = rb"(?:[\w./(=+~$^]|-(?=\S))[^\n'\":#]*(?:(?::(?=\S)|(?<=\S)#)[^\n'\":#]*)*"
_VALUE = rb"(?:%s|%s|%s|\[\]|\{\})[ ]*\n" % (_SINGLE, _DOUBLE, _PLAIN)
#: A text line by line, each as far to the right as the first.
_LINES = rb"[|>][+-]?\n(?P<in>[ ]+)\S[^\n]*\n(?:(?P=in)[^\n]*\n)*"
_NAME = rb"[A-Za-z_][\w-]*:"
_MEMBER = rb"(?:%s(?: %s| %s|[ ]*\n)|%s)" % (_NAME, _VALUE, _LINES, _VALUE)
_FIRST = rb"%s(?: %s|[ ]*\n)" % (_NAME, _VALUE)
_HAS_LINES = re.compile(rb": [|>][+-]?\n")
#: What YAML takes for the end of a line, too.
_BREAK = re.compile(rb"\r|\xc2\x85|\xe2\x80[\xa8\xa9]")
#: Where a writer broke a long text; that is read as one blank.
_FOLD = re.compile(rb"(?<![\s\\])\n[ ]+(?![\s\\])")


class CutItem(NamedTuple):
    """The text of an item, and the line on which it begins."""

    raw: bytes
    line: int


class Cut:
    """
    The items at the beginning of a cassette, and what follows them.

    Attributes:
        indent: how far to the right the dashes are.
        before: a text that puts what follows the items on its line, in its list.
    """

    def __init__(self, stream: BinaryIO, names: Collection[str]) -> None:
        """Cut the list with one of these names; the name of a list without one is empty."""
        self.indent = 0
        self.before = self._rest = b""
        self._stream = stream
        self._names = names

    def groups(self) -> Iterator[list[CutItem]]:
        """Yield the items, many at a time."""
        self._rest = self._stream.read(_CHUNK)
        head = _HEAD.match(self._rest)
        name = (head["name"] or b"") if head else b""
        if head is None or name.decode() not in self._names:
            return
        line = 1 + head[0].count(b"\n")
        dash = head["indent"] + b"- "
        is_item = re.compile(rb"%s%s(?:%s[ ]+(?:- )*%s)*" % (dash, _FIRST, dash[:-2], _MEMBER))
        self.indent, self._rest = len(head["indent"]), self._rest[head.start("indent") :]
        is_regular = True
        while is_regular and len(self._rest) < _LONGEST:
            group = []
            start = 0
            while (end := self._rest.find(b"\n" + dash, start) + 1) > 0:
                raw = self._rest[start:end]
                is_regular = is_item.fullmatch(raw) is not None and not _BREAK.search(raw)
                if not is_regular:
                    break
                group.append(CutItem(raw, line))
                line, start = line + raw.count(b"\n"), end
            self._rest = self._rest[start:]
            if group:
                yield group
            more = self._stream.read(_CHUNK)
            self._rest += more
            is_regular = is_regular and bool(more)
        self.before = name + b":" * bool(name) + b"\n" * (line - 1)

    def read(self, size: int) -> bytes:
        """Return some bytes of what follows the items."""
        if not self._rest:
            return self._stream.read(size)
        read, self._rest = self._rest[:size], self._rest[size:]
        return read


def unfolded(raw: bytes) -> bytes:
    """Return an item with long texts on one line each; its values are the same."""
    if _HAS_LINES.search(raw):
        return raw
    return _QUOTED.sub(lambda found: _FOLD.sub(b" ", found[0]), raw)
