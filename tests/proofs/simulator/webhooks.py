"""Send webhooks as Twilio does: signed, late, twice, out of order, or never."""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from .model import Message, Receipt, State, World, webhook_date
from .records import Record

TOKEN = "0123456789abcdef0123456789abcdef"
EVENT = "onDeliveryUpdated"
#: Parameters that were seen, though no page names them.
MORE = (
    ("Source", "API"),
    ("Attributes", "{}"),
    ("ParticipantIdentity", "guest"),
    ("MessagingServiceSid", "MG0123456789abcdef0123456789abcdef"),
    ("RawDlrDoneDate", "2603020915"),
)


class Receiver(NamedTuple):
    """
    A process that receives webhooks.

    Attributes:
        name: of the process.
        notes: what it notes as the URL: full, path (with the host in headers), forwarded (in others), or upstream (behind a proxy).
        is_signed: whether it notes the signature.
    """

    name: str
    notes: str = "full"
    is_signed: bool = True


def parameters(
    world: World,
    message: Message,
    receipt: Receipt,
    state: State,
    *,
    retries: int = 0,
    in_service: bool = True,
) -> tuple[tuple[str, str], ...]:
    """Return the parameters of a webhook, in an order that is not alphabetical."""
    manner = world.manner
    found = {
        "EventType": EVENT,
        "DateUpdated": webhook_date(state.at, manner),
        "Status": state.status or "",
        "ConversationSid": message.conversation.sid,
        "AccountSid": world.account,
        "DeliveryReceiptSid": receipt.sid,
        "MessageSid": message.sid,
        "RetryCount": str(retries),
        "DateCreated": webhook_date(receipt.created, manner),
        "ParticipantSid": receipt.participant,
    }
    if in_service:
        found["ChatServiceSid"] = world.service
    channel = receipt.channel(state.at, manner)
    if channel is not None:
        found["ChannelMessageSid"] = channel
    if state.code:
        found["ErrorCode"] = str(state.code)
    return tuple(found.items())


def signature(url: str, told: tuple[tuple[str, str], ...]) -> str:
    """Return the signature of a request to a URL, with the parameters of its form."""
    text = url + "".join(name + value for name, value in sorted(told))
    return base64.b64encode(hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()


def request(
    world: World,
    told: tuple[tuple[str, str], ...],
    receiver: Receiver,
    token: str,
    arrived: int,
    noted: int,
) -> Record:
    """Return what a receiver notes of a webhook that Twilio sends to the URL configured."""
    configured = world.configuration(arrived)
    form = urlencode(told, safe=":")
    is_get = configured.method == "GET"
    url = (
        f"{configured.url}{'&' if '?' in configured.url else '?'}{form}"
        if is_get
        else configured.url
    )
    signed = signature(url, () if is_get else told)
    parts = urlsplit(url)
    headers = {
        "Host": parts.netloc,
        "X-Forwarded-Proto": parts.scheme,
        "User-Agent": "TwilioProxy/1.1",
        "I-Twilio-Idempotency-Token": token,
        "X-Home-Region": "us1",
    }
    if receiver.is_signed:
        headers["X-Twilio-Signature"] = signed
    if not is_get:
        headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
    rest = url.removeprefix(f"{parts.scheme}://{parts.netloc}")
    if receiver.notes == "path":
        url = rest
    elif receiver.notes == "forwarded":
        url = rest
        headers |= {
            "Host": "10.0.0.7:8080",
            "X-Forwarded-Host": f"{parts.netloc}, inner.example.net",
        }
    elif receiver.notes == "upstream":
        url = f"http://10.0.0.7:8080{rest}"
    if receiver.name.endswith("b"):
        headers = {name.lower(): value for name, value in headers.items()}
    return Record(
        receiver.name,
        arrived,
        noted,
        configured.method,
        url,
        headers,
        None if is_get else form,
        200,
        None,
        "",
        told,
    )


def deliveries(
    world: World, receivers: list[Receiver], rng: Random, seen: Counter[str], *, in_service: bool
) -> Iterator[Record]:
    """Yield the arrivals of all webhooks of a world."""
    for message in world.messages:
        for receipt in message.receipts:
            for state in receipt.states:
                if state.status is None:
                    continue
                if rng.random() < 0.1:
                    seen["webhook lost"] += 1
                    continue
                yield from _delivery(
                    world, message, receipt, state, receivers, rng, seen, in_service
                )
        if rng.random() < 0.3:
            yield _other_event(world, message, receivers, rng)
            seen["webhook of another event"] += 1


def _delivery(
    world: World,
    message: Message,
    receipt: Receipt,
    state: State,
    receivers: list[Receiver],
    rng: Random,
    seen: Counter[str],
    in_service: bool,
) -> Iterator[Record]:
    is_late = rng.random() < 0.15
    seen["webhook late" if is_late else "webhook in time"] += 1
    arrived = state.at + (rng.randrange(5_000, 400_000) if is_late else rng.randrange(40, 1500))
    token = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    more = rng.choice(((), (), (), (), (rng.choice(MORE),)))
    seen["webhook with more parameters"] += len(more)
    counts = rng.random() < 0.5
    for tried in range(rng.choice((1, 1, 1, 1, 1, 2, 3))):
        seen["webhook tried again"] += tried > 0
        told = parameters(
            world, message, receipt, state, retries=tried if counts else 0, in_service=in_service
        )
        yield request(
            world, told, rng.choice(receivers), token, arrived, arrived + rng.randrange(0, 120)
        )
        arrived += rng.randrange(1_000, 16_000)


def _other_event(world: World, message: Message, receivers: list[Receiver], rng: Random) -> Record:
    told = {
        "EventType": "onMessageAdded",
        "AccountSid": world.account,
        "ConversationSid": message.conversation.sid,
        "MessageSid": message.sid,
        "Index": "0",
        "DateCreated": webhook_date(message.created, world.manner),
        "Body": "Where is it?",
        "Author": "+15550100001",
        "Attributes": "{}",
        "Source": "SMS",
        "RetryCount": "0",
        "ChatServiceSid": world.service,
    }
    arrived = message.created + rng.randrange(40, 1500)
    token = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return request(world, tuple(told.items()), rng.choice(receivers), token, arrived, arrived)
