"""The webhooks of a world: which come, when, how often, and as which requests."""

from __future__ import annotations

import random
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple
from urllib.parse import quote_plus, urlsplit

from receiptkit.generation.drafts import Draft
from receiptkit.generation.object_schema import ObjectSchema, make_value
from receiptkit.generation.rendering import WEBHOOK_URL
from receiptkit.generation.vocabulary import Vocabulary
from receiptkit.generation.world import Receipt, Step, World, rest_date, webhook_date
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.odd_arguments import explained_methods
from receiptkit.text.forms import FORM
from receiptkit.webhooks import HEADER, sign
from receiptkit.webhooks.address import called

#: Parameters that are documented and were not there.
_NEVER = ("Source", "ClientIdentity")


_ARRIVES = attrgetter("arrives")
#: The variant of a GUID, by the digit that was drawn in its place.
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
#: Characters of dates: of these, only the colon may need an escape, and that is found out quickly.
_IN_DATES = str.maketrans("", "", "-.:")


class Event(NamedTuple):
    """
    One webhook request.

    Attributes:
        receipt, step: the update that it reports.
        arrives: when, in milliseconds since 1970.
        token: the same for every attempt at one request, and for its copies.
        retry_count: how often it was tried before.
    """

    receipt: Receipt
    step: Step
    arrives: int
    token: str
    retry_count: int = 0


def events(world: World | Draft, until: int | None = None) -> list[Event]:
    """Return the webhooks of a world that arrive by a moment, in the order of arrival."""
    manner, seed = world.stream
    rng = random.Random(seed)
    arriving: list[Event] = []
    rearranged = _MANNERS.get(manner)
    for receipt in world.receipts:
        own = _in_order(receipt, rng)
        arriving += rearranged(own, rng) if rearranged else own
    arriving.sort(key=_ARRIVES)
    return arriving if until is None else [event for event in arriving if event.arrives <= until]


def _in_order(receipt: Receipt, rng: random.Random) -> list[Event]:
    found = []
    earliest = 0
    for step in receipt.steps:
        earliest = max(earliest + 1, step.at + 60 + int(rng.random() * 400))
        found.append(Event(receipt, step, earliest, guid(rng)))
    return found


def _out_of_order(own: list[Event], rng: random.Random) -> list[Event]:
    """Let the second webhook overtake the first."""
    late = 50 + int(rng.random() * 900)
    return [own[0]._replace(arrives=own[1].arrives + late), *own[1:]] if len(own) > 1 else own


def _duplicated(own: list[Event], rng: random.Random) -> list[Event]:
    return own + [
        event._replace(arrives=event.arrives + 50 + int(rng.random() * 2000)) for event in own
    ]


def _read_before_delivered(own: list[Event], rng: random.Random) -> list[Event]:
    read = next((event.arrives for event in own if event.step.status == "read"), None)
    late = 50 + int(rng.random() * 900)
    return [
        event._replace(arrives=read + late) if read and event.step.status == "delivered" else event
        for event in own
    ]


def _retried(own: list[Event], rng: random.Random) -> list[Event]:
    """Send each again after five seconds without a response."""
    return own + [
        event._replace(arrives=event.arrives + 5000 + int(rng.random() * 1000), retry_count=1)
        for event in own
    ]


_MANNERS = {
    "out-of-order": _out_of_order,
    "duplicated": _duplicated,
    "read-before-delivered": _read_before_delivered,
    "retried": _retried,
}


@explained_methods
class Webhooks:
    """
    The webhooks of a world, rendered.

    Args:
        vocabulary: what the contract document says of their parameters.
        world: whose webhooks.
        moment: those that arrive by then, in milliseconds since 1970; all of them by default.
    """

    def __init__(self, vocabulary: Vocabulary, world: World, moment: int | None = None) -> None:
        self.world = world
        self.events = events(world, moment)
        self._schema = vocabulary.object_schema("webhook")

    def parameters(self, event: Event) -> dict[str, str]:
        """Return the parameters of a request by name, in the document's order; all are text."""
        world, (receipt, step, *_) = self.world, event
        known = {
            "EventType": _event_type(self._schema),
            "AccountSid": world.account_sid,
            "ChatServiceSid": world.chat_service_sid,
            "ConversationSid": world.conversation_sid,
            "MessageSid": world.message.sid,
            "ParticipantSid": receipt.participant_sid,
            "ChannelMessageSid": receipt.channel_message_sid,
            "DeliveryReceiptSid": receipt.sid,
            "Status": step.status,
            "DateCreated": webhook_date(receipt.created),
            "DateUpdated": webhook_date(step.at),
            "RetryCount": str(event.retry_count),
        }
        if step.error_code:
            known["ErrorCode"] = str(step.error_code)
        absent = (*_NEVER, "ErrorCode")
        return {
            name: known[name] if name in known else self._make_value(name)
            for name in self._schema.properties
            if name in known or name not in absent
        }

    def form(self, event: Event) -> str:
        """Return the body of a request."""
        return form_of(self.parameters(event))

    def url(
        self, event: Event, webhook_url: str = WEBHOOK_URL, parameters: dict[str, str] | None = None
    ) -> str:
        """Return the URL of a request by GET: the parameters are in its query."""
        return _with_query(
            called(webhook_url, "webhook_url").url,
            self.parameters(event) if parameters is None else parameters,
        )

    def request(
        self,
        event: Event,
        webhook_url: str = WEBHOOK_URL,
        *,
        method: str = "POST",
        auth_token: str | None = None,
        parameters: dict[str, str] | None = None,
    ) -> WebhookRequest:
        """
        Return a complete request, as it would arrive: without the fragment of the URL, user and
        password in a header.

        Args:
            event: the update that it reports.
            webhook_url: where it goes.
            method: POST or GET, as configured.
            auth_token: the primary auth token of the account; without one the request is not
                signed.
            parameters: what it says instead of what it would.

        Raises:
            UsageError: the URL cannot be called.
        """
        return webhook_request(
            self.parameters(event) if parameters is None else parameters,
            event.token,
            webhook_url,
            method=method,
            auth_token=auth_token,
        )

    def _make_value(self, name: str) -> str:
        rng = random.Random(f"{self.world.message.sid}/{self._schema.place}/{name}")
        date = rest_date(self.world.message.created)
        return str(
            make_value(
                self._schema.properties[name],
                f"{self._schema.place}/{name}",
                rng,
                date=date,
                url=WEBHOOK_URL,
            )
        )


def webhook_request(
    parameters: dict[str, str],
    token: str,
    webhook_url: str = WEBHOOK_URL,
    *,
    method: str = "POST",
    auth_token: str | None = None,
) -> WebhookRequest:
    """
    Return a complete webhook request of any event; see `Webhooks.request`.

    Args:
        parameters: its parameters.
        token: its idempotency token.
        webhook_url: where it goes.
        method: POST or GET.
        auth_token: signs it; without one the request is not signed.

    Raises:
        UsageError: the URL cannot be called.
    """
    place = called(webhook_url, "webhook_url")
    posted = method.upper() == "POST"
    url = place.url if posted else _with_query(place.url, parameters)
    signed = parameters if posted else {}
    body = form_of(signed)
    headers = {"Host": urlsplit(url).netloc}
    if place.authorization:
        headers["Authorization"] = place.authorization
    if posted:
        headers |= {"Content-Type": f"{FORM}; charset=utf-8", "Content-Length": str(len(body))}
    headers |= {
        "Accept": "*/*",
        "User-Agent": "TwilioProxy/1.1",
        "X-Home-Region": "us1",
        "I-Twilio-Idempotency-Token": token,
        "Connection": "close",
    }
    if auth_token is not None:
        headers[HEADER] = sign(url, auth_token, signed)
    return WebhookRequest(url, method.upper(), body, headers)


def _with_query(address: str, parameters: dict[str, str]) -> str:
    # Flask builds the URL anew and decodes the colons of dates; raw ones keep the signature valid
    # (facts).
    joint = "&" if "?" in address else "?"
    return f"{address}{joint}{form_of(parameters, safe=':')}"


def form_of(parameters: dict[str, str], safe: str = "") -> str:
    """
    Return a form body. Most values need no escapes, and finding that out takes longest.

    Args:
        parameters: what it says.
        safe: what needs no escape beside letters, digits and `_.-~`.
    """
    return "&".join(
        [
            f"{name}={value if value.isalnum() and value.isascii() else _escaped(value, safe)}"
            for name, value in parameters.items()
        ]
    )


# Dates and addresses come back in the next webhook.
@lru_cache(maxsize=4096)
def _escaped(value: str, safe: str) -> str:
    if value.isascii() and value.translate(_IN_DATES).isalnum():
        return value if ":" in safe else value.replace(":", "%3A")
    return quote_plus(value, safe)


def _event_type(schema: ObjectSchema) -> str:
    return str((schema.properties.get("EventType", {}).get("enum") or ["onDeliveryUpdated"])[0])


def guid(rng: random.Random) -> str:
    """Return a GUID as version 4 has them."""
    digits = f"{rng.getrandbits(128):032x}"
    variant = _VARIANTS[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
