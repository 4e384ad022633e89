"""The form of a request: its parameters, checked as the API checks them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from receiptkit.generation.world import milliseconds
from receiptkit.model.errors import UsageError
from receiptkit.server.errors import ApiError
from receiptkit.text.forms import FORM, decode_form

_DURATION = re.compile(
    r"P(?=.)(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?=.)(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9})S)?)?",
    re.ASCII,
)
_UNITS = (604_800_000, 86_400_000, 3_600_000, 60_000, 1000)
#: A hundred years: dates after the end of any clock can still be written.
_LONGEST_DURATION = 36_500 * 86_400_000
_WHOLE = re.compile(r"[0-9]{1,15}", re.ASCII)


class Form:
    """
    The parameters of a request, which can be repeated.

    Args:
        pairs: names and values, in order.
    """

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def decoded(cls, body: bytes, content_type: str) -> Form:
        """
        Read the body of a request.

        Raises:
            ApiError: it is no form.
        """
        if body and content_type.partition(";")[0].strip().lower() != FORM:
            raise ApiError.parameter(f"The body must be {FORM}.")
        fields = decode_form(body.decode("utf-8", "replace"), content_type)
        return cls((field.name, field.value) for field in fields)

    def updated(self, values: Mapping[str, str]) -> Form:
        """Return a form with other values of some parameters."""
        form = Form()
        form._values = {**self._values, **{name: [value] for name, value in values.items()}}
        return form

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def many(self, name: str) -> list[str]:
        """Return every value of a parameter."""
        return self._values.get(name, [])

    def last(self, name: str) -> str | None:
        """Return the last value of a parameter; None without one."""
        values = self._values.get(name)
        return values[-1] if values else None

    def text(self, name: str, longest: int, code: int) -> str | None:
        """Return a text, refused with a code where it is too long; None without one."""
        value = self.last(name)
        if value is not None and len(value) > longest:
            raise ApiError.of(code)
        return value

    def attributes(self, longest: int) -> str | None:
        """Return `Attributes`: a JSON text, as it was sent; None without one."""
        value = self.last("Attributes")
        if value is None:
            return None
        if len(value.encode("utf-8", "replace")) > longest:
            raise ApiError.of(50303)
        try:
            json.loads(value)
        except (ValueError, RecursionError):
            raise ApiError.of(50304) from None
        return value

    def matching(self, name: str, pattern: str, code: int) -> str | None:
        """Return a text of a form, refused with a code where it has another; None without one."""
        value = self.last(name)
        if value is not None and not re.fullmatch(pattern, value, re.ASCII):
            raise ApiError.of(code)
        return value

    def date(self, name: str, code: int) -> int | None:
        """Return a date in milliseconds since 1970; None without one."""
        value = self.last(name)
        if value is None:
            return None
        try:
            moment = milliseconds(value)
        except UsageError:
            raise ApiError.of(code) from None
        if moment < 0:
            raise ApiError.of(code)
        return moment

    def dates(self) -> dict[str, int]:
        """Return `created` and `updated`, as far as the caller sets them."""
        values = {
            "created": self.date("DateCreated", 50308),
            "updated": self.date("DateUpdated", 50309),
        }
        return {name: value for name, value in values.items() if value is not None}

    def duration(self, name: str, least: int, code: int) -> int | None:
        """Return an ISO 8601 duration in milliseconds; None without one, 0 for an empty one."""
        value = self.last(name)
        if not value:
            return None if value is None else 0
        match = _DURATION.fullmatch(value)
        if match is None:
            raise ApiError.of(50379)
        total = sum(
            int(each or 0) * unit for each, unit in zip(match.groups(), _UNITS, strict=True)
        )
        if total > _LONGEST_DURATION:
            raise ApiError.of(50379)
        if total < least:
            raise ApiError.of(code)
        return total

    def whole(self, name: str, code: int) -> int | None:
        """Return a whole number; None without one."""
        value = self.last(name)
        if value is None:
            return None
        if not _WHOLE.fullmatch(value):
            raise ApiError.of(code)
        return int(value)

    def choice(self, name: str, values: tuple[str, ...], code: int) -> str | None:
        """Return one of some words, whatever its case; None without one."""
        value = self.last(name)
        if value is None:
            return None
        if value.lower() not in values:
            raise ApiError.of(code)
        return value.lower()


def form_of_mapping(values: Mapping[str, Any]) -> Form:
    """Return the form that says what a mapping does; lists are repeated parameters."""
    return Form(
        (name, str(each))
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    )
