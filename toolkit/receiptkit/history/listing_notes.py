"""Read from a page of messages, participants or conversations what is remembered of it."""

from __future__ import annotations

from typing import Any

from receiptkit.rules.links import without_query

_SID_LENGTH = 34
#: The owner of lists that no SID is in front of.
_NOBODY = "0" * _SID_LENGTH


def values_of_page(
    name: str, meta: dict[str, Any], rows: list[Any], requested: str | None
) -> tuple[Any, ...] | None:
    """
    Return the owner of the list, the place of the page in it, its name and its rows; None if
    `meta` is not valid.
    """
    url, number, size = (meta.get(each) for each in ("url", "page", "page_size"))
    following, previous = (meta.get(each) for each in ("next_page_url", "previous_page_url"))
    if not isinstance(url, str) or type(number) is not int or type(size) is not int:
        return None
    links = [each if isinstance(each, str) else None for each in (following, previous)]
    parent = without_query(url).rstrip("/").split("/")[-2:][0]
    owner = parent if len(parent) == _SID_LENGTH else _NOBODY
    return owner, url, links[0], number, size, requested, links[1], name, list(map(_row, rows))


def _row(row: Any) -> list[Any] | None:
    if not isinstance(row, dict):
        return None
    values = [row.get(name) for name in ("sid", "date_created", "date_updated", "account_sid")]
    return [value if isinstance(value, str) else None for value in values]
