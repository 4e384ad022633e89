"""Texts are remembered once for each file, with the places where they were seen."""

from __future__ import annotations

from receiptkit.history.log import Entry, Log, dumped, loaded
from receiptkit.history.notes import MESSAGES, RECEIPT
from receiptkit.history.places import PlaceColumns


def places(count: int, entry: int, *, file: int = 0) -> PlaceColumns:
    """Return places of one observation after the other, each on a line of its own."""
    lines = range(2 * entry, 2 * (entry + count), 2)
    return PlaceColumns(file, 7, [5] * count, range(entry, entry + count), lines, [1] * count)


def entries(log: Log) -> dict[str, list[tuple[int, ...]]]:
    return {entry.text: sorted(entry.places) for entry in log.entries(RECEIPT)}


def test_each_text_has_its_place() -> None:
    log = Log()
    log.extend(["Ra", "Rb", "Rc"], places(3, 0))
    log.extend(["Rd"], places(1, 3))
    log.extend(["Re", "Rf"], places(2, 4))
    assert entries(log) == {
        f"R{letter}": [(0, 7, 5, entry, 2 * entry, 1)] for entry, letter in enumerate("abcdef")
    }
    assert not list(log.repeated(RECEIPT))


def test_a_text_that_is_seen_again_has_all_its_places() -> None:
    log = Log()
    log.extend(["Ra", "Rb", "Ra"], places(3, 0))
    log.extend(["Rb"], places(1, 3))
    log.extend(["Ra"], places(1, 0, file=1))
    found = {(entry.text, entry.places[0][0]): entry for entry in log.entries(RECEIPT)}
    assert found["Ra", 0].times == 2
    assert [place[3] for place in sorted(found["Ra", 0].places)] == [0, 2]
    assert [place[3] for place in sorted(found["Rb", 0].places)] == [1, 3]
    assert found["Ra", 1].times == 1
    assert sorted(log.repeated(RECEIPT)) == ["Ra", "Rb"]


def test_a_list_that_has_a_message_twice_was_seen_once() -> None:
    log = Log()
    log.extend([f"{MESSAGES}\nRa\nRa\nRb"], places(1, 4))
    assert entries(log) == {text: [(0, 7, 5, 4, 8, 1)] for text in ("Ra", "Rb")}
    assert {entry.times for entry in log.entries(RECEIPT)} == {1}


def test_polled_texts_need_no_more_memory() -> None:
    """Of texts that are seen again and again, few places are kept, and the new ones among them all."""
    log, polled = Log(), [f"R{number}" for number in range(50)]
    log.extend(polled, places(50, 0))
    size = log.size
    for round_ in range(1, 40):
        log.extend([*polled, f"R{round_:03d}"], places(51, 51 * round_))
    log.extend(["Ry", "Rz"], places(2, 5000))
    found = {entry.text: entry for entry in log.entries(RECEIPT)}
    assert all(found[text].times == 40 and len(found[text].places) == 3 for text in polled)
    assert [place[3] for place in found["R017"].places] == [51 * 17 + 50]
    assert [place[3] for text in ("Ry", "Rz") for place in found[text].places] == [5000, 5001]
    assert log.size < size + 45 * 500
    assert len(log._places) == 2


def test_texts_of_several_kinds_keep_their_places() -> None:
    log = Log()
    log.extend(["Ra", "Wb", "Rc"], places(3, 0))
    assert [place[3] for (place,) in entries(log).values()] == [0, 2]


def test_entries_are_the_same_after_they_were_dumped() -> None:
    log, copy = Log(), Log()
    log.extend(["Ra", "Rb", "Ra"], places(3, 0))
    copy.load(loaded(dumped(list(log.rows(RECEIPT)))))
    assert entries(copy) == entries(log)


def test_forgets_everything() -> None:
    log = Log()
    log.extend(["Ra", "Rb"], places(2, 0))
    log.clear()
    assert log.size == 0
    log.extend(["Rc", "Rd"], places(2, 9))
    assert list(log.entries(RECEIPT)) == [
        Entry(text, 1, ((0, 7, 5, entry, 2 * entry, 1),)) for text, entry in (("Rc", 9), ("Rd", 10))
    ]
