"""Rules about the signatures of webhook requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from receiptkit.model.exchange import NotCaptured, WebhookRequest, text_of
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.grounds import WEBHOOKS_SECURITY
from receiptkit.rules.registry import rule
from receiptkit.rules.views import WebhookView
from receiptkit.text.forms import decode_form, is_json

HEADER = "X-Twilio-Signature"


@rule(
    "webhook.signature-missing",
    on="webhook request",
    severity=Severity.ERROR,
    title="the request is not signed",
    why="Every request of Twilio has X-Twilio-Signature. Without it, somebody else "
    "sent the request, or a proxy dropped the header.",
    grounding=WEBHOOKS_SECURITY,
    action="Refuse it. In a mock: sign it with receiptkit.webhooks.sign. It is checked "
    "only with --auth-token-env.",
    good=Example("signed webhook"),
    bad=Example("signed webhook", {f"/headers/{HEADER}": ABSENT}),
    part="headers",
)
def signature_missing(webhook: WebhookView) -> Iterator[Problem]:
    """Yield a problem for a request without a signature, where its headers were captured."""
    request = webhook.request
    if webhook.auth_token is None or not request.headers or request.header(HEADER) is not None:
        return
    yield Problem("", f"the request has no {HEADER} header")


@rule(
    "webhook.signature",
    on="webhook request",
    severity=Severity.ERROR,
    title="the signature does not match the request",
    why="It covers the URL as Twilio called it and the parameters as sent. A proxy "
    "that changes either breaks it.",
    grounding=f"{WEBHOOKS_SECURITY}; source of Twilio's client libraries: request validators",
    action="Validate against the public URL and all values of repeated parameters. It is"
    " checked only with --auth-token-env.",
    good=Example("signed webhook"),
    bad=Example("signed webhook", {"/params/RetryCount": "1"}),
    part="headers",
)
def signature(webhook: WebhookView) -> Iterator[Problem]:
    """Yield a problem for a signature that does not match; needs an absolute URL and a body."""
    request, auth_token = webhook.request, webhook.auth_token
    found = request.header(HEADER)
    if auth_token is None or found is None or unjudged(request) is not None:
        return
    from receiptkit.webhooks.signature import url_forms, verify

    parameters, body = _parameters(request)
    if verify(request.url, auth_token, found, parameters, body):
        return
    cause = _cause(request, auth_token, found, parameters, body)
    tried = len(url_forms(request.url))
    message = (
        f"the signature does not match in any of {tried} forms of the URL "
        "(unchanged, with and without a port)"
    )
    yield Problem("", message, cause)


def unjudged(request: WebhookRequest) -> str | None:
    """Return why the signature of a request cannot be judged; None if it can, or if it is missing."""
    if not request.headers:
        return "no headers were captured"
    if request.header(HEADER) is None:
        return None
    if urlsplit(request.url).scheme not in ("http", "https"):
        return "the URL that was called is unknown"
    if isinstance(request.body, NotCaptured) and request.method.upper() != "GET":
        return "no body was captured"
    return None


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
    """Return the likeliest cause: the change with which the signature would verify."""
    from receiptkit.webhooks.signature import verify

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
