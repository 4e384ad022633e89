"""The places of states and pages in a drawing."""

from __future__ import annotations

import pytest

from receiptkit.model.location import Location
from receiptkit.reports.drawing.lanes import MOST_LANES, chart, duration
from receiptkit.reports.drawing.pages import walk
from receiptkit.validation.pictures import Dot, Lane, PageBox, PagesOfList


def dot(status: str, updated: int) -> Dot:
    return Dot(status, 0, updated, True, 1, Location("a.ndjson", 0, 1), "")


def lane(*dots: Dot) -> Lane:
    return Lane("DY1", "IM1", "SM", 0, dots)


def test_places_states_by_date_and_numbers_them_by_arrival() -> None:
    """A webhook that overtook another has the lower number and is further right."""
    drawn = chart([lane(dot("delivered", 107), dot("sent", 100))], lambda _: None, 1)
    first, second = drawn.lanes[0].dots
    assert (first.number, second.number) == (1, 2)
    assert first.x > second.x
    assert [tick.text for tick in drawn.ticks] == ["+0 s", "+7 s"]


def test_idle_time_is_shortened() -> None:
    """A pause of a day is not drawn longer than four times one of a second."""
    brief = chart([lane(dot("sent", 0), dot("read", 1))], lambda _: None, 1)
    long = chart([lane(dot("sent", 0), dot("read", 86_400))], lambda _: None, 1)
    widths = [each.ticks[1].x - each.ticks[0].x for each in (brief, long)]
    assert widths[0] < widths[1] < 4 * widths[0]


def test_places_states_of_one_date_side_by_side() -> None:
    """Two states of one date do not cover each other, nor the next date."""
    drawn = chart([lane(dot("sent", 0), dot("sent", 0), dot("read", 1))], lambda _: None, 1)
    places = [each.x for each in drawn.lanes[0].dots]
    assert places == sorted(set(places))


def test_lanes_that_are_not_drawn_are_counted() -> None:
    """One drawing has a bounded number of lanes."""
    drawn = chart([lane(dot("sent", 0))] * (MOST_LANES + 3), lambda _: None, 1)
    assert (len(drawn.lanes), drawn.left_out) == (MOST_LANES, 3)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "+0 s"), (90, "+90 s"), (150, "+2.5 min"), (7_200, "+2 h"), (259_200, "+3 d")],
)
def test_durations(seconds: int, text: str) -> None:
    """A duration has the largest unit of which there are two."""
    assert duration(seconds) == text


def test_a_loop_is_an_arrow_back() -> None:
    """The arrow begins at the page whose next link leads back, and ends at the earlier one."""
    boxes = [
        PageBox(0, 1, "", None, False, Location()),
        PageBox(1, 1, "link", None, False, Location()),
        PageBox(2, 1, "link", 1, False, Location()),
    ]
    drawn = walk(PagesOfList("IM1", tuple(boxes)), lambda _: 5)
    (arc,) = drawn.arcs
    middle = drawn.box // 2
    assert (arc.start, arc.end) == (drawn.pages[2].x + middle, drawn.pages[1].x + middle)
    assert drawn.pages[0].finding == 5
