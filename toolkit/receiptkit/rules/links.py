"""The links of pages and receipts, taken apart so that they can be compared."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urlsplit

from receiptkit.text.forms import decode_query

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Hosts of the API itself, those of its regions included.
_TWILIO = re.compile(r"https://conversations(?:\.[a-z0-9-]+){0,2}\.twilio\.com")
#: A list of receipts or one of them, below whatever a proxy or a mock has before it.
_RECEIPTS = re.compile(
    r"(?:/Services/(?P<service>[^/]+))?/Conversations/(?P<conversation>[^/]+)"
    r"/Messages/(?P<message>[^/]+)/Receipts(?:/[^/]+)?$"
)


class ReceiptsPath(NamedTuple):
    """The SIDs in the path of a list or receipt; the service is None in the default scope."""

    service: str | None
    conversation: str
    message: str


def origin_of(url: str) -> str | None:
    """Return scheme, host and port of an absolute URL, without a default port; else None."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme not in _DEFAULT_PORTS:
        return None
    shown = f"[{host}]" if ":" in host else host
    default = port in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{shown}" + ("" if default else f":{port}")


def are_of_one_server(url: str, other: str) -> bool:
    """Return True if two URLs have one origin, are both Twilio's, or one of them is only a path."""
    one, two = origin_of(url), origin_of(other)
    if one is None or two is None or one == two:
        return True
    return _TWILIO.fullmatch(one) is not None and _TWILIO.fullmatch(two) is not None


def address_of(url: str) -> str:
    """Return a URL without its query and fragment, its scheme and host in lower case."""
    address = url.partition("#")[0].partition("?")[0]
    origin = origin_of(address)
    return address if origin is None else origin + urlsplit(address).path


def receipts_path(url: str) -> ReceiptsPath | None:
    """Return the names in the path of a list of receipts or a receipt; None for others."""
    found = _RECEIPTS.search(url.partition("#")[0].partition("?")[0].rstrip("/"))
    return None if found is None else ReceiptsPath(**found.groupdict())


def query_of(url: str) -> dict[str, str]:
    """Return the query parameters of a URL, decoded; the last of a repeated name counts."""
    return {item.name: item.value for item in decode_query(url)}
