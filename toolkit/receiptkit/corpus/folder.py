"""A folder of the corpus: compare it with what the generator makes, and write it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from receiptkit.corpus.corpus import MANIFEST, File
from receiptkit.model.errors import UsageError
from receiptkit.validation.output_files import make_folder, written


class CorpusFolder:
    """A folder that holds, or is to hold, the corpus."""

    def __init__(self, path: Path) -> None:
        self.path = path
        manifest = _manifest(path)
        seed = manifest.get("seed") if isinstance(manifest, dict) else None
        #: The seed of the corpus in the folder; 0 without one.
        self.seed = seed if type(seed) is int else 0
        self._hashes = _hashes(path, manifest)

    def differences(self, files: Sequence[File]) -> list[tuple[str, str]]:
        """Return the path of each file that is not as it should be, and what is wrong with it."""
        differing = [
            (
                file.path,
                "differs from what the generator makes" if self._exists(file.path) else "missing",
            )
            for file in files
            if self._content(file.path) != file.content
        ]
        stale = [(path, "no longer generated") for path in self._stale(files) if self._exists(path)]
        return differing + stale

    def write(self, files: Sequence[File], *, force: bool) -> None:
        """
        Write the corpus, and remove files of an earlier one that it no longer has.

        Raises:
            UsageError: a file was changed, or receiptkit did not write it, and `force` is False; or
                a folder is a link, or cannot be made.
        """
        stale = self._stale(files)
        replaced = [
            file.path
            for file in files
            if self._exists(file.path) and self._content(file.path) != file.content
        ]
        foreign = [path for path in (*replaced, *stale) if self._is_foreign(path)]
        if foreign and not force:
            more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
            raise UsageError(
                f"{self.path / foreign[0]}{more}: changed, or not written by receiptkit; --force "
                "overwrites"
            )
        self._make_folders(files)
        for file in files:
            with written(str(self.path / file.path), option="DIRECTORY") as out:
                out.write(file.content)
        for path in stale:
            (self.path / path).unlink(missing_ok=True)

    def _make_folders(self, files: Sequence[File]) -> None:
        for folder in sorted({(self.path / file.path).parent for file in files}):
            make_folder(str(folder), str(self.path), option="")

    def _stale(self, files: Sequence[File]) -> list[str]:
        return sorted(set(self._hashes) - {file.path for file in files})

    def _is_foreign(self, path: str) -> bool:
        """Return True if a file is not as an earlier run left it."""
        content = self._content(path)
        if content is None or path == MANIFEST:
            return content is not None and not self._hashes
        return hashlib.sha256(content).hexdigest() != self._hashes.get(path)

    def _exists(self, path: str) -> bool:
        return (self.path / path).exists()

    def _content(self, path: str) -> bytes | None:
        try:
            return (self.path / path).read_bytes()
        except OSError:
            return None


def _manifest(folder: Path) -> Any:
    """Return the manifest, which may hold anything; None without one."""
    try:
        return json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _hashes(folder: Path, manifest: Any) -> dict[str, str]:
    """Return the hashes of the files that a manifest lists; none if it is no manifest."""
    try:
        listed = {
            str(entry["file"]): str(entry["sha256"])
            for entry in (*manifest["files"], *manifest["about"])
        }
    except (LookupError, TypeError):
        return {}
    # A file outside of the corpus is never removed, whatever a manifest holds.
    return {path: sha256 for path, sha256 in listed.items() if _is_within(folder, path)}


def _is_within(folder: Path, path: str) -> bool:
    root = folder.resolve()
    return root in (folder / path).resolve().parents
