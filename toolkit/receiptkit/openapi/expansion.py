"""The size of schemas when their references are followed."""

from __future__ import annotations

from typing import Any

from receiptkit.model.errors import DocumentError
from receiptkit.model.limits import limit, remedy
from receiptkit.openapi.references import REF, SCHEMAS, listed, origin, schema_name
from receiptkit.openapi.walking import LISTS

#: Keywords beside which more schemas apply to the same value.
_MAP = "dependentSchemas"
_IN_PLACE = (*LISTS[:3], "if", "then", "else", "not", _MAP)


def check_expansion(schemas: dict[str, Any]) -> None:
    """
    Check that no schema applies to its own value again, or expands to very many others.

    Raises:
        DocumentError: one does.
    """
    sizes: dict[str, int] = {}
    for name in schemas:
        _size_of(name, schemas, sizes, ())


def _size_of(
    name: str, schemas: dict[str, Any], sizes: dict[str, int], trail: tuple[str, ...]
) -> int:
    if name in sizes:
        return sizes[name]
    place = "/".join(origin((*SCHEMAS, name)))
    if name in trail:
        raise DocumentError(f"{place} refers to itself, without a member or an item in between")
    if len(trail) > (most := limit("references")):
        raise DocumentError(
            f"{place} is reached through more than {most:,} references; {remedy('references')}"
        )
    trail = (*trail, name)
    size = sum(
        1 + (_size_of(ref, schemas, sizes, trail) if ref in schemas else 0)
        for ref in _applied(schemas[name])
    )
    if size > (most := limit("schemas")):
        raise DocumentError(f"{place} expands to more than {most:,} schemas; {remedy('schemas')}")
    sizes[name] = size
    return size


def _applied(schema: Any) -> list[str]:
    """
    Return the name of every schema that applies to the same value;
    empty for one that has no name.
    """
    if not isinstance(schema, dict):
        return []
    name = schema_name(schema.get(REF))
    found = [] if name is None else [name]
    for keyword in _IN_PLACE:
        value = schema.get(keyword)
        several = value.values() if isinstance(value, dict) and keyword == _MAP else listed(value)
        for inner in several if keyword in (_MAP, *LISTS) else [value]:
            found += ["", *_applied(inner)]
    return found
