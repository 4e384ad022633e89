"""Speed of an application that writes, all in one process, with the receiver of the webhooks.

Messages with 10 recipients are posted, advance to their end, and are reported by webhooks; pages of
many conversations are read.
"""

from __future__ import annotations

import asyncio
import base64
import time
from typing import Any
from urllib.parse import urlencode

import orjson

from receiptkit.server import app
from receiptkit.text.forms import FORM

MESSAGES, RECIPIENTS = 300, 10


class Server:
    """A server in this process, and an application that counts its webhooks."""

    def __init__(self) -> None:
        self.webhooks = 0
        self.app = app(
            "none",
            clock="manual",
            webhook_transport=self.receive,
            webhook_url="http://consumer.test/hook",
        )
        self.control = self.app.state.control
        user = f"{self.control.state.account_sid}:secret"
        self._authorization = b"Basic " + base64.b64encode(user.encode())

    async def receive(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        self.webhooks += 1
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def call(self, method: str, url: str, form: dict[str, str] | None = None) -> Any:
        """Call the API without a client between, whose time would be measured."""
        path, _, query = url.partition("?")
        answer: dict[str, Any] = {}
        headers = [(b"host", b"twilio.test"), (b"authorization", self._authorization)]
        scope = {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [*headers, (b"content-type", FORM.encode())],
            "client": ("127.0.0.1", 1),
            "server": ("twilio.test", 80),
            "root_path": "",
        }

        async def receive() -> Any:
            return {"type": "http.request", "body": urlencode(form or {}).encode()}

        async def send(message: Any) -> None:
            answer.update(message)

        await self.app(scope, receive, send)
        assert answer["status"] < 300, answer
        return orjson.loads(answer["body"])


async def posting() -> float:
    """Return how many messages a second are posted and reported."""
    server = Server()
    path = f"/v1/Conversations/{(await server.call('POST', '/v1/Conversations'))['sid']}"
    for number in range(RECIPIENTS):
        form = {
            "MessagingBinding.Address": f"+1555300000{number}",
            "MessagingBinding.ProxyAddress": "+15550100000",
        }
        await server.call("POST", f"{path}/Participants", form)
    start = time.process_time()
    for _ in range(MESSAGES):
        await server.call("POST", f"{path}/Messages", {"Body": "Your parcel is on its way."})
        await server.control.advance(to="end")
    took = time.process_time() - start
    assert server.webhooks == 2 * RECIPIENTS * MESSAGES
    return MESSAGES / took


async def paging(conversations: int, pages: int = 200) -> float:
    """Return how many milliseconds a page of 10 conversations takes, from the middle of the list."""
    server = Server()
    for _ in range(conversations):
        await server.call("POST", "/v1/Conversations")
    url = f"/v1/Conversations?PageSize=10&PageToken=PT{conversations // 2}"
    start = time.process_time()
    for _ in range(pages):
        await server.call("GET", url)
    return 1000 * (time.process_time() - start) / pages


def measure() -> None:
    rates = sorted(asyncio.run(posting()) for _ in range(3))
    print(
        f"\n  {RECIPIENTS} recipients, posted, advanced to the end, {2 * RECIPIENTS} webhooks:"
        f" {rates[1]:,.0f} messages/s of processor time ({rates[0]:,.0f} to {rates[-1]:,.0f})"
    )
    few, many = asyncio.run(paging(20)), asyncio.run(paging(10_000))
    print(f"  a page of 10 conversations: {few:.2f} ms of 20, {many:.2f} ms of 10,000")


if __name__ == "__main__":
    measure()
