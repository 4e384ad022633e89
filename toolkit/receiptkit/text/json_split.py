"""
The elements of one array of a JSON text that is too large to hold: a HAR's entries, a cassette's
interactions.

Only quotation marks and brackets are looked at, which is enough to tell where an element begins and
ends. What it holds is for the parser. Memory is that of one element. Where elements are alike, the
text between two of them is searched for, and brackets are only compared.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from itertools import accumulate, count
from operator import add
from typing import BinaryIO, Literal, NamedTuple

from receiptkit.model.errors import CaptureError
from receiptkit.model.limits import larger
from receiptkit.model.location import Position
from receiptkit.model.regex import regex

_CHUNK = 1 << 18
_BRACKET = regex(rb"[\[\]{}]")
_SCALAR = regex(rb'"[^"]*"|[^\s,"]+')
#: The beginning of an object, up to the name of its first member.
_HEAD = regex(rb'\{\s*"[^"\\]{1,40}"')
_NO_MARKS = bytes(set(range(256)) - set(b'[]{}"'))
#: How many orders of brackets and marks are remembered, and how long one may be.
_MOST_KNOWN, _LONGEST_KNOWN = 256, 1 << 13
#: What a bracket is for us: the array or an element of it begins or ends.
_Boundary = Literal["enter", "begin", "end", "leave"] | None
#: Boundaries that belong to what they close, or are of no element.
_BEHIND = ("enter", "end")
#: Of a string in two chunks, no more is kept than the name of a member needs.
_LONGEST_NAME = 64


class Element(NamedTuple):
    """An element of the array: its bytes, and where in the text it begins."""

    raw: bytes
    position: Position


class _Seam(NamedTuple):
    """
    The text around the place where an element ends and another begins.

    Attributes:
        text: the brackets before that place, the text between, and the first name behind it.
        between: the text between.
        end: how long the brackets before it are.
    """

    text: bytes
    between: bytes
    end: int


class Splitter:
    """
    Splits one stream.

    Attributes:
        found: whether there was an array at one of the paths.
        depth: how many containers are open; more than none at the end of a text that was cut off.
        position: how far elements have been taken.
    """

    def __init__(self, paths: Collection[tuple[str, ...]], limit: int) -> None:
        """
        Args:
            paths: the member names that lead to the array, from the root; each array at one of
                them is split.
            limit: the most bytes that an element may have.
        """
        self.found = False
        self.depth = 0
        self.position = Position()
        self._paths = {tuple(name.encode() for name in path) for path in paths}
        self._deepest = max(map(len, self._paths))
        self._limit = limit
        self._names: list[bytes] = []
        #: The depth of the elements' array while it is open; 0 outside.
        self._array = 0
        self._held: list[bytes] = []
        self._size = 0
        self._seam: _Seam | None = None
        #: What follows the elements that were found by their seam.
        self._rest = b""
        self._is_within = False
        #: The last string, and the beginning of one that the next chunk ends.
        self._last = self._cut = b""
        self._in_string = False
        #: The last element, until the next one begins.
        self._ended = b""
        #: The brackets and quotation marks of elements, in their order.
        self._known: set[bytes] = set()

    def elements(self, stream: BinaryIO) -> Iterator[Element]:
        """
        Yield the elements in their order.

        Raises:
            CaptureError: one is larger than the limit.
        """
        for chunk in _chunks(stream):
            if self._seam is not None and self._array and self._size <= _CHUNK:
                yield from self._alike(self._reopened(chunk), self._seam)
                chunk, self._in_string = self._rest, False
            done = 0
            for boundary, end in self._boundaries(chunk):
                taken = self._take(chunk[done:end])
                done = end
                if boundary == "end":
                    self._ended = taken.raw
                    yield taken
                    continue
                if boundary == "begin" and self._ended:
                    following = chunk[end : end + _LONGEST_NAME]
                    self._seam = _seam(self._ended, taken.raw, following) or self._seam
                    self._ended = b""
                if boundary != "enter":
                    yield from self._scalars(taken)
                if boundary == "leave":
                    self._array = 0
            self._hold(chunk[done:])
        rest = self._take(b"")
        if self._array == self.depth != 0:
            yield from self._scalars(rest)

    def _boundaries(self, chunk: bytes) -> Iterator[tuple[_Boundary, int]]:
        """Yield what begins or ends for us in a chunk, each with the offset behind or before it."""
        pieces = _masked(chunk).split(b'"')
        starts = list(accumulate(map(len, pieces), initial=0))
        strings = [self._last, self._cut + pieces[0], *pieces[1:]]
        # Join what is outside strings: there are many brackets, and few of them matter.
        first = int(self._in_string)
        outside = pieces[first::2]
        begins = list(map(add, accumulate(map(len, outside), initial=0), count()))
        for bracket in _BRACKET.finditer(b'"'.join(outside)):
            is_open = bracket[0] in b"{["
            if self._array and self.depth > self._array + (not is_open):
                # Within an element.
                self.depth += 1 if is_open else -1
                continue
            piece = bisect_right(begins, bracket.start()) - 1
            index = first + 2 * piece
            boundary = self._opens(strings[index], bracket[0]) if is_open else self._closes()
            if boundary is not None:
                at = bracket.start() - begins[piece]
                yield boundary, starts[index] + index + at + (boundary in _BEHIND)
        self._in_string = self._in_string != (len(pieces) % 2 == 0)
        if self._in_string:
            self._cut = strings[-1][:_LONGEST_NAME]
        elif len(pieces) > 1:
            self._last = strings[-2]

    def _reopened(self, chunk: bytes) -> bytes:
        """Return the chunk behind what is held, from where the last element ended or began."""
        self._is_within = self.depth > self._array
        self.depth = self._array
        chunk = b"".join([*self._held, chunk])
        self._held, self._size = [], 0
        return chunk

    def _alike(self, chunk: bytes, seam: _Seam) -> Iterator[Element]:
        """Yield elements that end and begin like those before; keep what follows them."""
        done = 0
        start = 0 if self._is_within else len(seam.between)
        if not self._is_within and not chunk.startswith(seam.text[seam.end :]):
            start = len(chunk)
        while (found := chunk.find(seam.text, start)) >= 0:
            end = found + seam.end
            raw = chunk[start:end]
            if len(raw) > self._limit or not self._is_element(raw):
                break
            self.position = self.position.after(chunk[done:start])
            yield Element(raw, self.position)
            self.position = self.position.after(raw)
            done, start = end, end + len(seam.between)
        self._rest = chunk[done:]

    def _is_element(self, raw: bytes) -> bool:
        """Return True if a text that begins with a bracket ends with the one that closes it."""
        marks = _masked(raw).translate(None, _NO_MARKS)
        if marks in self._known:
            return True
        pieces = marks.split(b'"')
        brackets = b"".join(pieces[::2])
        depths = list(accumulate(1 if each in b"{[" else -1 for each in brackets))
        if len(pieces) % 2 == 0 or not depths or depths[-1] != 0 or 0 in depths[:-1]:
            return False
        if len(self._known) < _MOST_KNOWN and len(marks) <= _LONGEST_KNOWN:
            self._known.add(marks)
        return True

    def _opens(self, name: bytes, bracket: bytes) -> _Boundary:
        """Note the container that begins under a name; what begins with it for us."""
        self.depth += 1
        if self._array:
            return "begin" if self.depth == self._array + 1 else None
        if self.depth > self._deepest + 1:
            return None
        self._names[max(self.depth - 2, 0) :] = [name] if self.depth > 1 else []
        if bracket != b"[" or tuple(self._names) not in self._paths:
            return None
        self.found = True
        self._array = self.depth
        return "enter"

    def _closes(self) -> _Boundary:
        """Note the container that ends; what ends with it for us."""
        self.depth = max(self.depth - 1, 0)
        if not self._array or self.depth > self._array:
            return None
        return "end" if self.depth == self._array else "leave"

    def _hold(self, raw: bytes) -> None:
        """Keep what belongs to an element or comes before one; pass the rest."""
        if not self._array:
            self.position = self.position.after(raw)
            return
        self._size += len(raw)
        if self._size > self._limit:
            raise CaptureError(f"an entry is {larger(self._limit)}")
        self._held.append(raw)

    def _take(self, raw: bytes) -> Element:
        """Return the bytes held with those that follow them, and their position."""
        if self._held:
            self._hold(raw)
            raw = b"".join(self._held)
            self._held, self._size = [], 0
        elif len(raw) > self._limit:
            self._hold(raw)
        element = Element(raw, self.position)
        self.position = self.position.after(raw)
        return element

    @staticmethod
    def _scalars(between: Element) -> Iterator[Element]:
        """Yield the elements between two containers that are no containers themselves."""
        if between.raw.strip(b" \t\r\n,"):
            position, counted = between.position, 0
            for scalar in _SCALAR.finditer(_masked(between.raw)):
                start, end = scalar.span()
                position, counted = position.after(between.raw[counted:start]), start
                yield Element(between.raw[start:end], position)


def _seam(ended: bytes, between: bytes, following: bytes) -> _Seam | None:
    """Return the seam of two elements; None if nothing tells it from other text."""
    head = _HEAD.match(following)
    if head is None or between.strip() != b",":
        return None
    tail = ended[len(ended.rstrip(b"]} \t\r\n")) :]
    return _Seam(tail + between + head[0], between, len(tail))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the stream in pieces that do not end within an escape."""
    while chunk := stream.read(_CHUNK):
        while (len(chunk) - len(chunk.rstrip(b"\\"))) % 2 and (more := stream.read(1)):
            chunk += more
        yield chunk


def _masked(chunk: bytes) -> bytes:
    r"""
    Return the chunk with escaped quotation marks and backslashes replaced by as many other
    bytes.
    """
    masked = chunk.replace(b'\\"', b"__")
    if b"\\" in masked and b"\\_" in masked:  # with a backslash before it, it may be no escape
        masked = chunk.replace(b"\\\\", b"__").replace(b'\\"', b"__")
    return masked
