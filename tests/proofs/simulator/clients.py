"""Poll the API as consumers do: paginate, stop, restart, go back, fetch receipts, messages, configurations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from .api import Answer, Api, not_found, refused
from .model import Configuration, Message
from .records import Record
from .switches import is_simulated

JSON = "application/json; charset=utf-8"
#: A page that is larger than the API allows.
_TOO_LARGE = refused(400, 20001, "Page size must be between 1 and 50")
SIZES = (None, 1, 2, 3, 5, 10, 49, 50)
DENSE_SIZES = (1, 1, 2, 3, 50)


@dataclass
class Client:
    """
    A process that asks the API.

    Attributes:
        name: of the process.
        api: the API that responds.
        base: where it sends its requests: the API's host, a region's, or a gateway's.
        in_service: whether it asks under /Services.
        now: its clock.
        is_alone: whether no other process asks.
        is_dense: whether it asks at once again, for small pages.
        writes_anew: whether it encodes the query of links again.
    """

    name: str
    api: Api
    base: str
    rng: Random
    seen: Counter[str]
    in_service: bool
    now: int
    is_alone: bool = True
    writes_anew: bool = False
    is_dense: bool = False
    records: list[Record] = field(default_factory=list)

    def run(self, until: int) -> list[Record]:
        """Return what the process notes until a moment."""
        actions: list[Callable[[Message], None]] = [
            self.walk,
            self.watch,
            self.watch,
            self.walk_back,
            self.resume,
            self.fetch,
            self.fetch_message,
            self.fetch_configuration,
            self.list_participants,
        ]
        if self.is_dense:
            actions = actions[:-2]
        while self.now < until:
            self.rng.choice(actions)(self.rng.choice(self.api.world.messages))
            self.now += self.rng.choice(
                (5, 100, 400) if self.is_dense else (30, 400, 3_000, 20_000)
            )
        return self.records

    # -- what a client does

    def walk(self, message: Message) -> None:
        """Paginate a list; sometimes stop, and begin again."""
        size = self.rng.choice(DENSE_SIZES if self.is_dense else SIZES)
        for _ in range(self.rng.choice((1, 1, 2))):
            url: str | None = self._first(message, size)
            asked = 0
            while url is not None:
                page = self._ask_until_answered(message, url)
                asked += 1
                if page is None or (page["next"] is not None and self.rng.random() < 0.1):
                    self.seen["walk broken off"] += 1
                    break
                url = page["next"]
                self.now += self.rng.choice((5, 50, 700))
            if size is None and self.rng.random() < 0.05:
                url = f"{self._first(message, None).partition('?')[0]}?PageSize=200"
                self._ask("GET", url, lambda _: _TOO_LARGE)
                self.seen["page too large"] += 1
            self.seen[f"walk of {min(asked, 6)} pages"] += 1

    def walk_back(self, message: Message) -> None:
        """Read some pages forward, then back to the first one, then sometimes forward again."""
        by_key = self.api.manner.cursor == "key"
        if by_key and not self.is_alone and not is_simulated("previous-link"):
            return
        page = self._ask_until_answered(message, self._first(message, self.rng.choice((1, 2, 3))))
        for way, most in (("next", 3), ("previous", 9), ("next", self.rng.choice((0, 1, 9)))):
            for _ in range(most):
                if page is None or page[way] is None:
                    break
                self.now += self.rng.choice((5, 50, 700))
                page = self._ask_until_answered(message, page[way] or "")
                self.seen[f"page by its {way} link, walking back"] += 1

    def resume(self, message: Message) -> None:
        """Continue a pagination that another process began, whose log is lost."""
        size = self.rng.choice((1, 2))
        if not is_simulated("resumed-walk") and (self.records or not self.is_alone):
            return
        answer = self.api.page(message, self.now, in_service=self.in_service, size=size)
        assert isinstance(answer.body, dict)
        url = answer.body["meta"]["next_page_url"]
        self.seen["walk resumed in its middle"] += url is not None
        while url is not None:
            page = self._ask_until_answered(message, self._rebased(url))
            url = page["next"] if page else None

    def fetch(self, message: Message) -> None:
        """Ask for one receipt."""
        if not message.receipts:
            return
        receipt = self.rng.choice(message.receipts)
        path = self._path(message, f"/Receipts/{receipt.sid}")
        with_lag = self._lag()

        def answer(moment: int) -> Answer:
            moment -= with_lag
            if receipt.state(moment) is None:
                self.seen["receipt asked for before it exists"] += 1
                return not_found(path)
            body = self.api.receipt(message, receipt, moment, in_service=self.in_service)
            self.seen[f"receipt {body['status']}"] += 1
            return Answer(200, body)

        self._ask("GET", f"{self.base}{path}", answer)

    def fetch_message(self, message: Message) -> None:
        """Ask for a message with its summary."""
        if message.is_late and not is_simulated("late-receipt"):
            return
        url = self.base + self._path(message, "")
        exact = not is_simulated("requests-in-flight")
        lag = self._lag() if is_simulated("stale-replica") else 0
        # Its own draws, so that the stories of a seed stay what they were.
        if Random(f"{message.sid} {self.now}").random() < 0.3:
            self.list_messages(message, exact=exact, lag=lag)
            return
        self._ask(
            "GET",
            url,
            lambda moment: self.api.message(
                message, max(moment - lag, message.created), in_service=self.in_service
            ),
            exact=exact,
        )
        self.seen["message fetched"] += 1

    def list_messages(self, message: Message, *, exact: bool, lag: int) -> None:
        """Ask for the messages of a conversation with their summaries."""
        own = message.conversation
        every = [each for each in self.api.world.messages if each.conversation == own]
        if any(each.is_late for each in every) and not is_simulated("late-receipt"):
            return
        path = self.api.path(own, in_service=self.in_service)
        self._ask(
            "GET",
            f"{self.base}{path}/Messages",
            lambda moment: self.api.messages(own, moment - lag, in_service=self.in_service),
            exact=exact,
        )
        self.seen["messages listed"] += 1

    def watch(self, message: Message) -> None:
        """Paginate a list, then fetch the message, as pollers of summaries do."""
        self.walk(message)
        self.fetch_message(message)

    def fetch_configuration(self, message: Message) -> None:
        """Ask for the configuration of the account, or of the service that has none."""
        in_service = self.rng.random() < 0.3
        scope = f"/v1/Services/{self.api.world.service}" if in_service else "/v1"

        def answer(moment: int) -> Answer:
            told = None if in_service else self.api.world.configuration(moment)
            return self.api.configuration(told, in_service=in_service)

        self._ask("GET", f"{self.base}{scope}/Configuration/Webhooks", answer)
        self.seen[f"configuration of the {'service' if in_service else 'account'} fetched"] += 1

    def create(self, message: Message) -> None:
        """Send a message, which receiptkit does not check; then nobody can have changed it."""
        self.now = message.created
        path = self.api.path(message.conversation, in_service=self.in_service)
        body = self.api.message(message, message.created, in_service=self.in_service).body
        assert isinstance(body, dict)
        created = Answer(201, body | {"delivery": None})
        pairs = {"Author": "system", "Body": "Your order", "DateCreated": body["date_created"]}
        self._ask("POST", f"{self.base}{path}/Messages", lambda _: created, sent=urlencode(pairs))
        self.seen["message created"] += 1

    def list_participants(self, message: Message) -> None:
        """Request the participants, a list that receiptkit does not check."""
        path = self.api.path(message.conversation, in_service=self.in_service)
        where = f"{self.api.links}{path}/Participants?PageSize=50&Page=0"
        links = {
            "first_page_url": where,
            "previous_page_url": None,
            "url": where,
            "next_page_url": None,
        }
        meta = {"page": 0, "page_size": 50, **links, "key": "participants"}
        answer = Answer(200, {"meta": meta, "participants": []})
        self._ask("GET", f"{self.base}{path}/Participants", lambda _: answer)
        self.seen["participants listed"] += 1

    def update_configuration(self, told: Configuration) -> None:
        """Change the configuration of the account, with a form."""
        pairs = [
            ("Method", told.method),
            ("PostWebhookUrl", told.url),
            *(("Filters", each) for each in told.filters),
        ]
        self.now = told.at
        self._ask(
            "POST",
            f"{self.base}/v1/Configuration/Webhooks",
            lambda _: self.api.configuration(told, in_service=False),
            sent=urlencode(pairs),
        )
        self.seen["configuration updated"] += 1

    # -- how it asks

    def _path(self, message: Message, rest: str, *, by_name: bool = False) -> str:
        path = self.api.path(message.conversation, in_service=self.in_service, by_name=by_name)
        return f"{path}/Messages/{message.sid}{rest}"

    def _first(self, message: Message, size: int | None) -> str:
        """Return a URL of the first page, as different clients write it."""
        by_name = message.conversation.unique_name is not None and self.rng.random() < 0.5
        pairs = [] if size is None else [("PageSize", str(size))]
        if self.rng.random() < 0.3:
            pairs.insert(self.rng.randrange(len(pairs) + 1), ("Page", "0"))
        self.seen[f"PageSize {size}"] += 1
        self.seen["list asked for by unique name"] += by_name
        return (
            self.base
            + self._path(message, "/Receipts", by_name=by_name)
            + ("?" + urlencode(pairs) if pairs else "")
        )

    def _rebased(self, url: str) -> str:
        """Return a link as this client follows it: behind a gateway that leaves links alone it puts its own base there."""
        place, _, query = url.removeprefix(self.api.links).partition("?")
        if self.writes_anew:
            # Its HTTP library takes the query apart and encodes it again, in an order of its own.
            query = urlencode(sorted(parse_qsl(query)))
        return f"{self.base}{place}?{query}"

    def _ask_until_answered(self, message: Message, url: str) -> dict[str, str | None] | None:
        """Return the links of a page, requested again after an error or a lost response."""
        for _ in range(4):
            page = self._page(message, url)
            if page is not None and self.rng.random() < 0.97:
                return page
            self.seen["page asked for again"] += 1
            self.now += self.rng.choice((200, 1_000))
        return page

    def _page(self, message: Message, url: str) -> dict[str, str | None] | None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        name = message.conversation.unique_name
        size, number = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        # A replica that is behind can end a list too early; of a late message no summary is compared.
        is_exact = number > 0 and not message.is_late and not is_simulated("stale-replica")
        lag = 0 if is_exact else self._lag()
        record = self._ask(
            "GET",
            url,
            lambda moment: self.api.page(
                message,
                moment - lag,
                in_service=self.in_service,
                size=size,
                number=number,
                token=query.get("PageToken"),
                by_name=name is not None and f"/{name}/" in url,
            ),
        )
        if record.status != 200 or isinstance(record.body, str):
            return None
        meta = record.body["meta"]
        self.seen[f"page with {min(len(record.body['delivery_receipts']), 6)} rows"] += 1
        links = {"next": meta["next_page_url"], "previous": meta["previous_page_url"]}
        return {way: self._rebased(link) if link else None for way, link in links.items()}

    def _lag(self) -> int:
        """Return by how much a response is stale."""
        return self.rng.choice((0, 0, 0, 0, 0, 0, 300, 2_500))

    def _ask(
        self,
        method: str,
        url: str,
        answer: Callable[[int], Answer],
        *,
        sent: str | None = None,
        exact: bool = False,
    ) -> Record:
        """
        Note a request and its response, which depends on the moment.

        With `exact`, nothing else happens between the request and its being noted.
        """
        answered = self.now + (
            self.rng.choice((0, 40, 900)) if is_simulated("requests-in-flight") else 0
        )
        ended = answered + (0 if exact else self.rng.choice((1, 60, 1_200)))
        status, body = self._error(url) or answer(answered)
        headers = {"Accept": "application/json", "User-Agent": "simulator/1"}
        if sent is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        media_type = JSON if isinstance(body, dict) else "text/plain"
        record = Record(
            self.name, self.now, ended, method, url, headers, sent, status, media_type, body
        )
        self.seen[f"answer {status}"] += 1
        self.records.append(record)
        self.now = ended
        return record

    def _error(self, url: str) -> Answer | None:
        if self.rng.random() > 0.06:
            return None
        path = urlsplit(url).path
        path = path[path.index("/v1/") :]
        bare = url.partition("?")[0]
        # A client that counts pages itself is refused, and then follows the link.
        if "PageToken=" in url:
            query = url.partition("?")[2].partition("&PageToken=")[0]
            refusal = refused(400, 20001, "PageToken is required for paging.")
            if self.rng.random() < 0.5 and not query.endswith("Page=0"):
                self.records.append(self._refusal(f"{bare}?{query}", refusal))
                self.seen["answer 400"] += 1
                return None
        return self.rng.choice(
            (
                not_found(path),
                refused(429, 20429, "Too Many Requests"),
                refused(429, 20429, "Too Many Requests"),
                refused(401, 20003, "Authenticate"),
                Answer(503, ""),
                Answer(502, "upstream connect error"),
                Answer(500, {"message": "Internal server error", "status": 500}),
            )
        )

    def _refusal(self, url: str, refusal: Answer) -> Record:
        return Record(
            self.name, self.now, self.now, "GET", url, {}, None, refusal.status, JSON, refusal.body
        )
