"""The tokens of source code, as far as literals like JSON need them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

#: Languages in which `#` begins a comment.
_HASH = (".py", ".pyi", ".rb", ".php", ".sh", ".pl", ".ex", ".exs", ".r", ".yml", ".yaml", ".toml")
_HASH_COMMENT = r"#(?!\{)[^\n]*"
_SLASH_COMMENT = r"//[^\n]*|/\*.*?(?:\*/|\Z)"
_GO_MAP = r"map\[string\](?:any|string|interface\s*\{\s*\})\s*\{"
_GO_LIST = (
    r"\[\](?:map\[string\](?:any|string|interface\s*\{\s*\})|any|string|interface\s*\{\s*\})\s*\{"
)
#: What never ends goes to the end of the line, or of the text, so that no part is read twice.
_STRING = (
    r"[A-Za-z]{0,2}(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*(?:\"|(?=\n)|\\?\Z)|'(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\\?\Z))"
    r"|`[^`]*(?:`|\Z)"
)
#: In prose, an apostrophe begins no string, and backticks surround code.
_PROSE = (".md", ".mdx", ".rst", ".adoc")
_PROSE_STRING = r"\"(?:[^\"\\\n]|\\.)*(?:\"|(?=\n)|\\?\Z)"


def _form(comment: str, string: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<comment>{comment})|(?P<golist>{_GO_LIST})|(?P<gomap>{_GO_MAP})|(?P<string>{string})"
        r"|(?P<number>-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))|(?P<arrow>=>)"
        r"|(?P<symbol>(?<![\w:]):[A-Za-z_]\w*)|(?P<word>[A-Za-z_$][\w$.]*)|(?P<sign>[{}\[\]():,;])"
        r"|(?P<other>[^\s])",
        re.DOTALL,
    )


_WITH_HASH, _WITH_SLASH = _form(_HASH_COMMENT, _STRING), _form(_SLASH_COMMENT, _STRING)
_OF_PROSE = _form(_SLASH_COMMENT, _PROSE_STRING)
_CONSTANTS = {
    "true": True, "True": True, "false": False, "False": False,
    "null": None, "None": None, "nil": None, "NULL": None, "undefined": None,
}  # fmt: skip
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "\n": "", "0": "\0"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
#: What is put into a string at run time.
_INTERPOLATED = re.compile(r"\$\{|#\{|%\(\w+\)|\{\{")


class Token(NamedTuple):
    """
    A token.

    Attributes:
        kind: `value`, `key`, `open`, `close`, or the sign itself; `other` for anything else.
        value: the value of a literal, or the sign.
        start: its offset.
    """

    kind: str
    value: object
    start: int


def tokens(text: str, suffix: str) -> Iterator[Token]:
    """Yield the tokens of source code; `suffix` is that of its file's name."""
    form = _OF_PROSE if suffix in _PROSE else _WITH_HASH if suffix in _HASH else _WITH_SLASH
    for match in form.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if kind == "comment":
            continue
        yield _token(kind, found, match.start())


def _token(kind: str, found: str, start: int) -> Token:
    if kind == "string":
        value = _string(found)
        return Token("other" if value is None else "value", value, start)
    if kind == "number":
        return Token("value", json.loads(_number(found)), start)
    if kind == "word":
        if found in _CONSTANTS:
            return Token("value", _CONSTANTS[found], start)
        return Token("word", found, start)
    if kind == "symbol":
        return Token("word", found[1:], start)
    if kind in ("golist", "gomap"):
        return Token("open", "[" if kind == "golist" else "{", start)
    if kind == "arrow":
        return Token(":", found, start)
    if kind == "sign":
        names = {"{": "open", "[": "open", "(": "open", "}": "close", "]": "close", ")": "close"}
        return Token(names.get(found, found), found, start)
    return Token("other", found, start)


def _number(found: str) -> str:
    plain = found.replace("_", "")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, dot, rest = digits.partition(".")
    return sign + (whole.lstrip("0") or "0") + dot + rest if whole.isdigit() else plain


def _string(found: str) -> str | None:
    """Return the value of a string; None if it is made at run time."""
    prefix = re.match(r"[A-Za-z]*", found)
    said = prefix[0].lower() if prefix else ""
    body = found[len(said) :]
    width = 3 if body[:3] in ('"""', "'''") and len(body) >= 6 else 1
    if len(body) < 2 * width or body[-1] != body[0]:
        return None
    inner = body[width:-width]
    if _INTERPOLATED.search(inner) and body[0] != "'":
        return None
    if "f" in said and "{" in inner:
        return None
    if "r" in said or body[0] == "`":
        return inner
    return _ESCAPE.sub(_unescaped, inner)


def _unescaped(match: re.Match[str]) -> str:
    said = match[1]
    if said[0] in "ux" and len(said) > 1:
        return chr(int(said[1:], 16))
    return _SIMPLE.get(said, said)
