"""Which page of a list a query asks for. Tokens are opaque to callers; to the server they are the index of the first row."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from receiptkit.server.errors import ApiError
from receiptkit.text.forms import decode_form

_NUMBER = re.compile(r"[0-9]{1,18}")
_TOKEN = re.compile(r"PT([0-9]{1,18})")


class Wanted(NamedTuple):
    """A page, by its number from 0, and how many rows it holds."""

    number: int
    size: int


@lru_cache(maxsize=1024)
def wanted(query: str, most: int, *, strict: bool) -> Wanted:
    """
    The page that a query asks for.

    Args:
        query: the query of the URL, as it came.
        most: how many rows a page can hold; as many as it does unless it is asked otherwise.
        strict: whether it is refused to ask for more, rather than taken for the most.

    Raises:
        RefusedError: it asks for none that can be.
    """
    given = {parameter.name: parameter.value for parameter in decode_form(query)}
    size = _number(given, "PageSize", most)
    if size < 1 or (strict and size > most):
        raise ApiError.parameter(f"PageSize must be from 1 to {most}.")
    size = min(size, most)
    if "PageToken" not in given:
        if _number(given, "Page", 0):
            raise ApiError.named("page-without-token")
        return Wanted(0, size)
    match = _TOKEN.fullmatch(given["PageToken"])
    number, left = divmod(int(match[1]), size) if match else (0, 1)
    if left or _number(given, "Page", number) != number:
        raise ApiError.parameter(
            "PageToken is none that was handed out for this Page and PageSize."
        )
    return Wanted(number, size)


def _number(given: dict[str, str], name: str, otherwise: int) -> int:
    if name not in given:
        return otherwise
    if not _NUMBER.fullmatch(given[name]):
        raise ApiError.parameter(f"{name} must be a whole number.")
    return int(given[name])
