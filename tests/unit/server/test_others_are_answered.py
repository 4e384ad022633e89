"""No call stops the others: they get a response during a long one, or the long one is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from receiptkit.model.errors import UsageError
from receiptkit.server import Control, app
from receiptkit.server.subscription import Subscription

WORLDS = 1000


def control() -> Control:
    made: Control = app("landline", count=WORLDS, clock="manual").state.control
    return made


async def turns(action: Awaitable[object]) -> int:
    """Return how many times others could be answered during an action."""
    task = asyncio.ensure_future(action)
    count = 0
    while not task.done():
        await asyncio.sleep(0)
        count += 1
    await task
    return count


async def _subscribed(steers: Control) -> None:
    steers.state.subscribe(
        None, Subscription("POST", ("onDeliveryUpdated",), None, "http://a.test/")
    )
    await steers.dispatcher.follow()


@pytest.mark.parametrize(
    "action",
    [
        lambda steers: steers.reset(),
        lambda steers: steers.show(),
        lambda steers: steers.advance(to="next"),
        _subscribed,
    ],
    ids=["reset", "show", "next", "subscription"],
)
def test_others_get_a_response_meanwhile(action: Callable[[Control], Awaitable[object]]) -> None:
    steers = control()
    assert asyncio.run(turns(action(steers))) >= WORLDS // 100


def test_a_reset_makes_every_world() -> None:
    """After a reset, everything is as it was at the start, also if two came at once."""
    steers = control()
    before = [life.world for life in steers.state.lives]

    async def twice() -> None:
        await asyncio.gather(steers.reset(), steers.reset())

    asyncio.run(twice())
    assert [life.world for life in steers.state.lives] == before


def test_every_world_is_followed_before_time_passes() -> None:
    """The first subscription misses no webhook of any world."""
    sent = []

    async def receiver(scope: Any, receive: Any, send: Any) -> None:
        sent.append(scope["path"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    application = app("landline", count=250, clock="manual", webhook_transport=receiver)
    steers = application.state.control
    expected = sum(len(life.webhooks.events) for life in steers.state.lives)

    async def follow() -> None:
        steers.state.subscribe(
            None, Subscription("POST", ("onDeliveryUpdated",), None, "http://a.test/")
        )
        await steers.advance(to="end")

    asyncio.run(follow())
    assert len(sent) == expected > 250


def test_a_snapshot_of_a_huge_state_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would stop the others for seconds; a limit says how much is kept."""
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "snapshot=1999")
    steers = control()
    with pytest.raises(
        UsageError, match=r"there are [0-9],[0-9]{3} records, .* more than 1,999 would"
    ):
        asyncio.run(steers.snapshot())
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "snapshot=1M")
    assert asyncio.run(steers.snapshot()) == {"snapshots": ["default"]}
