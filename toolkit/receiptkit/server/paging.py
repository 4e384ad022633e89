"""
Pages of lists. Tokens are opaque to callers; to the server they are the number of the first
row.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

from receiptkit.generation.page_links import page_meta
from receiptkit.server.errors import ApiError
from receiptkit.server.rows import PageOfRows
from receiptkit.text.forms import decode_form

_NUMBER = re.compile(r"[0-9]{1,18}")
_TOKEN = re.compile(r"PT([0-9]{1,18})")


class PageRequest(NamedTuple):
    """
    A page that a query asks for.

    Attributes:
        number: from 0; None where the query has a token alone.
        size: how many rows it holds.
        start: number of its first row; None for the first page.
    """

    number: int | None
    size: int
    start: int | None


class ExactPage(NamedTuple):
    """A page of rows that are numbered without gaps: its number from 0, and its size."""

    number: int
    size: int


@lru_cache(maxsize=1024)
def page_request(query: str, most: int, usual: int | None = None, *, strict: bool) -> PageRequest:
    """
    Return the page that a query asks for.

    Args:
        query: the query of the URL, as it came.
        most: how many rows a page can hold.
        usual: how many it holds where the query does not say; `most` by default.
        strict: True to refuse a larger size, False to take it for the largest.

    Raises:
        ApiError: no page can be so.
    """
    fields = {parameter.name: parameter.value for parameter in decode_form(query)}
    size = _number(fields, "PageSize", usual or most)
    if size < 1 or (strict and size > most):
        raise ApiError.parameter(f"PageSize must be from 1 to {most}.")
    size = min(size, most)
    if "PageToken" not in fields:
        if _number(fields, "Page", 0):
            raise ApiError.named("page-without-token")
        return PageRequest(0, size, None)
    match = _TOKEN.fullmatch(fields["PageToken"])
    if match is None:
        raise _foreign()
    number = _number(fields, "Page", 0) if "Page" in fields else None
    return PageRequest(number, size, int(match[1]))


def exact_page(page: PageRequest) -> ExactPage:
    """
    Return a page of rows that are numbered from 0 without gaps.

    Raises:
        ApiError: number, size and token do not fit each other.
    """
    number, left = divmod(page.start or 0, page.size)
    if left or page.number not in (None, number):
        raise _foreign()
    return ExactPage(number, page.size)


def listed(
    url: str, key: str, page: PageRequest, cut: PageOfRows[Any], rows: list[Any]
) -> dict[str, Any]:
    """
    Return the body of a list.

    Args:
        url: of the list, with the part of its query that is not about pages.
        key: the member that has the rows.
        page: what the query asks for.
        cut: what the page holds.
        rows: that, rendered.
    """
    number = (page.start is not None) if page.number is None else page.number
    meta = page_meta(
        url,
        key,
        int(number),
        page.size,
        start=cut.start,
        previous=cut.previous,
        following=cut.following,
    )
    return {key: rows, "meta": meta}


def _foreign() -> ApiError:
    return ApiError.parameter("PageToken does not belong to this Page and PageSize.")


def _number(fields: dict[str, str], name: str, otherwise: int) -> int:
    if name not in fields:
        return otherwise
    if not _NUMBER.fullmatch(fields[name]):
        raise ApiError.parameter(f"{name} must be a whole number.")
    return int(fields[name])
