"""Drift: what a newer document of the vendor's changes for those who use the contract."""

from __future__ import annotations

from pathlib import Path

from receiptkit.drift.comparison import Change, compare
from receiptkit.drift.newer import Newer, newer
from receiptkit.model.finding import Severity
from receiptkit.openapi.build import UPSTREAM
from receiptkit.openapi.document import built, spec_directory

__all__ = ["Change", "drift"]


def drift(upstream: Path, profile: str = "documented", spec: Path | None = None) -> list[Change]:
    """
    Return the consequences of a newer document of the vendor's, the most severe first.

    Args:
        upstream: the newer document: OpenAPI 3.0 or 3.1, the whole API or a part.
        profile: whose users are meant; overlays are applied to the newer document, too.
        spec: the folder of sources; by default that of receiptkit.

    Raises:
        DocumentError: the document cannot be used.
    """
    made = newer(upstream, spec or spec_directory(), UPSTREAM, profile)
    old = built(profile).content
    changes = [*_operations(made), *compare(old, made.content), *_overlays(made)]
    return sorted(changes, key=lambda change: -change.severity.rank)


def _operations(made: Newer) -> list[Change]:
    lost = [
        Change(
            "gone", Severity.ERROR, f"{method.upper()} {path}", "", "the operation is gone",
            f"paths/{path}/{method}",
        )
        for method, path in made.lost
    ]  # fmt: skip
    moved = [
        Change(
            "moved", Severity.ERROR, f"{method.upper()} {path}", "",
            f"a request you make would be refused: the path is {other} now",
            f"paths/{path}/{method}", f"paths/{other}/{method}",
        )
        for (method, path), other in made.moved.items()
    ]  # fmt: skip
    return [*lost, *moved]


def _overlays(made: Newer) -> list[Change]:
    return [
        Change(
            "overlay-lost" if is_lost else "overlay-idle",
            Severity.WARNING if is_lost else Severity.INFO,
            "",
            where,
            f"overlay action {'no longer applies' if is_lost else 'is no longer needed'}: {text}",
        )
        for where, text, is_lost in made.idle
    ]
