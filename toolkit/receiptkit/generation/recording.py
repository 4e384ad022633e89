"""A world as tools would have recorded it: NDJSON of exchanges and webhooks, HAR, VCR cassette."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson

from receiptkit import __version__
from receiptkit.generation.generator import Generator
from receiptkit.generation.rendering import WEBHOOK_URL
from receiptkit.generation.world import World, webhook_date
from receiptkit.model.exchange import Exchange, WebhookRequest, text_of
from receiptkit.text.forms import decode_query

#: What was seen, and when, in milliseconds since 1970.
Seen = tuple[int, Exchange | WebhookRequest]


def seen(
    generator: Generator,
    world: World,
    *,
    moment: str = "end",
    page_size: int | None = None,
    webhook_url: str = WEBHOOK_URL,
    method: str = "POST",
    auth_token: str | None = None,
) -> list[Seen]:
    """
    Return everything that a consumer would see of a world, in order of time.

    That is the configuration, the message as it was created, and every webhook as it arrives. When
    nothing happens any more, the list, a receipt and the message again follow.
    """
    webhooks = generator.webhooks(world, moment)
    last = (
        max([world.end, *(event.arrives for event in webhooks.events)]) + 1000
        if moment == "end"
        else world.moment(moment)
    )
    early = min(world.message.answered + 30, last)
    end = generator.at(world, last)
    found: list[Seen] = [
        (world.message.created - 2000, generator.at(world, "start").get_configuration(webhook_url)),
        (early, generator.at(world, early).get_message()),
    ]
    found += [
        (event.arrives, webhooks.request(event, webhook_url, method=method, auth_token=auth_token))
        for event in webhooks.events
    ]
    found.sort(key=lambda item: item[0])
    found += [
        (last + 10 * number, exchange) for number, exchange in enumerate(end.get_pages(page_size))
    ]
    if next(end.iter_receipts(), None) is not None:
        found.append((last + 600, end.get_receipt()))
    return [*found, (last + 800, end.get_message())]


def ndjson(recorded: Iterable[Seen]) -> Iterator[bytes]:
    """Yield an exchange or a webhook request a line."""
    for _, item in recorded:
        yield orjson.dumps(exchange(item) if isinstance(item, Exchange) else request(item)) + b"\n"


def request(delivery: WebhookRequest) -> dict[str, Any]:
    """Return a webhook request as a JSON object."""
    return {
        "url": delivery.url,
        "method": delivery.method,
        "headers": dict(delivery.headers),
        "body": delivery.body,
    }


def holds_requests(path: str) -> bool:
    """Return True if the first line of a file is a webhook request, as `request` makes one."""
    with open(path, "rb") as file:
        line = file.readline(1 << 20)
    try:
        found = orjson.loads(line)
    except ValueError:
        return False
    return isinstance(found, dict) and list(found) == ["url", "method", "headers", "body"]


def exchange(seen: Exchange) -> dict[str, Any]:
    """Return an exchange as a JSON object."""
    return {
        "request": {"method": seen.method, "url": seen.url, "headers": _sent(seen)},
        "response": {"status": seen.status, "headers": dict(seen.headers), "body": seen.body},
    }


def _sent(exchange: Exchange) -> dict[str, str]:
    return {"Accept": "application/json", **exchange.request_headers}


def har(recorded: Iterable[Seen]) -> Iterator[bytes]:
    """Yield a HAR 1.2, an entry a line."""
    creator = orjson.dumps({"name": "receiptkit", "version": __version__}).decode()
    # With the first entry: where there can be none, nothing is written.
    begun = before = (
        f'{{"log": {{"version": "1.2", "creator": {creator}, "pages": [], "entries": [\n'.encode()
    )
    for moment, item in recorded:
        yield before + orjson.dumps(_entry(moment, item))
        begun, before = b"", b",\n"
    yield begun + b"\n]}}\n"


def _entry(moment: int, item: Exchange | WebhookRequest) -> dict[str, Any]:
    url, sent, headers, status, body, answered = _sides(item)
    asked: dict[str, Any] = {
        "method": item.method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(headers),
        "queryString": [{"name": each.name, "value": each.value} for each in decode_query(url)],
        "headersSize": -1,
        "bodySize": len(sent),
    }
    if sent:
        asked["postData"] = {"mimeType": headers["Content-Type"], "text": sent.decode()}
    return {
        "startedDateTime": webhook_date(moment),
        "time": 42,
        "request": asked,
        "response": {
            "status": status,
            "statusText": HTTPStatus(status).phrase,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(answered),
            "content": {
                "size": len(body),
                "mimeType": answered.get("Content-Type", "x-unknown"),
                "text": body.decode(),
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": len(body),
        },
        "cache": {},
        "timings": {"send": 1, "wait": 40, "receive": 1},
        "serverIPAddress": "",
    }


def cassette(recorded: Iterable[Seen]) -> Iterator[bytes]:
    """Yield a VCR cassette as vcrpy writes it."""
    from receiptkit.generation import cassette

    return cassette.cassette(_interaction(item) for _, item in recorded)


def _interaction(item: Exchange | WebhookRequest) -> dict[str, Any]:
    url, sent, headers, status, body, answered = _sides(item)
    return {
        "request": {
            "body": sent.decode() or None,
            "headers": {name: [value] for name, value in headers.items()},
            "method": item.method,
            "uri": url,
        },
        "response": {
            "body": {"string": body.decode()},
            "headers": {name: [value] for name, value in answered.items()},
            "status": {"code": status, "message": HTTPStatus(status).phrase},
        },
    }


def _sides(
    item: Exchange | WebhookRequest,
) -> tuple[str, bytes, dict[str, str], int, bytes, dict[str, str]]:
    """Return URL, body and headers of the request; status, body and headers of the response."""
    if isinstance(item, WebhookRequest):
        return item.url, text_of(item.body) or b"", dict(item.headers), 204, b"", {}
    headers = {"Host": urlsplit(item.url).netloc, **_sent(item)}
    return item.url, b"", headers, item.status, orjson.dumps(item.body), dict(item.headers)


def _pairs(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]
