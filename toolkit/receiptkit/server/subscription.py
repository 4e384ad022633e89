"""The webhook configuration of an account or a service: what is sent where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.server.errors import ApiError
from receiptkit.text.forms import FormField
from receiptkit.webhooks.address import absolute

#: The event of delivery receipts.
EVENT = "onDeliveryUpdated"
_URLS = {"PreWebhookUrl": "pre_webhook_url", "PostWebhookUrl": "post_webhook_url"}
_TARGETS = ("webhook", "flex")


@dataclass(frozen=True, slots=True)
class Subscription:
    """
    A webhook configuration; everything is null until it is updated.

    Attributes:
        method: POST or GET.
        filters: the names of the events that are sent.
        post_webhook_url: where they go; receipts have no event before the fact, for `pre_webhook_url`.
        target: of an account; a service has none.
    """

    method: str | None = None
    filters: tuple[str, ...] | None = None
    pre_webhook_url: str | None = None
    post_webhook_url: str | None = None
    target: str = "webhook"

    @property
    def is_configured(self) -> bool:
        """Whether something can go somewhere; the configuration of a service then silences the account's, whatever it filters."""
        return bool(self.pre_webhook_url or self.post_webhook_url)

    @property
    def url(self) -> str | None:
        """Where delivery receipts go; None if they go nowhere."""
        return self.post_webhook_url if EVENT in (self.filters or ()) else None

    @property
    def body(self) -> dict[str, Any]:
        """The members of the resource that can be updated."""
        return {
            "method": self.method,
            "filters": None if self.filters is None else list(self.filters),
            "pre_webhook_url": self.pre_webhook_url,
            "post_webhook_url": self.post_webhook_url,
            "target": self.target,
        }

    def updated(self, parameters: Iterable[FormField]) -> Subscription:
        """
        The configuration after an update; what it does not name stays as it was.

        Raises:
            RefusedError: a value cannot be used.
        """
        given: dict[str, list[str]] = {}
        for parameter in parameters:
            given.setdefault(parameter.name, []).append(parameter.value)
        changes: dict[str, Any] = {}
        if "Filters" in given:
            changes["filters"] = tuple(name for name in dict.fromkeys(given["Filters"]) if name)
        if "Method" in given:
            changes["method"] = _one_of(("GET", "POST"), "Method", given["Method"][-1].upper())
        if "Target" in given:
            changes["target"] = _one_of(_TARGETS, "Target", given["Target"][-1])
        for name in _URLS.keys() & given.keys():
            changes[_URLS[name]] = _url(name, given[name][-1])
        after = replace(self, **changes)
        return (
            replace(after, method="POST") if after.is_configured and after.method is None else after
        )


def _one_of(values: tuple[str, ...], name: str, value: str) -> str:
    if value not in values:
        raise ApiError.parameter(f"{name} must be {' or '.join(values)}.")
    return value


def _url(name: str, value: str) -> str | None:
    """A URL, or None for an empty one, which takes it away."""
    try:
        return absolute(value, name) if value else None
    except UsageError:
        raise ApiError.parameter(f"{name} must be an absolute http or https URL.") from None
