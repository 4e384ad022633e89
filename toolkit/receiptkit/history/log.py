"""Texts of notes, and the places where each was seen."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, compress, starmap
from operator import is_
from typing import NamedTuple, cast

import orjson

from receiptkit.history.notes import LISTING, MESSAGES, PAGE
from receiptkit.history.places import Place, PlaceColumns
from receiptkit.model.location import Arrival

#: Of places more than these, only the first, one in between and the last are kept.
_MOST = 3
#: How much memory a text and its place take beside its characters.
_BESIDE = 240
#: Of so many texts that came together, one must be new for their places to be kept together.
_FEW_NEW = 4
#: The head of a page that is not the whole list ends so.
_LINKED = "]]"


#: The fields of an `Entry`.
Row = tuple[str, int, Sequence[Place]]


class Entry(NamedTuple):
    """
    A text, and its places in a file.

    Attributes:
        times: how often it was seen.
        places: the places that are kept.
    """

    text: str
    times: int
    places: Sequence[Place]

    @property
    def arrivals(self) -> list[Arrival]:
        """Return where it was seen, in the order of arrival."""
        return [Arrival(*place) for place in sorted(self.places)]


class _Again:
    """The count and the places of a text that was seen again."""

    __slots__ = ("places", "times")

    def __init__(self, times: int, places: list[Place]) -> None:
        self.times = times
        self.places = places

    def add(self, entry: Entry) -> None:
        self.times += entry.times
        self.places += entry.places
        if len(self.places) > _MOST and not is_linked(entry.text):
            first, between, *_ = kept = sorted(set(self.places))
            self.places = [first, between, kept[-1]] if len(kept) > _MOST else kept


_as_place = cast("Callable[[Sequence[int]], Place]", tuple)
#: Texts, each with the number of its place, its place, or all of its places.
_Known = dict[str, int | Place | _Again]


class Log:
    """
    Remember texts, each once for each file.

    Attributes:
        size: about how many bytes of memory they take.
    """

    def __init__(self) -> None:
        self.size = 0
        #: By the kind of the texts and the file.
        self._seen: dict[tuple[str, int], _Known] = {}
        #: The places of texts that came together, and the number of the first text of each.
        self._places: list[PlaceColumns] = []
        self._starts: list[int] = []
        self._count = 0
        #: Those of each kind that were seen again, once for each file.
        self._repeated: defaultdict[str, list[str]] = defaultdict(list)

    def extend(self, texts: Sequence[str], places: PlaceColumns) -> None:
        """Add texts of one file, each with its place."""
        kinds = {text[0] for text in texts}
        if MESSAGES in kinds:
            texts, places = _spread(texts, places)
            kinds = {text[0] for text in texts}
        for kind in kinds if len(kinds) > 1 else ():
            own = [number for number, text in enumerate(texts) if text[0] == kind]
            self.extend([texts[number] for number in own], places.chosen(own))
        if len(kinds) > 1:
            return
        known = self._seen.setdefault((texts[0][0], places.file), {})
        numbers = self._numbered(places, len(texts))
        found = list(map(known.setdefault, texts, numbers))
        self.size += sum(map(len, texts)) + _BESIDE * len(texts)
        if found != numbers:
            self._extend_again(known, texts, places, [*map(is_, found, numbers)])

    def _extend_again(
        self, known: _Known, texts: Sequence[str], places: PlaceColumns, are_new: Sequence[bool]
    ) -> None:
        """Add the places of texts some of which were seen before."""
        for at, text in enumerate(texts):
            if are_new[at]:
                continue
            before, place = known[text], places.at(at)
            # A list may have the same message twice.
            if isinstance(before, _Again) or self._place(before) != place:
                self._add_again(known, Entry(text, 1, [place]))
        if len(texts) > 1 and are_new.count(True) < len(texts) // _FEW_NEW:
            # Polling repeats texts for ever, and each time would leave columns of places behind.
            for at in compress(range(len(texts)), are_new):
                if isinstance(known[texts[at]], int):
                    known[texts[at]] = places.at(at)
            self._places.pop()
            self._count = self._starts.pop()

    def _numbered(self, places: PlaceColumns, count: int) -> Sequence[int | Place]:
        """Keep the places of texts; return by what each is found again."""
        if count == 1:
            return [places.at(0)]
        first = self._count
        self._count += count
        self._places.append(places)
        self._starts.append(first)
        return list(range(first, self._count))

    def _place(self, number: int | Place) -> Place:
        if not isinstance(number, int):
            return number
        of = bisect_right(self._starts, number) - 1
        return self._places[of].at(number - self._starts[of])

    def add(self, entry: Entry) -> None:
        """Add what was seen of a text in a file."""
        self.load([entry])

    def load(self, rows: Iterable[Row]) -> None:
        """Add what was seen of texts, as `rows` yields it."""
        known, of = _Known(), ("", -1)
        for text, times, places in rows:
            if of != (text[0], places[0][0]):
                of = text[0], places[0][0]
                known = self._seen.setdefault(of, {})
            self.size += len(text) + _BESIDE
            if text not in known:
                # Out of a file, it is a list.
                known[text] = _as_place(places[0])
                if times == 1:
                    continue
                times, places = times - 1, places[1:]
            self._add_again(known, Entry(text, times, list(map(_as_place, places))))

    def _add_again(self, known: _Known, entry: Entry) -> None:
        """Add what was seen of a text that is known, and was counted as a new one."""
        text = entry.text
        before = known[text]
        if not isinstance(before, _Again):
            known[text] = before = _Again(1, [self._place(before)])
            self._repeated[text[0]].append(text)
        before.add(entry)
        self.size -= len(text) + (0 if is_linked(text) else _BESIDE)

    def texts(self, kinds: str) -> Iterator[str]:
        """Yield the texts of some kinds, those of each file apart."""
        return chain.from_iterable(self._of(kinds))

    def entries(self, kinds: str, wants: Callable[[str], bool] | None = None) -> Iterator[Entry]:
        """Yield the texts of some kinds with their places: all, or those that are wanted."""
        if wants is None:
            return starmap(Entry, self.rows(kinds))
        return (
            Entry(text, seen.times, seen.places)
            if isinstance(seen, _Again)
            else Entry(text, 1, (self._place(seen),))
            for known in self._of(kinds)
            for text, seen in known.items()
            if wants(text)
        )

    def rows(self, kinds: str) -> Iterator[Row]:
        """Yield the fields of all entries of some kinds."""
        for known in self._of(kinds):
            first, places = 0, list[Place]()
            for text, seen in known.items():
                if isinstance(seen, int):
                    if not 0 <= seen - first < len(places):
                        of = bisect_right(self._starts, seen) - 1
                        first, places = self._starts[of], self._places[of].all()
                    yield text, 1, (places[seen - first],)
                elif isinstance(seen, _Again):
                    yield text, seen.times, seen.places
                else:
                    yield text, 1, (seen,)

    def repeated(self, kinds: str) -> Iterator[str]:
        """Yield the texts of some kinds that were seen more than once in a file."""
        return chain.from_iterable(self._repeated[kind] for kind in kinds)

    def _of(self, kinds: str) -> Iterator[_Known]:
        return (known for (kind, _), known in self._seen.items() if kind in kinds)

    def clear(self) -> None:
        """Forget everything."""
        self.size = self._count = 0
        for each in (self._seen, self._repeated, self._places, self._starts):
            each.clear()


def is_linked(text: str) -> bool:
    """Return True if a text is of a page that is not the whole list."""
    end = text.find("\n")
    if text[0] == LISTING:
        return True
    return text[0] == PAGE and text.endswith(_LINKED, 0, end if end > 0 else len(text))


def _spread(texts: Sequence[str], places: PlaceColumns) -> tuple[Sequence[str], PlaceColumns]:
    """Return texts with those of messages in the place of their lists."""
    pairs = [
        (line, number)
        for number, text in enumerate(texts)
        for line in (text.split("\n")[1:] if text[0] == MESSAGES else [text])
    ]
    return [text for text, _ in pairs], places.chosen([number for _, number in pairs])


def dumped(rows: list[Row]) -> bytes:
    """Return rows as bytes."""
    return orjson.dumps(rows)


def loaded(raw: bytes) -> list[Row]:
    """Return the rows that bytes hold."""
    rows: list[Row] = orjson.loads(raw)
    return rows
