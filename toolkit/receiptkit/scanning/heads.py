"""The name before a bracket in source code, and what that makes of the brackets' content."""

from __future__ import annotations

from enum import Enum

from receiptkit.scanning.tokens import CodeToken

#: Functions that make a map of names and values, of pairs, and of keys and values in turn.
_OF_NAMES = (
    *("dict", "list", "array", "mapOf", "mutableMapOf", "hashMapOf", "linkedMapOf", "Map"),
    *("OrderedDict", "collections.OrderedDict", "Hash", "json_build_object", "Dictionary"),
)
_OF_ELEMENTS = (
    *("listOf", "arrayOf", "mutableListOf", "List.of", "Arrays.asList", "List", "Seq", "Vec"),
    *(
        "entry",
        "Map.entry",
        "Pair",
        "Pair.of",
        "Map.ofEntries",
        "tuple",
        "Array",
        "URLSearchParams",
    ),
    *("new_array", "c"),
)
_IN_TURN = ("Map.of", "ImmutableMap.of", "java.util.Map.of")


class Style(Enum):
    """
    The content of brackets.

    PLAIN is an object or a list as JSON has them, GROUP a value or a tuple, NAMES a map by a
    function, ELEMENTS a list by one, ALTERNATING keys and values in turn. CALL is any other call,
    or a type with fields, whose shape is a library's own.
    """

    PLAIN = 0
    GROUP = 1
    NAMES = 2
    ELEMENTS = 3
    ALTERNATING = 4
    CALL = 5


def style_of(row: list[CodeToken], index: int, suffix: str) -> Style:
    """Return what the brackets hold that the token at an index opens."""
    sign = row[index].value
    before = row[index - 1] if index else None
    name = str(before.value) if before is not None and before.kind == "word" else ""
    is_adjacent = before is not None and before.end == row[index].start
    if sign == "(":
        if not name or not is_adjacent:
            return Style.GROUP
        return _of_call(name)
    if sign == "{" and name and _is_type(name, suffix, is_adjacent=is_adjacent):
        return Style.CALL
    return Style.PLAIN


def _of_call(name: str) -> Style:
    if name in _IN_TURN:
        return Style.ALTERNATING
    if name in _OF_NAMES:
        return Style.NAMES
    return Style.ELEMENTS if name in _OF_ELEMENTS else Style.CALL


def _is_type(name: str, suffix: str, *, is_adjacent: bool) -> bool:
    """Return True for the name of a type, whose fields follow in braces."""
    last = name.rpartition(".")[2]
    return last[:1].isupper() or (suffix == ".go" and is_adjacent)
