"""Credentials in captures: named once for each file and header, at their place, and never shown."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from receiptkit.generation import Generator, recording
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.rules.capture import secret
from receiptkit.rules.examples import form

Report = Callable[..., dict[str, Any]]
Run = Callable[..., tuple[int, str, str]]
BASIC = (
    "Basic "
    + base64.b64encode(
        b"AC2e603b8c5d7f90a1b2c3d4e5f6071829:4f9d1c7ab23e4d58a6b04f9d1c7ab23e"
    ).decode()
)
TOKEN = "4f9d1c7ab23e4d58a6b04f9d1c7ab23e"
KEY = "SK2e603b8c5d7f90a1b2c3d4e5f6071829"
REMOVE = "; remove them with `receiptkit scrub`"
GENERATOR = Generator()
SEEN = recording.seen(GENERATOR, GENERATOR.world("group-sms"))


def with_header(text: str, value: str) -> str:
    """A generated capture whose requests to the API carry a header."""
    return text.replace(
        '"Accept":"application/json"', f'"Accept":"application/json","Authorization":"{value}"'
    )


def lines(value: str) -> str:
    return with_header(b"".join(recording.NDJSON.capture(SEEN)).decode(), value)


@pytest.mark.parametrize(
    "value", [BASIC, "Bearer 4f9d1c7ab23e4d58a6b0", BASIC.lower().replace("basic", "bearer")]
)
def test_once_for_each_file(report: Report, run: Run, tmp_path: Path, value: str) -> None:
    """However often a header is there, it is one warning a file, at the first place, without its value."""
    for name in ("a.ndjson", "b.ndjson"):
        (tmp_path / name).write_text(lines(value))
    findings = report(tmp_path)["findings"]
    assert [
        (Path(item["origin"]["file"]).name, item["rule"], item["severity"]) for item in findings
    ] == [
        ("a.ndjson", "capture.secret", "warning"),
        ("b.ndjson", "capture.secret", "warning"),
    ]
    assert (findings[0]["origin"]["line"], "Authorization" in findings[0]["message"]) == (1, True)
    for options in (
        (),
        ("-v", "--show-values"),
        ("--format", "json"),
        ("--format", "junit"),
        ("--format", "github"),
    ):
        assert value.partition(" ")[2] not in "".join(run("validate", tmp_path, *options)[1:])
    assert run("validate", tmp_path, "--ignore", "capture.*", "--fail-on", "info")[0] == 0


@pytest.mark.parametrize(
    "value",
    [
        *(
            "Basic REDACTED",
            "Bearer <token>",
            "Bearer ****************",
            "Basic ",
            "",
            "Bearer x",
            "Negotiate",
            "Bearer aaaaaaaaaaaaaaaa",
        ),
        "Basic " + base64.b64encode(b"AC2e603b8c5d7f90a1b2c3d4e5f6071829:").decode(),
        "Basic " + base64.b64encode(b"user:DUMMY_PASSWORD").decode(),
        "Basic %%%%%%%%%%%%",
    ],
)
def test_accepts_removed_secrets(report: Report, tmp_path: Path, value: str) -> None:
    """A placeholder for credentials, and a scheme alone, are no finding."""
    path = tmp_path / "a.ndjson"
    path.write_text(lines(value))
    assert report(path)["findings"] == []


def given_away(seen: Exchange | WebhookRequest) -> list[str]:
    """Return the places that hold credentials, in words."""
    found = list(secret(seen))
    assert {problem.pointer for problem in found} <= {""}
    assert all(problem.message.endswith(REMOVE) for problem in found)
    return [problem.message.removesuffix(REMOVE) for problem in found]


def basic(said: str) -> str:
    return "Basic " + base64.b64encode(said.encode("latin-1")).decode()


@pytest.mark.parametrize(
    ("value", "is_secret"),
    [
        (basic("user:4f9d1"), True),
        (basic("user:4f9d"), False),
        (basic("user:4f9d1c7a:b"), True),
        (basic("4f9d1c7ab23e4d58"), False),
        (basic("user:secret"), False),
        (basic("user:my-secret"), False),
        (basic("test:4f9d1c7ab"), True),
        (basic("user:4f9d1cé7ab"), True),
        ("Basic ####" + basic("user:4f9d1c7ab")[6:], False),
        ("Bearer 4f9d1c7a", True),
        ("Bearer 4f9d1c7", False),
        ("Bearer 4f9d4f9d", False),
        ("Digest 4f9d1c7ab", True),
        ("token 4f9d1c7ab", True),
        ("Bearer your4f9d1c7ab", False),
        ("AWS4-HMAC-SHA256 4f9d1c7ab", False),
    ],
)
@pytest.mark.parametrize("name", ["Authorization", "proxy-authorization"])
def test_recognises_secrets(name: str, value: str, is_secret: bool) -> None:
    """A scheme followed by more than a placeholder is a secret; in Basic only the password counts."""
    found = given_away(
        Exchange("GET", "https://example.com/", 200, request_headers={name: f" {value} "})
    )
    assert found == (
        [f"the request's {name.title()} header holds credentials"] if is_secret else []
    )
    assert given_away(WebhookRequest("https://example.com/", "POST", b"", {name: value})) == found
    assert given_away(Exchange("GET", "https://example.com/", 200, headers={name: value})) == []
    assert given_away(WebhookRequest("https://example.com/", "POST", b"", {"X-Other": value})) == []


@pytest.mark.parametrize(
    ("url", "is_secret"),
    [
        (f"https://{KEY}:{TOKEN}@conversations.twilio.com/v1/Conversations", True),
        ("http://user:4f9d1@localhost", True),
        ("http://user:4f9d@localhost", False),
        (f"https://{KEY}:DUMMY_PASSWORD@api.twilio.com/", False),
        (f"https://{KEY}:aaaaaaaa@api.twilio.com/", False),
        (f"https://{KEY}@api.twilio.com/", False),
        (f"https://api.twilio.com/{KEY}:{TOKEN}@x", False),
        (f"https://api.twilio.com?a:{TOKEN}@x", False),
        (f"/v1/Conversations:{TOKEN}@x", False),
    ],
)
def test_secrets_in_a_url(url: str, is_secret: bool) -> None:
    """A password before the host."""
    assert given_away(WebhookRequest(url, "POST")) == (
        ["the request's URL holds credentials"] if is_secret else []
    )


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"sid": "AC2e603b8c5d7f90a1b2c3d4e5f6071829", "auth_token": TOKEN}, "auth_token"),
        ({"sid": KEY, "secret": "yEbKmHR5PvSR8MWrPnaVvWrHHfPn1aBk"}, "secret"),
        (
            {
                "sid": "AC2e603b8c5d7f90a1b2c3d4e5f6071829",
                "secret": "yEbKmHR5PvSR8MWrPnaVvWrHHfPn1aBk",
            },
            None,
        ),
        ({"secret": "yEbKmHR5PvSR8MWrPnaVvWrHHfPn1aBk"}, None),
        ({"sid": KEY, "secret": TOKEN + "0"}, None),
        ({"auth_token": "a" * 32}, None),
        ({"auth_token": TOKEN.upper()}, None),
        ({"auth_token": None}, None),
        ([{"auth_token": TOKEN}], None),
        ({"token": TOKEN}, None),
        ("auth_token", None),
    ],
)
def test_secrets_in_a_body(body: Any, name: str | None) -> None:
    """The token of an account, and the secret of a key, as Twilio answers with them; parsed or as text, in either body."""
    said = [f"the {{}}'s body holds credentials in {name}"] if name else []
    for each in (body, json.dumps(body), json.dumps(body).encode()):
        assert given_away(Exchange("GET", "https://x/", 200, each)) == [
            text.format("response") for text in said
        ]
        assert given_away(Exchange("GET", "https://x/", 200, request_body=each)) == [
            text.format("request") for text in said
        ]
        assert given_away(WebhookRequest("https://x/", "POST", each)) == [
            text.format("request") for text in said
        ]
    assert given_away(WebhookRequest("https://x/", "POST", b'{"auth_token": ')) == []


def test_other_traffic_gives_away_too(report: Report, tmp_path: Path) -> None:
    """Credentials are found in unchecked traffic, too."""
    body = {"sid": "AC2e603b8c5d7f90a1b2c3d4e5f6071829", "auth_token": TOKEN}
    request = {
        "method": "GET",
        "url": f"https://{KEY}:{TOKEN}@api.twilio.com/2010-04-01/Accounts/{body['sid']}.json",
    }
    path = tmp_path / "a.ndjson"
    path.write_text(
        2 * (json.dumps({"request": request, "response": {"status": 200, "body": body}}) + "\n")
    )
    found = [item for item in report(path)["findings"] if item["rule"] == "capture.secret"]
    assert [(item["message"], item["origin"]["line"]) for item in found] == [
        (f"the request's URL holds credentials{REMOVE}", 1),
        (f"the response's body holds credentials in auth_token{REMOVE}", 1),
    ]
    assert TOKEN not in json.dumps(found)


def test_in_every_format(report: Report, tmp_path: Path) -> None:
    """HAR, cassette, HTTP as text and webhook requests: the place is that of the request's headers."""
    har = json.loads(b"".join(recording.HAR.capture(SEEN)))
    har["log"]["entries"][1]["request"]["headers"].append({"name": "authorization", "value": BASIC})
    (tmp_path / "a.har").write_text(json.dumps(har, indent=1))
    cassette = yaml.safe_load(b"".join(recording.CASSETTE.capture(SEEN)))
    cassette["interactions"][1]["request"]["headers"]["Authorization"] = [BASIC]
    (tmp_path / "b.yaml").write_text(yaml.safe_dump(cassette))
    (tmp_path / "c.http").write_text(
        f"GET /v1/Users HTTP/1.1\r\nHost: x\r\nAuthorization: {BASIC}\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n"
    )
    hook = {
        "url": "https://example.com/",
        "method": "POST",
        "headers": {"Proxy-Authorization": BASIC},
        "body": form(),
    }
    (tmp_path / "d.json").write_text(json.dumps(hook))
    found = {
        Path(item["origin"]["file"]).name: item["origin"]["line"]
        for item in report(tmp_path)["findings"]
        if item["rule"] == "capture.secret"
    }
    text = (tmp_path / "a.har").read_text().splitlines()
    assert sorted(found) == ["a.har", "b.yaml", "c.http", "d.json"]
    assert '"headers": [' in text[found["a.har"] - 1]
    assert (found["c.http"], found["d.json"]) == (2, 1)


def test_once_with_several_processes(run: Run, tmp_path: Path) -> None:
    """A large NDJSON in pieces says it once, and the summary counts it once."""
    path = tmp_path / "large.ndjson"
    one = lines(BASIC)
    path.write_text(one * (6 * 2**20 // len(one) + 1))
    alone, shared = (run("validate", "--jobs", jobs, path) for jobs in (1, 2))
    assert alone == shared
    assert alone[1].count(" capture.secret: ") == 1


@pytest.mark.parametrize(
    ("value", "is_secret"),
    [
        (basic("user:4f9d1"), True),
        # Recorders filter headers of requests, not headers that a body quotes.
        (basic("user:secret"), True),
        (basic("user:my-secret"), False),
        (basic("user:SECRET"), False),
        ("Bearer [Redacted]", False),
        (7, False),
    ],
)
@pytest.mark.parametrize("name", ["Authorization", "proxy-authorization"])
def test_headers_that_a_body_quotes(name: str, value: object, is_secret: bool) -> None:
    """The error of an HTTP client holds the headers of its request, at any depth."""
    error = {"config": [{"headers": {"Accept": "*/*", name: value}}], "status": 404}
    for body in (error, json.dumps(error), [error], {"error": {"cause": error}}):
        expected = [f"the response's body holds a header {name.title()} with credentials"]
        assert given_away(Exchange("", "", 0, body)) == (expected if is_secret else [])
    sent = WebhookRequest("https://example.com/", "POST", json.dumps(error))
    expected = [f"the request's body holds a header {name.title()} with credentials"]
    assert given_away(sent) == (expected if is_secret else [])


@pytest.mark.parametrize("escape", ["/", "\\/"])
@pytest.mark.parametrize(
    ("body", "member"),
    [
        ({"meta": {"next_page_url": "{}"}}, "next_page_url"),
        ({"url": "{}"}, "url"),
        ({"links": {"delivery_receipts": "{}"}}, "delivery_receipts"),
        ({"post_webhook_url": "{}"}, "post_webhook_url"),
    ],
)
@pytest.mark.parametrize(
    ("url", "is_secret"),
    [
        (f"https://AC1:{TOKEN}@conversations.twilio.com/v1", True),
        (f"http://:{TOKEN}@localhost:4010/v1", True),
        ("https://user:<password>@example.com/", False),
        ("https://user@example.com/a:b12345@c", False),
        ("https://conversations.twilio.com:443/v1?to=a@example.com", False),
    ],
)
def test_passwords_in_links(
    body: dict[str, Any], member: str, url: str, *, is_secret: bool, escape: str
) -> None:
    """A link with a password sends it on; it is named, whether the body is text or parsed."""
    text = json.dumps(body).replace("{}", url).replace("/", escape)
    said = f"the response's body holds credentials in {member}{REMOVE}"
    for each in (text, text.encode(), json.loads(text)):
        seen = Exchange("GET", "https://conversations.twilio.com/v1/x", 200, each)
        assert [found.message for found in secret(seen)] == [said] * is_secret
