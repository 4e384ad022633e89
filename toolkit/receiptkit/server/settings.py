"""How a server is to be: what `receiptkit serve`, `app` and `running` are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from receiptkit.generation import SCENARIOS
from receiptkit.generation.scenarios import scenario
from receiptkit.model.errors import UsageError
from receiptkit.webhooks import AUTH_TOKEN
from receiptkit.webhooks.address import absolute, address

CLOCKS = ("real", "manual")
#: Where nobody but this machine can reach a server.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """
    How a server is to be.

    Attributes:
        scenarios: what its worlds are made after; every scenario by default.
        seed, count: how many worlds of each scenario, of this seed and those after it.
        receipts: how many recipients each has; as many as its scenario says by default.
        clock: `real`, or `manual`: it stands still until it is advanced.
        speed: how much faster than real time the real clock runs.
        strict_page_size: whether a PageSize above the maximum is refused, rather than taken for the maximum.
        public_origin: scheme and host of the links in answers; those that the caller used, by default.
        webhook_url: where the account's webhooks go from the start.
        auth_token: the one secret that opens the server, which also signs webhooks; by default any secret opens it.
        local_only: whether `/_receiptkit/` answers only callers of this machine that call it by its own name.
    """

    scenarios: tuple[str, ...] = ()
    seed: int = 0
    count: int = 1
    receipts: int | None = None
    clock: str = "real"
    speed: float = 1.0
    strict_page_size: bool = False
    public_origin: str | None = None
    webhook_url: str | None = None
    auth_token: str | None = None
    local_only: bool = False

    @classmethod
    def of(cls, scenarios: Any = (), **given: Any) -> ServerSettings:
        """
        Settings, checked.

        Raises:
            UsageError: something is none of what can be.
        """
        names = (scenarios,) if isinstance(scenarios, str) else tuple(scenarios)
        settings = cls(
            scenarios=tuple(scenario(name).name for name in names) or tuple(SCENARIOS), **given
        )
        if settings.clock not in CLOCKS:
            raise UsageError(
                f"no clock is called {settings.clock!r}: there are {' and '.join(CLOCKS)}"
            )
        if not 0 < settings.speed <= 1_000_000:
            raise UsageError(
                f"a speed of {settings.speed:g}: say a number above 0, such as 60 for a minute a second"
            )
        if settings.count < 1:
            raise UsageError(f"{settings.count} worlds of each scenario: say 1 or more")
        if settings.auth_token is not None and not settings.auth_token:
            raise UsageError("an empty auth token opens nothing and signs nothing")
        if settings.webhook_url is not None:
            absolute(settings.webhook_url, "webhook URL")
        if settings.public_origin is not None:
            origin = absolute(settings.public_origin, "public origin")
            if address(origin).url != f"{origin.lower()}/":
                raise UsageError(
                    f"public origin {origin}: scheme and host alone, such as https://example.com"
                )
        return settings

    @property
    def signing_token(self) -> str:
        """What webhooks are signed with."""
        return self.auth_token or AUTH_TOKEN
