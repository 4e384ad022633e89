"""Drift as text, JSON and Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable

from receiptkit.drift.sides import Change

_LONGEST = 300


def as_text(changes: Iterable[Change]) -> str:
    """Return a block of lines for each change."""
    return "".join(f"{line}\n" for change in changes for line in _lines(change))


def _lines(change: Change) -> list[str]:
    subject = " ".join(filter(None, (change.operation, change.where)))
    lines = [f"{change.severity.value} {change.kind} {subject}: {change.message}"]
    for name, place, accepts in _sides(change):
        lines.append(f"    {name}: {place}" + (f" ({accepts} the example)" if accepts else ""))
    if change.example is not None:
        text = json.dumps(change.example, ensure_ascii=False)
        short = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
        lines.append(f"    example: {short}")
    return lines


def _sides(change: Change) -> list[tuple[str, str, str]]:
    verdict = {True: "accepts", False: "refuses", None: ""}
    sides = [
        ("before", change.old_place, verdict[change.old_accepts]),
        ("after", change.new_place, verdict[change.new_accepts]),
    ]
    return [side for side in sides if side[1]]


def as_json(changes: Iterable[Change]) -> str:
    """Return a JSON list with an object for each change."""
    found = [
        {
            "kind": change.kind,
            "severity": change.severity.value,
            "operation": change.operation or None,
            "where": change.where,
            "message": change.message,
            "before": {"place": change.old_place or None, "accepts": change.old_accepts},
            "after": {"place": change.new_place or None, "accepts": change.new_accepts},
            "example": change.example,
        }
        for change in changes
    ]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def as_markdown(changes: Iterable[Change]) -> str:
    """Return a section for each change."""
    parts = []
    for change in changes:
        subject = " ".join(
            filter(None, (change.operation, f"`{change.where}`" if change.where else ""))
        )
        parts.append(f"### {change.severity.value}: {change.message}\n\n{change.kind}: {subject}\n")
        for name, place, accepts in _sides(change):
            parts.append(f"- {name}: `{place}`" + (f", {accepts} the example" if accepts else ""))
        if change.example is not None:
            text = json.dumps(change.example, ensure_ascii=False, indent=2)
            parts.append(f"\n```json\n{text}\n```")
        parts.append("")
    return "\n".join(parts) + ("\n" if parts else "")
