"""
Webhooks of many receipts, in files as object storage has them: each receipt's events are in files that follow each other.

    python tests/many_webhooks.py FOLDER [FILES] [WEBHOOKS]
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

_EVENTS = ("sent", "delivered", "read")
_HEADERS = {
    "Host": "example.com",
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
}
_LINE = json.dumps(
    {"url": "https://example.com/twilio", "method": "POST", "headers": _HEADERS, "body": "BODY"}
)
_BODY = (
    "EventType=onDeliveryUpdated&AccountSid=AC13c5e7a9b1d3f5a7c9e1b3d5f7a9c1e3&ChatServiceSid=IS"
    "5a7c9e1b3d5f7a9c1e3b5d7f9a1c3e5b&ConversationSid=CH{0}&MessageSid=IM{1}&ParticipantSid=MB{2}"
    "&ChannelMessageSid=WA{3}&DeliveryReceiptSid=DY{4}&Status={5}&DateCreated={6}&DateUpdated={7}"
    "&RetryCount=0"
)
_LINE_OF = _LINE.replace("{", "{{").replace("}", "}}").replace("BODY", _BODY) + "\n"
_START = datetime(2026, 11, 1, tzinfo=timezone.utc)
#: Every so many receipts one goes back to `sent`, or has a misspelt parameter.
_BACK, _MISSPELT = 997, 1499


def _sids(file: int, number: int) -> list[str]:
    """Return the hexadecimal digits of the five SIDs of a receipt."""
    digits = hashlib.shake_128(b"%d %d" % (file, number)).hexdigest(5 * 16)
    return [digits[at : at + 32] for at in range(0, 5 * 32, 32)]


@lru_cache(1024)
def _date(minutes: int, second: int) -> str:
    moment = _START + timedelta(minutes=minutes, seconds=second)
    return moment.strftime("%Y-%m-%dT%H%%3A%M%%3A%S.") + "120Z"


def lines(file: int, webhooks: int) -> Iterator[str]:
    """Yield the webhooks of a file: the first events of its own receipts, further ones of earlier files'."""
    for number in range(webhooks // 3):
        for event, status in enumerate(_EVENTS):
            born = file - event
            if born < 0:
                continue
            serial = born * (webhooks // 3) + number
            if event == 2 and serial % _BACK == 0:
                status = "sent"
            line = _LINE_OF.format(
                *_sids(born, number),
                status,
                _date(born, number % 60),
                _date(file, (number + event) % 60),
            )
            yield line.replace("Status=", "Statuss=") if serial % _MISSPELT == event else line


def content(file: int, webhooks: int) -> bytes:
    """Return a compressed file."""
    return gzip.compress("".join(lines(file, webhooks)).encode(), 1, mtime=0)


def write(folder: Path, files: int, webhooks: int) -> list[Path]:
    """Write files, each with so many webhooks; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{file:05}.ndjson.gz" for file in range(files)]
    for file, path in enumerate(paths):
        path.write_bytes(content(file, webhooks))
    return paths


if __name__ == "__main__":
    count, size = (int(text) for text in (*sys.argv[2:], "400", "50000")[:2])
    write(Path(sys.argv[1]), count, size)
