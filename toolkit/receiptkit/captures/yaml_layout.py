"""Scalars and lists in the text of a YAML document, without its values."""

from __future__ import annotations

from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def layout(text: str) -> tuple[list[tuple[int, int]], list[int]]:
    """
    Return where scalars begin and end, and where the elements of the outermost list begin.

    Of a text that is not YAML, all is one scalar.
    """
    scalars: list[tuple[int, int]] = []
    elements: list[tuple[int, int]] = []
    try:
        for token in yaml.scan(text, Loader=_LOADER):
            start = token.start_mark
            if isinstance(token, yaml.ScalarToken):
                scalars.append((start.index, token.end_mark.index))
            elif isinstance(token, yaml.BlockEntryToken):
                elements.append((start.column, start.index))
    except (yaml.YAMLError, RecursionError):
        return [(0, len(text))], []
    outermost = min((column for column, _ in elements), default=0)
    return scalars, [at for column, at in elements if column == outermost]
