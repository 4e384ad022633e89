"""The resource Receipt: fetch and list."""

from __future__ import annotations

from functools import lru_cache

import orjson

from receiptkit.server.errors import ApiError
from receiptkit.server.events import Events
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.paging import ExactPage, exact_page, page_request
from receiptkit.server.request import ApiAnswer, ApiRequest, answer
from receiptkit.server.resource import Resource
from receiptkit.server.state import State

#: How many pages are kept as they were last rendered. One of 50 receipts has 31 KB.
_KEPT = 4096


class Receipts(Resource):
    """Answers requests about receipts."""

    def __init__(self, state: State, events: Events) -> None:
        super().__init__(state, events)
        self._most = state.generator.vocabulary.page_sizes[1]
        self._page = lru_cache(maxsize=_KEPT)(self._rendered)

    def _life(self, request: ApiRequest) -> LiveWorld:
        conversation = self._state.conversation(request.service, request.ids[0])
        life = None if conversation is None else conversation.messages.get(request.ids[1])
        if life is None:
            raise request.not_found()
        return life

    def list(self, request: ApiRequest) -> ApiAnswer:
        """Return a page of the receipts of a message."""
        life = self._life(request)
        page = exact_page(
            page_request(request.query, self._most, strict=self._state.settings.strict_page_size)
        )
        moment = life.last_change(request.reading)
        in_service = request.service is not None
        return ApiAnswer(self._page(life, moment, page, request.origin, in_service))

    def _rendered(
        self, life: LiveWorld, moment: int, page: ExactPage, origin: str, in_service: bool
    ) -> bytes:
        world = life.in_service if in_service else life.world
        count = sum(1 for _ in world.seen_by(moment))
        if page.number and page.number * page.size >= count:
            raise ApiError.parameter("PageToken is behind the end of the list.")
        rendering = self._state.speaking(origin).at(world, moment)
        return orjson.dumps(rendering.page(page.number, page.size))

    def fetch(self, request: ApiRequest) -> ApiAnswer:
        """Return a receipt."""
        life = self._life(request)
        world = life.world if request.service is None else life.in_service
        moment = life.last_change(request.reading)
        for index, receipt in enumerate(world.receipts):
            if receipt.sid == request.ids[-1] and receipt.created <= moment:
                rendering = self._state.speaking(request.origin).at(world, moment)
                return answer(rendering.receipt(index))
        raise request.not_found()
