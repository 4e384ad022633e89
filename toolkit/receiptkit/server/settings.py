"""The settings of a server: what `receiptkit serve`, `app` and `running` take."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from receiptkit.generation import SCENARIOS
from receiptkit.generation.api_errors import REFUSALS
from receiptkit.generation.scenarios import scenario
from receiptkit.generation.world import milliseconds
from receiptkit.model.errors import UsageError
from receiptkit.model.limits import limit, remedy
from receiptkit.webhooks import AUTH_TOKEN
from receiptkit.webhooks.address import absolute, address

CLOCKS = ("real", "manual")
#: Addresses at which only this machine reaches a server.
LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: The two codes for too many participants with an address; which one is live is unknown.
LIMIT_CODES = (50418, 50422)
#: What Twilio may do or not.
FLAGS = (
    *("pre_webhooks", "empty_messages", "empty_bindings", "export_link"),
    *("zero_delivery", "newest_first", "list_closed", "empty_parameters"),
)
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}
#: The scenario that means: none. The server then begins without conversations.
NO_SCENARIO = "none"
_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_API_KEY = re.compile(r"SK[0-9a-fA-F]{32}")
_TYPES: dict[str, tuple[type, ...]] = {
    "seed": (int,),
    "count": (int,),
    "receipts": (int, type(None)),
    "clock": (str,),
    "speed": (int, float),
    "start": (str, type(None)),
    "account_sid": (str, type(None)),
    "auth_token": (str, type(None)),
    "control_token": (str, type(None)),
    "public_origin": (str, type(None)),
    "webhook_url": (str, type(None)),
    "api_keys": (Mapping,),
    "data": (Mapping, type(None)),
    "snapshot": (str, os.PathLike, type(None)),
    "error_statuses": (Mapping,),
    "limit_code": (int,),
    "initializing": (int, float),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """
    The settings of a server.

    Attributes:
        scenarios: the scenarios of its worlds; every scenario by default, `none` for no world.
        seed, count: how many worlds of each scenario, of this seed and those after it.
        receipts: how many recipients each has; as many as its scenario says by default.
        clock: `real`, or `manual`: it is stopped until it is advanced.
        speed: how much faster than real time the real clock runs.
        start: the date at which the clock begins, in ISO 8601, or `now`. By default every
            scenario has its own dates, and everything else begins with the first of them.
        strict_page_size: True to refuse a PageSize above the maximum, False to take it for the
            maximum.
        public_origin: scheme and host of the links in answers; those that the caller used, by
            default.
        webhook_url: where the account's webhooks go from the start.
        account_sid: SID of the account; drawn from the seed by default.
        auth_token: the one secret that opens the server, which also signs webhooks; by default
            any secret opens it.
        api_keys: secrets of API keys by SID; by default every key opens the server as the auth
            token does.
        control_token: the token that `/_receiptkit/` asks for; none by default.
        local_only: True if `/_receiptkit/` answers only callers of this machine that call it by
            its own name.
        data: conversations to begin with; see `receiptkit.server.data`.
        snapshot: a file to begin with, which another server saved; it has its own account.
        pre_webhooks: True to call pre-webhooks for REST requests.
        initializing: seconds for which a conversation with participants is `initializing`.
        error_statuses: HTTP statuses by error code, instead of inferred ones.
        empty_messages: True to take messages without text, media and template.
        limit_code: the code for one participant too many with an address: 50418 or 50422.
        empty_bindings: True for `{}` as the bindings of a conversation without any; else null.
        export_link: True for a link `export` of conversations.
        zero_delivery: True for a summary of nothing before the first receipt; else null.
        newest_first: True to list the newest conversation first.
        list_closed: True if lists of conversations have closed ones.
        empty_parameters: True for empty parameters of webhooks where a value is unset; else they
            are absent.
    """

    scenarios: tuple[str, ...] = ()
    seed: int = 0
    count: int = 1
    receipts: int | None = None
    clock: str = "real"
    speed: float = 1.0
    start: str | None = None
    strict_page_size: bool = False
    public_origin: str | None = None
    webhook_url: str | None = None
    account_sid: str | None = None
    auth_token: str | None = None
    api_keys: Mapping[str, str] = field(default_factory=dict)
    control_token: str | None = None
    local_only: bool = False
    data: Mapping[str, Any] | None = None
    snapshot: str | os.PathLike[str] | None = None
    pre_webhooks: bool = True
    initializing: float = 0.0
    error_statuses: Mapping[int, int] = field(default_factory=dict)
    empty_messages: bool = True
    limit_code: int = 50418
    empty_bindings: bool = False
    export_link: bool = False
    zero_delivery: bool = False
    newest_first: bool = False
    list_closed: bool = True
    empty_parameters: bool = False

    @classmethod
    def of(cls, scenarios: Any = (), **values: Any) -> ServerSettings:
        """
        Return settings, checked.

        Raises:
            UsageError: a setting does not exist or has an impossible value.
        """
        _check_names(values)
        for name, types in _TYPES.items():
            value = values.get(name)
            if name in values and (not isinstance(value, types) or isinstance(value, bool)):
                raise UsageError(f"{name} cannot be {_shown(value)}")
        for name in FLAGS:
            if not isinstance(values.get(name, True), bool):
                raise UsageError(f"{name} cannot be {_shown(values[name])}; use True or False")
        settings = cls(scenarios=_scenarios(scenarios, values), **values)
        settings._check_numbers()
        settings._check_identity()
        others = settings.scenarios, settings.data, settings.account_sid, settings.start
        if settings.snapshot is not None and any(others):
            raise UsageError(
                "a snapshot brings its own scenarios, data, account SID and start; leave them out"
            )
        if settings.webhook_url is not None:
            absolute(settings.webhook_url, "webhook URL")
        if settings.public_origin is not None:
            origin = absolute(settings.public_origin, "public origin")
            if address(origin).url != f"{origin.lower()}/":
                raise UsageError(
                    f"public origin {origin}: use scheme and host alone, "
                    "such as https://example.com"
                )
        return settings

    def _check_numbers(self) -> None:
        if self.clock not in CLOCKS:
            raise UsageError(f"unknown clock {_shown(self.clock)}; use {' or '.join(CLOCKS)}")
        if not 0 < self.speed <= 1_000_000:
            raise UsageError(
                f"speed {self.speed:g} is out of range; use a number above 0, "
                "such as 60 for a minute a second"
            )
        if not 1 <= self.count * max(1, len(self.scenarios)) <= limit("worlds"):
            raise UsageError(
                f"{self.count} worlds of each scenario: use 1 or more, "
                f"and at most {limit('worlds'):,} in all; {remedy('worlds')}"
            )
        check_receipts(self.receipts)
        if not 0 <= self.initializing <= 3600:
            raise UsageError(f"initializing {self.initializing:g}: use seconds from 0 to 3600")
        if self.start not in (None, "now"):
            check_start(str(self.start))
        for code, status in self.error_statuses.items():
            if code not in REFUSALS or not isinstance(status, int) or not 400 <= status <= 599:
                raise UsageError(
                    f"error status {_shown(code)}={_shown(status)}: use the code of an error "
                    "and a status from 400 to 599"
                )
        if self.limit_code not in LIMIT_CODES:
            raise UsageError(f"limit code {_shown(self.limit_code)}: use 50418 or 50422")

    def _check_identity(self) -> None:
        if self.auth_token is not None and not self.auth_token:
            raise UsageError("an empty auth token opens nothing and signs nothing")
        if self.account_sid is not None and not _ACCOUNT.fullmatch(self.account_sid):
            raise UsageError("an account SID is AC and 32 hexadecimal digits")
        for key, secret in self.api_keys.items():
            if not isinstance(secret, str) or not secret or not _API_KEY.fullmatch(str(key)):
                raise UsageError("an API key is SK and 32 hexadecimal digits, with a secret")

    @property
    def signing_token(self) -> str:
        """Return what webhooks are signed with."""
        return self.auth_token or AUTH_TOKEN


def assumed(texts: Iterable[str]) -> dict[str, Any]:
    """
    Return the settings that assumptions about unknown facts set.

    Args:
        texts: NAME=VALUE, where NAME is that of a setting or the code of an error.

    Raises:
        UsageError: nothing of this name can be assumed, or not with this value.
    """
    settings: dict[str, Any] = {"error_statuses": {}}
    for text in texts:
        name, _, value = text.partition("=")
        name = name.replace("-", "_")
        try:
            if name.isdecimal():
                settings["error_statuses"][int(name)] = int(value)
            else:
                settings[name] = ASSUMED[name](value)
        except (KeyError, ValueError):
            if name in FLAGS and value:
                raise UsageError(f"--assume {_shown(text)}: use yes or no") from None
            known = ", ".join(each.replace("_", "-") for each in ASSUMED)
            raise UsageError(
                f"--assume {_shown(text)}: use NAME=VALUE, with {known} or an error code as NAME"
            ) from None
    return settings


#: What can be assumed, and how its value is read.
ASSUMED: dict[str, Callable[[str], Any]] = {
    "initializing": float,
    "limit_code": int,
    **dict.fromkeys(FLAGS, _TRUTH.__getitem__),
}


def check_receipts(receipts: int | None) -> None:
    """
    Check a number of receipts.

    Raises:
        UsageError: a world cannot have as many.
    """
    if receipts is None:
        return
    is_number = isinstance(receipts, int) and not isinstance(receipts, bool)
    if not is_number or not 0 <= receipts <= limit("receipts"):
        raise UsageError(
            f"{_shown(receipts)} receipts: a world has from 0 to {limit('receipts'):,}; "
            f"above 50 is for load only; {remedy('receipts')}"
        )


def check_start(start: str) -> str:
    """
    Return a date at which a server or a world can begin.

    Raises:
        UsageError: it is not one.
    """
    if not isinstance(start, str) or not "1970" <= start[:4] <= "2999":
        raise UsageError(
            f"start {_shown(start)}: use a date from 1970 to 2999, such as 2026-03-02T09:15:00Z"
        )
    milliseconds(start)
    return start


def _scenarios(scenarios: Any, values: dict[str, Any]) -> tuple[str, ...]:
    if not isinstance(scenarios, (str, list, tuple, set, frozenset, dict)):
        raise UsageError(f"scenarios cannot be {_shown(scenarios)}")
    names = (scenarios,) if isinstance(scenarios, str) else tuple(scenarios)
    begins = values.get("data") is not None or values.get("snapshot") is not None
    if NO_SCENARIO in names or (not names and begins):
        return ()
    return tuple(scenario(name).name for name in names) or tuple(SCENARIOS)


def _check_names(values: dict[str, Any]) -> None:
    known = [each.name for each in fields(ServerSettings)]
    for name in values:
        if name not in known:
            close = get_close_matches(str(name), known, n=1)
            hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"
            raise UsageError(f"unknown setting {name}{hint}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def bounded_seed(seed: int) -> int:
    """Return a seed that JSON can hold, with room for as many as worlds are counted."""
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise UsageError("a seed must be a whole number")
    if abs(seed) >= 1 << 62:
        raise UsageError("a seed has at most 18 digits")
    return seed
