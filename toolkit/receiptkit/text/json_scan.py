"""
A JSON scanner that is slow and knows what people get wrong.

It keeps no stack of its own calls, so depth cannot hurt it.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from receiptkit.model import pointers
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem

SPACE = re.compile(r"[ \t\n\r]*")
STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[+-]?(?:NaN|Infinity|inf|nan)\b")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LITERALS = {"true": True, "false": False, "null": None}
_SMART_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
#: Longer than any number a double or a 64-bit integer needs, and short enough to convert at once.
_LONGEST_NUMBER = 800


#: Pointers have only the beginning of a longer key, since each of them would hold it.
_LONGEST_KEY = 1000


@dataclass(slots=True)
class Scanned:
    value: Any
    problems: list[Problem]
    readable: bool


class _Stop(Exception):
    """The text cannot be read further; carries the defect."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class _Open:
    """A container that is being read: what it holds so far, and the key of the next value."""

    items: Any
    key: str | int


def scan(text: str, max_depth: int) -> Scanned:
    """
    Read a JSON text and collect its defects.

    Repeated members, numbers beyond a double and unpaired surrogates are noted, and reading goes
    on. The last member wins, the number becomes 0, the surrogate U+FFFD. Anything else ends it.
    """
    scanner = _Scanner(text, max_depth)
    try:
        return Scanned(scanner.document(), scanner.problems, readable=True)
    except _Stop as stop:
        return Scanned(None, [*scanner.problems, stop.problem], readable=False)


class _Scanner:
    def __init__(self, text: str, max_depth: int) -> None:
        self.text = text
        self.max_depth = max_depth
        self.at = 0
        self.stack: list[_Open] = []
        self.problems: list[Problem] = []

    # -- the loop

    def document(self) -> Any:
        if self.text.startswith("\ufeff"):
            message, hint = (
                "the text begins with a byte order mark, which most JSON parsers refuse",
                "save it as UTF-8 without BOM",
            )
            self.problems.append(
                Problem(
                    "", message, hint, rule="json.encoding", offset=0, severity=Severity.WARNING
                )
            )
            self.at = 1
        self.space()
        if self.at == len(self.text):
            raise self.stop("there is nothing here", "the body is empty")
        value = self.value()
        while self.stack:
            value = self.member_or_close(value)
        self.space()
        if self.at < len(self.text):
            raise self.stop("there is more after the end of the JSON value", self.trailing_hint())
        return value

    def value(self) -> Any:
        """Read values until one is complete: a scalar, or an empty container."""
        while True:
            self.space()
            char = self.text[self.at : self.at + 1]
            if char == "{":
                self.open({}, "")
                if self.closes("}"):
                    return self.stack.pop().items
                self.key()
            elif char == "[":
                self.open([], 0)
                if self.closes("]"):
                    return self.stack.pop().items
            else:
                return self.scalar(char)

    def member_or_close(self, value: Any) -> Any:
        """
        Put a complete value where it belongs.

        Return the next complete one, which may be the container itself.
        """
        top = self.stack[-1]
        is_object = isinstance(top.items, dict)
        if is_object:
            top.items[top.key] = value
        else:
            top.items.append(value)
        self.space()
        char = self.text[self.at : self.at + 1]
        if char == ("}" if is_object else "]"):
            self.at += 1
            return self.stack.pop().items
        if char != ",":
            raise self.unexpected(
                "a comma or the end of the " + ("object" if is_object else "array")
            )
        comma = self.at
        self.at += 1
        self.space()
        if self.text[self.at : self.at + 1] in ("}", "]"):
            self.at = comma
            raise self.stop("a comma before the closing bracket", "JSON allows no trailing comma")
        if is_object:
            self.key()
        else:
            top.key = len(top.items)
        return self.value()

    # -- pieces

    def space(self) -> None:
        self.at = SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]

    def open(self, items: Any, key: str | int) -> None:
        if len(self.stack) >= self.max_depth:
            message = f"nested more than {self.max_depth} levels; not checked further"
            raise _Stop(Problem("", message, rule="json.too-deep", offset=self.at))
        self.stack.append(_Open(items, key))
        self.at += 1

    def closes(self, bracket: str) -> bool:
        self.space()
        if self.text[self.at : self.at + 1] == bracket:
            self.at += 1
            return True
        return False

    def key(self) -> None:
        self.space()
        start = self.at
        if self.text[start : start + 1] != '"':
            raise self.unexpected("a field name in double quotes")
        top = self.stack[-1]
        top.key = ""
        key = self.string()
        top.key = key
        if key in top.items:
            message = "duplicate field; most parsers silently keep the last"
            self.problems.append(
                Problem(self.pointer(), message, rule="json.duplicate-key", offset=start)
            )
        self.space()
        if self.text[self.at : self.at + 1] != ":":
            raise self.unexpected("a colon")
        self.at += 1

    def scalar(self, char: str) -> Any:
        if char == '"':
            return self.string()
        if char == "-" or "0" <= char <= "9":
            number = _NUMBER.match(self.text, self.at)
            if number and not _WORD.match(self.text, number.end()):
                return self.number(number)
        not_finite = _NOT_FINITE.match(self.text, self.at)
        if not_finite:
            return self.not_finite(
                not_finite.end(), "NaN and Infinity are not JSON; use a number or null"
            )
        word = _WORD.match(self.text, self.at)
        if word and word[0] in _LITERALS:
            self.at = word.end()
            return _LITERALS[word[0]]
        raise self.unexpected("a JSON value")

    def string(self) -> str:
        start = self.at
        match = STRING.match(self.text, start)
        if match is None:
            raise self.broken_string()
        self.at = match.end()
        value = match[0][1:-1]
        if "\\" not in value:
            return value
        decoded: str = json.loads(match[0])
        if _SURROGATE.search(decoded):
            message = "unpaired surrogate escape; write the pair or the character itself"
            self.problems.append(
                Problem(self.pointer(), message, rule="json.lone-surrogate", offset=start)
            )
            decoded = _SURROGATE.sub("\ufffd", decoded)
        return decoded

    def number(self, match: re.Match[str]) -> Any:
        digits = match[0]
        if len(digits) <= _LONGEST_NUMBER:
            self.at = match.end()
            if match[1] is None and match[2] is None and -(2**63) <= (whole := int(digits)) < 2**64:
                return whole
            if math.isfinite(value := float(digits)):
                return value
            self.at = match.start()
        elif match[1] is not None and len(digits.partition(".")[0]) < 300 and match[2] is None:
            self.at = match.end()
            return float(digits[:_LONGEST_NUMBER])
        return self.not_finite(
            match.end(), "the number is too large for a double; JavaScript reads Infinity"
        )

    def not_finite(self, end: int, message: str) -> int:
        self.problems.append(
            Problem(self.pointer(), message, rule="json.not-finite", offset=self.at)
        )
        self.at = end
        return 0

    # -- words for what is wrong

    def pointer(self) -> str:
        return pointers.join(str(container.key)[:_LONGEST_KEY] for container in self.stack)

    def stop(self, message: str, hint: str | None = None) -> _Stop:
        return _Stop(Problem("", "not JSON: " + message, hint, rule="json.syntax", offset=self.at))

    def unexpected(self, what: str) -> _Stop:
        message, hint = self.instead_of(what)
        return self.stop(message, hint)

    def instead_of(self, what: str) -> tuple[str, str | None]:
        if self.at >= len(self.text):
            self.at = len(self.text.rstrip("\r\n"))
            return f"expected {what}, but the text ends", "the capture was cut off"
        char = self.text[self.at]
        if char in _SMART_QUOTES:
            return (
                f"expected {what}, found a typographic quote",
                'replace the smart quotes by plain ones (")',
            )
        if char == "'":
            return (
                f"expected {what}, found a single quote",
                "JSON wants double quotes; was this printed by Python or JavaScript?",
            )
        if self.text.startswith(("//", "/*", "#"), self.at):
            return f"expected {what}, found a comment", "JSON has no comments"
        word = _WORD.match(self.text, self.at)
        if word and word[0] in ("None", "True", "False", "undefined"):
            return (
                f"expected {what}, found a literal of another language",
                "write null, true or false; was this printed by Python or JavaScript?",
            )
        if not char.isprintable():
            return f"expected {what}, found a control character (U+{ord(char):04X})", None
        return f"expected {what}", None

    def broken_string(self) -> _Stop:
        """Say why no string can be read here, pointing at the culprit."""
        end = re.compile(
            r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*'
        ).match(self.text, self.at)
        self.at = end.end() if end else self.at
        char = self.text[self.at : self.at + 1]
        if char == "":
            return self.stop("the text ends inside a string", "the capture was cut off")
        if char == "\\":
            return self.stop(
                "an unknown escape in a string", r"JSON knows \" \\ \/ \b \f \n \r \t and \uXXXX"
            )
        return self.stop(
            f"a raw control character (U+{ord(char):04X}) in a string",
            "escape it as \\n, \\t or \\u00XX",
        )

    def trailing_hint(self) -> str | None:
        if not self.text[self.at :].strip(", \t\r\n"):
            return "remove the comma behind the value"
        if self.text[self.at] in "{[":
            return "several JSON values in one text; one a line would be NDJSON"
        return None
