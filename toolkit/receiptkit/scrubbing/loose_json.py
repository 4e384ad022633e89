"""
Objects and arrays anywhere in a text, with the places of everything in them.

Reads JSON, and what only resembles it: a log line around it, strings in single quotes, trailing
commas, a text that ends too early. One pass; nothing recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from receiptkit.scrubbing.edits import plain
from receiptkit.scrubbing.nodes import Frame, Leaf, leaf, string

#: `[name] =>` is what PHP prints of a member.
#: A string that is assigned holds another text, and no container of this one.
_OPENING = re.compile(r"""[=:] ?(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*")|\{|\[(?!\w+\] =>)""")
#: Braces around lines of a name and a text, as Bruno writes them, are no object.
_BLOCK = re.compile(r"\{[ \t]*\r?\n(?:[ \t]*~?[\w.-]+:(?:[ \t][^\r\n]*)?(?<![,{\[])\r?\n)+[ \t]*\}")
_TOKEN = re.compile(
    r"""\s*(?:("[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')"""
    r"""|([{}\[\],:])|([^\s{}\[\],:"']+))""",
    re.DOTALL,
)
#: Deeper containers are no frames: what is in them is found as plain text.
_DEEPEST = 64
#: Characters that are read in vain before what begins like a container is left as plain text.
_BUDGET = 20_000_000


def frames(text: str) -> Iterator[Frame]:
    """Yield the outermost objects and arrays of a text, in order."""
    at, budget = 0, _BUDGET
    while budget > 0 and (opening := _OPENING.search(text, at)) is not None:
        if opening["string"] or _BLOCK.match(text, opening.start()):
            at = opening.end()
            continue
        frame, at = _frame(text, opening.start())
        if frame is not None:
            yield frame
        if text[at - 1 : at] not in ("}", "]"):
            budget -= len(text) - at


def _frame(text: str, start: int) -> tuple[Frame | None, int]:
    """Return the container at an offset, and where to go on; None without one."""
    stack = [Frame(start, start, text[start] == "{")]
    key: list[Leaf | None] = [None]
    at = start + 1
    while (match := _TOKEN.match(text, at)) is not None:
        at = match.end()
        literal, sign, word = match.groups()
        top = stack[-1]
        if sign in ("{", "["):
            if len(stack) == _DEEPEST:
                return None, at
            stack.append(Frame(at - 1, at, sign == "{"))
            key.append(None)
        elif sign in ("}", "]"):
            if (sign == "}") != top.is_object:
                break
            top.end = at
            stack.pop()
            key.pop()
            if not stack:
                return top, at
            _put(stack[-1], key, top)
        elif sign is None:
            begins = at - len(literal or word)
            found = (
                string(literal, begins)
                if literal
                else leaf(plain(word, begins), begins, at, is_text=False)
            )
            if top.is_object and key[-1] is None and text[at : at + 40].lstrip()[:1] == ":":
                key[-1] = found
            else:
                _put(top, key, found)
    return _cut(stack, key, at)


def _put(frame: Frame, key: list[Leaf | None], node: Leaf | Frame) -> None:
    frame.keys.append(key[-1])
    frame.nodes.append(node)
    key[-1] = None


def _cut(stack: list[Frame], key: list[Leaf | None], end: int) -> tuple[Frame, int]:
    """Return the outermost container of a broken text, up to where it breaks."""
    while True:
        frame = stack.pop()
        key.pop()
        frame.end = end
        if not stack:
            return frame, end
        _put(stack[-1], key, frame)
