"""Checks of the arguments that callers of the Python API pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange, WebhookRequest

_NO_JSON = ("Unsupported type", "Dict key must be")


@contextmanager
def values_of_json() -> Iterator[None]:
    """Raise `UsageError` if a value within is not a JSON value, such as a date."""
    try:
        yield
    except UnicodeEncodeError:
        # `json.loads` accepts these; in a text they are a finding.
        raise UsageError(
            "the value has an unpaired surrogate, which JSON cannot encode: pass its text instead"
        ) from None
    except ValueError as error:
        said = str(error)
        if not said.startswith(_NO_JSON):
            raise
        raise UsageError(
            f"not a JSON value ({said}): pass the response body, "
            "not an object that a client library made from it"
        ) from None


def demand_exchange(given: Any) -> None:
    """Raise `UsageError` for anything but an exchange with the right types."""
    _demand(given, Exchange, {"method": str, "url": str, "status": int})
    _demand_headers(given, "headers", "request_headers")


def demand_webhook(given: Any) -> None:
    """Raise `UsageError` for anything but a webhook request with the right types."""
    _demand(given, WebhookRequest, {"method": str, "url": str})
    _demand_headers(given, "headers")


def _demand(given: Any, kind: type, members: dict[str, type]) -> None:
    if not isinstance(given, kind):
        raise UsageError(f"expected a receiptkit.{kind.__name__}, not a {type(given).__name__}")
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
            raise UsageError(f"{type(given).__name__}.{name} must map names to values, both text")
