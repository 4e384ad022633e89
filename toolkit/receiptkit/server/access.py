"""Who may call: HTTP Basic with the account SID and a token, or with an API key and its secret; and who may steer the server."""

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
def authenticate(header: str | None, account_sid: str, auth_token: str | None) -> None:
    """
    Let a caller of the API in; who was let in before is.

    Args:
        header: what the request has as Authorization.
        account_sid: of the server.
        auth_token: the one secret that opens it; None if any secret does, but none at all.

    Raises:
        RefusedError: it has none of that.
    """
    scheme, _, encoded = (header or "").partition(" ")
    try:
        user, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        user = secret = ""
    known = user == account_sid or _API_KEY.fullmatch(user)
    right = (
        hmac.compare_digest(secret.encode(), auth_token.encode()) if auth_token else bool(secret)
    )
    if scheme.lower() != "basic" or not known or not right:
        raise ApiError.named("unauthorized")


def origin(request: Request) -> str:
    """Scheme and host as the caller named them; where it named none, or nothing that is a host, those of the server's own socket."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        address, port = request.scope.get("server") or ("localhost", None)
        host = f"{address}:{port}" if port else address
    return f"{request.scope['scheme']}://{host}"


def is_local(request: Request) -> bool:
    """
    Whether a caller is of this machine, and calls it by a name of its own: a browser that was led here by somebody else's name or page, and
    what comes through a tunnel, do not.
    """
    client = request.client.host if request.client else ""
    return client in LOOPBACK and _is_ours(request.headers.get("host", "")) and not is_led(request)


def is_led(request: Request) -> bool:
    """Whether a browser says that somebody else's page made it call. Nothing but a browser says so, and it always does."""
    page = request.headers.get("origin")
    is_foreign = page is not None and not _is_ours(page.partition("://")[2])
    return is_foreign or request.headers.get("sec-fetch-site") == "cross-site"


def _is_ours(host: str) -> bool:
    match = _HOST.fullmatch(host)
    return match is not None and match["name"].strip("[]").lower() in LOOPBACK
