"""Random captures in every format: no value of any kind is left in what is scrubbed, and a second time changes nothing."""

from __future__ import annotations

import base64
import io
import json
import os
import random
import re
import zipfile
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus

import pytest

from proofs import wrapping
from receiptkit.captures.encodings import decoded
from receiptkit.scrubbing.encoded import decoded as undone
from receiptkit.scrubbing.files import Scrubber

#: `SCRUB_CAPTURES=20000` for less.
_CAPTURES = int(os.environ.get("SCRUB_CAPTURES", "100000"))
#: The captures are shared out, so that every core takes some: `-n auto`.
_PARTS = 20
_LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßçñ"
_ESCAPE = re.compile(r"\\+(?:u00|x)([0-9a-fA-F]{2})")
_PREFIXES = ("AC", "CH", "IM", "DY", "MB", "SM", "MM", "WA", "IS", "US", "RL", "MG", "SK")
_ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32")


class Secrets(NamedTuple):
    """The values of a capture that must not be left, by kind, and the capture's bodies."""

    values: dict[str, str]
    message: dict[str, Any]
    webhook: dict[str, str]


def _word(draw: random.Random) -> str:
    return "".join(draw.choice(_LETTERS) for _ in range(draw.randint(8, 14)))


def _hex(draw: random.Random, size: int) -> str:
    return "".join(draw.choice("0123456789abcdef") for _ in range(size))


def _secrets(draw: random.Random) -> Secrets:
    """Return a message, and a webhook about it, of values that nothing else has."""
    account, conversation, message, member = (
        prefix + _hex(draw, 32) for prefix in ("AC", "CH", "IM", "MB")
    )
    other = draw.choice(_PREFIXES) + _hex(draw, 32)
    phone = "+1555" + "".join(draw.choice("0123456789") for _ in range(7))
    mail = f"{_hex(draw, 9)}@{_hex(draw, 8)}.example"
    first, last, unique, file = (_word(draw) for _ in range(4))
    words = [_word(draw) for _ in range(3)]
    body = f'{words[0]}, "{words[1]}" & {words[2]}\n{words[0]}'
    kept = _word(draw)
    token, cookie = _hex(draw, 32), _hex(draw, 40)
    page = f"PT{draw.choice(['', 'closed_'])}{_hex(draw, 24)}"
    author = draw.choice([f"{first} {last}", phone, mail, f"whatsapp:{phone}"])
    url = f"https://conversations.twilio.com/v1/Conversations/{conversation}/Messages/{message}"
    made: dict[str, Any] = {
        "sid": message,
        "account_sid": account,
        "conversation_sid": conversation,
        "author": author,
        "body": body,
        "attributes": json.dumps({"k": {"n": [kept]}}),
        "participant_sid": member,
        "url": f"{url}?PageToken={page}",
        "email": mail,
        "friendly_name": f"{first} {last}",
        "unique_name": unique,
        "messaging_binding": {"type": "sms", "address": phone, "name": f"{first} {last}"},
        "media": [{"sid": other, "filename": f"{file}.pdf"}],
        "auth_token": token,
        "headers": {"Cookie": f"session={cookie}"},
    }
    webhook = {
        "EventType": "onMessageAdded",
        "AccountSid": account,
        "ConversationSid": conversation,
        "MessageSid": message,
        "Author": author,
        "Body": body,
        "Attributes": made["attributes"],
        "FriendlyName": f"{first} {last}",
        "UniqueName": unique,
        "ParticipantSid": member,
        "MessagingBinding.Address": phone,
        "ClientIdentity": mail,
    }
    values = {
        **{
            f"sid {n}": sid[2:]
            for n, sid in enumerate((account, conversation, message, member, other))
        },
        "phone": phone[1:],
        "mail": mail,
        "first name": first,
        "last name": last,
        **{f"word {n}": word for n, word in enumerate(words)},
        "attributes": kept,
        "unique name": unique,
        "file": file,
        "token": token,
        "cookie": cookie,
        "page token": page[-24:],
    }
    return Secrets(values, made, webhook)


def _capture(draw: random.Random) -> tuple[str, str, bytes, Secrets]:
    """Return a capture in any format: what it is, the name of its file, and the secrets in it."""
    secrets = _secrets(draw)
    name = draw.choice([*wrapping.WRAPPED, *(f"webhook, {each}" for each in wrapping.WEBHOOKS)])
    if name.startswith("webhook, "):
        raw = wrapping.WEBHOOKS[name.removeprefix("webhook, ")](secrets.webhook)
    else:
        text = json.dumps(
            secrets.message, ensure_ascii=draw.random() < 0.5, indent=draw.choice([None, 1])
        )
        raw = wrapping.WRAPPED[name](secrets.message["url"], 200, text)
    encoding = draw.choice(_ENCODINGS)
    if (
        encoding != "utf-8"
        and "\0" not in (text := raw.decode("utf-8", "replace"))
        and "�" not in text
    ):
        raw, name = text.encode(encoding), f"{name}, {encoding}"
    return name, "capture.log" if "webhook, log" in name else "capture", raw, secrets


def _texts(raw: bytes) -> str:
    """Return what is in a file, also in the compressions and in base64 that its bodies are in."""
    if raw[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "\n".join(_texts(archive.read(each)) + each for each in archive.namelist())
    whole = decoded(raw, "gzip", 2**26) if raw[:2] == b"\x1f\x8b" else raw
    text = _text(whole)
    parts = [text]
    for found in re.findall(
        r"[A-Za-z0-9+/]{40,}(?:[\\n\s]+[A-Za-z0-9+/]+(?![A-Za-z0-9+/:]))*={0,2}", text
    ):
        packed = re.sub(r"\\n|\s", "", found)
        if (inner := undone(packed + "=" * (-len(packed) % 4))) is not None:
            parts.append(inner.text)
        else:
            raw_inner = base64.b64decode(packed + "=" * (-len(packed) % 4))
            for name in ("gzip", "deflate", "br", "zstd"):
                unpacked = decoded(raw_inner, name, 2**26)
                parts += (
                    [unpacked.decode("utf-8", "replace")] if isinstance(unpacked, bytes) else []
                )
    return "\n".join(parts)


def _text(raw: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(encoding)
    return raw.decode("utf-8", "replace")


def _readings(text: str) -> list[str]:
    """Return a text unchanged, and without the escapes of JSON, YAML and URLs, however deep they are."""
    # YAML folds words behind an escape.
    text = re.sub(r"\\\\\n\s*", "", text)
    found = [text, unquote(text), unquote_plus(text)]
    found += [_ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), each) for each in found]
    return [*found, unquote(found[3]), unquote_plus(found[3])]


def left_in(out: bytes, secrets: Secrets) -> list[str]:
    """Return the kinds of values that are left in a scrubbed capture."""
    readings = _readings(_texts(out))
    return [
        kind for kind, value in secrets.values.items() if any(value in text for text in readings)
    ]


def hold(seed: Any) -> None:
    """Scrub a random capture and search its values in what comes out."""
    draw = random.Random(str(seed))
    name, file, raw, secrets = _capture(draw)
    out = Scrubber(b"k" * 32).scrub(raw, file)
    assert left_in(out, secrets) == [], (seed, name)
    assert Scrubber(b"z" * 32).scrub(out, file) == out, (seed, name)
    assert out[:2] == raw[:2] or raw[:2] == b"PK" or raw[:1] in b"eH", (seed, name)


@pytest.mark.proofs
def test_some_random_captures() -> None:
    """No value is left in some captures of every format."""
    for seed in range(600):
        hold(seed)


@pytest.mark.proofs
@pytest.mark.soak
@pytest.mark.parametrize("part", range(_PARTS))
def test_many_random_captures(part: int) -> None:
    """No value is left in a hundred thousand."""
    for number in range(part, _CAPTURES, _PARTS):
        hold(f"soak {number}")


@pytest.mark.proofs
def test_the_search_finds_what_is_left() -> None:
    """The search of these tests finds every value in a capture that is not scrubbed, in every format."""
    names = set()
    for seed in range(1500):
        name, _, raw, secrets = _capture(random.Random(f"search {seed}"))
        kinds = set(left_in(raw, secrets))
        expected = {"sid 0", "sid 1", "sid 2", "unique name", "attributes", "word 0"}
        assert kinds >= expected, (seed, name, expected - kinds)
        names.add(name.partition(", utf")[0])
    assert len(names) == len(wrapping.WRAPPED) + len(wrapping.WEBHOOKS)
