"""The replacement of a single value, by its kind."""

from __future__ import annotations

import re
from collections import Counter

from receiptkit.scrubbing import kinds, pseudonyms
from receiptkit.scrubbing.pseudonyms import Pseudonyms

REMOVED = "REDACTED"
_SCHEME = re.compile(r"((?:Basic|Bearer|Digest|Token)\s+)(\S.*)", re.IGNORECASE | re.DOTALL)
#: What templates and filters write where a value was.
_TEMPLATE = re.compile(
    r"\{\{.*\}\}|<[^<>]*>|\$?\{[\w. -]*\}|\[[A-Z_ -]+\]|\*+|x{3,}|%[A-Z_]+%|:\w+"
    r"|null|None|undefined|system|REDACTED",
    re.DOTALL | re.IGNORECASE,
)
_BINDING = re.compile(r"(whatsapp|sms|messenger|instagram|rcs|viber|line|wechat):", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]{7,15}")
_EMPTY_OBJECT = re.compile(r"\s*(\{\s*\}|\[\s*\])?\s*")
_LONGEST_REST = 8


class Replacements:
    """Replaces values by the pseudonyms of one key, and counts them by kind."""

    def __init__(
        self, made: Pseudonyms, known: dict[str, str] | None = None, *, signs: bool = False
    ) -> None:
        """
        Args:
            made: makes the pseudonyms.
            known: values whose replacement is known already.
            signs: True to replace signatures, since their requests have been changed.
        """
        self.counts: Counter[str] = Counter()
        self.known = known or {}
        self._made = made
        self._signs = signs

    def of_kind(self, text: str, kind: str) -> str | None:
        """Return what replaces a value of a kind; None if the value is to be looked into."""
        if not text.strip() or _TEMPLATE.fullmatch(text.strip()):
            return text
        if kind == kinds.CREDENTIAL:
            return self._credential(text)
        if kind == kinds.SIGNATURE:
            return self.signature(text)
        if kind == kinds.ATTRIBUTES:
            return self._attributes(text)
        if kind == kinds.SID:
            return self._near_sid(text)
        if kind == kinds.PAGE_TOKEN:
            return self._page_token(text)
        if kind == kinds.BODY:
            return self._text(text, kinds.BODY)
        return self._name(text, kind)

    def sid(self, text: str) -> str:
        """Return the pseudonym of a SID; a placeholder stays."""
        if kinds.is_placeholder(text) or pseudonyms.is_sid(text):
            return text
        return self._count(kinds.SID, self._made.sid(text))

    def phone(self, text: str) -> str:
        """Return the pseudonym of a phone number."""
        if pseudonyms.is_phone(text):
            return text
        return self._count(kinds.PHONE, self._made.phone(text))

    def email(self, text: str) -> str:
        """Return the pseudonym of an e-mail address."""
        if pseudonyms.is_email(text):
            return text
        return self._count(kinds.EMAIL, self._made.email(text))

    def removed(self, text: str) -> str:
        """Return the replacement of a credential."""
        return text if _is_removed(text) else self._count(kinds.CREDENTIAL, REMOVED)

    def name(self, text: str) -> str:
        """Return the pseudonym of a name, which may be a SID, a phone number or an address."""
        return self._name(text, kinds.TEXT)

    def known_as(self, text: str) -> str:
        """Return the replacement of a value that is known already; the value itself otherwise."""
        return self.known.get(text, text)

    def signature(self, text: str) -> str:
        """Return another signature, once it is known that the request has been changed."""
        if not self._signs or not kinds.SIGNATURES.fullmatch(text):
            return text
        if text in self.known:
            return self.known[text]
        if pseudonyms.is_signature(text) or text in self.known.values():
            return text
        return self._count(kinds.SIGNATURE, self._made.signature(text))

    def _credential(self, text: str) -> str:
        match = _SCHEME.fullmatch(text.strip())
        scheme, rest = (match[1], match[2]) if match else ("", text)
        if _is_removed(rest):
            return text
        return self._count(kinds.CREDENTIAL, scheme + REMOVED)

    def _attributes(self, text: str) -> str:
        if _EMPTY_OBJECT.fullmatch(text) or pseudonyms.is_attributes(text):
            return text
        if pseudonyms.is_text(text):
            return text
        is_object = text.lstrip().startswith("{")
        new = self._made.attributes(text) if is_object else self._made.text(text)
        return self._count(kinds.ATTRIBUTES, new)

    def _near_sid(self, text: str) -> str | None:
        if kinds.SIDS.fullmatch(text):
            return self.sid(text)
        return self.sid(text) if kinds.NEARLY_SID.fullmatch(text) else None

    def _page_token(self, text: str) -> str | None:
        rest = kinds.SIDS.sub("", text)
        if len(rest) <= _LONGEST_REST:
            return None
        made = self._made.text(text)
        if pseudonyms.is_text(text.removeprefix("PT")):
            return text
        return self._count(kinds.PAGE_TOKEN, f"PT{made}")

    def _name(self, text: str, kind: str) -> str:
        binding = _BINDING.match(text)
        if binding:
            return binding[0] + self._name(text[binding.end() :], kind)
        if kinds.SIDS.fullmatch(text):
            return self.sid(text)
        if kinds.PHONES.fullmatch(text):
            return self.phone(text)
        if kinds.EMAILS.fullmatch(text):
            return self.email(text)
        if kind == kinds.ADDRESS and _DIGITS.fullmatch(text):
            return self.phone(text)
        return self._text(text, kind)

    def _text(self, text: str, kind: str) -> str:
        if pseudonyms.is_text(text):
            return text
        return self._count(kind, self._made.text(text))

    def _count(self, kind: str, new: str) -> str:
        self.counts[kind] += 1
        return new


def _is_removed(text: str) -> bool:
    """Return True if a text is the replacement of a credential."""
    return _TEMPLATE.fullmatch(text.strip()) is not None or len(set(text)) == 1
