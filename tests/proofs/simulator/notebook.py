"""Note responses and webhooks one after the other, for enumerated histories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from .api import API, Answer, Api
from .captures import ndjson
from .clients import JSON
from .model import Message, Receipt, State, World
from .records import Record
from .stories import Captures
from .webhooks import Receiver, parameters, request

#: How many stories are in one capture.
BATCH = 400
_RECEIVER = Receiver("receiver a", is_signed=False)


class Notebook:
    """
    Records in the order in which they were noted.

    Attributes:
        kept: the records by process; those of a process are one file where files are joined.
    """

    def __init__(self, name: str, options: tuple[str, ...] = ()) -> None:
        self.name = name
        self.options = options
        self.seen: Counter[str] = Counter()
        self.kept: dict[str, list[Record]] = {}
        self._count = 0

    def ask(self, process: str, path: str, answer: Answer) -> Any:
        """Note a response, and return its body."""
        at = self._tick()
        media_type = JSON if isinstance(answer.body, dict) else "text/plain"
        record = Record(
            process, at, at, "GET", API + path, {}, None, answer.status, media_type, answer.body
        )
        self.kept.setdefault(process, []).append(record)
        return answer.body

    def hear(
        self, process: str, world: World, message: Message, receipt: Receipt, state: State
    ) -> None:
        """Note a webhook."""
        told = parameters(world, message, receipt, state)
        at = self._tick()
        record = request(world, told, _RECEIVER, "1b4e28ba-2fa1-11d2-883f-0016d3cca427", at, at)
        self.kept.setdefault(process, []).append(record)

    def fetch(
        self,
        process: str,
        api: Api,
        message: Message,
        receipt: Receipt,
        moment: int,
        *,
        in_service: bool = False,
    ) -> None:
        """Note a receipt at a moment at which it exists."""
        path = api.path(message.conversation, in_service=in_service) + f"/Messages/{message.sid}"
        body = api.receipt(message, receipt, moment, in_service=in_service)
        self.ask(process, f"{path}/Receipts/{receipt.sid}", Answer(200, body))

    def look(
        self, process: str, api: Api, message: Message, moment: int, *, in_service: bool = False
    ) -> None:
        """Note a message at a moment."""
        path = api.path(message.conversation, in_service=in_service) + f"/Messages/{message.sid}"
        self.ask(process, path, api.message(message, moment, in_service=in_service))

    def captures(self) -> Captures:
        """Return the notes: a file, or one for each process where files are joined."""
        groups = list(self.kept.values())
        if "--join" not in self.options:
            groups = [[record for group in groups for record in group]]
        files = [
            (f"{self.name}-{number}.ndjson", ndjson(group)) for number, group in enumerate(groups)
        ]
        return Captures(files, self.options, self._count, self.seen)

    def _tick(self) -> int:
        self._count += 1
        return self._count


def batched(
    name: str,
    cases: Iterable[Any],
    tell: Callable[[Notebook, Any], None],
    options: tuple[str, ...] = (),
) -> Iterator[Captures]:
    """Yield the captures of stories, each of which `tell` notes, many in one."""
    left = iter(cases)
    number = 0
    while some := list(islice(left, BATCH)):
        note = Notebook(f"{name}-{number}", options)
        for case in some:
            tell(note, case)
        yield note.captures()
        number += 1
