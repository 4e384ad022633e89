"""What the server refuses, in Twilio's words."""

from __future__ import annotations

from typing import Any

from receiptkit.generation import ERRORS


class ApiError(Exception):
    """
    A request that is answered with an error.

    Attributes:
        status: of HTTP.
        code: Twilio's; None where an error has none.
        headers: what the answer has beside those of every answer.
    """

    def __init__(
        self, status: int, code: int | None, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}

    @classmethod
    def named(cls, name: str, path: str = "") -> ApiError:
        """One of `receiptkit.generation.ERRORS`; of what was not found, the path."""
        status, code, message = ERRORS[name]
        return cls(status, code, message.format(path=path.removeprefix("/v1")))

    @classmethod
    def parameter(cls, message: str) -> ApiError:
        """A parameter that cannot be used."""
        return cls(400, 20001, message)

    @property
    def body(self) -> dict[str, Any]:
        """The body of the answer."""
        if self.code is None:
            return {"message": str(self), "status": self.status}
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": str(self), "more_info": more, "status": self.status}
