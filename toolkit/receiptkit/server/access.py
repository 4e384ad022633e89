"""
Access: HTTP Basic with the account SID or an API key for the API, this machine or a token for
its control.
"""

from __future__ import annotations

import base64
import hmac
import re
from functools import lru_cache

from starlette.requests import Request

from receiptkit.server.errors import ApiError
from receiptkit.server.settings import LOOPBACK

_API_KEY = re.compile(r"SK[0-9a-fA-F]{32}")
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


@lru_cache(maxsize=64)
def authenticate(
    header: str | None,
    account_sid: str,
    auth_token: str | None,
    api_keys: tuple[tuple[str, str], ...] = (),
) -> None:
    """
    Let a caller of the API in; one that was let in before is let in again.

    Args:
        header: the Authorization of the request.
        account_sid: SID of the server's account.
        auth_token: the one secret that opens it; None if any secret does, but none at all.
        api_keys: API keys with their secrets; without any, every key opens it as the auth token
            does.

    Raises:
        ApiError: the caller has none of that.
    """
    scheme, user, secret = _credentials(header)
    keys = dict(api_keys)
    known = user == account_sid or (user in keys if keys else _API_KEY.fullmatch(user) is not None)
    expected = keys.get(user, auth_token)
    right = hmac.compare_digest(secret.encode(), expected.encode()) if expected else bool(secret)
    if scheme != "basic" or not known or not right:
        raise ApiError.named("unauthorized")


def _credentials(header: str | None) -> tuple[str, str, str]:
    """Return the scheme of an Authorization, its user and its secret."""
    scheme, _, encoded = (header or "").partition(" ")
    try:
        user, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        user = secret = ""
    return scheme.lower(), user, secret


def advice(header: str | None, account_sid: str) -> str:
    """Return what a caller that was not let in can do; nothing of its header is in it."""
    scheme, user, _ = _credentials(header)
    if scheme != "basic" or not user:
        return f"send HTTP Basic with {account_sid} as the user and an auth token"
    if user != account_sid and not _API_KEY.fullmatch(user):
        return f"another account; this server has {account_sid}, and --account-sid sets it"
    return "this server expects another auth token or API key"


def origin(request: Request) -> str:
    """
    Return scheme and host as the caller named them, or those of the server's socket if that is no
    host.
    """
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        address, port = request.scope.get("server") or ("localhost", None)
        host = f"{address}:{port}" if port else address
    return f"{request.scope['scheme']}://{host}"


def has_token(request: Request, token: str) -> bool:
    """Return True if a caller of the control has its token, as `Authorization: Bearer`."""
    scheme, _, sent = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(sent.strip().encode(), token.encode())


def is_local(request: Request) -> bool:
    """
    Return True if a caller is of this machine, and calls it by a name of this machine.

    A browser that was led here by another name or page does not, nor does what comes through a
    tunnel.
    """
    client = request.client.host if request.client else ""
    return client in LOOPBACK and _is_ours(request.headers.get("host", "")) and not is_led(request)


def is_led(request: Request) -> bool:
    """
    Return True if a browser says that a page of another site made it call. Only browsers do, and
    always.
    """
    page = request.headers.get("origin")
    is_foreign = page is not None and not _is_ours(page.partition("://")[2])
    return is_foreign or request.headers.get("sec-fetch-site") == "cross-site"


def _is_ours(host: str) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and match["name"].strip("[]").lower() in LOOPBACK
