"""Signatures of captured webhooks are checked with an auth token; a failure names its likeliest cause."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from receiptkit import Contract, Finding, WebhookRequest
from receiptkit.generation import Generator
from receiptkit.model.exchange import NOT_CAPTURED
from receiptkit.model.problem import Problem
from receiptkit.rules.signature import signature, signature_missing
from receiptkit.rules.views import WebhookView
from receiptkit.webhooks import HEADER, sign, with_body_hash

TOKEN = "0123456789abcdef0123456789abcdef"
URL = "https://example.com/hook?tenant=7"
GENERATOR = Generator()
WEBHOOKS = GENERATOR.webhooks(GENERATOR.world("in-order"))
PARAMETERS = WEBHOOKS.parameters(WEBHOOKS.events[0])
SIGNED = WEBHOOKS.request(WEBHOOKS.events[0], URL, auth_token=TOKEN)


def problems_of(request: WebhookRequest) -> list[Problem]:
    view = WebhookView(request, (), (), TOKEN)
    return [*signature_missing(view), *signature(view)]


def judged(delivery: WebhookRequest, token: str | None = TOKEN) -> list[Finding]:
    contract = Contract.load(auth_token=token)
    return [
        finding
        for finding in contract.check_webhook(delivery)
        if finding.rule != "webhook.unknown-parameter"
    ]


def test_sound_signatures() -> None:
    """Signed requests pass: posted, in the query, as a mapping, with a port that a proxy added."""
    assert judged(SIGNED) == []
    assert judged(WEBHOOKS.request(WEBHOOKS.events[0], URL, method="GET", auth_token=TOKEN)) == []
    assert judged(replace(SIGNED, body=PARAMETERS)) == []
    assert judged(replace(SIGNED, url="https://example.com:443/hook?tenant=7")) == []
    assert judged(replace(SIGNED, url="https://example.com:8443/hook?tenant=7")) == []


def test_without_a_token_signatures_are_not_checked() -> None:
    """Without a token there are no findings about signatures."""
    assert judged(replace(SIGNED, headers={"x-twilio-signature": "x"}), None) == []
    assert judged(replace(SIGNED, headers={"Host": "example.com"}), None) == []


def test_a_missing_signature() -> None:
    """A request with headers and without this one is not signed; where no headers were captured, nothing is known."""
    (finding,) = judged(replace(SIGNED, headers={"Host": "example.com"}))
    assert (finding.rule, finding.severity.value, finding.pointer) == (
        "webhook.signature-missing",
        "error",
        "",
    )
    assert finding.message == "the request has no X-Twilio-Signature header"
    (finding,) = judged(SIGNED, "another token")
    assert (finding.rule, finding.severity.value, finding.pointer) == (
        "webhook.signature",
        "error",
        "",
    )
    assert judged(replace(SIGNED, headers={})) == []


def over(url: str, parameters: object = PARAMETERS) -> dict[str, str]:
    return {"Host": "example.com", HEADER: sign(url, TOKEN, parameters)}  # type: ignore[arg-type] # as tests need it


@pytest.mark.parametrize(
    ("delivery", "cause"),
    [
        (replace(SIGNED, url=URL.replace("https", "http")), "a proxy ends TLS"),
        (
            replace(
                SIGNED,
                url="http://10.0.0.7/hook?tenant=7",
                headers={**SIGNED.headers, "X-Forwarded-Host": "example.com, b.test"},
            ),
            "X-Forwarded-Host",
        ),
        (replace(SIGNED, headers=over("https://example.com/hook")), "without its query"),
        (replace(SIGNED, headers=over("https://example.com/hook/?tenant=7")), "slash at the end"),
        (replace(SIGNED, headers=over(URL, ())), "over the URL alone"),
        (
            replace(
                SIGNED,
                body=urlencode(
                    [*PARAMETERS.items(), ("ClientIdentity", "a"), ("ClientIdentity", "b")]
                ),
                headers=over(URL, {**PARAMETERS, "ClientIdentity": "a"}),
            ),
            "first value",
        ),
        (
            replace(
                SIGNED,
                body=urlencode(
                    [*PARAMETERS.items(), ("ClientIdentity", "a"), ("ClientIdentity", "b")]
                ),
                headers=over(URL, {**PARAMETERS, "ClientIdentity": "b"}),
            ),
            "last value",
        ),
        (
            replace(SIGNED, body=SIGNED.body.replace("Status=sent", "Status=read")),
            "another auth token",
        ),
        (replace(SIGNED, headers={HEADER: ""}), "another auth token"),
        (replace(SIGNED, headers={HEADER: "\udcff é"}), "another auth token"),
    ],
    ids=[
        "scheme",
        "host",
        "query",
        "slash",
        "no parameters",
        "first",
        "last",
        "changed",
        "empty",
        "odd",
    ],
)
def test_the_likeliest_cause(delivery: WebhookRequest, cause: str) -> None:
    """A failure names the forms of the URL that were tried, and a correction that makes it verify."""
    found = [
        finding for finding in judged(delivery) if finding.rule.startswith("webhook.signature")
    ]
    assert [finding.rule for finding in found] == ["webhook.signature"]
    assert "forms of the URL" in found[0].message
    assert cause in (found[0].hint or "")


TLS = "it is over {}://…: a proxy ends TLS; validate against the public URL"
HOST = "it is over the host that the Host header names: validate against the public URL"
QUERY = "it is over the URL without its query: keep the query as it was called"
SLASH = "it is over the URL with or without a slash at the end of the path"
ALONE = "it is over the URL alone: sign the parameters of the form, too"
REPEATED = "it is over the {} value of each repeated parameter alone: sign all of them"
ANOTHER = "another auth token, another URL than the public one, or changed parameters"
JSON = json.dumps(PARAMETERS).encode()


def hashed(url: str) -> str:
    return with_body_hash(url, JSON)


def signed(called: str, seen: str, **changes: Any) -> WebhookRequest:
    """A request that was signed for one URL and arrived at another."""
    return replace(SIGNED, url=seen, headers={**over(called), **changes.pop("more", {})}, **changes)


MERGED = (
    "the query was merged into the form after it was signed: "
    "validate the parameters of the body alone"
)
REWRITTEN = (
    "only the hash of the body differs: the body was written anew after it was signed; "
    "keep its bytes"
)


@pytest.mark.parametrize(
    ("delivery", "cause"),
    [
        (signed("https://example.com/hook", "http://example.com/hook"), TLS.format("https")),
        (signed("http://example.com/hook", "https://example.com/hook"), TLS.format("http")),
        (
            signed("https://a.example/hook", "http://10.0.0.7/hook", more={"Host": "a.example"}),
            HOST,
        ),
        (signed("https://example.com/hook", "https://example.com/hook?tenant=7"), QUERY),
        (signed("https://example.com/hook/", "https://example.com/hook"), SLASH),
        (signed("https://example.com/hook", "https://example.com/hook/"), SLASH),
        (signed("https://example.com/hook", "http://example.com/hook/"), SLASH),
        (signed("http://example.com/hook/", "https://example.com/hook"), SLASH),
        (replace(SIGNED, headers=over(URL, ())), ALONE),
        (
            signed(
                hashed("https://example.com/hook"), hashed("http://example.com/hook"), body=JSON
            ),
            ANOTHER,
        ),
        (
            replace(
                SIGNED,
                url=hashed("http://example.com/hook"),
                body=JSON,
                headers=over(hashed("https://example.com/hook"), ()),
            ),
            TLS.format("https"),
        ),
        (
            replace(
                SIGNED,
                body={**PARAMETERS, "ClientIdentity": ["a", "b"]},
                headers=over(URL, {**PARAMETERS, "ClientIdentity": "a"}),
            ),
            REPEATED.format("first"),
        ),
        (
            replace(
                SIGNED,
                body={**PARAMETERS, "ClientIdentity": ["a", "b"]},
                headers=over(URL, {**PARAMETERS, "ClientIdentity": "b"}),
            ),
            REPEATED.format("last"),
        ),
        (replace(SIGNED, body={**PARAMETERS, "tenant": "7"}, headers=over(URL)), MERGED),
        (replace(SIGNED, body={**PARAMETERS, "tenant": "7"}, headers={HEADER: "eA=="}), ANOTHER),
        (replace(SIGNED, body={**PARAMETERS, "tenant": "8"}, headers=over(URL)), ANOTHER),
        (
            replace(
                SIGNED,
                url=hashed("https://example.com/hook"),
                body=JSON.replace(b": ", b":"),
                headers=over(hashed("https://example.com/hook"), ()),
            ),
            REWRITTEN,
        ),
    ],
)
def test_hints_name_the_cause(delivery: WebhookRequest, cause: str) -> None:
    """The hint says in one sentence what the signature covers, and what to do."""
    (found,) = [
        finding for finding in judged(delivery) if finding.rule.startswith("webhook.signature")
    ]
    assert (
        found.message
        == "the signature does not match in any of 2 forms of the URL (unchanged, with and without a port)"
    )
    assert (found.hint, found.operation) == (cause, "onDeliveryUpdated")


@pytest.mark.parametrize(
    "delivery",
    [
        replace(
            SIGNED,
            body={**PARAMETERS, "ClientIdentity": ["b", "a"]},
            headers=over(URL, {**PARAMETERS, "ClientIdentity": ["a", "b"]}),
        ),
        replace(
            SIGNED,
            method="get",
            url=f"{URL}&{urlencode(PARAMETERS)}",
            headers=over(f"{URL}&{urlencode(PARAMETERS)}", ()),
        ),
        replace(SIGNED, url=hashed(URL), body=JSON, headers=over(hashed(URL), ())),
        replace(SIGNED, body=f" {SIGNED.body}\n"),
        replace(SIGNED, body=b"Status=\xff", headers=over(URL, {"Status": "\ufffd"})),
        replace(SIGNED, body=b"", headers=over(URL, ())),
        replace(SIGNED, body=None, headers=over(URL, ())),
        replace(
            SIGNED,
            body="Status=caf%E9",
            headers={
                **over(URL, {"Status": "café"}),
                "Content-Type": "application/x-www-form-urlencoded; charset=latin-1",
            },
        ),
    ],
    ids=["a list", "get", "JSON", "white space", "no UTF-8", "empty", "none", "another encoding"],
)
def test_signatures_cover_each_kind_of_body(delivery: WebhookRequest) -> None:
    """A signature covers repeated values, the query alone, the hash of JSON, or a decoded form."""
    assert problems_of(delivery) == []


@pytest.mark.parametrize(
    "delivery",
    [
        replace(SIGNED, url="/hook?tenant=7", headers={HEADER: "x"}),
        replace(SIGNED, url="", headers={HEADER: "x"}),
        replace(SIGNED, body=NOT_CAPTURED, headers={HEADER: "x"}),
        replace(SIGNED, headers={}),
    ],
    ids=["a path", "no URL", "no body", "no headers"],
)
def test_does_not_check_incomplete_requests(delivery: WebhookRequest) -> None:
    """Without the whole URL and body, a signature has no finding."""
    assert problems_of(delivery) == []


@pytest.mark.parametrize(
    "body",
    [
        "EventType=onMessageAdded&ConversationSid=CH1&Body=Hello",
        "MessageStatus=sent&SmsStatus=sent&MessageSid=SM1",
        '{"EventType": "onMessageAdded"',
    ],
    ids=["another event", "another product", "broken JSON"],
)
def test_signatures_of_other_webhooks(body: str) -> None:
    """A receiver trusts them as much. Without a signature, they need not be Twilio's at all."""
    contract = Contract.load(auth_token=TOKEN)
    fields = dict(parse_qsl(body)) if "=" in body else {}
    url = URL if fields else with_body_hash(URL, body.encode())
    right = sign(url, TOKEN, fields)

    def found(headers: dict[str, str]) -> list[str]:
        findings = contract.check_webhook(WebhookRequest(url, "POST", body, headers))
        return [each.rule for each in findings if each.rule.startswith("webhook.signature")]

    assert found({HEADER: right}) == []
    assert found({HEADER: right[::-1]}) == ["webhook.signature"]
    assert found({"Host": "example.com"}) == []


def test_the_token_comes_from_the_environment(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command reads the token from a variable, checks with it, and never prints it."""
    monkeypatch.setenv("RIGHT", TOKEN)
    monkeypatch.setenv("WRONG", TOKEN[::-1])
    path = tmp_path / "requests.ndjson"
    assert (
        run(
            "generate", "out-of-order", "--as", "requests", "--auth-token-env", "RIGHT", "-o", path
        )[0]
        == 0
    )
    assert run("validate", path, "--auth-token-env", "RIGHT")[0] == 0
    code, out, err = run("validate", "-v", path, "--auth-token-env", "WRONG")
    assert code == 1
    assert 'requests.ndjson:1:86 "" error webhook.signature: the signature does not match' in out
    assert TOKEN[::-1] not in out + err
    code, out, err = run("validate", path, "--auth-token-env", "NOWHERE")
    assert (code, out, err) == (
        2,
        "",
        "receiptkit: --auth-token-env NOWHERE: this environment variable is not set, or empty\n",
    )


def test_signatures_in_several_processes(
    run: Callable[..., tuple[int, str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other processes know the token, too."""
    monkeypatch.setenv("WRONG", TOKEN[::-1])
    monkeypatch.setenv("RIGHT", TOKEN)
    paths = [tmp_path / name for name in ("a.ndjson", "b.ndjson")]
    for path in paths:
        run("generate", "in-order", "--as", "requests", "--auth-token-env", "RIGHT", "-o", path)
    alone, shared = (
        run("validate", "--jobs", jobs, *paths, "--auth-token-env", "WRONG") for jobs in (1, 2)
    )
    assert alone == shared
    assert alone[0] == 1


@pytest.mark.parametrize(
    ("called", "seen", "headers"),
    [
        ("https://a.example/hook", "http://10.0.0.7/hook", {"X-Forwarded-Host": "a.example"}),
        ("http://a.example/hook", "https://10.0.0.7/hook", {"x-original-host": "a.example"}),
        (
            "https://a.example/p/hook",
            "http://app/hook",
            {"X-Forwarded-Host": "a.example", "X-Forwarded-Prefix": "/p"},
        ),
        (
            "https://a.example/x",
            "http://app:8080/hook",
            {"Forwarded": "host=a.example;proto=https", "X-Original-URI": "/x"},
        ),
        ("https://a.example/hook", "http://a.example/hook", {"X-Forwarded-Proto": "https"}),
    ],
)
def test_the_url_before_a_proxy(called: str, seen: str, headers: dict[str, str]) -> None:
    """A URL that the headers of a proxy name is the one that Twilio called, if the signature is over it."""
    more = {**headers, "Host": headers.get("Host", "10.0.0.7")}
    assert judged(signed(called, seen, more=more)) == []


@pytest.mark.parametrize(
    ("seen", "headers"),
    [
        ("http://10.0.0.7/hook", {"X-Forwarded-Host": "b.example"}),
        ("http://app.internal/hook", {"X-Forwarded-For": "192.0.2.1", "Host": "app.internal"}),
        ("http://upstream.example/hook", {"Host": "b.example"}),
    ],
)
def test_does_not_check_signatures_behind_a_proxy(seen: str, headers: dict[str, str]) -> None:
    """If the URL that Twilio called is unknown, the signature is not checked, with the advice --called-at."""
    contract = Contract.load(auth_token=TOKEN)
    request = signed("https://a.example/secret", seen, more=headers)
    result = contract.validator.validate_webhook(request)
    assert [each.rule for each in result.findings] == []
    assert "--called-at" in (result.signature_unjudged or "")


WRITING = "the URL has another spelling of the scheme or the host: validate the configured one"
REENCODED = "the path was re-encoded after it was signed: validate the URL that was called"


@pytest.mark.parametrize(
    ("called", "seen", "cause"),
    [
        ("https://example.com/hook", "https://EXAMPLE.com/hook", WRITING),
        ("https://example.com/hook", "HTTPS://example.com/hook", WRITING),
        ("https://xn--bcher-kva.example/hook", "https://bücher.example/hook", WRITING),
        ("https://bücher.example:1/hook", "https://xn--bcher-kva.example:1/hook", WRITING),
        ("https://[2001:db8::1]/hook", "https://[2001:DB8:0:0:0:0:0:1]/hook", WRITING),
        (
            "https://example.com/hook?",
            "https://example.com/hook",
            "an empty query was dropped: keep the `?`",
        ),
        ("https://example.com/caf%c3%a9", "https://example.com/caf%C3%A9", REENCODED),
        ("https://example.com/caf%C3%A9", "https://example.com/café", REENCODED),
    ],
)
def test_another_writing_of_the_url(called: str, seen: str, cause: str) -> None:
    """Another spelling of the signed URL is named as the cause."""
    assert problems_of(signed(called, seen))[0].hint == cause


def test_a_blank_parameter_that_was_dropped() -> None:
    """Parsers drop a parameter without a value, and Twilio signs its name."""
    request = replace(SIGNED, headers=over(URL, {**PARAMETERS, "ErrorCode": ""}))
    (problem,) = problems_of(request)
    assert "without a value, ErrorCode, was dropped" in (problem.hint or "")


@pytest.mark.parametrize(
    "seen",
    [
        URL + "#rc=2",
        URL.replace("https://", "https://user:password@"),
        URL.replace("https://", "https://user:password@") + "#rc=2",
    ],
)
def test_a_configured_url_is_requested_without_user_and_fragment(seen: str) -> None:
    """User, password and fragment of a configured URL are not signed."""
    assert problems_of(signed(URL, seen)) == []
    (problem,) = problems_of(replace(SIGNED, url=seen, headers={HEADER: "A" * 27 + "="}))
    assert problem.hint == ANOTHER


@pytest.mark.parametrize("blank", [" ", "\r\n", "\t"])
def test_blanks_around_a_header_are_no_part_of_it(blank: str) -> None:
    signature = SIGNED.headers[HEADER]
    assert problems_of(replace(SIGNED, headers={HEADER: f"{blank}{signature}{blank}"})) == []


def test_the_port_that_a_proxy_names() -> None:
    """X-Forwarded-Port belongs to the host that was called."""
    headers = {"Host": "example.com", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"}
    request = signed("https://example.com:8443/hook", "http://10.0.0.1/hook", more=headers)
    assert problems_of(request) == []
    result = Contract.load(auth_token=TOKEN).validate_webhook(request)
    assert result.signature_unjudged == ""


def test_a_form_to_a_url_with_a_hash() -> None:
    """The notation of a signature in base64 is never named as the cause."""
    url = f"https://example.com/hook?bodySHA256={'0' * 64}"
    assert problems_of(signed(url, url))[0].hint == ANOTHER
