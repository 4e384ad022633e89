"""A server in this process; every response of it is checked."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from urllib.parse import urlencode

import httpx

from receiptkit import Contract, Exchange
from receiptkit.generation import Rendering, World
from receiptkit.server import Control, app
from receiptkit.text.forms import FORM

ORIGIN = "http://twilio.test:8099"
CONTRACT = Contract.load()
#: What the contract says of responses that are as they should be: the list of messages is no operation of it, the legacy path is old, a
#: consumer on this machine has no TLS, and some tests subscribe for other events.
HARMLESS = {
    "http.unknown-operation",
    "request.unknown-parameter",
    "configuration.legacy-path",
    "configuration.insecure-url",
    "configuration.not-subscribed",
    # Tests ask for every event, with one URL.
    "configuration.no-pre-url",
}


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


class Caller:
    """
    Calls an application in process.

    Attributes:
        answers: the number of checked responses.
    """

    def __init__(self, scenarios: Any = (), **settings: Any) -> None:
        settings.setdefault("clock", "manual")
        self.app = app(scenarios, **settings)
        self.control: Control = self.app.state.control
        self.answers = 0

    @property
    def account(self) -> str:
        return self.control.state.account_sid

    @property
    def world(self) -> World:
        return next(self.control.state.lives).world

    def at(self, moment: str | int = "end", origin: str = ORIGIN) -> Rendering:
        """Return what the generator makes of the first world."""
        return self.control.state.speaking(origin).at(self.world, moment)

    def do(self, action: Any) -> Any:
        return asyncio.run(action)

    def call(
        self,
        method: str,
        url: str,
        form: list[tuple[str, str]] | None = None,
        *,
        authorization: str | None = "",
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request; it is authorised unless it says otherwise."""
        sent = {
            "Authorization": basic(self.account, "x") if authorization == "" else authorization,
            **(headers or {}),
        }
        body = urlencode(form).encode() if form is not None else content
        if form is not None:
            sent["Content-Type"] = FORM

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                given = [
                    (name.encode(), value.encode("latin-1"))
                    for name, value in sent.items()
                    if value is not None
                ]
                return await client.request(method, url, content=body, headers=given)

        answer: httpx.Response = asyncio.run(ask())
        if not url.partition("?")[0].startswith("/_receiptkit"):
            self.judge(method, url, answer)
        return answer

    def get(self, url: str, **how: Any) -> httpx.Response:
        return self.call("GET", url, **how)

    def judge(self, method: str, url: str, answer: httpx.Response) -> None:
        """Assert that a response conforms to the contract."""
        self.answers += 1
        text = answer.text if method != "HEAD" else ""
        found = CONTRACT.check_exchange(
            Exchange(method, url, answer.status_code, text, dict(answer.headers))
        )
        harmless = HARMLESS | ({"body.unchecked"} if method == "OPTIONS" else set())
        assert {finding.rule for finding in found} - harmless == set(), (url, answer.text, found)


def paths(world: World, *, in_service: bool = False) -> dict[str, str]:
    """The paths of a world's resources."""
    root = f"/v1/Services/{world.chat_service_sid}" if in_service else "/v1"
    messages = f"{root}/Conversations/{world.conversation_sid}/Messages"
    message = f"{messages}/{world.message.sid}"
    return {
        "messages": messages,
        "message": message,
        "receipts": f"{message}/Receipts",
        "receipt": f"{message}/Receipts/{world.receipts[0].sid}"
        if world.receipts
        else f"{message}/Receipts/DY{1:032x}",
        "configuration": f"{root}/Configuration/Webhooks",
    }
