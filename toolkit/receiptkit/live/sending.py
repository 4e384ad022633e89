"""Send recorded webhooks again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import accumulate, pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from receiptkit.live.forwarding import Answer, Fields, Forwarder, target_url
from receiptkit.live.recorded import Recorded, pauses, webhooks_in
from receiptkit.live.recording import Recording, answer, webhook
from receiptkit.server.direct import within
from receiptkit.text.forms import decode_form, is_json, query_of
from receiptkit.webhooks.signature import AUTH_TOKEN, BODY_HASH, HEADER, sign, with_body_hash

_ABOUT_ADDRESS = (b"host", b"content-length", HEADER.lower().encode())


class Choice(NamedTuple):
    """
    The choice of what is sent, and its pace and signatures.

    Attributes:
        speed: how much faster than they came; 0 sends them at once.
        auth_token: signs them; None keeps the signatures, and the host that they are over.
        duplicate: True to send each one twice.
        shuffle: the seed of another order; None for the order of the recording.
        drop: every webhook of this number is left out; None leaves out none.
        undelivered: True to send only what did not reach the application.
        once: how many are sent at most; None for all.
    """

    speed: float = 1.0
    auth_token: str | None = AUTH_TOKEN
    duplicate: bool = False
    shuffle: int | None = None
    drop: int | None = None
    undelivered: bool = False
    once: int | None = None


class Replayed(NamedTuple):
    """
    A webhook that was sent again.

    Attributes:
        path: where, without the query.
        answer: of the application.
    """

    number: int
    method: str
    path: str
    answer: Answer


class SendingPlan(NamedTuple):
    """
    The webhooks to send.

    Attributes:
        webhooks: in their order, each with the seconds to wait before it.
        left_out: how many the choice leaves out.
        others: how many observations of the capture are no webhooks.
    """

    webhooks: list[tuple[float, Recorded]]
    left_out: int
    others: int


def plan(path: str, choice: Choice) -> SendingPlan:
    """
    Return what is sent of a capture.

    Raises:
        CaptureError: it cannot be read, or is no capture.
    """
    found, others = webhooks_in(path)
    offsets = list(accumulate(pauses(found)))
    order = list(range(len(found)))
    if choice.undelivered:
        order = [each for each in order if found[each].is_undelivered]
    if choice.drop is not None:
        order = [each for count, each in enumerate(order, 1) if count % choice.drop]
    if choice.shuffle is not None:
        random.Random(choice.shuffle).shuffle(order)  # noqa: S311 # nothing here is secret
    order = order[: choice.once]
    left_out = len(found) - len(order)
    speed = choice.speed
    # The times stay those of the recording; what comes at them may be in another order.
    times = [offsets[each] for each in sorted(order)]
    gaps = [0.0, *(after - before for before, after in pairwise(times))]
    webhooks = [
        (gap / speed if speed else 0.0, found[each]) for gap, each in zip(gaps, order, strict=False)
    ]
    if choice.duplicate:
        webhooks = [each for wait, one in webhooks for each in ((wait, one), (0.0, one))]
    return SendingPlan(webhooks, left_out, others)


def addressed(
    one: Recorded, to: str, auth_token: str | None
) -> tuple[str, list[tuple[bytes, bytes]]]:
    """Return URL and headers of a webhook at its new address, signed for it if there is a token."""
    parts = urlsplit(one.url)
    query = query_of(one.url)[0]
    if auth_token is None:
        target = f"{parts.path or '/'}?{query}" if query else parts.path or "/"
        return target_url(to, target), list(one.headers)
    hashed = any(each.partition("=")[0] == BODY_HASH for each in query.split("&"))
    kept = "&".join(each for each in query.split("&") if each.partition("=")[0] != BODY_HASH)
    url = target_url(to, f"{parts.path or '/'}?{kept}" if kept else parts.path or "/")
    text = one.body.decode("utf-8", "replace")
    pairs: list[tuple[str, str]] = []
    if hashed or (one.body and is_json(text)):
        url = with_body_hash(url, one.body)
    elif one.method != "GET":
        pairs = [(each.name, each.value) for each in decode_form(text)]
    headers = [(name, value) for name, value in one.headers if name.lower() not in _ABOUT_ADDRESS]
    headers.append((HEADER.encode(), sign(url, auth_token, pairs).encode()))
    return url, headers


async def send(
    planned: Sequence[tuple[float, Recorded]],
    to: str,
    forwarder: Forwarder,
    auth_token: str | None,
    recording: Recording,
    listener: Callable[[Replayed], None] = lambda _: None,
    *,
    seconds: float | None = None,
) -> list[Replayed]:
    """
    Send webhooks one after the other, keep each with its response, and return the responses.

    Args:
        planned: the webhooks, each with the seconds to wait before it.
        to: where they go.
        forwarder: sends them, and is closed in the end.
        auth_token: signs them; None keeps their signatures.
        recording: keeps them.
        listener: is called with each response.
        seconds: how long the run lasts at most; None for no end.
    """
    sent: list[Replayed] = []

    async def all_of_them() -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for wait, one in planned:
            due += wait
            await asyncio.sleep(max(due - loop.time(), 0))
            url, headers = addressed(one, to, auth_token)
            line = webhook(url, one.method, _with_length(headers, one.body), one.body)
            end = recording.append(line)
            answered = await forwarder.send(one.method, url, headers, one.body)
            recording.fill(end, answer(answered.outcome, answered.milliseconds))
            sent.append(Replayed(len(sent) + 1, one.method, urlsplit(url).path, answered))
            listener(sent[-1])

    try:
        with suppress(asyncio.TimeoutError):
            await (all_of_them() if seconds is None else within(seconds, all_of_them()))
    finally:
        await forwarder.close()
    return sent


def _with_length(headers: Fields, body: bytes) -> list[tuple[bytes, bytes]]:
    others = [each for each in headers if each[0].lower() != b"content-length"]
    return [*others, (b"content-length", str(len(body)).encode())] if body else others
