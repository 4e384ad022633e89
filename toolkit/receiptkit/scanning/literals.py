"""Objects in source code, in any language that writes them like JSON, or as its own maps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from receiptkit.scanning.embedded import in_string
from receiptkit.scanning.heads import Style, style_of
from receiptkit.scanning.kinds import is_ours, is_seen, resembles
from receiptkit.scanning.placed import CodeNode, plain
from receiptkit.scanning.tokens import CodeToken, tokens

_DEEPEST = 60
#: Words beside a value that change nothing about it.
_BESIDE = ("as", "const", "string", "number", "new")
_KOTLIN = (".kt", ".kts")
#: In these, an object of any kind has `=` between a name and its value.
_EQUALS = (".lua", ".cs")


class Literal(NamedTuple):
    """
    A receipt, page, webhook or configuration in source code.

    Attributes:
        start: the offset at which it begins.
        node: its value, with places; None if a program makes it, or it has a library's own shape.
    """

    start: int
    node: CodeNode | None

    @property
    def value(self) -> Any:
        """Return the value; None without one."""
        return None if self.node is None else plain(self.node)


class _Word(str):
    """A name without quotes."""

    __slots__ = ()


@dataclass(slots=True)
class _Frame:
    """
    A container that is being read.

    `is_known` is False once something in it is no literal; `has_text` is True once a string is.
    """

    start: int
    sign: str
    style: Style
    names: set[str] = field(default_factory=set)
    members: dict[str, CodeNode] = field(default_factory=dict)
    elements: list[CodeNode] = field(default_factory=list)
    is_known: bool = True
    has_text: bool = False
    key: str | None = None
    value: CodeNode | None = None
    found: list[Literal] = field(default_factory=list)


def literals(text: str, suffix: str) -> list[Literal]:
    """Return what is ours in source code, in order; `suffix` is that of the file's name."""
    stack = [_Frame(0, "", Style.CALL)]
    row = [*tokens(text, suffix)]
    for index, token in enumerate(row):
        top = stack[-1]
        if token.kind == "open":
            if len(stack) >= _DEEPEST:
                return stack[0].found
            style = style_of(row, index, suffix)
            stack.append(_Frame(token.start, str(token.value), style))
        elif token.kind == "close":
            if len(stack) > 1:
                _close(stack.pop(), stack[-1])
        elif token.kind == ",":
            _end_member(top)
        elif token.kind in (":", "=") or _is_joint(token, top, suffix):
            _end_key(top, token, suffix)
        elif not _is_head(row, index, suffix):
            _take(top, token, text)
    while len(stack) > 1:
        frame = stack.pop()
        stack[-1].found += frame.found
    return sorted(stack[0].found, key=lambda each: each.start)


def _is_joint(token: CodeToken, top: _Frame, suffix: str) -> bool:
    """Return True for the word between a key and its value in Kotlin."""
    is_word = token.kind == "word" and token.value == "to" and suffix in _KOTLIN
    return is_word and top.key is None and top.value is not None


def _is_head(row: list[CodeToken], index: int, suffix: str) -> bool:
    """Return True for a name that belongs to the container behind it."""
    following = row[index + 1 : index + 2]
    return (
        row[index].kind == "word"
        and bool(following)
        and following[0].kind == "open"
        and style_of(row, index + 1, suffix) is not Style.PLAIN
        and style_of(row, index + 1, suffix) is not Style.GROUP
    )


def _end_key(top: _Frame, token: CodeToken, suffix: str) -> None:
    """Take what was read for the name of a member."""
    if token.kind == "=" and top.sign == "{" and suffix not in _EQUALS:
        # A block of statements, or the shape of a library.
        top.style = Style.CALL
    found = top.value
    if found is not None and isinstance(found.value, list) and len(found.value) == 1:
        found = found.value[0]
    top.key, top.value = None, None
    if found is not None and isinstance(found.value, str):
        top.key = found.value
        top.names.add(str(found.value))
        top.has_text = top.has_text or not isinstance(found.value, _Word)
    else:
        top.is_known = False


def _take(top: _Frame, token: CodeToken, text: str) -> None:
    if token.kind == "value":
        value = token.value
        top.has_text = top.has_text or bool(value and isinstance(value, str))
        top.found += [Literal(each.start, each) for each in in_string(token, text)]
        here = top.value
        if here is None:
            top.value = CodeNode(value, token.start)
        elif isinstance(value, str) and isinstance(here.value, str):
            # Strings that follow each other are one, in Python and in C.
            top.value = CodeNode(here.value + value, here.start)
        else:
            top.is_known = False
    elif token.kind == "symbol" and top.key is not None and top.value is None:
        top.value = CodeNode(token.value, token.start)
    elif token.kind in ("word", "symbol") and top.value is None and top.key is None:
        # It may be a name without quotes; if no colon follows, it is no literal.
        top.value = CodeNode(_Word(token.value), token.start)
    elif not (token.kind == "word" and token.value in _BESIDE):
        top.is_known = False


def _end_member(frame: _Frame) -> None:
    key, value = frame.key, frame.value
    frame.key = frame.value = None
    if key is not None:
        if value is None:
            frame.is_known = False
        else:
            frame.members[str(key)] = value
    elif value is not None and isinstance(value.value, _Word):
        frame.is_known = False
    elif value is not None:
        frame.elements.append(value)


def _close(frame: _Frame, around: _Frame) -> None:
    _end_member(frame)
    value, known = _value(frame)
    known = known and frame.is_known
    members = value if isinstance(value, dict) else {}
    scalars = {name: each.value for name, each in members.items()}
    if known and members and is_ours(scalars):
        around.found.append(Literal(frame.start, CodeNode(value, frame.start)))
    elif _is_to_be_seen(frame, scalars or frame.names, known=known):
        around.found += [*frame.found, Literal(frame.start, None)]
    else:
        around.found += frame.found
    around.has_text = around.has_text or (frame.sign == "(" and frame.has_text)
    if not known or around.value is not None:
        around.is_known = False
    else:
        around.value = CodeNode(value, frame.start)


def _is_to_be_seen(frame: _Frame, members: Any, *, known: bool) -> bool:
    """Return True for an object that is meant for one of ours, and cannot be judged."""
    names = {*frame.names, *members}
    sid = frame.members.get("sid") or frame.members.get("Sid")
    is_other = sid is not None and str(sid.value)[:2].isalpha() and str(sid.value)[:2] != "DY"
    if is_other or not frame.has_text:
        return False
    return (not known and is_seen(names)) or (not is_seen(names) and resembles(names))


def _value(frame: _Frame) -> tuple[Any, bool]:
    """Return the value of a container, and True if it can be known."""
    members, elements = frame.members, frame.elements
    if frame.style is Style.CALL:
        return members or elements, False
    if frame.names or (frame.sign == "{" and not elements):
        is_map = frame.style in (Style.PLAIN, Style.NAMES)
        return members, is_map and not elements
    if frame.style is Style.ALTERNATING:
        elements = [
            CodeNode([key, value], key.start)
            for key, value in zip(elements[::2], elements[1::2], strict=False)
        ]
    if frame.style is Style.GROUP and len(elements) == 1:
        return elements[0].value, True
    return _of_pairs(elements) or elements, True


def _of_pairs(elements: list[CodeNode]) -> dict[str, CodeNode]:
    """Return the members in a list of pairs; nothing for any other list."""
    found: dict[str, CodeNode] = {}
    for each in elements:
        pair = each.value
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0].value, str)):
            return {}
        found[pair[0].value] = pair[1]
    return found if len(found) > 1 else {}
