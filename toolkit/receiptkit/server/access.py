"""Who may call: HTTP Basic with the account SID and a token, or with an API key and its secret; and who may steer the server."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from urllib.parse import urlsplit

from starlette.requests import Request

from receiptkit.server.errors import RefusedError
from receiptkit.server.settings import LOOPBACK

_API_KEY = re.compile(r"SK[0-9a-fA-F]{32}")
_HOST = re.compile(r"[A-Za-z0-9._~-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def authenticate(header: str | None, account_sid: str, auth_token: str | None) -> None:
    """
    Let a caller of the API in.

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
    except (binascii.Error, UnicodeDecodeError):
        user = secret = ""
    known = user == account_sid or _API_KEY.fullmatch(user)
    right = hmac.compare_digest(secret.encode(), auth_token.encode()) if auth_token else bool(secret)
    if scheme.lower() != "basic" or not known or not right:
        raise RefusedError.named("unauthorized")


def origin(request: Request) -> str:
    """Scheme and host as the caller named them; where it named none, or nothing that is a host, those of the server's own socket."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        address, port = request.scope.get("server") or ("localhost", None)
        host = f"{address}:{port}" if port else address
    return f"{request.scope['scheme']}://{host}"


def is_local(request: Request) -> bool:
    """
    Whether a caller is of this machine, and calls it by a name of its own: a browser that was led here by somebody else's name, and what
    comes through a tunnel, do not.
    """
    client = request.client.host if request.client else ""
    return client in LOOPBACK and urlsplit(f"//{request.headers.get('host', '')}").hostname in LOOPBACK
