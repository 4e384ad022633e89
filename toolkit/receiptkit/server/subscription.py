"""The webhook configuration of an account or a service: what is sent where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.server.errors import ApiError
from receiptkit.server.forms import Form
from receiptkit.webhooks.address import absolute

#: The event of delivery receipts.
EVENT = "onDeliveryUpdated"
_URLS = {
    "PreWebhookUrl": ("pre_webhook_url", 50077),
    "PostWebhookUrl": ("post_webhook_url", 50078),
}
_TARGETS = ("webhook", "flex")


@dataclass(frozen=True, slots=True)
class Subscription:
    """
    A webhook configuration; everything is null until it is updated.

    Attributes:
        method: POST or GET.
        filters: the names of the events that are sent.
        pre_webhook_url: where webhooks before the fact go.
        post_webhook_url: where those after the fact go; receipts have no others.
        target: of an account; a service has none.
    """

    method: str | None = None
    filters: tuple[str, ...] | None = None
    pre_webhook_url: str | None = None
    post_webhook_url: str | None = None
    target: str = "webhook"

    @property
    def is_configured(self) -> bool:
        """Return True if it has a URL; that of a service then silences the account's."""
        return bool(self.pre_webhook_url or self.post_webhook_url)

    def wants(self, event: str) -> bool:
        """Return True if webhooks of an event go somewhere after the fact."""
        return self.post_webhook_url is not None and event in (self.filters or ())

    def wants_before(self, event: str) -> bool:
        """Return True if webhooks of an event go somewhere before the fact."""
        return self.pre_webhook_url is not None and event in (self.filters or ())

    @property
    def body(self) -> dict[str, Any]:
        """Return the members of the resource that can be updated."""
        return {
            "method": self.method,
            "filters": None if self.filters is None else list(self.filters),
            "pre_webhook_url": self.pre_webhook_url,
            "post_webhook_url": self.post_webhook_url,
            "target": self.target,
        }

    def updated(self, form: Form, *, in_service: bool) -> Subscription:
        """
        Return the configuration after an update; what it does not name stays.

        Raises:
            ApiError: a value cannot be used.
        """
        changes: dict[str, Any] = {}
        if "Filters" in form:
            changes["filters"] = tuple(name for name in dict.fromkeys(form.many("Filters")) if name)
        method = form.choice("Method", ("get", "post"), 50055)
        if method is not None:
            changes["method"] = method.upper()
        if "Target" in form and not in_service:
            target = form.last("Target")
            if target not in _TARGETS:
                raise ApiError.parameter(f"Target must be {' or '.join(_TARGETS)}.")
            changes["target"] = target
        for name, (member, code) in _URLS.items():
            if name in form:
                changes[member] = webhook_url(form.last(name) or "", name, code)
        after = replace(self, **changes)
        if after.is_configured and after.method is None:
            return replace(after, method="POST")
        return after


def webhook_url(value: str, name: str, code: int) -> str | None:
    """
    Return a URL, or None for an empty one, which removes it.

    Raises:
        ApiError: it cannot be called.
    """
    try:
        return absolute(value, name) if value else None
    except UsageError:
        raise ApiError.of(code, f"{name} must be an absolute http or https URL.") from None
