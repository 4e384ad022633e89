"""Respond to REST requests as the API does."""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple
from urllib.parse import quote

from .model import (
    Configuration,
    Conversation,
    Manner,
    Message,
    Receipt,
    World,
    rest_date,
    webhook_date,
)

API = "https://conversations.twilio.com"
MEMBERS = ("sent", "delivered", "read", "failed", "undelivered")


class Answer(NamedTuple):
    """A status and a body; text where the body is not JSON."""

    status: int
    body: dict[str, Any] | str


class Cursor(NamedTuple):
    """The position of a page token: rows from an offset, after a key, or the last ones before it."""

    kind: str
    key: tuple[Any, ...]


class Api:
    """
    The REST resources of one world.

    Args:
        links: the base of every URL in answers.
    """

    def __init__(self, world: World, links: str = API) -> None:
        self.world = world
        self.links = links
        self.cursors: dict[str, Cursor] = {}

    @property
    def manner(self) -> Manner:
        """Return the choices of this world."""
        return self.world.manner

    def path(self, conversation: Conversation, *, in_service: bool, by_name: bool = False) -> str:
        """Return the path of a conversation."""
        name = (
            conversation.unique_name if by_name and conversation.unique_name else conversation.sid
        )
        scope = f"/v1/Services/{self.world.service}" if in_service else "/v1"
        return f"{scope}/Conversations/{quote(name, safe='')}"

    def scoped(self, *, in_service: bool) -> dict[str, Any]:
        """Return the members that say whose a resource is."""
        found = {"account_sid": self.world.account}
        return found | {"chat_service_sid": self.world.service} if in_service else found

    def receipt(
        self, message: Message, receipt: Receipt, moment: int, *, in_service: bool
    ) -> dict[str, Any]:
        """Return a receipt at a moment at which it exists."""
        state = receipt.state(moment)
        assert state is not None
        is_new = state is receipt.states[0] and not self.manner.updated_at_birth
        base = f"{self.links}{self.path(message.conversation, in_service=in_service)}"
        return {
            "sid": receipt.sid,
            **self.scoped(in_service=in_service),
            **({} if self.manner.names_account else {"account_sid": None}),
            "conversation_sid": message.conversation.sid,
            "message_sid": message.sid,
            "channel_message_sid": receipt.channel(moment, self.manner),
            "participant_sid": receipt.participant,
            "status": state.status,
            "error_code": state.code or self.manner.no_code,
            "date_created": rest_date(receipt.created, self.manner),
            "date_updated": None if is_new else rest_date(state.at, self.manner),
            "url": f"{base}/Messages/{message.sid}/Receipts/{receipt.sid}",
        }

    def page(
        self,
        message: Message,
        moment: int,
        *,
        in_service: bool,
        size: int = 50,
        number: int = 0,
        token: str | None = None,
        by_name: bool = False,
    ) -> Answer:
        """Return a page of the receipts of a message."""
        if number and token is None:
            return refused(400, 20001, "PageToken is required for paging.")
        named = by_name and self.manner.links_as_asked
        path = self.path(message.conversation, in_service=in_service, by_name=named)
        place = f"{self.links}{path}/Messages/{message.sid}/Receipts?PageSize={size}&Page="
        rows, is_more = self._rows(message, moment, size, self.cursors[token] if token else None)
        after = self._after(rows[-1], message, moment) if rows and is_more else None
        return Answer(
            200,
            {
                "meta": {
                    "page": number,
                    "page_size": size,
                    "first_page_url": f"{place}0",
                    "previous_page_url": self._previous(place, number, size, token, rows),
                    "url": f"{place}{number}" + (f"&PageToken={token}" if token else ""),
                    "next_page_url": f"{place}{number + 1}&PageToken={self._token(after)}"
                    if after
                    else None,
                    "key": "delivery_receipts",
                },
                "delivery_receipts": [
                    self.receipt(message, row, moment, in_service=in_service) for row in rows
                ],
            },
        )

    def message(self, message: Message, moment: int, *, in_service: bool) -> Answer:
        """Return a message with its summary."""
        base = f"{self.links}{self.path(message.conversation, in_service=in_service)}/Messages/{message.sid}"
        created = rest_date(message.created, self.manner)
        updated = None if self.manner.edited_never else created
        if message.edited is not None and moment >= message.edited:
            updated = rest_date(message.edited, self.manner)
        return Answer(
            200,
            {
                **self.scoped(in_service=in_service),
                "conversation_sid": message.conversation.sid,
                "sid": message.sid,
                "index": message.index,
                "author": "+15550100009" if message.author else "system",
                "body": "Your order has left our house.",
                "media": None,
                "attributes": "{}",
                "participant_sid": message.participant(moment),
                "date_created": created,
                "date_updated": updated,
                "url": base,
                "delivery": self.summary(message, moment),
                "links": {
                    "delivery_receipts": f"{base}/Receipts",
                    "channel_metadata": f"{base}/ChannelMetadata",
                },
                "content_sid": None,
            },
        )

    def messages(self, conversation: Conversation, moment: int, *, in_service: bool) -> Answer:
        """Return the messages of a conversation, all on one page."""
        path = self.path(conversation, in_service=in_service)
        where = f"{self.links}{path}/Messages?PageSize=50&Page=0"
        links = {
            "first_page_url": where,
            "previous_page_url": None,
            "url": where,
            "next_page_url": None,
        }
        rows = [
            self.message(each, moment, in_service=in_service).body
            for each in self.world.messages
            if each.conversation == conversation and each.created <= moment
        ]
        meta = {"page": 0, "page_size": 50, **links, "key": "messages"}
        return Answer(200, {"meta": meta, "messages": rows})

    def summary(self, message: Message, moment: int) -> dict[str, Any] | None:
        """Return the summary of a message, which counts cumulatively."""
        states = [
            (row, state) for row in message.receipts if (state := row.state(moment)) is not None
        ]
        total = len(message.receipts) if self.manner.counts_expected else len(states)
        if not states:
            return {"total": total, **dict.fromkeys(MEMBERS, "none")} if self.manner.zeros else None
        counts = dict.fromkeys(MEMBERS, 0)
        for row, state in states:
            for member in self._counted(row, state.status, moment):
                counts[member] += 1
        return {"total": total} | {
            member: "none" if not count else "all" if count == total else "some"
            for member, count in counts.items()
        }

    def configuration(self, told: Configuration | None, *, in_service: bool) -> Answer:
        """Return a webhook configuration; None is that of a service without one."""
        scope = f"/v1/Services/{self.world.service}" if in_service else "/v1"
        target = {} if in_service else {"target": "webhook"}
        return Answer(
            200,
            {
                **self.scoped(in_service=in_service),
                "method": told.method if told else None,
                "filters": list(told.filters) if told else None,
                "pre_webhook_url": None,
                "post_webhook_url": told.url if told else None,
                **target,
                "url": f"{self.links}{scope}/Configuration/Webhooks",
            },
        )

    def _counted(self, row: Receipt, status: str | None, moment: int) -> tuple[str, ...]:
        if status == "undelivered":
            return ("sent", "undelivered") if self.manner.undelivered_sent else ("undelivered",)
        if status == "failed":
            was_sent = any(state.status == "sent" and state.at <= moment for state in row.states)
            return ("sent", "failed") if was_sent and self.manner.failed_sent else ("failed",)
        return {None: (), "sent": MEMBERS[:1], "delivered": MEMBERS[:2], "read": MEMBERS[:3]}[
            status
        ]

    def _sorted(self, message: Message, moment: int) -> list[Receipt]:
        rows = [row for row in message.receipts if row.created <= moment]
        return sorted(rows, key=self._key)

    def _key(self, row: Receipt) -> tuple[Any, ...]:
        if self.manner.order == "sid":
            return (row.sid,)
        return (row.created if self.manner.order == "created" else -row.created, row.sid)

    def _rows(
        self, message: Message, moment: int, size: int, cursor: Cursor | None
    ) -> tuple[list[Receipt], bool]:
        """Return the rows of a page, and True if it has a next link."""
        rows = self._sorted(message, moment)
        start, end = 0, size
        if cursor is not None and cursor.kind == "offset":
            start, end = cursor.key[0], cursor.key[0] + size
        elif cursor is not None and cursor.kind == "after":
            start = sum(self._key(row) <= cursor.key for row in rows)
            end = start + size
        elif cursor is not None:
            end = sum(self._key(row) <= cursor.key for row in rows)
            start = max(0, end - size)
        found = rows[start:end]
        return found, len(rows) > end or (not self.manner.looks_ahead and len(found) == size)

    def _after(self, last: Receipt, message: Message, moment: int) -> Cursor:
        if self.manner.cursor == "key":
            return Cursor("after", self._key(last))
        return Cursor("offset", (self._sorted(message, moment).index(last) + 1,))

    def _previous(
        self, place: str, number: int, size: int, token: str | None, rows: list[Receipt]
    ) -> str | None:
        if number == 0 or token is None:
            return None
        if number == 1 and not self.manner.tokens_back:
            return f"{place}0"
        cursor = self.cursors[token]
        if cursor.kind == "offset":
            start = cursor.key[0] - size
            before = Cursor("offset", (start,))
        elif cursor.kind == "after":
            before = Cursor("until", cursor.key)
        else:
            first = self._key(rows[0]) if rows else cursor.key
            before = Cursor("until", (*first[:-1], first[-1][:-1] + chr(ord(first[-1][-1]) - 1)))
        return f"{place}{number - 1}&PageToken={self._token(before)}"

    def _token(self, cursor: Cursor) -> str:
        text = f"{cursor.kind}:{self.manner.order}:{cursor.key}"
        if cursor.kind == "offset" and self.manner.token == "plain":
            token = f"PT{cursor.key[0]}"
        elif self.manner.token == "time":
            digest = hashlib.sha1(text.encode()).hexdigest()
            token = f"PT{webhook_date(1_700_000_000_000 + int(digest[:9], 16), Manner())}_DY{digest[:32]}"
        else:
            token = f"PT{hashlib.sha1(text.encode()).hexdigest()[:20]}"
        self.cursors[token] = cursor
        return token


def refused(status: int, code: int, message: str) -> Answer:
    """Return an error."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return Answer(status, {"code": code, "message": message, "more_info": more, "status": status})


def not_found(path: str) -> Answer:
    """Return the error for a resource that does not exist (any more)."""
    return refused(404, 20404, f"The requested resource {path.removeprefix('/v1')} was not found")
