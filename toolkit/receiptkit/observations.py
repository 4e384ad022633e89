"""What was seen: an exchange, or a bare body whose request is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Stands for a body that was not captured.
NOT_CAPTURED: Any = type("NotCaptured", (), {"__repr__": lambda _: "NOT_CAPTURED", "__slots__": ()})()


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    A request and the response it got.

    Attributes:
        method: the HTTP method, in any case.
        url: the absolute URL or the path, with its query.
        status: the HTTP status of the response.
        body: the response body: a parsed JSON value, or its text as `str` or `bytes`; `NOT_CAPTURED` if it is unknown.
        headers: the response headers; names in any case.
    """

    method: str
    url: str
    status: int
    body: Any = field(default=NOT_CAPTURED, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def header(self, name: str) -> str | None:
        """The value of a response header, whatever the case of its name; None if there is none."""
        for key, value in self.headers.items():
            if key.lower() == name.lower():
                return value
        return None
