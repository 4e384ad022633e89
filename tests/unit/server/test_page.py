"""The page of a server: its access, its content, and its actions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from receiptkit.model.exchange import WebhookRequest
from receiptkit.server import app
from receiptkit.server.causes import likely_cause
from receiptkit.server.page.view import view
from receiptkit.server.sender import Sent
from receiptkit.webhooks import AUTH_TOKEN, verify

HOOK = "http://hooks.example.com/hook"


class Refusing:
    """An application that responds 403, and keeps what it received."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.received.append((headers, body))
        await send({"type": "http.response.start", "status": 403, "headers": []})
        await send({"type": "http.response.body", "body": b"<b>no</b>" * 10_000})


@pytest.fixture
def receiver() -> Refusing:
    return Refusing()


@pytest.fixture
def client(receiver: Refusing) -> Iterator[TestClient]:
    application = app(
        "agent-and-sms",
        clock="manual",
        webhook_url=HOOK,
        webhook_transport=receiver,
        local_only=True,
    )

    # Older test clients cannot say from where they call.
    async def from_this_machine(scope: Any, receive: Any, send: Any) -> None:
        await application({**scope, "client": ("127.0.0.1", 1)}, receive, send)

    vars(from_this_machine)["state"] = application.state
    with TestClient(from_this_machine, base_url="http://localhost") as found:
        yield found


def test_browsers_get_a_page_and_others_json(client: TestClient) -> None:
    """Only a client that asks for HTML gets it; both answers are at one address."""
    page = client.get("/_receiptkit/", headers={"Accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert client.get("/_receiptkit/").json()["worlds"]
    for name in ("page.css", "page.js"):
        assert client.get(f"/_receiptkit/{name}").status_code == 200


def test_a_webhook_is_shown_with_its_cause_and_sent_again_with_a_signature(
    client: TestClient, receiver: Refusing
) -> None:
    """A changed parameter is in the new request, and the new signature is over it."""
    client.post("/_receiptkit/clock/advance", json={"to": "next"})
    first = client.get("/_receiptkit/sent/0").json()
    assert first["outcome"] == 403
    assert "signature" in first["cause"]
    assert first["answer"].startswith("<b>no</b>")
    assert len(first["answer"]) <= 4096
    assert first["signed"].startswith(HOOK + "AccountSid")
    made = client.post("/_receiptkit/sent/0/again", json={"set": {"Status": "failed"}}).json()
    assert (made["number"], made["parameters"]["Status"]) == (1, "failed")
    headers, body = receiver.received[-1]
    assert b"Status=failed" in body
    parameters = made["parameters"]
    assert verify(HOOK, AUTH_TOKEN, headers["x-twilio-signature"], parameters)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sent/0/again", "[]"),
        ("/sent/0/again", '{"set": {"Status": 1}}'),
        ("/sent/0/again", "{"),
        ("/sent/99/again", "{}"),
    ],
)
def test_mistakes_are_one_line(client: TestClient, path: str, body: str) -> None:
    """Mistakes are 400 with a sentence."""
    client.post("/_receiptkit/clock/advance", json={"to": "next"})
    answer = client.post(f"/_receiptkit{path}", content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("path", ["/events", "/sent/0", "/sent/0/again"])
def test_pages_of_other_sites_get_nothing(client: TestClient, path: str) -> None:
    """A browser that another site led here is refused."""
    method = "POST" if path.endswith("again") else "GET"
    headers = {"Origin": "https://evil.example"}
    assert client.request(method, f"/_receiptkit{path}", headers=headers).status_code == 403


def test_calls_are_shown_without_their_queries(client: TestClient) -> None:
    """The stream begins with all that is shown; secrets in queries are not."""
    state = client.get("/_receiptkit/").json()
    client.get("/v1/Nothing?token=secret", auth=(state["account_sid"], "x"))
    control = client.app.state.control  # type: ignore[attr-defined] # Starlette's
    shown = json.dumps(view(control, control.log))
    assert '"/v1/Nothing"' in shown
    assert "secret" not in shown
    client.post("/_receiptkit/reset", json={})
    assert view(control, control.log)["calls"] == []


def test_does_not_repeat_a_foreign_request(client: TestClient) -> None:
    """A request that the server did not make cannot be signed and sent again."""
    control = client.app.state.control  # type: ignore[attr-defined] # Starlette's
    control.sender._keep(Sent(WebhookRequest(HOOK, "POST", "", {}), 200))
    answer = client.post("/_receiptkit/sent/0/again")
    assert (answer.status_code, answer.json()["error"]) == (
        400,
        "this request cannot be made again",
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (403, "auth token"),
        (404, "/hook"),
        (405, "method"),
        (415, "form"),
        (301, "redirect"),
        (500, "failed"),
        (418, "refuses"),
        ("lost", "fault"),
        ("no connection: refused", "hooks.example.com"),
        ("no answer within 5 seconds", "slow"),
        ("connection closed without an answer", "ended"),
    ],
)
def test_the_likeliest_cause(outcome: int | str, words: str) -> None:
    """Each outcome other than success has a cause in words."""
    assert words in likely_cause(outcome, HOOK)
    assert likely_cause(204, HOOK) == ""
