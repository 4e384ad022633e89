"""A world as tools would have recorded it: NDJSON of exchanges and webhooks, HAR, VCR cassette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from operator import attrgetter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from receiptkit import __version__
from receiptkit.generation.drafts import Draft
from receiptkit.generation.generator import Generator
from receiptkit.generation.rendering import WEBHOOK_URL
from receiptkit.generation.stream import Event
from receiptkit.generation.world import World, webhook_date
from receiptkit.model.exchange import Exchange, WebhookRequest, text_of
from receiptkit.text.forms import decode_query

#: What was seen, and when, in milliseconds since 1970.
Seen = tuple[int, Exchange | WebhookRequest]

_MOMENT = attrgetter("at")


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
    last = after(world, webhooks.events) if moment == "end" else world.moment(moment)
    end = generator.at(world, last)
    pages = list(end.get_pages(page_size))
    has_receipts = any(True for _ in world.seen_by(last))
    created, answered = world.message.created, world.message.answered
    found: list[Seen] = []
    for due in schedule(
        created, answered, last, webhooks.events, len(pages), has_receipts=has_receipts
    ):
        item: Exchange | WebhookRequest
        if due.kind == "webhook":
            item = webhooks.request(due.detail, webhook_url, method=method, auth_token=auth_token)
        elif due.kind == "page":
            item = pages[due.detail]
        else:
            item = exchange_at(generator, world, due, webhook_url)
        found.append((due.at, item))
    return found


class Due(NamedTuple):
    """
    A record of a capture.

    Attributes:
        at: when it was seen, in milliseconds since 1970.
        kind: configuration, message, webhook, page or receipt.
        moment: the moment that it shows.
        detail: the event of a webhook, the number of a page.
    """

    at: int
    kind: str
    moment: int
    detail: Any = None


def exchange_at(generator: Generator, world: World, due: Due, webhook_url: str) -> Exchange:
    """Return the exchange that is due: of the configuration, the message or the first receipt."""
    rendering = generator.at(world, due.moment)
    if due.kind == "configuration":
        return rendering.get_configuration(webhook_url)
    return rendering.get_message() if due.kind == "message" else rendering.get_receipt()


def after(world: World | Draft, arriving: Iterable[Event]) -> int:
    """Return a moment after all that happens in a world."""
    return max([world.end, *[event.arrives for event in arriving]]) + 1000


def schedule(
    created: int,
    answered: int,
    last: int,
    arriving: Iterable[Event],
    pages: int,
    *,
    has_receipts: bool,
) -> list[Due]:
    """Return what is seen of a message, in order of time; see `seen`."""
    early = min(answered + 30, last)
    found = [Due(created - 2000, "configuration", created), Due(early, "message", early)]
    found += [Due(event.arrives, "webhook", event.arrives, event) for event in arriving]
    found.sort(key=_MOMENT)
    found += [Due(last + 10 * number, "page", last, number) for number in range(pages)]
    if has_receipts:
        found.append(Due(last + 600, "receipt", last))
    return [*found, Due(last + 800, "message", last)]


class RecordForm(NamedTuple):
    """
    A form of captures.

    Attributes:
        write: writes a record.
        embed: returns the text of a body for the text of a record.
        opening, between, closing: the text before, between and behind records.
        empty: a capture without a record.
        has_sizes: whether a record has the number of bytes of its body.
    """

    write: Callable[[int, Exchange | WebhookRequest], str]
    embed: Callable[[str], str]
    opening: str
    between: str
    closing: str
    empty: str
    has_sizes: bool = False

    def framed(self, pieces: Iterable[str]) -> Iterator[bytes]:
        """Yield a capture of pieces, each of one record or several."""
        # The head comes with the first record: without one, nothing is written.
        before, closing = self.opening, self.empty
        for piece in pieces:
            yield (before + piece).encode()
            before, closing = self.between, self.closing
        yield closing.encode()

    def capture(self, recorded: Iterable[Seen]) -> Iterator[bytes]:
        """Yield a capture of records."""
        return self.framed(self.write(moment, item) for moment, item in recorded)


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


def _line(moment: int, item: Exchange | WebhookRequest) -> str:
    return orjson.dumps(
        exchange(item) if isinstance(item, Exchange) else request(item),
        option=orjson.OPT_APPEND_NEWLINE,
    ).decode()


def _har_entry(moment: int, item: Exchange | WebhookRequest) -> str:
    return orjson.dumps(_entry(moment, item)).decode()


def _cassette_interaction(moment: int, item: Exchange | WebhookRequest) -> str:
    from receiptkit.generation import cassette

    return cassette.interaction(_interaction(item))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


_CREATOR = orjson.dumps({"name": "receiptkit", "version": __version__}).decode()
_LOG = f'{{"log": {{"version": "1.2", "creator": {_CREATOR}, "pages": [], "entries": [\n'

#: An exchange or a webhook request a line.
NDJSON = RecordForm(_line, str, "", "", "", "")
#: A HAR 1.2, an entry a line.
HAR = RecordForm(_har_entry, _escaped, _LOG, ",\n", "\n]}}\n", _LOG + "\n]}}\n", has_sizes=True)
#: A VCR cassette as vcrpy writes it.
CASSETTE = RecordForm(
    _cassette_interaction,
    lambda text: text.replace("'", "''"),
    "interactions:\n",
    "",
    "version: 1\n",
    "interactions: []\nversion: 1\n",
)
