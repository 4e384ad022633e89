"""The parts of HTTP messages under the names that tools give them. Anything may be of any type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from receiptkit.captures.encodings import NOT_BASE64, decoded, from_base64
from receiptkit.captures.nodes import Node
from receiptkit.captures.records import Spot
from receiptkit.model.exchange import NOT_CAPTURED, NotCaptured, header
from receiptkit.model.regex import regex
from receiptkit.text.json_text import json_of

_URL = (
    "absoluteurl",
    "rawurl",
    "fullurl",
    "requesturl",
    "webhookurl",
    "url",
    "uri",
    "endpoint",
    "requesturi",
    "originalurl",
    "urlpath",
    "path",
    "rawpath",
    "requestpath",
)
#: Regular expressions and templates of URLs: the URL itself is unknown.
_PATTERNS = ("urlpattern", "urlpathpattern", "urlpathtemplate")
#: What stores with types call a value: DynamoDB, Firestore, OpenTelemetry, MongoDB, Avro.
TYPED = frozenset(
    (
        *("S", "N", "BOOL", "stringValue", "integerValue", "doubleValue", "booleanValue"),
        *("intValue", "$numberInt", "$numberLong", "$numberDouble", "string", "int", "long"),
        *("string_value", "int_value", "double_value", "bool_value"),
    )
)
#: Those that hold a whole number as text, and what MongoDB calls a date.
_WHOLE = frozenset(("N", "integerValue", "intValue", "$numberInt", "$numberLong"))
_DATE = "$date"
_METHOD = ("method", "requestmethod", "httpmethod", "methods", "verb")
HEADERS = ("headers", "multivalueheaders", "header", "rawheaders", "reqheaders", "requestheaders")
_STATUS = ("status", "statuscode", "code", "responsestatus", "httpstatus", "responsecode")
#: Variables that hold the address of a server, at the beginning of a URL.
_VARIABLE = regex(r"\A(?:\{\{[^{}]*\}\}|<<[^<>]*>>|\$\{[^{}]*\})(?=/|\Z)")
_TEMPLATE = regex(r"\{\{|<<\w+>>|\$\{|/:\w")
#: What a pattern has that matches more than one URL.
_OF_MANY = regex(r"[\[\](){}*+|?]|\\[dDwWsS]|(?<!\\)\.(?=[*+{])")
#: What paths of the API have in them; the server of those does not matter.
OURS = ("/Conversations/", "/Configuration/Webhooks")
_LOCAL = regex(r"\A(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)")


def method_of(*nodes: Node) -> str:
    """Return the method that the first of some nodes with one names; empty if none does."""
    for node in nodes:
        for found in node.every(*_METHOD):
            value = unmatched(found.value)
            if isinstance(value, str) and value.isalpha():
                return value
    context = nodes[0].member("requestContext").member("http").member("method").value
    return context if isinstance(context, str) else ""


def status_of(response: Node) -> tuple[int, Spot]:
    """Return the status of a response, the first that is one; 0 without one."""
    for name in _STATUS:
        found = response.find(name)
        nested = found.find("code", "statuscode") if isinstance(found.value, dict) else found
        if status := whole(nested.value):
            return status, nested.spot
    return 0, response.find(*_STATUS).spot


def whole(value: Any) -> int:
    """Return an HTTP status, also one that is written as text; 0 for anything else."""
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isdigit():
        value = int(value)
    return (
        value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1000 else 0
    )


def headers_at(*nodes: Node) -> tuple[dict[str, str], Spot]:
    """Return the headers that the first of some nodes with any has, and where they are."""
    for node in nodes:
        for found in node.every(*HEADERS):
            if headers := headers_of(found.value):
                return headers, found.spot
    return {}, nodes[0].find(*HEADERS).spot


def headers_of(value: Any) -> dict[str, str]:
    """
    Return headers that are an object, a list of names with values, or a text.

    Of a repeated one the first.
    """
    found: dict[str, str] = {}
    for name, item in pairs(value):
        item = unmatched(item)
        item = item.decode("latin-1") if isinstance(item, bytes) else item
        if isinstance(name, str) and isinstance(item, str):
            found.setdefault(name, item)
    return found


def repeated(value: Any) -> dict[str, Any]:
    """Return parameters that are a list of names with values as an object of lists."""
    found: dict[str, Any] = {}
    for name, item in pairs(value):
        if isinstance(name, str):
            found.setdefault(name, []).append(item)
    return found


def pairs(value: Any) -> list[tuple[Any, Any]]:
    """Return the names and values of an object, of a list of them, or of a text."""
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, str):
        if value.lstrip()[:1] in ("{", "["):
            parsed = json_of(value)
            return pairs(parsed) if isinstance(parsed, (dict, list)) else []
        if "\n" in value or ": " in value:
            lines = (line.partition(":") for line in value.splitlines())
            return [(name.strip(), text.strip()) for name, colon, text in lines if colon]
        # A plus is a plus: what is in these texts was quoted, if at all, like a path.
        parts = (part.partition("=") for part in value.split("&") if part)
        return [(unquote(name), unquote(text)) for name, _, text in parts]
    if not isinstance(value, list):
        return []
    if value and len(value) % 2 == 0 and all(isinstance(item, str) for item in value):
        return list(zip(value[::2], value[1::2], strict=True))
    found = []
    for item in value:
        if isinstance(item, dict):
            name = item.get("name", item.get("key", item.get("Name")))
            held = item.get("value", item.get("values", item.get("Values")))
            found.append((name, _text_of(held)))
        elif isinstance(item, list) and len(item) == 2:
            found.append((item[0], item[1]))
    return found


def _text_of(value: Any) -> Any:
    """Return a value that a store wrapped with its type as text; any other unchanged."""
    plain = without_type(value)
    return value if plain is value else plain if plain is None else str(plain)


def without_type(value: Any) -> Any:
    """Return a value without the type that a store wrapped it with; any other unchanged."""
    if not isinstance(value, dict):
        return value
    held = [(name, item) for name, item in value.items() if item is not None]
    if len(held) != 1:
        return value
    ((name, item),) = held
    if name == "NULL" or (name == "nullValue" and len(value) == 1):
        return None
    if name == _DATE:
        return _date(without_type(item), value)
    if name not in TYPED:
        return value
    is_number = name in _WHOLE and isinstance(item, str) and item.lstrip("-").isdecimal()
    return int(item) if is_number else item


def _date(item: Any, value: Any) -> Any:
    """Return a date of a store as the API writes it: to the second, in UTC."""
    if type(item) is int:
        from datetime import datetime, timedelta, timezone

        try:
            moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=item)
        except OverflowError:
            return value
        return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return re.sub(r"\.[0-9]+(?=Z\Z)", "", item) if isinstance(item, str) else value


def unmatched(value: Any) -> Any:
    """Return what a matcher of a mock matches exactly, and the first of a list."""
    if isinstance(value, dict):
        if len(value) == 1 and (name := next(iter(value))) in TYPED:
            return value[name]
        lower = {name.lower(): item for name, item in value.items() if isinstance(name, str)}
        if "matchers" in lower:
            return unmatched(lower["matchers"])
        if lower.get("matcher", "exact") not in ("exact", "glob"):
            return None
        for name in ("value", "pattern", "equalto", "exact"):
            if name in lower:
                return lower[name]
        return None
    return unmatched(value[0]) if isinstance(value, list) and value else value


def url_of(request: Node, around: Node, headers: Mapping[str, str]) -> tuple[str, Spot]:
    """
    Return the URL of a request, put together where a tool keeps it in parts; empty if it is
    unknown.

    Args:
        request: the request.
        around: what the request is in, which may name the server.
        headers: its headers; a path alone gets their host.
    """
    url, spot = "", request.find(*_URL).spot
    for found in (*request.every(*_URL), *around.every(*_URL)):
        value = found.value if isinstance(found.value, str) else _of_parts(found)
        if isinstance(value, str) and value:
            url, spot = _VARIABLE.sub("", _unanchored(value), count=1) or "/", found.spot
            break
    if not url or _TEMPLATE.search(url.partition("?")[0]):
        return "", spot
    if "://" not in url and url[:1] != "/" and any(part in url for part in OURS):
        url = f"/{url}"
    if url.startswith("/") and not any(part in url for part in OURS):
        url = _server(request, around, headers) + _public_path(request, url)
        url += "" if "?" in url else _query(request)
    return url, spot


def _unanchored(url: str) -> str:
    """Return the URL that a regular expression matches alone; a template where it matches more."""
    if url[:1] != "^":
        return url
    text = url[1:].removesuffix("$")
    return "/{{}}" if _OF_MANY.search(text) else text.replace("\\", "")


def names_url(request: Node) -> bool:
    """Return True if a request names a URL or a pattern of URLs."""
    return any(
        bool(found.value) and isinstance(found.value, (str, dict, list))
        for found in request.every(*_URL, *_PATTERNS)
    )


def _of_parts(node: Node) -> str | None:
    """Return a URL that is an object of its parts, as Postman keeps it, or a matcher of a mock."""
    if not isinstance(node.value, dict):
        return _text(unmatched(node.value))
    raw = node.find("raw").value
    if isinstance(raw, str):
        return raw
    path = node.find("path").value
    if path is None:
        return _text(unmatched(node.value))
    path = "/".join(map(str, path)) if isinstance(path, list) else str(path)
    host = node.find("host").value
    host = ".".join(map(str, host)) if isinstance(host, list) else host or ""
    port = node.find("port").value
    query = "&".join(
        f"{name}={value}" for name, value in pairs(node.find("query").value) if value is not None
    )
    server = (
        f"{node.find('protocol').value or 'http'}://{host}{f':{port}' if port else ''}"
        if host
        else ""
    )
    return f"{server}/{path.lstrip('/')}{f'?{query}' if query else ''}"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _server(request: Node, around: Node, headers: Mapping[str, str]) -> str:
    """
    Return the scheme and host of a request of which a tool keeps the path.

    Empty if nothing names them.
    """
    for node in (request, around):
        scope = unmatched(node.find("scope", "baseurl").value)
        if isinstance(scope, str) and "://" in scope:
            return scope.rstrip("/")
    destination = unmatched(request.find("destination").value)
    host = (
        destination
        or header(headers, "x-forwarded-host")
        or header(headers, "x-original-host")
        or header(headers, "host")
        or request.member("requestContext").member("domainName").value
        or unmatched(request.find("host").value)
        or unmatched(around.find("host").value)
    )
    if not isinstance(host, str) or not host:
        return ""
    host = host.split(",")[0].strip()
    scheme = header(headers, "x-forwarded-proto") or unmatched(
        request.find("scheme", "protocol").value or around.find("scheme").value
    )
    if not isinstance(scheme, str) or scheme.split(",")[0].strip() not in ("http", "https"):
        scheme = "http" if _LOCAL.match(host) else "https"
    return f"{scheme.split(',')[0].strip()}://{host}"


def _public_path(request: Node, path: str) -> str:
    """Return a path as it was called: API Gateway keeps the stage apart."""
    staged = request.member("requestContext").member("path").value
    return staged if isinstance(staged, str) and staged.endswith(path.partition("?")[0]) else path


def _query(request: Node) -> str:
    raw = request.find("rawquerystring", "querystring", "rawquery").value
    if isinstance(raw, str) and raw:
        return f"?{raw}"
    said = request.find(
        "multivaluequerystringparameters", "querystringparameters", "query", "queryparameters"
    ).value
    # A load balancer hands parameters on as they came; everything else decodes them.
    verbatim = request.member("requestContext").member("elb").value is not None
    found = []
    for name, values in pairs(said) if not isinstance(said, str) else []:
        for value in values if isinstance(values, list) else [values]:
            value = unmatched(value)
            if isinstance(name, str) and isinstance(value, str):
                found.append(f"{name}={value}" if verbatim else f"{quote(name)}={quote(value)}")
    return f"?{'&'.join(found)}" if found else ""


def unpacked_base64(text: Any) -> Any:
    """Return the bytes of a base64 text; `NotCaptured` for anything else."""
    return from_base64(text) if isinstance(text, str) else NotCaptured(NOT_BASE64)


def unpacked(body: Any, headers: Mapping[str, str], limit: int) -> Any:
    """Return a body with the content encoding that the headers name taken back."""
    return decoded(body, header(headers, "content-encoding"), limit)


def present(body: Any) -> Any:
    """Return a body, or `NOT_CAPTURED` for null."""
    return NOT_CAPTURED if body is None else body
