"""Whether webhook requests are signed as they should be, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from receiptkit.model.exchange import NotCaptured, WebhookRequest, text_of
from receiptkit.model.problem import Problem
from receiptkit.text.forms import decode_form, is_json
from receiptkit.webhooks import HEADER, url_forms, verify

_MISSING, _WRONG = "webhook.signature-missing", "webhook.signature"


def signature_problems(delivery: WebhookRequest, auth_token: str) -> Iterator[Problem]:
    """
    What is wrong with the signature of a request. Where the capture holds neither headers nor an absolute URL, nothing can be told.

    Args:
        delivery: the request.
        auth_token: the primary auth token of the account.
    """
    signature = delivery.header(HEADER)
    if signature is None:
        if delivery.headers:
            yield Problem("", f"the request has no header {HEADER}", rule=_MISSING)
        return
    if urlsplit(delivery.url).scheme not in ("http", "https") or isinstance(
        delivery.body, NotCaptured
    ):
        return
    parameters, body = _parameters(delivery)
    if verify(delivery.url, auth_token, signature, parameters, body):
        return
    cause = _cause(delivery, auth_token, signature, parameters, body)
    tried = len(url_forms(delivery.url))
    yield Problem(
        "",
        f"does not verify, in any of {tried} forms of the URL (as it is, without a port, with one)",
        cause,
        rule=_WRONG,
    )


def _parameters(delivery: WebhookRequest) -> tuple[list[tuple[str, str]], bytes | None]:
    """The parameters that a signature is over, and the body where it is over its hash."""
    raw = text_of(delivery.body)
    if delivery.method.upper() == "GET":
        return [], None
    if isinstance(delivery.body, Mapping):
        return [
            (str(name), str(each))
            for name, value in delivery.body.items()
            for each in _values(value)
        ], None
    text = (raw or b"").decode("utf-8", "replace")
    if is_json(text):
        return [], raw
    return [
        (item.name, item.value)
        for item in decode_form(text.strip(), delivery.header("content-type"))
    ], raw


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _cause(
    delivery: WebhookRequest,
    auth_token: str,
    signature: str,
    parameters: list[tuple[str, str]],
    body: bytes | None,
) -> str:
    """The likeliest cause: what would have to be changed for the signature to verify."""
    for url, cause in _other_urls(delivery):
        if verify(url, auth_token, signature, parameters, body):
            return cause
    # Of a body that is signed by its hash the parameters do not count, and here only they differ.
    for kept, which in ((dict(reversed(parameters)), "first"), (dict(parameters), "last")):
        if verify(delivery.url, auth_token, signature, kept):
            return (
                f"it is over the {which} value of each repeated parameter alone: sign all of them"
            )
    if parameters and verify(delivery.url, auth_token, signature):
        return "it is over the URL alone: sign the parameters of the form, too"
    return "another auth token, another URL than the public one, or changed parameters"


def _other_urls(delivery: WebhookRequest) -> Iterator[tuple[str, str]]:
    """URLs that Twilio may have called instead, and what it means if it did."""
    parts = urlsplit(delivery.url)
    other = "http" if parts.scheme == "https" else "https"
    yield (
        urlunsplit(parts._replace(scheme=other)),
        f"it is over {other}://…: a proxy ends TLS; validate against the public URL",
    )
    host = delivery.header("x-forwarded-host") or delivery.header("x-original-host")
    if host:
        for scheme in ("https", "http"):
            public = urlunsplit(parts._replace(scheme=scheme, netloc=host))
            yield (
                public,
                "it is over the host that X-Forwarded-Host names: validate against the public URL",
            )
    if parts.query:
        yield (
            urlunsplit(parts._replace(query="")),
            "it is over the URL without its query: keep the query as it was called",
        )
    path = parts.path[:-1] if parts.path.endswith("/") else f"{parts.path}/"
    for scheme in (parts.scheme, other):
        yield (
            urlunsplit(parts._replace(scheme=scheme, path=path)),
            "it is over the URL with or without a slash at the end of the path",
        )
