"""Places of the pages of a pagination, and of the arrows between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from receiptkit.model.location import Location
from receiptkit.validation.pictures import PageBox, PagesOfList

#: Sizes, in units of the drawing.
_BOX, _GAP, _TOP, _HEIGHT = 92, 46, 8, 44


class DrawnPage(NamedTuple):
    """A page at its place, and the number of the finding about it, or None."""

    page: PageBox
    x: int
    finding: int | None


class Arc(NamedTuple):
    """An arrow from a page back to an earlier one."""

    start: int
    end: int


class Walk(NamedTuple):
    """The drawing of a pagination; sizes in units of the drawing."""

    width: int
    height: int
    box: int
    gap: int
    pages: list[DrawnPage]
    arcs: list[Arc]
    left_out: int


def walk(pages: PagesOfList, finding: Callable[[Location], int | None]) -> Walk:
    """
    Return the drawing of a pagination.

    Args:
        pages: the pagination.
        finding: returns the number of the first finding about the page at a location, or None.
    """
    drawn = [
        DrawnPage(page, index * (_BOX + _GAP) + _TOP, finding(page.location))
        for index, page in enumerate(pages.pages)
    ]
    arcs = [
        Arc(each.x + _BOX // 2, drawn[each.page.leads_back_to].x + _BOX // 2)
        for each in drawn
        if each.page.leads_back_to is not None
    ]
    width = len(drawn) * (_BOX + _GAP) + 2 * _TOP
    height = _TOP * 2 + _HEIGHT + (40 if arcs else 0)
    return Walk(width, height, _BOX, _GAP, drawn, arcs, pages.left_out)
