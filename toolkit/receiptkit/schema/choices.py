"""Choices between schemas: of the errors of all branches, those of the one that was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

E = TypeVar("E")

#: Keywords that offer a choice.
CHOICES = ("anyOf", "oneOf")


def meant(branches: Iterable[list[E]], is_of_another_type: Callable[[E], bool]) -> list[E]:
    """
    Return the errors of the only branch that a value of this type can take; none where there are
    several.

    Args:
        branches: the errors of each branch.
        is_of_another_type: returns True if an error says that the value as a whole has another
            type.
    """
    possible = [branch for branch in branches if not any(map(is_of_another_type, branch))]
    return possible[0] if len(possible) == 1 else []
