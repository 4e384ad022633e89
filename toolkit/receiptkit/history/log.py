"""Texts of notes, and the places where each was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

import orjson

from receiptkit.history.notes import LISTING, MESSAGES, PAGE
from receiptkit.model.location import Arrival

#: The fields of an `Arrival` but the pointer.
Place = tuple[int, int, int, int, int, int]
#: Of places more than these, only the first, one in between and the last are kept.
_MOST = 3
#: How much memory a text and its place take beside its characters.
_BESIDE = 320
#: The head of a page that is not the whole list ends so.
_LINKED = "]]"


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


class Log:
    """
    Remember texts, each once for each file.

    Attributes:
        size: about how many bytes of memory they take.
    """

    def __init__(self) -> None:
        self.size = 0
        #: By the kind of the texts and the file.
        self._seen: dict[tuple[str, int], dict[str, Place | _Again]] = {}
        #: Those of each kind that were seen again, once for each file.
        self._repeated: defaultdict[str, list[str]] = defaultdict(list)

    def extend(self, texts: Sequence[str], places: Sequence[Place]) -> None:
        """Add texts of one file, each with its place."""
        kinds = {text[0] for text in texts}
        if MESSAGES in kinds:
            texts, places = _spread(texts, places)
            kinds = {text[0] for text in texts}
        for kind in kinds if len(kinds) > 1 else ():
            own = [number for number, text in enumerate(texts) if text[0] == kind]
            self.extend([texts[number] for number in own], [places[number] for number in own])
        if len(kinds) > 1:
            return
        known = self._seen.setdefault((texts[0][0], places[0][0]), {})
        found = list(map(known.setdefault, texts, places))
        self.size += sum(map(len, texts)) + _BESIDE * len(texts)
        if found != places:
            for text, before, place in zip(texts, found, places, strict=True):
                if before is not place:
                    self._add_again(known, Entry(text, 1, [place]))

    def add(self, entry: Entry) -> None:
        """Add what was seen of a text in a file."""
        text, times, places = entry
        known = self._seen.setdefault((text[0], places[0][0]), {})
        self.size += len(text) + _BESIDE
        if text not in known:
            known[text] = places[0]
            if times == 1:
                return
            entry = Entry(text, times - 1, places[1:])
        self._add_again(known, entry)

    def _add_again(self, known: dict[str, Place | _Again], entry: Entry) -> None:
        """Add what was seen of a text that is known, and was counted as a new one."""
        text = entry.text
        before = known[text]
        if not isinstance(before, _Again):
            known[text] = before = _Again(1, [before])
            self._repeated[text[0]].append(text)
        before.add(entry)
        self.size -= len(text) + (0 if is_linked(text) else _BESIDE)

    def texts(self, kinds: str) -> Iterator[str]:
        """Yield the texts of some kinds, those of each file apart."""
        return chain.from_iterable(self._of(kinds))

    def entries(self, kinds: str) -> Iterator[Entry]:
        """Yield the texts of some kinds with their places."""
        for known in self._of(kinds):
            for text, seen in known.items():
                if isinstance(seen, _Again):
                    yield Entry(text, seen.times, seen.places)
                else:
                    yield Entry(text, 1, (seen,))

    def repeated(self, kinds: str) -> Iterator[str]:
        """Yield the texts of some kinds that were seen more than once in a file."""
        return chain.from_iterable(self._repeated[kind] for kind in kinds)

    def _of(self, kinds: str) -> Iterator[dict[str, Place | _Again]]:
        return (known for (kind, _), known in self._seen.items() if kind in kinds)

    def clear(self) -> None:
        """Forget everything."""
        self.size = 0
        self._seen.clear()
        self._repeated.clear()


def is_linked(text: str) -> bool:
    """Return True if a text is of a page that is not the whole list."""
    end = text.find("\n")
    if text[0] == LISTING:
        return True
    return text[0] == PAGE and text.endswith(_LINKED, 0, end if end > 0 else len(text))


def _spread(texts: Sequence[str], places: Sequence[Place]) -> tuple[Sequence[str], Sequence[Place]]:
    """Return texts with those of messages in the place of their lists."""
    pairs = [
        (line, place)
        for text, place in zip(texts, places, strict=True)
        for line in (text.split("\n")[1:] if text[0] == MESSAGES else [text])
    ]
    return [text for text, _ in pairs], [place for _, place in pairs]


def dumped(entries: Iterable[Entry]) -> bytes:
    """Return entries as bytes."""
    return orjson.dumps(list(map(tuple, entries)))


def loaded(raw: bytes) -> Iterator[Entry]:
    """Yield the entries that bytes hold."""
    for text, times, places in orjson.loads(raw):
        yield Entry(text, times, list(map(tuple, places)))
