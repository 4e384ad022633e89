"""
Pseudonyms: values of the same form, from a key and the value, with a check part in their digits.

The check part needs no key. So a pseudonym is recognised everywhere, and never replaced again.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re

_LOWER, _UPPER, _OTHER = "0123456789abcdef", "ABCDEF", "ghijklmnopqrstuvwxyz"
#: How many characters of a SID are its check part.
_CHECK = 8
_PHONE = re.compile(r"\+?1555([0-9]{9})([0-9]{2})")
_EMAIL = re.compile(r"user-([0-9a-f]{12})([0-9a-f]{4})@example\.com")
_TEXT = re.compile(r"text-([0-9a-f]{12})([0-9a-f]{4})")
_ATTRIBUTES = re.compile(r'\{\s*"scrubbed"\s*:\s*"text-([0-9a-f]{12})([0-9a-f]{4})"\s*\}')
_DIGEST_BYTES = 20
_DIGEST_CHECK = 6


class Pseudonyms:
    """The pseudonyms of one key."""

    def __init__(self, key: bytes) -> None:
        """Hold the key; the same key gives the same value the same pseudonym everywhere."""
        self._key = key

    def sid(self, value: str) -> str:
        """Return a pseudonym of a SID, or of a text like one: same prefix, same kinds of digits."""
        stream = _digits(hmac.digest(self._key, b"sid\0" + _bytes(value), "sha512").hex())
        rest = value[2:]
        made = value[:2] + "".join(map(_draw, rest[:-_CHECK], stream))
        return made + _sid_check(made, rest[-_CHECK:])

    def phone(self, value: str) -> str:
        """Return a pseudonym of a phone number, with a plus if the number has one."""
        digits = value.lstrip("+")
        payload = f"{self._number('phone', digits) % 10**9:09d}"
        return value[: len(value) - len(digits)] + f"1555{payload}{_two_digits(payload)}"

    def email(self, value: str) -> str:
        """Return a pseudonym of an e-mail address."""
        return f"user-{self._checked('email', value.lower())}@example.com"

    def text(self, value: str) -> str:
        """Return a pseudonym of a name or of the text of a message."""
        return f"text-{self._checked('text', value)}"

    def attributes(self, value: str) -> str:
        """Return a pseudonym of attributes, which are an object in JSON."""
        return f'{{"scrubbed": "{self.text(value)}"}}'

    def signature(self, value: str) -> str:
        """Return a signature of the right form that nothing has."""
        payload = hmac.digest(self._key, b"signature\0" + _bytes(value), "sha256")
        payload = payload[: _DIGEST_BYTES - _DIGEST_CHECK]
        return base64.b64encode(payload + _digest_check(payload)).decode()

    def _checked(self, kind: str, value: str) -> str:
        payload = f"{self._number(kind, value) % 2**48:012x}"
        return payload + _check(payload)[:4]

    def _number(self, kind: str, value: str) -> int:
        return int(hmac.digest(self._key, f"{kind}\0".encode() + _bytes(value), "sha256").hex(), 16)


def is_sid(value: str) -> bool:
    """Return True if a text is a pseudonym of a SID."""
    return value[-_CHECK:] == _sid_check(value[:-_CHECK], value[-_CHECK:])


def is_phone(value: str) -> bool:
    """Return True if a text is a pseudonym of a phone number."""
    match = _PHONE.fullmatch(value)
    return match is not None and match[2] == _two_digits(match[1])


def is_email(value: str) -> bool:
    """Return True if a text is a pseudonym of an e-mail address."""
    return _is_checked(_EMAIL, value)


def is_text(value: str) -> bool:
    """Return True if a text is a pseudonym of a text."""
    return _is_checked(_TEXT, value)


def is_attributes(value: str) -> bool:
    """Return True if a text is a pseudonym of attributes."""
    return _is_checked(_ATTRIBUTES, value)


def is_signature(value: str) -> bool:
    """Return True if a text is a signature that a pseudonym replaced."""
    try:
        raw = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return False
    split = _DIGEST_BYTES - _DIGEST_CHECK
    return len(raw) == _DIGEST_BYTES and raw[split:] == _digest_check(raw[:split])


def _is_checked(form: re.Pattern[str], value: str) -> bool:
    match = form.fullmatch(value)
    return match is not None and match[2] == _check(match[1])[:4]


def _sid_check(before: str, like: str) -> str:
    """Return the check part of what is before it, in the same kinds of digits as `like`."""
    return "".join(map(_draw, like, _digits(_check(before))))


def _digits(text: str) -> list[int]:
    """Return numbers below 256 from a text of hexadecimal digits."""
    return [int(text[at : at + 2], 16) for at in range(0, len(text), 2)]


def _draw(like: str, number: int) -> str:
    """Return the character that a number chooses among those of the same kind."""
    for alphabet in (_LOWER, _UPPER, _OTHER, _OTHER.upper()):
        if like in alphabet:
            return alphabet[number % len(alphabet)]
    return like


def _two_digits(payload: str) -> str:
    return f"{int(_check(payload), 16) % 100:02d}"


def _digest_check(payload: bytes) -> bytes:
    return hashlib.sha256(b"receiptkit scrub" + payload).digest()[:_DIGEST_CHECK]


def _check(payload: str) -> str:
    return hashlib.sha256(b"receiptkit scrub" + _bytes(payload)).hexdigest()


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")
