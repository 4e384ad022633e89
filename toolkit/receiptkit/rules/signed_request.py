"""The signed data of a webhook request: URLs that Twilio may have called, and parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import permutations, starmap
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from receiptkit.model.exchange import NotCaptured, WebhookRequest, text_of
from receiptkit.model.regex import regex
from receiptkit.rules.links import without_query
from receiptkit.text.forms import decode_form, decode_query, is_json

HEADER = "X-Twilio-Signature"
BODY_HASH = "bodySHA256"
#: Headers of proxies that name the host which was called, and those that name the path.
_HOSTS = ("x-forwarded-host", "x-original-host")
FORWARDED_PATHS = ("x-original-uri", "x-original-url", "x-rewrite-url", "x-forwarded-uri")
_PROTO, _PREFIX, _TYPE, _LISTED = (
    "x-forwarded-proto",
    "x-forwarded-prefix",
    "content-type",
    "forwarded",
)
#: Headers in which the called host may be, those of the proxy nearest to the caller first.
_NAMING_HOSTS = (*_HOSTS, _LISTED, "host")
_GUESSES = tuple(
    zip(_NAMING_HOSTS, (*("X-Forwarded-Host",) * 2, "Forwarded", "the Host header"), strict=True)
)
_TEXT = ("utf-8", "replace")
#: The first segment of a path that gateways most often take away.
_STAGES = (
    *("prod", "production", "live", "main", "default", "$default", "stage", "staging", "stg"),
    *("test", "qa", "uat", "dev", "development", "beta", "preview", "v1", "v2", "api", "latest"),
)
_FORWARDED = regex(r"(host|proto)\s*=\s*\"?([^\s\";,]+)", re.IGNORECASE)
HTTP = ("https", "http")
_ENCODED = regex(r"%[0-9A-Fa-f]{2}")
#: Characters of a query that some libraries encode and others leave as they are.
_EITHER = "'()*!~:@,;/?$[]{}|^`\" "
#: The most parameters of a query that are tried in every order.
_FEW = 4


class Candidate(NamedTuple):
    """A URL that Twilio may have called, and the cause if it did."""

    url: str
    cause: str


def unjudged_reason(request: WebhookRequest) -> str | None:
    """Return why a signature cannot be checked; None if it can be, or is missing."""
    if not request.headers:
        return "no headers were captured"
    if request.header(HEADER) is None:
        return None
    if not public_urls(request):
        return "the URL that was called is unknown"
    if request.method.upper() == "GET":
        return None
    if isinstance(request.body, NotCaptured):
        return "no body was captured"
    if text_of(request.body) is None and _is_of_json(request):
        return "a JSON body was logged parsed, and its hash needs the bytes"
    return None


def _is_of_json(request: WebhookRequest) -> bool:
    hashed = any(item.name == BODY_HASH for item in decode_query(request.url))
    is_json_type = "json" in _value(request, _TYPE).lower()
    return hashed or is_json_type or not isinstance(request.body, Mapping)


def _value(request: WebhookRequest, header: str) -> str:
    """Return the value of a header; empty without one."""
    return request.header(header) or ""


def signed_parameters(request: WebhookRequest) -> tuple[list[tuple[str, str]], bytes | None]:
    """Return the parameters that a signature is over, and the body where it is over its hash."""
    if request.method.upper() == "GET":
        return [], None
    if isinstance(request.body, Mapping):
        return [
            (str(name), str(each))
            for name, value in request.body.items()
            for each in (value if isinstance(value, list) else [value])
        ], None
    raw = text_of(request.body)
    text = (raw or b"").decode(*_TEXT)
    if is_json(text):
        return [], raw
    fields = decode_form(text.strip(), request.header(_TYPE))
    return [(item.name, item.value) for item in fields], raw


def signed_form(request: WebhookRequest) -> tuple[str, str] | None:
    """
    Return the text that must be signed if Twilio called the URL of the request, and the signature.

    None for a request that is not a posted form with both.
    """
    from receiptkit.webhooks.signature import signed_text

    found = request.header(HEADER)
    raw = text_of(request.body)
    if (
        found is None
        or raw is None
        or request.method.upper() == "GET"
        or BODY_HASH in request.url
        or is_json(raw.decode(*_TEXT))
        or request.url not in public_urls(request)
    ):
        return None
    return signed_text(request.url, signed_parameters(request)[0]), found


# -- URLs


def public_urls(request: WebhookRequest) -> list[str]:
    """
    Return the URLs by which a request was certainly called, as far as the capture shows.

    These are its URL, or those in its headers if the log has a path or an upstream server's URL.
    A path without a host has none.
    """
    parts = _split(request.url)
    if parts is None:
        return []
    hosts, schemes = _hosts(request), named_schemes(request)
    if parts.scheme in HTTP:
        # A host or scheme that the headers leave open is a guess, which is a cause and no URL.
        known = len(hosts) == 1 and len(schemes) == 1 and "," not in _value(request, _PROTO)
        sent = _as_sent(request.url)
        own = [request.url] if sent == request.url else [request.url, sent]
        return [*own, *([placed(parts, schemes[0], hosts[0])] if known else [])]
    if not parts.path.startswith("/"):
        return []
    return [placed(parts, scheme, host) for host in hosts for scheme in (schemes or HTTP)]


def _as_sent(url: str) -> str:
    """Return the requested form of a configured URL, without user, password and fragment."""
    scheme, mark, rest = url.partition("#")[0].partition("://")
    host = re.match(r"[^/?]*", rest)
    authority = host[0] if host else ""
    return f"{scheme}{mark}{authority.rpartition('@')[2]}{rest[len(authority) :]}"


def other_urls(request: WebhookRequest) -> Iterator[Candidate]:
    """Yield URLs that Twilio may have called instead, and the cause that each of them means."""
    from receiptkit.rules.url_writings import written_otherwise

    called = public_urls(request)
    for url in called:
        yield from starmap(Candidate, written_otherwise(url))
    for url in called:
        yield from _of_scheme(url)
    for url in called:
        yield from _of_hosts(url, request)
    for url in dict.fromkeys([*called, *(each for each, _ in _guessed_hosts(called, request))]):
        yield from _of_url(url, request)


def _of_scheme(url: str) -> Iterator[Candidate]:
    parts = urlsplit(url)
    other = "http" if parts.scheme == "https" else "https"
    cause = f"it is over {other}://…: a proxy ends TLS; validate against the public URL"
    yield Candidate(urlunsplit(parts._replace(scheme=other)), cause)


def _of_hosts(url: str, request: WebhookRequest) -> Iterator[Candidate]:
    for public, header in _guessed_hosts([url], request):
        cause = f"it is over the host that {header} names: validate against the public URL"
        yield Candidate(public, cause)


def _guessed_hosts(urls: list[str], request: WebhookRequest) -> Iterator[tuple[str, str]]:
    """Yield each URL with each host that the headers name, and the header."""
    for url in urls:
        parts = urlsplit(url)
        for name, header in _GUESSES:
            for number, host in enumerate(named_hosts(request, name)):
                many = len(named_hosts(request, name)) > 1
                said = f"the {'first' if number == 0 else 'last'} entry of {header}"
                for scheme in HTTP:
                    yield placed(parts, scheme, host), said if many else header


def _of_url(url: str, request: WebhookRequest) -> Iterator[Candidate]:
    """Yield a URL with changes to its path and query that proxies and frameworks make."""
    from receiptkit.rules.url_writings import paths_otherwise

    parts = urlsplit(url)
    other = "http" if parts.scheme == "https" else "https"
    if parts.query:
        cause = "it is over the URL without its query: keep the query as it was called"
        yield Candidate(without_query(url), cause)
    path = parts.path[:-1] if parts.path.endswith("/") else f"{parts.path}/"
    for scheme in (parts.scheme, other):
        cause = "it is over the URL with or without a slash at the end of the path"
        yield Candidate(urlunsplit(parts._replace(scheme=scheme, path=path)), cause)
    cause = "the query was re-encoded after it was signed: validate the URL that was called"
    for query in _encodings(parts.query):
        yield Candidate(urlunsplit(parts._replace(query=query)), cause)
    cause = "the parameters of the query were put in another order: keep the query as it was called"
    for order in _orders(parts.query):
        yield Candidate(urlunsplit(parts._replace(query=order)), cause)
    cause = "the path was re-encoded after it was signed: validate the URL that was called"
    for other_path in paths_otherwise(parts.path):
        yield Candidate(urlunsplit(parts._replace(path=other_path)), cause)
    cause = (
        "a proxy or gateway took a prefix from the path, such as its stage: "
        "validate against the public URL"
    )
    for scheme in (parts.scheme, other):
        for prefixed in _prefixed(parts.path, request):
            yield Candidate(urlunsplit(parts._replace(scheme=scheme, path=prefixed)), cause)


def _prefixed(path: str, request: WebhookRequest) -> Iterator[str]:
    for name in FORWARDED_PATHS:
        value = without_query(_value(request, name))
        if value.startswith("/"):
            yield value
    named = _value(request, _PREFIX).partition(",")[0].strip().strip("/")
    for prefix in (named, *_STAGES):
        if prefix:
            yield f"/{prefix}{path}"
    # A URL that was logged below another prefix.
    rest = path[1:].partition("/")[2]
    if rest:
        yield f"/{rest}"


def _orders(query: str) -> Iterator[str]:
    """Yield a query with its parameters in every order, if they are few."""
    parameters = query.split("&")
    if len(parameters) <= _FEW:
        yield from map("&".join, permutations(parameters))


def _encodings(query: str) -> Iterator[str]:
    """Yield a query in the ways in which libraries encode it."""
    changes: tuple[Callable[[str], str], ...] = (
        lambda text: text.replace("+", "%20"),
        lambda text: text.replace("%20", "+"),
        lambda text: text.replace("+", "%2B"),
        lambda text: text.replace("%2B", "+"),
        lambda text: text.replace("'", "%27"),
        lambda text: text.replace("%27", "'"),
        lambda text: _ENCODED.sub(lambda each: each[0].upper(), text),
        lambda text: _ENCODED.sub(lambda each: each[0].lower(), text),
        lambda text: _ENCODED.sub(_decoded, text),
        lambda text: "".join(f"%{ord(each):02X}" if each in _EITHER else each for each in text),
        unquote,
        lambda text: _ENCODED.sub(_decoded, text).replace(" ", "%20"),
        lambda text: _ENCODED.sub(_decoded, text).replace(" ", "+"),
        lambda text: text.removesuffix("=").replace("=&", "&"),
    )
    tried = {query}
    for change in changes:
        changed = change(query)
        if changed not in tried:
            tried.add(changed)
            yield changed


def _decoded(escape: re.Match[str]) -> str:
    char = unquote(escape[0])
    return char if char in _EITHER else escape[0]


def _split(url: str) -> SplitResult | None:
    """Return the parts of a URL; None for one that cannot be called."""
    try:
        parts = urlsplit(url)
        is_callable = parts.port != 0
    except ValueError:
        return None
    return parts if is_callable else None


def placed(parts: SplitResult, scheme: str, host: str) -> str:
    return urlunsplit(parts._replace(scheme=scheme, netloc=host))


def _hosts(request: WebhookRequest) -> list[str]:
    """Return the hosts in the headers, those of the proxy nearest to the caller first."""
    for name in _NAMING_HOSTS:
        hosts = named_hosts(request, name)
        if hosts:
            return hosts
    return []


def named_hosts(request: WebhookRequest, name: str) -> list[str]:
    value = _value(request, name)
    if name == _LISTED:
        found = [each[1] for each in _FORWARDED.findall(value) if each[0].lower() == "host"]
    else:
        found = [each.strip() for each in value.split(",") if each.strip()]
    return [each for each in dict.fromkeys(found) if _is_host(each)]


def _is_host(text: str) -> bool:
    """Return True for a host, or a host with a port, that a URL can have."""
    return not re.search(r"[/?#@\s]", text) and _split(f"//{text}") is not None


def named_schemes(request: WebhookRequest) -> list[str]:
    """Return the scheme that the headers name first; none if they name none."""
    forwarded = [
        each[1].lower()
        for each in _FORWARDED.findall(_value(request, _LISTED))
        if each[0].lower() == "proto"
    ]
    named = [each.strip().lower() for each in _value(request, _PROTO).split(",")]
    return [each for each in (*named, *forwarded) if each in HTTP][:1]
