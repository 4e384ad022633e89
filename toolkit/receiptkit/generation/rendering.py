"""A world at a moment, as the API would answer: receipts, pages, message, configuration, errors."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Any

from receiptkit.generation.api_errors import ERRORS
from receiptkit.generation.channels import statuses_up_to
from receiptkit.generation.object_schema import ObjectSchema, make_value
from receiptkit.generation.page_links import page_meta, page_url
from receiptkit.generation.vocabulary import Vocabulary
from receiptkit.generation.world import Receipt, World, rest_date
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import Exchange
from receiptkit.model.odd_arguments import explained_methods

#: The default URL of webhooks.
WEBHOOK_URL = "https://example.com/webhooks/twilio/conversations"

_AMOUNTS = ("total", "sent", "delivered", "read", "failed", "undelivered")


@explained_methods
class Rendering:
    """
    The responses of the REST API about a world at a moment. Bodies are dicts, ready for
    `json.dumps`.

    Args:
        vocabulary: the schemas of the contract document, with members and their order.
        world: what is rendered.
        moment: in milliseconds since 1970; what has not happened by then cannot be seen.
    """

    def __init__(self, vocabulary: Vocabulary, world: World, moment: int) -> None:
        self.world = world
        self.moment = moment
        self._vocabulary = vocabulary
        self._in_service = world.in_service
        self._ids = {
            "ChatServiceSid": world.chat_service_sid,
            "ConversationSid": world.conversation_sid,
            "MessageSid": world.message.sid,
        }

    @cached_property
    def _message_url(self) -> str:
        return self._url("message", Sid=self.world.message.sid)

    @cached_property
    def _receipts_url(self) -> str:
        return self._url("page")

    # -- receipts

    @property
    def receipts(self) -> list[dict[str, Any]]:
        """Return every receipt that exists."""
        return list(self.iter_receipts())

    def iter_receipts(self, start: int = 0, stop: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the receipts that exist, from one number to another."""
        schema = self._vocabulary.object_schema("receipt", in_service=self._in_service)
        world, moment = self.world, self.moment
        url = self._receipts_url + "/"
        for receipt in world.receipts[start:stop]:
            if receipt.created > moment:
                continue
            step = receipt.at(moment)
            code = step.error_code if step else None
            yield self._body(
                schema,
                {
                    "sid": receipt.sid,
                    "account_sid": world.account_sid,
                    "chat_service_sid": world.chat_service_sid,
                    "conversation_sid": world.conversation_sid,
                    "message_sid": world.message.sid,
                    "channel_message_sid": receipt.channel_message_sid,
                    "participant_sid": receipt.participant_sid,
                    "status": step.status if step else None,
                    "error_code": world.no_error if code is None else code,
                    "date_created": rest_date(receipt.created),
                    "date_updated": rest_date(step.at) if step else None,
                    "url": f"{url}{receipt.sid}",
                },
            )

    def receipt(self, index: int = 0) -> dict[str, Any]:
        """
        Return one receipt, by its number from 0.

        Raises:
            UsageError: this moment has none of that number.
        """
        found = next(self.iter_receipts(index, index + 1), None) if index >= 0 else None
        if found is None:
            count = sum(1 for _ in self.world.seen_by(self.moment))
            raise UsageError(
                f"{self.world.scenario} has {count} receipts at this moment: there is no receipt "
                f"{index}"
            )
        return found

    # -- pages

    def pages(self, page_size: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield the pages of the list of receipts; an empty one if there are no receipts."""
        size = page_size or self.world.page_size
        count = sum(1 for _ in self.world.seen_by(self.moment))
        for number in range(max(1, -(-count // size))):
            yield self._page(number, size, count)

    def page(self, number: int = 0, page_size: int | None = None) -> dict[str, Any]:
        """
        Return a page of the list of receipts, by its number from 0.

        Raises:
            UsageError: the list ends before it.
        """
        size = page_size or self.world.page_size
        count = sum(1 for _ in self.world.seen_by(self.moment))
        if not 0 <= number < max(1, -(-count // size)):
            raise UsageError(f"{count} receipts on pages of {size}: there is no page {number}")
        return self._page(number, size, count)

    def _page(self, number: int, size: int, count: int) -> dict[str, Any]:
        schema = self._vocabulary.object_schema("page", in_service=self._in_service)
        rows_name = next(
            (name for name, view in schema.properties.items() if view.get("type") == "array"),
            "delivery_receipts",
        )
        meta_schema = self._vocabulary.inner_schema("page", "meta", in_service=self._in_service)
        start, end = number * size, (number + 1) * size
        links = page_meta(
            self._receipts_url,
            rows_name,
            number,
            size,
            start=start,
            previous=start - size if number else None,
            following=end if end < count else None,
        )
        meta = self._body(meta_schema, links)
        rows = list(self.iter_receipts(start, end))
        return self._body(schema, {rows_name: rows, "meta": meta})

    def page_url(self, number: int, size: int, *, back: bool = False) -> str:
        """Return the URL of a page of the list of receipts; one that leads back has a token."""
        start = number * size if number or back else None
        return page_url(self._receipts_url, number, size, start)

    # -- the message

    def message(self) -> dict[str, Any]:
        """Return the message with its summary of deliveries."""
        world, message = self.world, self.world.message
        date = rest_date(message.created)
        edited = date if message.updated is None else rest_date(message.updated)
        known = {
            "account_sid": world.account_sid,
            "chat_service_sid": world.chat_service_sid,
            "conversation_sid": world.conversation_sid,
            "sid": message.sid,
            "index": message.index,
            "author": message.author,
            "body": message.body,
            "media": list(message.media) or None,
            "attributes": message.attributes,
            "participant_sid": message.participant_sid,
            "date_created": date,
            "date_updated": edited,
            "url": self._message_url,
            "delivery": self.summary(),
            "links": {
                "delivery_receipts": self._receipts_url,
                "channel_metadata": f"{self._message_url}/ChannelMetadata",
            },
            "content_sid": message.content_sid,
        }
        return self._body(
            self._vocabulary.object_schema("message", in_service=self._in_service), known
        )

    def summary(self) -> dict[str, Any] | None:
        """Return the message's `delivery`: how many receipts reached a status; None without any."""
        reached = [self._reached(receipt) for receipt in self.world.seen_by(self.moment)]
        if not reached:
            return None
        schema = self._vocabulary.inner_schema("message", "delivery", in_service=self._in_service)
        known: dict[str, Any] = {"total": len(reached)}
        for name in schema.properties or _AMOUNTS:
            if name != "total":
                count = sum(name in statuses for statuses in reached)
                known[name] = "all" if count == len(reached) else "some" if count else "none"
        return self._body(schema, known) if schema.properties else known

    def _reached(self, receipt: Receipt) -> frozenset[str]:
        """Return every status that a receipt has had: what is delivered was sent."""
        step = receipt.at(self.moment)
        if step is None:
            return frozenset()
        return _reached(tuple([each.status for each in receipt.steps if each.at <= step.at]))

    # -- the configuration

    def configuration(self, webhook_url: str = WEBHOOK_URL) -> dict[str, Any]:
        """Return the webhook configuration that lets the webhooks of this world happen."""
        values = {"ChatServiceSid": self.world.chat_service_sid}
        known = {
            "account_sid": self.world.account_sid,
            "chat_service_sid": self.world.chat_service_sid,
            "method": "POST",
            "filters": ["onMessageAdded", "onDeliveryUpdated"],
            "pre_webhook_url": None,
            "post_webhook_url": webhook_url,
            "target": "webhook",
            "url": self._vocabulary.url("configuration", values, in_service=self._in_service),
        }
        return self._body(
            self._vocabulary.object_schema("configuration", in_service=self._in_service), known
        )

    # -- exchanges

    def error(self, name: str) -> Exchange:
        """
        Return an error response with the request that gets it.

        Args:
            name: `not-found`, `unauthorized`, `page-without-token`, `too-many-requests` or
                `server-error`.

        Raises:
            UsageError: the error is unknown.
        """
        if name not in ERRORS:
            raise UsageError(f"unknown error {name!r}; use {', '.join(ERRORS)}")
        kind = ERRORS[name]
        url = (
            f"{self._receipts_url}?PageSize=50&Page=1"
            if name == "page-without-token"
            else self._receipts_url
        )
        path = self._receipts_url.removeprefix(self._vocabulary.host).removeprefix("/v1")
        return self._exchange(url, kind.body(kind.message.format(path=path)), kind.status)

    def get_message(self) -> Exchange:
        """Return the exchange that fetches the message."""
        return self._exchange(self._message_url, self.message())

    def get_receipt(self, index: int = 0) -> Exchange:
        """Return the exchange that fetches one receipt."""
        body = self.receipt(index)
        return self._exchange(f"{self._receipts_url}/{self.world.receipts[index].sid}", body)

    def get_pages(self, page_size: int | None = None) -> Iterator[Exchange]:
        """Yield the exchanges of a pagination along `next_page_url`."""
        size = page_size or self.world.page_size
        for number, body in enumerate(self.pages(size)):
            yield self._exchange(
                self.page_url(number, size) if number else f"{self._receipts_url}?PageSize={size}",
                body,
            )

    def get_configuration(self, webhook_url: str = WEBHOOK_URL) -> Exchange:
        """Return the exchange that fetches the webhook configuration."""
        values = {"ChatServiceSid": self.world.chat_service_sid}
        url = self._vocabulary.url("configuration", values, in_service=self._in_service)
        return self._exchange(url, self.configuration(webhook_url))

    def _exchange(self, url: str, body: dict[str, Any], status: int = 200) -> Exchange:
        headers = answer_headers(self.world.message.sid, self.moment, url, status)
        return Exchange("GET", url, status, body, headers)

    # --

    def _url(self, kind: str, **more: str) -> str:
        return self._vocabulary.url(kind, {**self._ids, **more}, in_service=self._in_service)

    def _body(self, schema: ObjectSchema, known: dict[str, Any]) -> dict[str, Any]:
        """Return an object with the members that the document names, in its order."""
        return {
            name: known[name] if name in known else self._make_value(schema, name)
            for name in schema.properties
        }

    def _make_value(self, schema: ObjectSchema, name: str) -> Any:
        rng = random.Random(f"{self.world.message.sid}/{schema.place}/{name}")
        date = rest_date(self.world.message.created)
        return make_value(
            schema.properties[name], f"{schema.place}/{name}", rng, date=date, url=self._message_url
        )


@lru_cache(maxsize=256)
def _reached(had: tuple[str, ...]) -> frozenset[str]:
    return frozenset(status for each in had for status in statuses_up_to(each))


def answer_headers(message_sid: str, moment: int, url: str, status: int = 200) -> dict[str, str]:
    """Return the headers of a response; at the same moment, the same request gets the same."""
    return response_headers(random.Random(f"{message_sid}/{moment}/{url}/{status}"))


def response_headers(rng: random.Random) -> dict[str, str]:
    """Return the headers of a response, as they were seen on Twilio's API."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Access-Control-Allow-Origin": "*",
        "Twilio-Concurrent-Requests": "1",
        "Twilio-Request-Id": f"RQ{rng.getrandbits(128):032x}",
        "Twilio-Request-Duration": f"0.{20 + int(rng.random() * 70):03d}",
        "X-Home-Region": "us1",
        "X-API-Domain": "conversations.twilio.com",
        "X-Powered-By": "AT-5000",
        "X-Shenanigans": "none",
        "Strict-Transport-Security": "max-age=31536000",
    }
