"""Values in plain text: header lines, assignments, forms, URLs, and values known by their form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from receiptkit.scrubbing import encoded, kinds
from receiptkit.scrubbing.edits import Edit, percent, plain, quoted
from receiptkit.scrubbing.replacements import Replacements

_HEADER = re.compile(
    r"(?:^|(?<=[\s'\"<>]))"
    r"(authorization|proxy-authorization|cookie|set-cookie|x-twilio-signature|x-api-key)"
    r"['\"]?[ \t]*[:=]>?[ \t]*['\"]?([^\r\n'\"]+)",
    re.IGNORECASE | re.MULTILINE,
)
_LINE = re.compile(
    r"^[ \t>~-]*([A-Za-z][\w.-]{0,40}):[ \t]+([^\r\n\"'{\[|>&*!].*?)[ \t\r]*$", re.MULTILINE
)
_ASSIGNED = re.compile(
    r"([A-Za-z][\w.-]{0,60})[\"']?\s*(?:=>?|:)\s*"
    r"(\"[^\"\\]*(?:\\.[^\"\\]*)*\"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')",
    re.DOTALL,
)
_PRINTED = re.compile(r"^[ \t]*\[(\w+)\] => ([^\r\n]+)$", re.MULTILINE)
_PAIR = re.compile(r"(?<![\w%.-])([A-Za-z][\w.-]{0,60})(?:%5B\d*%5D|\[\d*\])?=([^&\s\"'<>#\\]*)")
_ESCAPED = re.compile(r"(?<![\w%.+*~-])[\w.+*~-]*%[0-9A-Fa-f]{2}[\w%.+*~-]*")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/=])")
_USER = re.compile(r"(?<=\s)(?:-u|--user)[ =]+['\"]?([^\s'\":]+:[^\s'\"]+)")
#: Lines of these names are text that people wrote; a line that begins with "Body:" may be any,
#: unless lines beside it are those of a message.
_LINE_KINDS = (kinds.TEXT, kinds.ADDRESS, kinds.CREDENTIAL)
_MESSAGE_KINDS = (kinds.BODY, kinds.ATTRIBUTES)


def edits(
    text: str, replacements: Replacements, inner: Callable[[str, str | None], list[Edit]]
) -> list[Edit]:
    """
    Return the edits of a text outside of objects and arrays.

    Args:
        text: the text.
        replacements: return what replaces a value.
        inner: returns the edits of a value in the text; its kind is None if unknown.
    """
    found = _Found(text, replacements, inner)
    found.headers()
    found.assignments()
    found.pairs()
    found.encodings()
    found.values()
    return sorted(found.edits)


def _blocks(lines: Iterable[re.Match[str]]) -> Iterator[list[re.Match[str]]]:
    """Yield lines that follow each other."""
    block: list[re.Match[str]] = []
    for line in lines:
        if block and line.start() > block[-1].end() + 1:
            yield block
            block = []
        block.append(line)
    yield block


class _Found:
    """The edits of a text so far; what has been looked at is not looked at again."""

    def __init__(
        self, text: str, replacements: Replacements, inner: Callable[[str, str | None], list[Edit]]
    ) -> None:
        self.edits: list[Edit] = []
        self._text = text
        self._replacements = replacements
        self._inner = inner
        self._claimed = bytearray(len(text))

    def headers(self) -> None:
        """Take the lines of headers that hold credentials or a signature."""
        for match in _HEADER.finditer(self._text):
            kind = kinds.kind_of(match[1])
            value = match[2].rstrip()
            self._value(match.start(2), match.start(2) + len(value), kind)
        for lines in _blocks(_LINE.finditer(self._text)):
            of_message = kinds.is_message({kinds.plain_name(line[1]) for line in lines})
            for line in lines:
                kind = kinds.kind_of(line[1])
                if kind in _LINE_KINDS or (of_message and kind in _MESSAGE_KINDS):
                    self._value(*line.span(2), kind)
        for match in _PRINTED.finditer(self._text):
            if (kind := kinds.kind_of(match[1])) is not None:
                self._value(*match.span(2), kind)
        for match in _USER.finditer(self._text):
            self._replace(*match.span(1), self._replacements.removed)

    def assignments(self) -> None:
        """Take quoted strings with a name before them."""
        for match in _ASSIGNED.finditer(self._text):
            start, end = match.span(2)
            if not self._is_free(start, end):
                continue
            inner = quoted(match[2], start)
            kind = kinds.kind_of(match[1])
            if kind == kinds.BODY and encoded.is_structured(inner.text):
                kind = None
            self._claim(start, end)
            self.edits += inner.outward(self._inner(inner.text, kind))

    def pairs(self) -> None:
        """Take the pairs of forms and queries."""
        for match in _PAIR.finditer(self._text):
            start, end = match.span(2)
            kind = kinds.kind_of(match[1])
            if kind in (None, kinds.SID) and not {"%", "+"} & set(match[2]):
                continue
            if not self._is_free(start, end) or start == end:
                continue
            inner = percent(match[2], start)
            found = self._inner(inner.text, kind)
            if found:
                self.edits += inner.outward(found)
                self._claim(start, end)

    def encodings(self) -> None:
        """Take what is percent-encoded elsewhere, and base64."""
        for match in _ESCAPED.finditer(self._text):
            start, end = match.span()
            if self._is_free(start, end):
                inner = percent(match[0], start, plus=False)
                found = self._inner(inner.text, None)
                if found:
                    self.edits += inner.outward(found)
                    self._claim(start, end)
        if len(self._text) < 40:
            return
        for match in _BASE64.finditer(self._text):
            start, end = match.span()
            if self._is_free(start, end) and encoded.decoded(match[0]) is not None:
                found = self._inner(match[0], None)
                self.edits += plain(match[0], start).outward(found)
                self._claim(start, end)

    def values(self) -> None:
        """Take the values known by their form."""
        made = self._replacements
        for match in kinds.SCHEMES.finditer(self._text):
            if any(char.isdigit() for char in match[3]) or "=" in match[3]:
                self._replace(*match.span(3), made.removed)
        for form, group, replace in (
            (kinds.IN_URL, 1, made.removed),
            (kinds.TOKENS, 0, made.removed),
            (kinds.EMAILS, 0, made.email),
            (kinds.IN_PATH, 1, made.name),
            (kinds.SIDS, 0, made.sid),
            (kinds.PHONES, 0, made.phone),
            (kinds.BINDINGS, 1, made.name),
        ):
            for match in form.finditer(self._text):
                self._replace(*match.span(group), replace)
        for old in made.known:
            for match in re.finditer(re.escape(old), self._text):
                self._replace(*match.span(), made.known_as)

    # -- what is free

    def _value(self, start: int, end: int, kind: str | None) -> None:
        if start < end and self._is_free(start, end):
            inner = plain(self._text[start:end], start)
            self.edits += inner.outward(self._inner(inner.text, kind))
            self._claim(start, end)

    def _replace(self, start: int, end: int, replace: Callable[[str], str]) -> None:
        if start == end or not self._is_free(start, end):
            return
        old = self._text[start:end]
        new = replace(old)
        self._claim(start, end)
        if new != old:
            self.edits.append(Edit(start, end, new))

    def _is_free(self, start: int, end: int) -> bool:
        return self._claimed.find(1, start, end) < 0

    def _claim(self, start: int, end: int) -> None:
        self._claimed[start:end] = b"\x01" * (end - start)
