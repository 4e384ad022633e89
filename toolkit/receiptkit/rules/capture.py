"""Rules about captures as files."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from receiptkit.model.exchange import Exchange, WebhookRequest, header, text_of
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import Example
from receiptkit.rules.registry import rule
from receiptkit.rules.views import RunView
from receiptkit.text.containers import objects
from receiptkit.text.json_text import read

_HEADERS = ("authorization", "proxy-authorization")
_LENGTHS = frozenset(map(len, _HEADERS))
_CREDENTIAL = regex(r"(basic|bearer|digest|token) +(\S.{7,})", re.IGNORECASE)
_IN_URL = regex(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#@:]*:([^/?#@]{5,})@")
#: Such a URL within a text, escaped or not; and the members of bodies that are URLs.
_IN_TEXT = regex(rb"""//[^/?#@:"\s]*:[^/?#@"\s]{5,}@|\\/[^/?#@:"\s]*:[^/?#@"\s]{5,}@""")
_LINKS = (
    *("url", "first_page_url", "previous_page_url", "next_page_url"),
    *("pre_webhook_url", "post_webhook_url", "delivery_receipts"),
)
#: Members of the account and of its keys that open it, and what they look like.
_MEMBERS = {"auth_token": re.compile(r"[0-9a-f]{32}"), "secret": re.compile(r"[0-9A-Za-z]{32}")}
#: What filters put in the place of credentials.
_MASKED = regex(
    r"\*\*|xxx|redact|filter|mask|dummy|secret|placeholder|remove|hidden|fake|example|test|your"
    r"|[<>{}\[\]]",
    re.IGNORECASE,
)
#: A password that people choose, and that recorders put in the place of others.
_WORD = "secret"


@rule(
    "capture.secret",
    on="capture",
    severity=Severity.WARNING,
    title="the capture holds credentials",
    why="A reader of the file can act as the account. It is reported once for each "
    "file and place; the value is never shown.",
    grounding="RFC 9110, section 11.6.2",
    action="Remove them with `receiptkit scrub` before you share the file, and replace them if you "
    "shared it. "
    "VCR and proxies can filter what they record.",
    good=Example("exchange"),
    bad=Example("exchange", {"/request/headers": {"Authorization": "Bearer 4f9d1c7ab23e4d58a6b0"}}),
    part="sent",
)
def secret(seen: Exchange | WebhookRequest) -> Iterator[Problem]:
    """Yield a problem for each place of an exchange or request that holds credentials."""
    if isinstance(seen, Exchange):
        headers, bodies = (
            seen.request_headers,
            {"request": seen.request_body, "response": seen.body},
        )
    else:
        headers, bodies = seen.headers, {"request": seen.body}
    said = [
        f"the request's {name.title()} header holds credentials"
        for name in _HEADERS
        if _in_header(headers, name)
    ]
    if (match := _IN_URL.match(seen.url)) is not None and not _is_masked(match[1]):
        said.append("the request's URL holds credentials")
    for whose, body in bodies.items():
        said += [f"the {whose}'s body holds credentials in {name}" for name in _in_body(body)]
    for whose, body in bodies.items():
        said += [f"the {whose}'s body holds credentials in {name}" for name in _links_in(body)]
    for whose, body in bodies.items():
        said += [
            f"the {whose}'s body holds a header {name.title()} with credentials"
            for name in _headers_in(body)
        ]
    for message in said:
        yield Problem("", f"{message}; remove them with `receiptkit scrub`")


def _in_header(headers: Mapping[str, str], name: str, *, is_filtered: bool = True) -> bool:
    """Return True if a header has credentials; recorders filter those of requests alone."""
    value = header(headers, name)
    match = _CREDENTIAL.fullmatch(value.strip()) if value else None
    if match is None:
        return False
    said = _password(match[2]) if match[1].lower() == "basic" else match[2]
    return not _is_masked(said) or (said == _WORD and not is_filtered)


def _in_body(body: Any) -> Iterator[str]:
    """Yield the members of a body that are an account's token, or the secret of a key."""
    text = text_of(body)
    if text is not None:
        body = (
            read(text).value if any(b'"%b"' % name.encode() in text for name in _MEMBERS) else None
        )
    for name, form in _MEMBERS.items() if isinstance(body, dict) else ():
        value = body.get(name)
        is_ours = name != "secret" or str(body.get("sid")).startswith("SK")
        if is_ours and isinstance(value, str) and form.fullmatch(value) and not _is_masked(value):
            yield name


def _links_in(body: Any) -> Iterator[str]:
    """Yield the links of a resource or a page that have a password before their host."""
    text = text_of(body)
    if text is not None:
        body = read(text).value if _IN_TEXT.search(text) else None
    if not isinstance(body, dict):
        return
    for node in (body, body.get("meta"), body.get("links")):
        for name in _LINKS:
            url = node.get(name) if isinstance(node, dict) else None
            match = _IN_URL.match(url) if isinstance(url, str) else None
            if match is not None and not _is_masked(match[1]):
                yield name


def _headers_in(body: Any) -> set[str]:
    """Return the headers with credentials in a body, such as the error of an HTTP client."""
    text = text_of(body)
    if text is not None:
        lowered = text.lower()
        body = read(text).value if any(name.encode() in lowered for name in _HEADERS) else None
    found: set[str] = set()
    nodes = objects(body)
    # Many objects have the same few names.
    named = [each for each in set(chain(*nodes)) if isinstance(each, str)]
    if not any(len(each) in _LENGTHS and each.lower() in _HEADERS for each in named):
        return found
    for node in nodes:
        pairs = node.items()
        texts = {
            name: each for name, each in pairs if isinstance(name, str) and isinstance(each, str)
        }
        found.update(name for name in _HEADERS if _in_header(texts, name, is_filtered=False))
    return found


def _password(text: str) -> str:
    """Return the password in credentials of HTTP Basic; empty without one."""
    try:
        return base64.b64decode(text, validate=True).decode("latin-1").partition(":")[2]
    except ValueError:
        return ""


def _is_masked(text: str) -> bool:
    return len(set(text)) < 5 or _MASKED.search(text) is not None


@rule(
    "capture.nothing-judged",
    on="run",
    severity=Severity.ERROR,
    title="nothing in the captures could be checked",
    why="A check without input always passes. The exit code is 2, so that it "
    "is not taken for a pass.",
    grounding="the captures",
    action="Give the right files. Use --as or --url for bare bodies, --allow-empty to accept it.",
    good=Example("exchange"),
    bad=Example(
        "exchange",
        {"/request/method": "OPTIONS", "/response/status": 204, "/response/body": None},
    ),
    vendor=True,
)
def nothing_judged(run: RunView) -> Iterator[Problem]:
    """Yield a problem for a run over files in which nothing could be judged."""
    if run.files and not run.judged:
        yield Problem("", "nothing in the captures could be checked")
