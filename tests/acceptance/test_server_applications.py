"""Whole applications, in Python and Node.js, live with the local Twilio: nothing of them is mocked."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn

from conftest import ROOT
from missing import NODE
from receiptkit import Contract
from receiptkit.server import Running, listening, running, url_of

PACKAGE = NODE.parent
FOLDER = ROOT / "tests" / "acceptance" / "applications"
#: What becomes of messages: how it is chosen, and what the receipts of SMS and WhatsApp then say.
OUTCOMES: dict[str, tuple[dict[str, Any], list[list[Any]]]] = {
    "delivered": ({}, [["delivered", None], ["delivered", None]]),
    "read": ({"status": "read"}, [["delivered", None], ["read", None]]),
    "sent": ({"status": "sent"}, [["sent", None], ["sent", None]]),
    "undelivered": (
        {"status": "undelivered", "error_code": 30003},
        [["undelivered", 30003], ["undelivered", 30003]],
    ),
    "one failed": (
        {"status": "failed", "error_code": 63016, "participant": "whatsapp:+15553000001"},
        [["delivered", None], ["failed", 63016]],
    ),
    "late": (
        {"status": "undelivered", "error_code": 30008, "late": True},
        [["undelivered", 30008], ["undelivered", 30008]],
    ),
    "no status": ({"status": None}, []),
    "no receipt": ({"status": "none"}, []),
}
FAULTS = [None, "duplicate", "lost", "reordered"]


@contextmanager
def python_application(twilio: Running) -> Iterator[str]:
    pytest.importorskip("fastapi")
    from acceptance.applications.orders import create_app

    with listening("127.0.0.1", 0) as own:
        url = url_of(own)
        app = create_app(twilio.url, twilio.account_sid, twilio.auth_token, f"{url}/hook")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        thread = threading.Thread(target=server.run, args=([own],))
        thread.start()
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def node_application(twilio: Running) -> Iterator[str]:
    node = shutil.which("node")
    if node is None or not (PACKAGE / "node_modules" / "express").is_dir():
        pytest.skip("no Node.js here, or not its packages (`make .venv/.node` installs them)")
    given = {"url": twilio.url, "account": twilio.account_sid, "token": twilio.auth_token}
    command = [node, str(FOLDER / "orders.js"), str(PACKAGE)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(given) + "\n")
        process.stdin.flush()
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


APPLICATIONS = {"FastAPI": python_application, "Express": node_application}


@pytest.fixture(scope="module", params=APPLICATIONS)
def living(request: pytest.FixtureRequest) -> Iterator[tuple[Running, Callable[..., Any]]]:
    """A local Twilio, and what calls an application that lives with it."""
    with (
        running(scenarios="none", clock="manual") as twilio,
        APPLICATIONS[request.param](twilio) as url,
        httpx.Client(base_url=url) as client,
    ):

        def call(method: str, path: str, body: Any = None) -> Any:
            answer = client.request(method, path, json=body)
            assert answer.status_code < 500, answer.text
            return answer.json() if answer.content else None

        yield twilio, call


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_an_order(
    living: tuple[Running, Callable[..., Any]], outcome: str, fault: str | None
) -> None:
    """It opens a conversation on three channels, posts, follows webhooks and polls, closes."""
    twilio, call = living
    twilio.reset()
    chosen, expected = OUTCOMES[outcome]
    if chosen:
        twilio.outcome(**chosen)
    order = {"phone": "+15553000001", "text": "Your parcel is on its way."}
    assert call("POST", "/orders/order-1", order)["delivery"] is None
    assert call("POST", "/orders/order-1", order)["code"] == 50353
    if fault:
        twilio.fault(fault, times=None)
    twilio.advance(to="end")

    found = call("GET", "/orders/order-1")
    by_webhooks = sorted(found["receipts"].values(), key=str)
    events = found["events"]
    copies = {"duplicate": 2, "lost": 0}.get(fault or "", 1)
    assert events.count("onMessageAdded") == copies
    assert events.count("onParticipantAdded") == 3 * copies
    assert by_webhooks == ([] if fault == "lost" else expected)

    call("POST", "/orders/order-1/poll")
    polled = sorted(call("GET", "/orders/order-1")["receipts"].values(), key=str)
    assert polled == ([[None, None]] * 2 if outcome == "no status" else expected)

    assert call("POST", "/orders/order-1/close") == {"code": 50377, "state": "closed"}
    twilio.advance(by="1s")
    events = call("GET", "/orders/order-1")["events"]
    assert events.count("onConversationStateUpdated") == copies
    assert {each.outcome for each in twilio.sent} <= {204, "lost"}
    contract = Contract.load(auth_token=twilio.auth_token)
    receipts = [each for each in twilio.deliveries if "onDeliveryUpdated" in str(each.body)]
    found = [finding for each in receipts for finding in contract.check_webhook(each)]
    # Both channels get the code that the test chose.
    assert {finding.rule for finding in found} <= {"receipt.code-of-other-channel"}
