"""Requests that were recorded behind a proxy, with the URL of a server that Twilio never called."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from receiptkit.model.exchange import WebhookRequest
from receiptkit.rules.signed_request import (
    FORWARDED_PATHS,
    HTTP,
    named_hosts,
    named_schemes,
    placed,
)

#: Headers that proxies add; a client's own request has the host of its URL in the last.
_HOSTS = ("x-forwarded-host", "x-original-host", "forwarded", "host")
FORWARDING = (
    *("forwarded", "via", "x-real-ip", "x-forwarded-for", "x-forwarded-host", "x-original-host"),
    *("x-forwarded-proto", "x-forwarded-port", "x-forwarded-prefix", *FORWARDED_PATHS),
)
_INTERNAL = (".internal", ".local", ".localhost", ".lan", ".svc")
#: Why a signature cannot be judged, and what to do.
UNKNOWN = (
    "the request was recorded behind a proxy, and the URL that Twilio called is unknown: "
    "--called-at gives it"
)


def is_proxied(request: WebhookRequest) -> bool:
    """Return True if the URL of a request is not the one that its headers say was called."""
    parts = _address(request)
    if parts is None:
        return False
    own = parts.hostname or ""
    named = {host.rpartition("@")[2].split(":")[0].lower() for host in _named(request)}
    if named and own not in named:
        return True
    return _is_internal(own) and any(request.header(name) for name in FORWARDING)


def urls_before(request: WebhookRequest) -> Iterator[str]:
    """Yield the URLs at which the proxy of a request may have been called, by its headers."""
    parts = _address(request)
    if parts is None or not any(map(request.header, FORWARDING)):
        return
    paths = [parts.path]
    for name in FORWARDED_PATHS:
        value = (request.header(name) or "").partition("?")[0]
        paths += [value] if value.startswith("/") else []
    prefix = (request.header("x-forwarded-prefix") or "").partition(",")[0].strip().strip("/")
    paths += [f"/{prefix}{parts.path}"] if prefix else []
    # With several hosts, nothing says which one was called.
    names = [named_hosts(request, name) for name in _HOSTS[:-1]]
    hosts = [each[0] for each in names if len(each) == 1]
    port = (request.header("x-forwarded-port") or "").strip()
    if port.isascii() and port.isdigit() and len(port) < 6:
        named = [*hosts, *named_hosts(request, "host")]
        hosts += [f"{each}:{port}" for each in named if ":" not in each.rpartition("]")[2]]
    for host in dict.fromkeys([*hosts, parts.netloc]):
        for scheme in named_schemes(request) or HTTP:
            for path in paths:
                yield placed(parts._replace(path=path), scheme, host)


def _address(request: WebhookRequest) -> SplitResult | None:
    try:
        parts = urlsplit(request.url)
        is_whole = parts.scheme in HTTP and parts.port != 0
    except ValueError:
        return None
    return parts if is_whole else None


def _named(request: WebhookRequest) -> list[str]:
    return [host for name in _HOSTS for host in named_hosts(request, name)]


def _is_internal(host: str) -> bool:
    """Return True for a host that only machines beside it can reach."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_INTERNAL)
