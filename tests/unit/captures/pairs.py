"""A clean observation of each kind with a wrong one, which tests write as many tools do."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlencode

from receiptkit.rules.examples import sample

_SID = "DY0123456789abcdef0123456789abcde0"
GOOD: dict[str, str] = dict(sample("webhook")["params"])
BAD = {**GOOD, "DeliveryReceiptSid": "DY0123456789abcdef0123456789abcdf0", "Status": "queued"}
WEBHOOKS = [GOOD, BAD]
FORMS = [urlencode(each) for each in WEBHOOKS]
_FIRST = {**sample("receipt"), "error_code": None, "status": "delivered"}
RECEIPTS: list[dict[str, Any]] = [
    _FIRST,
    {**_FIRST, "sid": _SID, "status": "queued", "url": _FIRST["url"][:-34] + _SID},
]
TEXTS = [json.dumps(each) for each in RECEIPTS]
URLS = [each["url"] for each in RECEIPTS]
PATHS = [url.removeprefix("https://conversations.twilio.com") for url in URLS]


def base64_of(text: str | bytes) -> str:
    """Return a text or bytes in base64."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()
