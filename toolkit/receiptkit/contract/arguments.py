"""What callers hand over: refused in a line where it is nothing that can be judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest

_NO_JSON = ("Unsupported type", "Dict key must be")


@contextmanager
def values_of_json() -> Iterator[None]:
    """Raises `UsageError` where what is judged within holds something that JSON does not know, such as a date."""
    try:
        yield
    except UnicodeEncodeError:
        # `json.loads` lets them through; of a text it is a finding.
        raise UsageError(
            "an unpaired surrogate stands in this, which no JSON can carry: judge the text itself"
        ) from None
    except ValueError as error:
        said = str(error)
        if not said.startswith(_NO_JSON):
            raise
        raise UsageError(
            f"this is no JSON ({said}): judge what was answered, not what a library made of it"
        ) from None


def demand_exchange(given: Any) -> None:
    """Raise `UsageError` for what is no exchange, or one that is made of the wrong things."""
    _demand(given, Exchange, {"method": str, "url": str, "status": int})
    _demand_headers(given, "headers", "request_headers")


def demand_webhook(given: Any) -> None:
    """Raise `UsageError` for what is no delivery, or one that is made of the wrong things."""
    _demand(given, WebhookRequest, {"method": str, "url": str})
    _demand_headers(given, "headers")


def _demand(given: Any, kind: type, members: dict[str, type]) -> None:
    if not isinstance(given, kind):
        raise UsageError(
            f"a receiptkit.{kind.__name__} is wanted here, not a {type(given).__name__}"
        )
    for name, wanted in members.items():
        value = getattr(given, name)
        if not isinstance(value, wanted):
            what = "a number" if wanted is int else "text"
            raise UsageError(f"{kind.__name__}.{name} is {what}, not {value!r}")


def _demand_headers(given: Any, *members: str) -> None:
    for name in members:
        headers = getattr(given, name)
        if not isinstance(headers, Mapping) or not all(
            isinstance(part, str) for item in headers.items() for part in item
        ):
            raise UsageError(
                f"{type(given).__name__}.{name} is a mapping of names to values, all of them text"
            )
