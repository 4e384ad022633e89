"""Pages of HTML with a capture in them: JSON in a <pre> or a <script>, forms, printed variables."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from html import unescape
from typing import BinaryIO, NamedTuple

from receiptkit.captures import envelope
from receiptkit.captures.bodies import Reading, nothing_beside
from receiptkit.captures.evidence import has_evidence_in
from receiptkit.captures.format import Format, beginning
from receiptkit.captures.formats.log import within
from receiptkit.captures.observation import Observation
from receiptkit.captures.sources import Limits, everything
from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.json_text import decode

_BEGINS = regex(rb"(?i)(?:<\?xml[^>]{0,200}>\s*)?(?:<!DOCTYPE html\b|<html\b)")
#: More than this is not shown of a file to recognise it.
_LONG = 4096
_TAG = regex(r"</?([A-Za-z][A-Za-z0-9-]*)|<[!?]")
_ENTITY = regex(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
#: Elements whose text is no markup, and those that only colour words of a text.
_RAW = {name: regex(rf"(?i)</{name}") for name in ("script", "style")}
_INLINE = frozenset(("span", "b", "i", "em", "strong", "code", "mark", "font", "a", "u", "wbr"))
#: Cells with a value behind a name, as pages for debugging show parameters.
_NAMES, _VALUES = frozenset(("td", "th", "dt")), frozenset(("td", "dd"))
#: Between the texts of other elements, and between a name and its value.
_BREAK, _IS = "\n", " => "


class _Piece(NamedTuple):
    """A piece of a text: where it begins there, where in the page, and if that is one place."""

    start: int
    origin: int
    is_entity: bool


class _Text:
    """The text of some elements, with the way back to the page."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._size = 0
        self._pieces: list[_Piece] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def add(self, part: str, origin: int, *, is_entity: bool = False) -> None:
        """Add a part that is at an offset of the page."""
        if part:
            self._pieces.append(_Piece(self._size, origin, is_entity))
            self._parts.append(part)
            self._size += len(part)

    def origin(self, offset: int) -> int:
        """Return the offset in the page of an offset in the text."""
        index = bisect_right(self._pieces, offset, key=lambda piece: piece.start) - 1
        start, origin, is_entity = self._pieces[max(index, 0)]
        return origin if is_entity else origin + offset - start


def recognise(name: str, head: bytes) -> str:
    """Return the evidence that a file is a page with something of ours, or a long one."""
    may_hold_ours = len(head) >= _LONG or has_evidence_in(head)
    is_page = may_hold_ours and _BEGINS.match(beginning(head)) is not None
    return "it begins like HTML" if is_page else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield what is in the texts of a page.

    Raises:
        CaptureError: it is larger than a record may be.
    """
    page = decode(everything(stream, limits.record, "the page"))[0]
    from receiptkit.text.json_locate import LineIndex

    place, entry = LineIndex(page).place, 0
    reading = Reading(limits.record, nothing_beside)
    for text in _texts(page):
        if not text.text.isspace():
            for record, seen in within(text.text, _through(text, place), reading):
                yield envelope.seen(entry, record, seen)
                entry += 1


def _through(text: _Text, place: Callable[[int], Position]) -> Callable[[int], Position]:
    return lambda at: place(text.origin(at))


def _texts(page: str) -> Iterator[_Text]:
    """Yield the text of each script, and that of everything else."""
    rest, at, before = _Text(), 0, ""
    while (tag := _TAG.search(page, at)) is not None:
        _add(rest, page, at, tag.start())
        name = (tag[1] or "").lower()
        is_comment = page.startswith("<!--", tag.start())
        closing = "-->" if is_comment else ">"
        end = page.find(closing, tag.start())
        at = len(page) if end < 0 else end + len(closing)
        if name in _RAW and page[tag.start() + 1] != "/":
            closed = _RAW[name].search(page, at)
            end = len(page) if closed is None else closed.start()
            script = _Text()
            script.add(page[at:end], at)
            yield script
            at = end
        elif name not in _INLINE:
            is_value = name in _VALUES and before in _NAMES
            rest.add(_IS if is_value else _BREAK, tag.start(), is_entity=True)
            before = name if page[tag.start() + 1] == "/" else ""
    _add(rest, page, at, len(page))
    yield rest


def _add(text: _Text, page: str, start: int, end: int) -> None:
    """Add a stretch of a page between tags."""
    for entity in _ENTITY.finditer(page, start, end):
        text.add(page[start : entity.start()], start)
        text.add(unescape(entity[0]), entity.start(), is_entity=True)
        start = entity.end()
    text.add(page[start:end], start)


FORMAT = Format(
    name="html",
    title="a page of HTML",
    description="a page that shows or embeds responses or webhooks: JSON in a `<pre>` or a "
    "`<script>`, forms, printed variables; only one that is named",
    recognise=recognise,
    read=read,
    order=35,
    begins=b"<",
    named_only=True,
)
