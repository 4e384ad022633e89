"""The links of pages and receipts, taken apart to be compared, and the rows of lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from receiptkit.model.regex import regex
from receiptkit.text.forms import decode_query
from receiptkit.text.memory import remembered

_DEFAULT_PORTS = {"http": 80, "https": 443}
#: Hosts of the API itself, those of its regions included.
_TWILIO = regex(r"https://conversations(?:\.[a-z0-9-]+){0,2}\.twilio\.com")
#: An address that is compared unchanged, as nearly all are: nothing to fold, no port, no user.
_PLAIN = regex(r"(https://[a-z0-9.-]+)(?:/[!-~]*)?")
#: The SID of a conversation, which may have a unique name in its place.
_CONVERSATION = regex(r"CH.{32}")
#: A list of receipts or one of them, below whatever a proxy or a mock has before it.
_RECEIPTS = regex(
    r"(?:/Services/(?P<service>[^/]+))?/Conversations/(?P<conversation>[^/]+)"
    r"/Messages/(?P<message>[^/]+)/Receipts(?:/[^/]+)?$"
)


class ReceiptsPath(NamedTuple):
    """The SIDs in the path of a list or receipt; the service is None in the default scope."""

    service: str | None
    conversation: str
    message: str


@remembered
def origin_of(url: str) -> str | None:
    """Return scheme, host and port of an absolute URL, without a default port; else None."""
    plain = _PLAIN.fullmatch(without_query(url))
    if plain is not None:
        return plain[1]
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
    return is_of_twilio(one) and is_of_twilio(two)


def is_of_twilio(url: str) -> bool:
    """Return True for a URL of the API itself, over TLS."""
    return _TWILIO.fullmatch(origin_of(url) or "") is not None


def adds_tls(url: str, asked: str) -> bool:
    """Return True for a URL of the API with TLS, if it was asked without: a proxy adds it."""
    secure = (origin_of(asked) or "").replace("http:", "https:", 1)
    return is_of_twilio(url) and is_of_twilio(secure)


def without_query(url: str) -> str:
    """Return a URL without its query and fragment."""
    return url.partition("#")[0].partition("?")[0]


@remembered
def address_of(url: str) -> str:
    """Return a URL without its query and fragment, its scheme and host in lower case."""
    address = without_query(url)
    if _PLAIN.fullmatch(address):
        return address
    origin = origin_of(address)
    return address if origin is None else origin + urlsplit(address).path


@remembered
def receipts_path(url: str) -> ReceiptsPath | None:
    """Return the names in the path of a list of receipts or a receipt; None for others."""
    found = _RECEIPTS.search(without_query(url).rstrip("/"))
    return None if found is None else ReceiptsPath(**found.groupdict())


def is_conversation_sid(name: str | None) -> bool:
    """Return True if a conversation is named by its SID, False by its unique name or not at all."""
    return name is not None and _CONVERSATION.fullmatch(name) is not None


def other_scope(link: str, *, is_scoped: bool, other: str) -> str:
    """Return the message about a link of which this holds alone: it is under /Services or not."""
    return f"{link} is {'' if is_scoped else 'not '}under /Services, unlike {other}"


@remembered
def query_of(url: str) -> Mapping[str, str]:
    """Return the query parameters of a URL, decoded; the last of a repeated name counts."""
    return {item.name: item.value for item in decode_query(url)}


def list_in(body: Any) -> str | None:
    """Return the member of a page of a list that has its rows; None if it is not one."""
    if not isinstance(body, dict) or not isinstance(body.get("meta"), dict):
        return None
    named = body["meta"].get("key")
    if isinstance(named, str) and isinstance(body.get(named), list):
        return named
    return next((name for name, value in body.items() if isinstance(value, list)), None)


def kind_of(body: Any) -> str:
    """Return the kind of the body of an operation that has no kind itself."""
    return "resource" if list_in(body) is None else "list"
