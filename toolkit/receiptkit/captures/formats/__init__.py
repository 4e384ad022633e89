"""
One module for each format of captures.

A module that defines `FORMAT` or `FORMATS` is found by being here.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from receiptkit.captures.format import Format, beginning

#: Modules of formats that never begin with a brace: for a file that does, they are not imported
#: before all others have been tried.
_WITHOUT_BRACE = frozenset(
    (
        *("archive", "bruno", "curl", "form_lines", "html", "http_text", "httpyac", "log"),
        *("parquet", "sql", "table", "toml_cassette", "yakbak", "yaml_document"),
    )
)

#: From this order on a format takes any text with names of ours in it.
_LAST = 97


@cache
def formats(left_out: frozenset[str] = frozenset()) -> tuple[Format, ...]:
    """Return every format but those of some modules, in the order in which a file is tried."""
    found: list[Format] = []
    for module in iter_modules(__path__):
        if module.name not in left_out:
            content = import_module(f"{__name__}.{module.name}")
            found += getattr(content, "FORMATS", None) or [content.FORMAT]
    return tuple(sorted(found, key=lambda each: (each.order, each.name)))


def readable() -> dict[str, Format]:
    """Return the formats that can be read, by the names that `--as` takes."""
    return {each.name: each for each in formats() if each.read is not None}


def recognise(name: str, head: bytes, *, named: bool = True) -> tuple[Format | None, str]:
    """
    Return the format of a file and the evidence for it, by its name and first bytes.

    None if no format matches.
    """
    for each in _tried(head):
        if not named and each.likely and not each.likely(name, head):
            continue
        evidence = each.evidence(name, head)
        if evidence:
            return each, evidence
    return None, ""


def _tried(head: bytes) -> Iterator[Format]:
    if beginning(head).startswith(b"{"):
        yield from (each for each in formats(_WITHOUT_BRACE) if each.order < _LAST)
    yield from formats()
