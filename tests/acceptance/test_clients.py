"""Real client libraries read the fixtures: Twilio's for Python and for Node.js, and vcrpy."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
import warnings
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from conftest import ROOT
from receiptkit.generation import SCENARIOS, Generator, Rendering, World
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.webhooks import HEADER

TOKEN = "0123456789abcdef0123456789abcdef"
PACKAGE = ROOT / ".venv" / "node"


class Fixtures(HttpClient):  # type: ignore[misc] # the package is not typed
    """A client of Twilio's library that gets fixtures as responses."""

    def __init__(self, exchanges: list[Exchange]) -> None:
        super().__init__(logging.getLogger("fixtures"), is_async=False)
        self.answers = {exchange.url: exchange for exchange in exchanges}
        self.asked: list[str] = []

    def request(
        self, method: str, url: str, params: dict[str, Any] | None = None, **rest: Any
    ) -> Response:
        given = {
            name: value for name, value in (params or {}).items() if isinstance(value, (str, int))
        }
        url += f"?{urlencode(given)}" if given else ""
        self.asked.append(url)
        exchange = self.answers[url]
        return Response(exchange.status, json.dumps(exchange.body), dict(exchange.headers))


def message_of(client: Client, world: World) -> Any:
    """The message of a world in the client's words."""
    root = client.conversations.v1
    root = root.services(world.chat_service_sid) if world.in_service else root
    return root.conversations(world.conversation_sid).messages(world.message.sid)


def served(rendering: Rendering, size: int) -> list[Exchange]:
    """Everything that can be asked of a world."""
    receipts = [rendering.get_receipt(number) for number in range(len(rendering.receipts))]
    return [*rendering.get_pages(size), *receipts, rendering.get_message()]


@pytest.fixture(scope="module")
def generator() -> Generator:
    return Generator()


def worlds(generator: Generator) -> list[World]:
    """Every scenario in both scopes, and more pages of it."""
    return [
        generator.world(name, seed=seed, in_service=in_service, check=False)
        for name in SCENARIOS
        for seed, in_service in enumerate((False, True))
    ]


@pytest.mark.parametrize("size", [1, 20, 50])
def test_python_reads_everything(generator: Generator, size: int) -> None:
    """Twilio's library for Python lists, streams, pages and fetches every world, and reads dates, codes and the summary."""
    for world in worlds(generator):
        rendering = generator.at(world)
        http = Fixtures(served(rendering, size))
        message = message_of(Client(world.account_sid, TOKEN, http_client=http), world)
        rows = rendering.receipts
        listed = message.delivery_receipts.list(page_size=size)
        assert [each.sid for each in listed] == [row["sid"] for row in rows]
        assert len(http.asked) == max(1, -(-len(rows) // size))
        assert [each.sid for each in message.delivery_receipts.stream(page_size=size)] == [
            row["sid"] for row in rows
        ]
        for each, row in zip(listed, rows, strict=True):
            assert (each.status, each.error_code) == (row["status"], row["error_code"])
            assert each.date_created == _date(row["date_created"])
            assert each.date_updated == (
                _date(row["date_updated"]) if row["date_updated"] else None
            )
            assert (each.account_sid, each.participant_sid, each.url) == (
                row["account_sid"],
                row["participant_sid"],
                row["url"],
            )
        assert message.fetch().delivery == rendering.message()["delivery"]
        if rows:
            assert message.delivery_receipts(rows[-1]["sid"]).fetch().status == rows[-1]["status"]


def _date(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)


def test_python_pages_forward_and_back(generator: Generator) -> None:
    """The links lead the library's own page class to the last page and back to the first."""
    world = generator.world("three-pages")
    rendering = generator.at(world)
    http = Fixtures(served(rendering, 20))
    back = rendering.page_url(0, 20, back=True)
    http.answers[back] = next(rendering.get_pages(20))
    page = message_of(
        Client(world.account_sid, TOKEN, http_client=http), world
    ).delivery_receipts.page(page_size=20)
    seen = [page]
    while page.next_page_url:
        page = page.next_page()
        seen.append(page)
    assert [len(list(each)) for each in seen] == [20, 20, 10]
    assert page.previous_page().previous_page().previous_page_url is None
    assert http.asked[-1] == back


def test_python_understands_errors(generator: Generator) -> None:
    """An error raises with status, code and message: all of them by a fetch, fewer by a list."""
    world = generator.world("agent-and-sms")
    rendering = generator.at(world)
    for name in ("not-found", "unauthorized", "too-many-requests"):
        error = rendering.error(name)
        http = Fixtures([error])
        url = f"{error.url}/{world.receipts[0].sid}"
        http.answers[url] = error
        message = message_of(Client(world.account_sid, TOKEN, http_client=http), world)
        with pytest.raises(TwilioRestException) as raised:
            message.delivery_receipts(world.receipts[0].sid).fetch()
        assert (raised.value.status, raised.value.code) == (error.status, error.body["code"])
        assert error.body["message"] in raised.value.msg
        with pytest.raises(TwilioException, match="Unable to fetch page"):
            message.delivery_receipts.list()


def spoilt(page: dict[str, Any], what: str) -> None:
    """Break a page in a way that client libraries trip over."""
    meta, row = page["meta"], page["delivery_receipts"][0]
    if what == "rows named otherwise":
        page["receipts"] = page.pop("delivery_receipts")
    elif what == "no meta":
        del page["meta"]
        page["more"] = []
    elif what == "loop":
        meta["next_page_url"] = meta["url"]
    elif what == "fraction":
        row["date_created"] = row["date_created"].replace("Z", ".123Z")
    elif what == "string":
        row["error_code"] = "30003"


@pytest.mark.parametrize(
    ("what", "shows"),
    [
        ("rows named otherwise", "delivery_receipts"),
        ("no meta", "can not be deserialized"),
        ("loop", "for ever"),
        ("fraction", "2026"),
        ("string", "30003"),
    ],
)
def test_faults_break_twilios_python_library(generator: Generator, what: str, shows: str) -> None:
    """Each fault of facts.md §1.5 and §8 breaks the library or is hidden by it; the fixtures have none."""
    world = generator.world("agent-and-sms")
    (exchange,) = generator.at(world).get_pages()
    page = json.loads(json.dumps(exchange.body))
    spoilt(page, what)
    http = Fixtures(
        [
            Exchange("GET", exchange.url, 200, page),
            Exchange("GET", page.get("meta", {}).get("url", ""), 200, page),
        ]
    )
    receipts = message_of(
        Client(world.account_sid, TOKEN, http_client=http), world
    ).delivery_receipts
    if what == "fraction":
        assert isinstance(receipts.list(page_size=50)[0].date_created, str)
    elif what == "string":
        assert receipts.list(page_size=50)[0].error_code == 30003
    elif what == "loop":
        stream = receipts.stream(page_size=50)
        assert len({next(stream).sid for _ in range(10)}) == 1
    else:
        with pytest.raises((KeyError, TwilioException), match=shows):
            receipts.list(page_size=50)


def test_pages_suit_the_other_libraries(generator: Generator) -> None:
    """Java and C# need all of meta and no `uri`, Go an integer and a token without dots, Ruby one host."""
    for world in worlds(generator):
        rendering = generator.at(world)
        for page in rendering.pages(2):
            meta = page["meta"]
            assert set(meta) == {
                "first_page_url",
                "key",
                "next_page_url",
                "page",
                "page_size",
                "previous_page_url",
                "url",
            }
            assert "uri" not in page
            links = [meta[name] for name in meta if name.endswith("url") and meta[name] is not None]
            assert len({urlsplit(link)[:3] for link in links}) == 1
            assert not any("." in urlsplit(link).query for link in links)
            assert all(
                row["error_code"] is None or type(row["error_code"]) is int
                for row in page["delivery_receipts"]
            )


def requests_of(generator: Generator, world: World) -> list[WebhookRequest]:
    """The webhooks of a world, posted and in the query, to URLs with and without a port."""
    webhooks = generator.webhooks(world)
    urls = [
        "https://example.com/hook",
        "https://example.com:8443/hook?tenant=7&empty=",
        "http://example.com:5000/hook",
    ]
    return [
        webhooks.request(event, url, method=method, auth_token=TOKEN)
        for event in webhooks.events
        for url in urls
        for method in ("POST", "GET")
    ]


def test_python_accepts_every_signature(generator: Generator) -> None:
    """Twilio's validator for Python accepts every signed request, and none with another token."""
    validator, other = RequestValidator(TOKEN), RequestValidator(TOKEN[::-1])
    count = 0
    for world in worlds(generator):
        for request in requests_of(generator, world):
            parameters = dict(parse_qsl(request.body, keep_blank_values=True))
            assert validator.validate(request.url, parameters, request.headers[HEADER])
            assert not other.validate(request.url, parameters, request.headers[HEADER])
            count += 1
    assert count > 1000


def test_vcrpy_replays_a_cassette(generator: Generator, tmp_path: Path) -> None:
    """Vcrpy reads a generated cassette, and the library gets its responses from it through its own HTTP stack."""
    from receiptkit.cli import main

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vcr
    cassette = tmp_path / "cassette.yaml"
    assert main(["generate", "three-pages", "--as", "cassette", "-o", str(cassette)]) == 0
    world = generator.world("three-pages")
    rendering = generator.at(world)
    client = Client(world.account_sid, TOKEN)
    with vcr.use_cassette(str(cassette), record_mode="none", match_on=["method", "uri"]):
        listed = message_of(client, world).delivery_receipts.list(page_size=20)
        fetched = message_of(client, world).delivery_receipts(world.receipts[0].sid).fetch()
    assert [each.sid for each in listed] == [row["sid"] for row in rendering.receipts]
    assert fetched.status == rendering.receipt()["status"]


# -- Node.js


def to_node(generator: Generator, world: World, size: int) -> dict[str, Any]:
    rendering = generator.at(world)
    missing = rendering.error("not-found")
    sid = f"DY{1:032x}"
    answers = {exchange.url: exchange for exchange in served(rendering, size)} | {
        f"{missing.url}/{sid}": missing
    }
    return {
        "answers": {
            url: {"status": each.status, "headers": dict(each.headers), "body": each.body}
            for url, each in answers.items()
        },
        "scope": "service" if world.in_service else "default",
        "sids": {
            "account": world.account_sid,
            "service": world.chat_service_sid,
            "conversation": world.conversation_sid,
            "message": world.message.sid,
        },
        "pageSize": size,
        "missing": [sid],
        "requests": [
            {
                "url": each.url,
                "method": each.method,
                "body": each.body,
                "signature": each.headers[HEADER],
                "token": TOKEN,
            }
            for each in requests_of(generator, world)
        ],
    }


def test_node_reads_everything(generator: Generator) -> None:
    """Twilio's package for Node.js lists, iterates, fetches, reads the summary and the errors, and accepts every signature."""
    node = shutil.which("node")
    if node is None or not (PACKAGE / "node_modules" / "twilio").is_dir():
        pytest.skip(
            "no Node.js here, or not Twilio's package for it (`make .venv/.node` installs it)"
        )
    cases = [(world, size) for world in worlds(generator) for size in (3, 50)]
    given = json.dumps([to_node(generator, world, size) for world, size in cases])
    result = subprocess.run(
        [node, str(ROOT / "tests" / "acceptance" / "node" / "client.js"), str(PACKAGE)],
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    for (world, size), read in zip(cases, json.loads(result.stdout), strict=True):
        in_node(generator.at(world), size, read)


def in_node(rendering: Rendering, size: int, read: dict[str, Any]) -> None:
    """Assert that the package read what the fixtures hold."""
    rows = rendering.receipts
    assert [(each["sid"], each["status"], each["errorCode"]) for each in read["listed"]] == [
        (row["sid"], row["status"], row["error_code"]) for row in rows
    ]
    assert [(each["dateCreated"], each["dateUpdated"]) for each in read["listed"]] == [
        (_node_date(row["date_created"]), _node_date(row["date_updated"])) for row in rows
    ]
    assert read["streamed"] == [row["sid"] for row in rows]
    assert (read["fetched"] or {"sid": None})["sid"] == (rows[0]["sid"] if rows else None)
    assert read["delivery"] == rendering.message()["delivery"]
    assert [(each["status"], each["code"]) for each in read["failures"]] == [(404, 20404)]
    assert all(read["accepted"])
    assert len([url for url in read["asked"] if "PageSize=" in url]) >= 2 * max(
        1, -(-len(rows) // size)
    )


def _node_date(text: str | None) -> str | None:
    return text.replace("Z", ".000Z") if text else None
