"""The links of a page, and its `meta`."""

from __future__ import annotations

from typing import Any


def page_url(url: str, number: int, size: int, start: int | None = None) -> str:
    """
    Return the URL of a page. Tokens are opaque; these hold the number of the first row.

    Args:
        url: of the list; what its query asks for besides the page stays.
        number: of the page, from 0.
        size: how many rows a page holds.
        start: number of the page's first row; None for the page that needs no token.
    """
    token = "" if start is None else f"&PageToken=PT{start}"
    return f"{url}{'&' if '?' in url else '?'}PageSize={size}&Page={number}{token}"


def page_meta(
    url: str,
    key: str,
    number: int,
    size: int,
    *,
    start: int,
    previous: int | None,
    following: int | None,
) -> dict[str, Any]:
    """
    Return the `meta` of a page.

    Args:
        url: of the list.
        key: the member of the body that has the rows.
        number: of the page, from 0.
        size: how many rows a page holds.
        start: number of the page's first row.
        previous: number of the first row of the page before; None on the first page.
        following: number of the first row of the page after; None on the last page.
    """
    before, after = max(number - 1, 0), number + 1
    return {
        "page": number,
        "page_size": size,
        "first_page_url": page_url(url, 0, size),
        # A link back has a token even where it leads to the first page.
        "previous_page_url": None if previous is None else page_url(url, before, size, previous),
        "url": page_url(url, number, size, start if number else None),
        "next_page_url": None if following is None else page_url(url, after, size, following),
        "key": key,
    }
