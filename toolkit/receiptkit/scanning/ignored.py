"""Files that `.gitignore` leaves out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pathspec


class Ignored:
    """The rules of every `.gitignore` from the root down to a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._specs: dict[Path, Any] = {}

    def enter(self, folder: Path) -> None:
        """Read the rules of a folder."""
        file = folder / ".gitignore"
        if file.is_file() and not file.is_symlink():
            lines = file.read_text("utf-8", "replace").splitlines()
            self._specs[folder] = pathspec.GitIgnoreSpec.from_lines(lines)

    def is_ignored(self, path: Path, *, is_folder: bool) -> bool:
        """Return True if the nearest rule about a path leaves it out."""
        for folder in path.parents:
            spec = self._specs.get(folder)
            if spec is not None:
                name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
                include = spec.check_file(name).include
                if include is not None:
                    return bool(include)
            if folder == self._root:
                break
        return False
