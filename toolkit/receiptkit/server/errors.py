"""Errors of the server, in Twilio's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from receiptkit.generation import ERRORS
from receiptkit.generation.api_errors import REFUSALS, ApiErrorKind


class ApiError(Exception):
    """
    An error as the response to a request.

    Attributes:
        kind: status, code and wording.
        headers: headers of the response besides those that all have.
    """

    def __init__(
        self, kind: ApiErrorKind, message: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(kind.message if message is None else message)
        self.kind = kind
        self.headers = headers or {}

    @classmethod
    def named(cls, name: str, path: str = "") -> ApiError:
        """Return one of `receiptkit.generation.ERRORS`; `path` is what was not found."""
        kind = ERRORS[name]
        return cls(kind, kind.message.format(path=path.removeprefix("/v1")))

    @classmethod
    def of(cls, code: int, message: str | None = None, **values: Any) -> ApiError:
        """Return the error of a code, with another message or the values of its placeholders."""
        kind = REFUSALS[code]
        return cls(kind, message or kind.message.format(**values))

    @classmethod
    def parameter(cls, message: str) -> ApiError:
        """Return the error of a parameter that cannot be used."""
        return cls.of(20001, message)

    @classmethod
    def not_allowed(cls, methods: Iterable[str]) -> ApiError:
        """Return the error of a path that has other methods."""
        return cls(REFUSALS[20004], headers={"Allow": ", ".join(methods)})

    @classmethod
    def full(cls, most: int) -> ApiError:
        """Return the error of a server that can hold no more."""
        text = f"receiptkit holds {most:,} records at most: reset the server, or restore a snapshot"
        return cls(ApiErrorKind(503, None, text))

    @property
    def body(self) -> dict[str, Any]:
        """Return the body of the response."""
        return self.kind.body(str(self))
