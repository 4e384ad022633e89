"""Examples of the catalogue: a conforming sample and changes; `receiptkit explain` prints those."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from receiptkit.model import pointers

ABSENT: Any = type("Absent", (), {"__repr__": lambda _: "absent"})()

_AC, _IS, _CH = (
    "AC0c4e1f6f3a5b4d7e8f90a1b2c3d4e5f6",
    "IS1d5f2a7b4c6e8f90a1b2c3d4e5f60718",
    "CH2e603b8c5d7f90a1b2c3d4e5f6071829",
)
_IM, _DY, _MB = (
    "IM3f714c9d6e80a1b2c3d4e5f60718293a",
    "DY40825dae7f91b2c3d4e5f60718293a4b",
    "MB51936ebf80a2c3d4e5f60718293a4b5c",
)
_SM = "SM62a47fc091b3d4e5f60718293a4b5c6d"
_HOST = "https://conversations.twilio.com"
_RECEIPTS = f"/v1/Conversations/{_CH}/Messages/{_IM}/Receipts"
_LIST = f"{_HOST}{_RECEIPTS}?PageSize=50&Page=0"

_RECEIPT = {
    "sid": _DY,
    "account_sid": _AC,
    "conversation_sid": _CH,
    "message_sid": _IM,
    "channel_message_sid": _SM,
    "participant_sid": _MB,
    "status": "delivered",
    "error_code": 0,
    "date_created": "2026-03-02T09:15:00Z",
    "date_updated": "2026-03-02T09:15:04Z",
    "url": f"{_HOST}{_RECEIPTS}/{_DY}",
}
_META = {
    "page": 0,
    "page_size": 50,
    "first_page_url": _LIST,
    "previous_page_url": None,
    "url": _LIST,
    "next_page_url": None,
    "key": "delivery_receipts",
}
_PAGE = {"meta": _META, "delivery_receipts": [_RECEIPT]}
_MESSAGE = {
    "sid": _IM,
    "account_sid": _AC,
    "conversation_sid": _CH,
    "body": "Your parcel is on its way.",
    "media": None,
    "author": "system",
    "participant_sid": None,
    "attributes": "{}",
    "date_created": "2026-03-02T09:14:59Z",
    "date_updated": None,
    "index": 4,
    "delivery": {
        "total": 1,
        "sent": "all",
        "delivered": "all",
        "read": "none",
        "failed": "none",
        "undelivered": "none",
    },
    "content_sid": None,
    "url": f"{_HOST}/v1/Conversations/{_CH}/Messages/{_IM}",
    "links": {"delivery_receipts": f"{_HOST}{_RECEIPTS}"},
}
_CONFIGURATION = {
    "account_sid": _AC,
    "pre_webhook_url": None,
    "post_webhook_url": "https://example.com/conversations",
    "method": "POST",
    "filters": ["onDeliveryUpdated"],
    "target": "webhook",
    "url": f"{_HOST}/v1/Configuration/Webhooks",
}
_ERROR = {
    "code": 20404,
    "message": f"The requested resource /Conversations/{_CH} was not found",
    "more_info": "https://www.twilio.com/docs/errors/20404",
    "status": 404,
}
_PARAMETERS = {
    "EventType": "onDeliveryUpdated",
    "AccountSid": _AC,
    "ConversationSid": _CH,
    "MessageSid": _IM,
    "ParticipantSid": _MB,
    "ChannelMessageSid": _SM,
    "DeliveryReceiptSid": _DY,
    "Status": "sent",
    "DateCreated": "2026-03-02T09:15:00.120Z",
    "DateUpdated": "2026-03-02T09:15:04.350Z",
    "RetryCount": "0",
}
_SCOPED = f"{_HOST}/v1/Services/{_IS}/Conversations/{_CH}/Messages/{_IM}/Receipts/{_DY}"
_SAMPLES: dict[str, Any] = {
    "receipt": _RECEIPT,
    "service receipt": {**_RECEIPT, "chat_service_sid": _IS, "url": _SCOPED},
    "page": _PAGE,
    "message": _MESSAGE,
    "configuration": _CONFIGURATION,
    "error": _ERROR,
    "exchange": {
        "request": {"method": "GET", "url": _LIST},
        "response": {"status": 200, "body": _PAGE},
    },
    "receipt exchange": {
        "request": {"method": "GET", "url": _RECEIPT["url"]},
        "response": {"status": 200, "body": _RECEIPT},
    },
    "webhook": {"method": "POST", "url": "https://example.com/hook", "params": _PARAMETERS},
    "signed webhook": {
        "method": "POST",
        "url": "https://example.com/hook",
        "headers": {
            "User-Agent": "TwilioProxy/1.1",
            "X-Twilio-Signature": "uyQFfg4dmegY5HpdGSR2XqG5z+0=",
        },
        "params": _PARAMETERS,
    },
    "failed exchange": {
        "request": {"method": "GET", "url": _LIST},
        "response": {"status": 404, "body": _ERROR},
    },
}


class Example(NamedTuple):
    """
    A sample by name, with values set at JSON Pointers (`ABSENT` removes one); or a text.

    A breakage generated from it has the identifiers and dates of its world.

    Attributes:
        sample: what is changed: receipt, page, message, configuration, error, exchange …
        changes: the new value by its JSON Pointer; `/-` at the end of an array appends.
        text: the whole text, for examples that are not JSON; bytes if they are not UTF-8 either.
        then: what is seen after it.
    """

    sample: str
    changes: Mapping[str, Any] = MappingProxyType({})
    text: str | bytes | None = None
    then: Example | None = None

    def capture(self) -> bytes:
        """Return the example as a capture for `receiptkit validate`, an observation a line."""
        if isinstance(self.text, bytes):
            return self.text
        if self.text is not None:
            return self.text.encode("utf-8", "surrogatepass")
        after = b"" if self.then is None else b"\n" + self.then.capture()
        return json.dumps(self.applied(_SAMPLES[self.sample])).encode() + after

    def applied(self, body: Any) -> Any:
        """
        Return a copy of a body with the changes.

        Raises:
            LookupError, AttributeError, TypeError: the body lacks the place.
        """
        body = copy.deepcopy(body)
        for pointer, value in self.changes.items():
            body = _changed(body, pointers.split(pointer), value)
        return body

    def __str__(self) -> str:
        if self.text is not None:
            text = self.text
            return text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text
        changes = (
            f"{pointer} {'absent' if value is ABSENT else json.dumps(value)}"
            for pointer, value in self.changes.items()
        )
        article = "an" if self.sample[0] in "aeiou" else "a"
        shown = (
            f"{article} {self.sample} with " + ", ".join(changes)
            if self.changes
            else f"{article} {self.sample} as Twilio sends it"
        )
        return shown if self.then is None else f"{shown}; then {self.then}"


def _changed(node: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    if isinstance(node, list):
        index = len(node) if path[0] == "-" else int(path[0])
        node[index : index + 1] = [
            _changed(node[index] if index < len(node) else None, path[1:], value)
        ]
    elif len(path) == 1 and value is ABSENT:
        node.pop(path[0], None)
    else:
        node[path[0]] = _changed(node.get(path[0]), path[1:], value)
    return node


def form() -> str:
    """Return the sample webhook as the body of its request."""
    return urlencode(_PARAMETERS)


def sample(name: str) -> Any:
    """Return a copy of a conforming sample."""
    return copy.deepcopy(_SAMPLES[name])
