"""Enumerate how a list can grow while it is walked, by one client or by two at once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .api import API, Answer, Api, not_found, refused
from .model import EPOCH, Conversation, Manner, Message, Receipt, State, World, sid
from .notebook import Notebook, batched
from .stories import Captures
from .switches import is_simulated

#: Orders of a list, and what its tokens mean; offsets into a list that grows before its end show receipts twice.
ORDERS: tuple[tuple[str, str], ...] = (
    ("created", "offset"),
    ("created", "key"),
    ("newest", "key"),
    ("sid", "key"),
)
ORDERS += (("newest", "offset"), ("sid", "offset")) if is_simulated("shifted-offsets") else ()
ERRORS = (
    Answer(503, ""),
    Answer(502, "upstream connect error"),
    Answer(500, {"message": "Internal server error", "status": 500}),
    refused(429, 20429, "Too Many Requests"),
    refused(401, 20003, "Authenticate"),
    refused(400, 20001, "PageToken is required for paging."),
    not_found("/v1/Conversations/CH0123456789abcdef0123456789abcdef/Messages"),
)
#: A receipt is created every so many milliseconds; the list grows as the clock goes on.
_STEP = 1_000
#: An error that does not go away.
FOR_GOOD = 9


class Walker:
    """A client that paginates one list, from its first page on; its clock begins at a moment."""

    def __init__(
        self,
        note: Notebook,
        api: Api,
        message: Message,
        size: int,
        *,
        in_service: bool = False,
        at: int = EPOCH,
    ) -> None:
        self.at = at
        self.note, self.api, self.message, self.size, self.in_service = (
            note,
            api,
            message,
            size,
            in_service,
        )
        self.page: dict[str, Any] | None = None

    @property
    def is_at_end(self) -> bool:
        """Return True if the last page has no next link."""
        return self.page is not None and self.page["next_page_url"] is None

    def restart(self) -> None:
        """Forget the pagination, so that the next page is the first one."""
        self.page = None

    def step(self, count: int, way: str = "next") -> None:
        """Ask for the next page, or the one before, when so many receipts exist; after the last one begin again."""
        where = f"{self.api.path(self.message.conversation, in_service=self.in_service)}/Messages/{self.message.sid}"
        url = self.page and self.page[f"{way}_page_url"]
        path = url.removeprefix(API) if url else f"{where}/Receipts?PageSize={self.size}"
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        answer = self.api.page(
            self.message,
            self.at + count * _STEP,
            in_service=self.in_service,
            size=self.size,
            number=int(query.get("Page", 0)),
            token=query.get("PageToken"),
        )
        self.page = self.note.ask("client", path, answer)["meta"]

    def refuse(self, error: Answer) -> None:
        """Note an error for a page, which is then asked for again."""
        where = f"{self.api.path(self.message.conversation, in_service=self.in_service)}/Messages/{self.message.sid}"
        url = (
            self.page["next_page_url"]
            if self.page
            else f"{API}{where}/Receipts?PageSize={self.size}"
        )
        self.note.ask("client", url.removeprefix(API), error)


def growing(
    *, sizes: tuple[int, ...], beginnings: range, most: int, fetches: int
) -> Iterator[Captures]:
    """
    Yield a walk for each way in which a list can grow between its pages, then a second walk, then the way back.

    Args:
        sizes: of the pages.
        beginnings: how many receipts there are at first.
        most: how many are created between two pages at the most.
        fetches: between how many of the first pages some are created.
    """
    rng = Random(17)

    def tell(note: Notebook, case: Any) -> None:
        size, begun, steps, (order, cursor), looks_ahead, tokens_back = case
        manner = Manner(
            order=order, cursor=cursor, looks_ahead=looks_ahead, tokens_back=tokens_back
        )
        last = begun + sum(steps)
        api, message = listed(manner, last, rng)
        walker = Walker(note, api, message, size, in_service=rng.random() < 0.5)
        count = begun
        for grown in (*steps, *(0,) * last, 0):
            walker.step(count)
            if walker.is_at_end:
                break
            count += grown
        note.seen["walks along growing lists"] += 1
        walker.restart()
        while not walker.is_at_end:
            walker.step(last)
        while walker.page and walker.page["previous_page_url"]:
            walker.step(last, "previous")
            note.seen["pages asked for by their previous link"] += 1

    growths = product(range(most + 1), repeat=fetches)
    cases = product(sizes, beginnings, growths, ORDERS, (True, False), (True, False))
    yield from batched("growth", cases, tell)


def together(*, orders: tuple[tuple[str, str], ...], turns: int, moves: str) -> Iterator[Captures]:
    """
    Yield every order in which two clients can walk along one list, whichever page it grows at.

    Args:
        orders: of the list, with what its tokens mean.
        turns: how many pages are asked for.
        moves: a and b: the next page of a client, the first one after the last; A and B: it breaks off, and begins again;
            x and y: it goes back by the link to the page before.
    """
    rng = Random(18)

    def tell(note: Notebook, case: Any) -> None:
        (order, cursor), turned, grown, sizes, mixes = case
        api, message = listed(Manner(order=order, cursor=cursor), 4, rng)
        walkers = {
            name: Walker(note, api, message, size, in_service=mixes and name == "b")
            for name, size in zip("ab", sizes, strict=True)
        }
        for turn, move in enumerate(turned):
            walker = walkers["a" if move in "aAx" else "b"]
            if move.isupper():
                walker.restart()
            walker.step(4 if turn >= grown else 3, "previous" if move in "xy" else "next")
        note.seen["walks of two clients"] += 1
        note.seen["walks of two clients, forward and back"] += not {"x", "y"}.isdisjoint(turned)

    cases = product(
        orders, product(moves, repeat=turns), range(turns), ((1, 1), (1, 2), (2, 2)), (False, True)
    )
    yield from batched("together", cases, tell)


def failing() -> Iterator[Captures]:
    """Yield paginations with every error at every page, once or twice, or for good."""
    rng = Random(19)

    def tell(note: Notebook, case: Any) -> None:
        size, at, error, times = case
        api, message = listed(Manner(), 4, rng)
        walker = Walker(note, api, message, size)
        for page in range(4):
            if page == at:
                for _ in range(min(times, 3)):
                    walker.refuse(error)
                if times == FOR_GOOD:
                    break
            walker.step(4)
            if walker.is_at_end:
                break
        note.seen[f"walks with an error {error.status}"] += 1

    yield from batched("errors", product((1, 2), range(2), ERRORS, (1, 2, FOR_GOOD)), tell)


def listed(manner: Manner, count: int, rng: Random) -> tuple[Api, Message]:
    """Return a message with so many receipts, of which one more exists at each step of the clock."""
    receipts = []
    for number in range(1, count + 1):
        at = EPOCH + number * _STEP
        states = (State(at, None), State(at + rng.choice((0, _STEP // 2, 9 * _STEP)), "sent"))
        receipts.append(Receipt(sid("DY", rng), sid("MB", rng), sid("SM", rng), states))
    message = Message(
        sid("IM", rng), Conversation(sid("CH", rng)), EPOCH, tuple(receipts), is_late=True
    )
    return Api(World(sid("AC", rng), sid("IS", rng), manner, [message])), message
