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
_GO_VALUE = r"(?:any|(?:\[\])?string|interface\s*\{\s*\})"
_GO_MAP = (
    rf"(?:map\[string\]{_GO_VALUE}|url\.Values|http\.Header|(?:gin|utils|render)\.[HM]|bson\.M"
    r"|(?:fiber|echo)\.Map)\s*\{"
)
_GO_LIST = rf"\[\](?:map\[string\])?{_GO_VALUE}\s*\{{"
#: What never ends goes to the end of the line, or of the text, so that no part is read twice.
_STRING = (
    r"[A-Za-z]{0,2}(?:\"\"\".*?(?:\"\"\"|\Z)|'''.*?(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*(?:\"|(?=\n)|\\?\Z)|'(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\\?\Z))"
    r"|`[^`]*(?:`|\Z)"
)
#: Strings without escapes, of Rust, Swift and C++; C# and Visual Basic double quotes in theirs.
_RAW_STRING = (
    r"(?:[bc]?r)?(?P<hashes>#{1,8})(?:\"\"\".*?\"\"\"|\".*?\")(?P=hashes)"
    r"|(?:u8|[uUL])?R\"(?P<fence>[^()\\\s\"]{0,16})\(.*?\)(?P=fence)\""
)
_DOUBLED = r"(?:\$@|@\$?)\"(?:[^\"]|\"\")*(?:\"|\Z)"
_DOUBLING = {".cs": _DOUBLED, ".fs": _DOUBLED, ".vb": r"\"(?:[^\"\n]|\"\")*(?:\"|(?=\n)|\Z)"}
#: The first word of a text that goes on to a line with the same word.
_HEREDOC = r"<<[<~-][\"']?[A-Za-z_]\w*[\"']?(?=[^\n]*\n)"
#: In prose, an apostrophe begins no string, and backticks surround code.
_PROSE = (".md", ".mdx", ".rst", ".adoc")
_PROSE_STRING = r"\"(?:[^\"\\\n]|\\.)*(?:\"|(?=\n)|\\?\Z)"


def _form(comment: str, string: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<comment>{comment}|{_HEREDOC})|(?P<golist>{_GO_LIST})|(?P<gomap>{_GO_MAP})"
        rf"|(?P<string>{string})"
        r"|(?P<number>-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.]))|(?P<arrow>=>|->)"
        r"|(?P<joint>(?<![=!<>:+*/%&|^-])=(?![=>~]))"
        # Behind a key in quotes, the colon belongs to the key: `{"error_code":null}`.
        r"|(?P<symbol>(?<![\w:\"'`\]]):[A-Za-z_]\w*)|(?P<word>[A-Za-z_$][\w$.]*)"
        r"|(?P<sign>[{}\[\]():,;])"
        r"|(?P<other>[^\s])",
        re.DOTALL,
    )


_WITH_HASH = _form(_HASH_COMMENT, _STRING)
_WITH_SLASH = _form(_SLASH_COMMENT, f"{_RAW_STRING}|{_STRING}")
_WITH_DOUBLED = {
    suffix: _form(_SLASH_COMMENT, f"{doubled}|{_STRING}") for suffix, doubled in _DOUBLING.items()
}
_OF_PROSE = _form(_SLASH_COMMENT, _PROSE_STRING)
_CONSTANTS = {
    "true": True, "True": True, "false": False, "False": False,
    "null": None, "None": None, "nil": None, "NULL": None, "undefined": None,
}  # fmt: skip
_RAW = re.compile(
    r"(?:[bc]?r)?(?P<hashes>#{1,8})(?P<quotes>\"\"\"|\")"
    r"|(?:u8|[uUL])?R\"(?P<fence>[^()\\\s\"]{0,16})\("
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "\n": "", "0": "\0"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
#: What is put into a string at run time.
_INTERPOLATED = re.compile(r"\$\{|#\{|%\(\w+\)|\{\{")


class CodeToken(NamedTuple):
    """
    A token.

    Attributes:
        kind: `value`, `word`, `symbol`, `open`, `close`, or the sign itself; `other` for anything
            else.
        value: the value of a literal, or the sign.
        start, end: its offsets.
    """

    kind: str
    value: object
    start: int
    end: int


def tokens(text: str, suffix: str) -> Iterator[CodeToken]:
    """Yield the tokens of source code; `suffix` is that of its file's name."""
    form = _OF_PROSE if suffix in _PROSE else _WITH_HASH if suffix in _HASH else _WITH_SLASH
    form = _WITH_DOUBLED.get(suffix, form)
    for match in form.finditer(text):
        kind, found = str(match.lastgroup), match[0]
        if kind == "comment":
            continue
        yield CodeToken(*_kind_and_value(kind, found, suffix), *match.span())


def _kind_and_value(kind: str, found: str, suffix: str) -> tuple[str, object]:
    if kind == "string":
        value = _raw(found) if suffix not in _DOUBLING else _doubled(found, suffix)
        value = _string(found) if value is None else value
        return "other" if value is None else "value", value
    if kind == "number":
        return "value", json.loads(_number(found))
    if kind == "word":
        return ("value", _CONSTANTS[found]) if found in _CONSTANTS else ("word", found)
    if kind == "symbol":
        return "symbol", found[1:]
    if kind in ("golist", "gomap"):
        return "open", "[" if kind == "golist" else "{"
    if kind in ("arrow", "joint"):
        return ":" if kind == "arrow" else "=", found
    if kind == "sign":
        names = {"{": "open", "[": "open", "(": "open", "}": "close", "]": "close", ")": "close"}
        return names.get(found, found), found
    return "other", found


def _number(found: str) -> str:
    plain = found.replace("_", "")
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, dot, rest = digits.partition(".")
    return sign + (whole.lstrip("0") or "0") + dot + rest if whole.isdigit() else plain


def _raw(found: str) -> str | None:
    """Return what is in a string without escapes; None for any other."""
    match = _RAW.match(found)
    if match is None:
        return None
    if match["fence"] is not None:
        return found[match.end() : -len(match["fence"]) - 2]
    end = len(match["quotes"]) + len(match["hashes"])
    return found[match.end() : -end] if len(found) >= match.end() + end else None


def _doubled(found: str, suffix: str) -> str | None:
    """Return what is in a string whose quotes are doubled; None for any other."""
    first = found.find('"')
    if (not first and suffix != ".vb") or found[-1:] != '"' or len(found) < first + 2:
        return None
    inner = found[first + 1 : -1]
    return None if "$" in found[:first] else inner.replace('""', '"')


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
