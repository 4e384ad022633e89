"""The values of a YAML file, with their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from receiptkit.captures.yaml_cells import PROPERTIES
from receiptkit.scrubbing.edits import Decoded, Edit, applied, doubled, plain
from receiptkit.scrubbing.nodes import Frame, Leaf, leaf

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_MOST_DEPTH = 100


def frames(text: str) -> list[Frame]:
    """
    Return the documents of a YAML file.

    Raises:
        ValueError: the text is not YAML, or is nested too deep.
    """
    root = Frame(0, len(text), is_object=False, in_json=False)
    stack, keys = [root], [None]
    try:
        for event in yaml.parse(text.removeprefix("\ufeff"), Loader=_LOADER):
            _take(event, text, int(text.startswith("\ufeff")), stack, keys)
            if len(stack) > _MOST_DEPTH:
                raise ValueError("nested too deep")
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    return [each for each in root.nodes if isinstance(each, Frame)]


def _take(event: Any, text: str, shift: int, stack: list[Frame], keys: list[Any]) -> None:
    if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
        is_object = isinstance(event, yaml.MappingStartEvent)
        start = _index(event.start_mark) + shift
        stack.append(Frame(start, start, is_object, in_json=False))
        keys.append(None)
    elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
        frame = stack.pop()
        keys.pop()
        frame.end = _index(event.end_mark) + shift
        _put(stack[-1], keys, frame)
    elif isinstance(event, yaml.ScalarEvent):
        start, end = _index(event.start_mark) + shift, _index(event.end_mark) + shift
        properties = PROPERTIES.match(text[start:end])
        start += properties.end() if properties else 0
        is_text = bool(event.style) or bool(event.tag)
        _put(stack[-1], keys, _leaf(text[start:end], start, event, is_text=is_text))
    elif isinstance(event, yaml.AliasEvent):
        _put(stack[-1], keys, None)


def _index(mark: Any) -> int:
    return int(mark.index)


def _put(frame: Frame, keys: list[Any], node: Any) -> None:
    if frame.is_object and keys[-1] is None:
        # An alias or a container as a key has no name.
        keys[-1] = node if isinstance(node, Leaf) else False
        return
    if node is not None:
        frame.keys.append(keys[-1] or None)
        frame.nodes.append(node)
    keys[-1] = None


def _leaf(raw: str, start: int, event: Any, *, is_text: bool) -> Leaf:
    value: str = event.value
    end = start + len(raw)
    if raw == value:
        return leaf(plain(raw, start), start, end, is_text=is_text or not _is_word(value))
    decoded = _as_written(raw, start, value)
    if decoded is not None:
        return leaf(decoded, start, end)

    def outward(edits: Sequence[Edit]) -> list[Edit]:
        return [Edit(start, end, _literal(applied(value, edits), raw))] if edits else []

    return Leaf(start, end, value, outward)


def _as_written(raw: str, start: int, value: str) -> Decoded | None:
    """Return the value of a scalar that has it character for character; None for any other."""
    if raw[:1] == "'" and "\n" not in raw:
        return doubled(raw, start, "'")
    if raw[:1] == '"' and "\\" not in raw and "\n" not in raw:
        return plain(value, start + 1)
    if raw[:1] != "|":
        return None
    return _of_block(raw, start, value)


def _of_block(raw: str, start: int, value: str) -> Decoded | None:
    """Return the value of a literal block; None if its lines are not in it as they are."""
    offsets: list[int] = []
    place, indent = raw.find("\n") + 1, ""
    for line in value.split("\n"):
        end = raw.find("\n", place)
        written = raw[place : end if end >= 0 else len(raw)].removesuffix("\r")
        if not written.endswith(line):
            return None
        at = place + (len(written) - len(line) if line else 0)
        indent = indent or (raw[place:at] if line else "")
        offsets.extend(range(start + at, start + at + len(line) + 1))
        if end < 0:
            break
        place = end + 1
    offsets += [start + len(raw)] * (len(value) + 1 - len(offsets))

    def encode(new: str) -> str:
        return new.replace("\n", f"\n{indent}").removesuffix(indent if new[-1:] == "\n" else "")

    return Decoded(value, offsets, encode)


def _literal(value: str, raw: str) -> str:
    """Return the scalar of a value in double quotes, with what ended the scalar before."""
    is_ascii = raw.isascii()
    parts = []
    for char in value:
        number = ord(char)
        if char in _ESCAPES:
            parts.append(_ESCAPES[char])
        elif number < 32 or 127 <= number < 160 or number in (0x2028, 0x2029, 0xFEFF):
            parts.append(f"\\u{number:04x}")
        elif is_ascii and number > 127:
            parts.append(f"\\U{number:08x}" if number > 0xFFFF else f"\\u{number:04x}")
        else:
            parts.append(char)
    return '"' + "".join(parts) + '"' + raw[len(raw.rstrip()) :]


def _is_word(value: str) -> bool:
    return value in ("", "~", "null", "true", "false") or value.replace(".", "").isdigit()
