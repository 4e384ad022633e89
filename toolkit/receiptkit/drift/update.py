"""Take over a newer document of the vendor: its facts, in our words where we have some."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from receiptkit.drift.newer import cut_down
from receiptkit.openapi.build import as_yaml, load

#: Parts of the published document that are not taken over; ours are kept instead.
_TEXTS = ("description", "summary", "title", "tags", "example", "examples", "headers", "servers")
_COMMENT = (
    "# Hand-kept: the published document's facts in our words. "
    "See info.x-receiptkit-provenance and spec/README.md.\n"
)


def updated(path: Path, spec: Path, upstream: str, commit: str | None) -> str:
    """
    Return the text of `upstream` with the facts of a newer document.

    Args:
        path: the newer document.
        spec: the folder of sources.
        upstream: the source in it that is replaced.
        commit: the revision to name as the source; as before by default.

    Raises:
        DocumentError: the newer document cannot be used.
    """
    ours = load(spec / upstream)
    cut, _, _ = cut_down(path, ours)
    merged = {**ours, "paths": _merged(cut["paths"], ours["paths"])}
    components = ours["components"]
    schemas = _merged(cut["components"]["schemas"], components["schemas"])
    merged["components"] = {**components, "schemas": schemas}
    if commit is not None:
        merged["info"]["x-receiptkit-provenance"]["commit"] = commit
    return _COMMENT + as_yaml(merged)


def _merged(theirs: Any, ours: Any) -> Any:
    """Return their facts in our order, with our texts."""
    if isinstance(theirs, list):
        items = [*ours, *[None] * len(theirs)] if isinstance(ours, list) else [None] * len(theirs)
        return [_merged(item, items[number]) for number, item in enumerate(theirs)]
    if not isinstance(theirs, dict):
        return theirs
    own = ours if isinstance(ours, dict) else {}
    kept = {
        name: value
        for name, value in theirs.items()
        if name[:2] != "x-" and (name not in _TEXTS or _is_schema(value))
    }
    order = [name for name in own if name in kept or _is_text(name, own[name])]
    names = dict.fromkeys([*order, *kept])
    return {
        name: _merged(kept[name], own.get(name)) if name in kept else own[name] for name in names
    }


def _is_text(name: str, value: Any) -> bool:
    return name in _TEXTS and not _is_schema(value)


def _is_schema(value: Any) -> bool:
    """Return True if a member called like a text is a property of that name."""
    return isinstance(value, dict) and ("type" in value or "$ref" in value)
