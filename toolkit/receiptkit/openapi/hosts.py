"""Hosts of URLs: Twilio's, those of a developer's own network, and others."""

from __future__ import annotations

from receiptkit.model.regex import regex

_HOST = regex(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]/?#]*\]|[^/?#:]*)")
_TWILIO = ".twilio.com"
#: The host of the application in the test clients of Starlette and Django.
_TEST_CLIENT = "testserver"
_ADDRESS = regex(r"[0-9.]+")


def is_of_twilio(url: str) -> bool:
    """Return True if a URL has a host of Twilio's, or none."""
    match = _HOST.match(url)
    return match is None or match[1].lower().endswith(_TWILIO)


def is_elsewhere(url: str) -> bool:
    """Return True if a URL has a host that is neither Twilio's nor of a developer's own network."""
    match = _HOST.match(url)
    host = match[1].lower() if match else ""
    if host == _TEST_CLIENT:
        return True
    if (
        host.endswith((_TWILIO, ".local", ".localhost", ".internal"))
        or "." not in host
        or host.startswith("[")
    ):
        return False
    return not _ADDRESS.fullmatch(host)
