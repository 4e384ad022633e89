"""Rules about the signatures of webhook requests."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.grounds import WEBHOOKS_SECURITY
from receiptkit.rules.registry import rule
from receiptkit.rules.signed_request import (
    HEADER,
    other_urls,
    public_urls,
    signed_parameters,
    unjudged_reason,
)
from receiptkit.rules.views import WebhookView
from receiptkit.text.forms import decode_query

_REWRITTEN = (
    "only the hash of the body differs: the body was written anew after it was signed; "
    "keep its bytes"
)
_MERGED = (
    "the query was merged into the form after it was signed: "
    "validate the parameters of the body alone"
)
_MADE_OTHERWISE = {
    "writing": "its bytes are right, but must be in standard base64, with + and /",
    "digest": "it was made with SHA-256; Twilio signs with SHA-1",
    "order": "it was made over the parameters in the order of the form; Twilio sorts them by name",
}
#: Parameters that come without a value, or not at all; parsers drop them alike.
_OPTIONAL = ("ErrorCode", "ClientIdentity", "ChannelMessageSid", "ChatServiceSid", "ParticipantSid")
_UNKNOWN_CAUSE = "another auth token, another URL than the public one, or changed parameters"


@rule(
    "webhook.signature-missing",
    on="signed request",
    severity=Severity.ERROR,
    title="the request is not signed",
    why="Every request of Twilio has X-Twilio-Signature. Without it, another client "
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
    on="signed request",
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
    """Yield a problem for a signature that does not match the request, if that can be judged."""
    request, auth_token = webhook.request, webhook.auth_token
    found = _header(request)
    if auth_token is None or found is None or unjudged_reason(request) is not None:
        return
    from receiptkit.rules.proxied import is_proxied
    from receiptkit.webhooks.signature import url_forms

    if _is_right(request, auth_token, found):
        return
    urls = public_urls(request)
    cause = _cause(request, auth_token, found)
    if cause is None and is_proxied(request):
        # A wrong signature cannot be told from an unknown URL.
        return
    tried = len({form for url in urls for form in url_forms(url)})
    message = (
        f"the signature does not match in any of {tried} forms of the URL "
        "(unchanged, with and without a port)"
    )
    yield Problem("", message, cause or _UNKNOWN_CAUSE)


def unjudged(request: WebhookRequest, auth_token: str) -> str | None:
    """Return why a signature cannot be judged; None if it can be, or is missing."""
    reason = unjudged_reason(request)
    found = _header(request)
    if reason is not None or found is None:
        return reason
    from receiptkit.rules.proxied import UNKNOWN, is_proxied

    if not is_proxied(request):
        return None
    if _is_right(request, auth_token, found) or _cause(request, auth_token, found):
        return None
    return UNKNOWN


def _header(request: WebhookRequest) -> str | None:
    """Return the signature of a request, without blanks around the value of its header."""
    found = request.header(HEADER)
    return found if found is None else found.strip(" \t\r\n")


def _is_right(request: WebhookRequest, auth_token: str, signature: str) -> bool:
    """Return True if a signature is that of a URL that the capture shows."""
    from receiptkit.rules.proxied import urls_before
    from receiptkit.webhooks.signature import verify

    parameters, body = signed_parameters(request)
    urls = (*public_urls(request), *urls_before(request))
    return any(verify(url, auth_token, signature, parameters, body) for url in urls)


def _cause(request: WebhookRequest, auth_token: str, signature: str) -> str | None:
    """Return the cause: the change with which the signature would verify; None if none does."""
    from receiptkit.webhooks.signature import is_over_hash, other_making, verify

    parameters, body = signed_parameters(request)
    called = public_urls(request)
    for url, cause in other_urls(request):
        if verify(url, auth_token, signature, parameters, body):
            return cause
    if any(is_over_hash(url, auth_token, signature) for url in called):
        return _REWRITTEN
    for url in called:
        made = other_making(url, auth_token, signature, parameters)
        if made is not None:
            return _MADE_OTHERWISE[made]
    # The parameters of a body that is signed by its hash do not count, and only they differ here.
    for kept, which in ((dict(reversed(parameters)), "first"), (dict(parameters), "last")):
        if any(verify(url, auth_token, signature, kept) for url in called):
            return (
                f"it is over the {which} value of each repeated parameter alone: sign all of them"
            )
    if parameters and any(verify(url, auth_token, signature) for url in called):
        return "it is over the URL alone: sign the parameters of the form, too"
    for name in _OPTIONAL if parameters else ():
        blank = [*parameters, (name, "")]
        if any(verify(url, auth_token, signature, blank) for url in called):
            return f"a parameter without a value, {name}, was dropped: keep the bytes of the body"
    return _MERGED if _is_merged(called, auth_token, signature, parameters) else None


def _is_merged(
    called: list[str], auth_token: str, signature: str, parameters: list[tuple[str, str]]
) -> bool:
    """Return True if a signature is over the parameters that are not in the query, too."""
    from receiptkit.webhooks.signature import verify

    for url in called:
        query = {(item.name, item.value) for item in decode_query(url)}
        own = [each for each in parameters if each not in query]
        if own != parameters and verify(url, auth_token, signature, own):
            return True
    return False
