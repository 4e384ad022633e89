"""The files of a repository: captures to read, and source code with literals in it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from receiptkit.captures import Source, recognise
from receiptkit.captures.evidence import has_evidence_in
from receiptkit.model.errors import CaptureError
from receiptkit.scanning.ignored import Ignored
from receiptkit.scanning.literals import literals

#: Files of source code; what is not among them is read as a capture.
CODE = (
    *(".py", ".pyi", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".dart"),
    *(".rb", ".go", ".php", ".java", ".kt", ".kts", ".swift", ".cs", ".rs", ".scala", ".groovy"),
    *(".ex", ".exs", ".pl", ".lua", ".c", ".cc", ".cpp", ".h", ".m", ".r", ".sh", ".feature"),
    *(".md", ".mdx", ".rst", ".adoc"),
)
#: Folders of other people's code, and of tools.
_FOREIGN = (
    *("node_modules", "vendor", ".git", ".hg", ".svn"),
    *("__pycache__", ".venv", "venv", ".tox", ".mypy_cache"),
)
_LARGEST_CODE = 2 * 2**20
_HEAD = 4096
_DAY = 86_400


@dataclass(slots=True)
class Found:
    """
    The result of a walk through a repository.

    Attributes:
        sources: what is judged: captures, and the literals of each file of source code.
        seen: places of literals that are made at run time, and so are not judged.
        files: how many files there are.
        left_out: files that were not looked into, by reason.
        cassettes: the captures, each with its time of change.
        names: the cassettes that source code refers to.
    """

    sources: list[Source | CaptureError] = field(default_factory=list)
    seen: list[tuple[str, int]] = field(default_factory=list)
    files: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    cassettes: dict[str, float] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def leave_out(self, reason: str) -> None:
        """Count a file that is not looked into."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def scan(root: Path, *, most_files: int) -> Found:
    """Return what a repository holds; links are not followed, and nothing is executed."""
    found = Found()
    mentions: list[str] = []
    for path in _files(root, found):
        found.files += 1
        if found.files > most_files:
            found.leave_out(f"more than {most_files:,} files; --max-files allows more")
            break
        _look(path, found, mentions)
    told = "\n".join(mentions)
    found.names = {name for name in found.cassettes if _is_mentioned(Path(name), told)}
    return found


def unused(found: Found) -> list[str]:
    """Return the cassettes that no source code refers to."""
    return sorted(
        name
        for name in found.cassettes
        if name not in found.names and {"cassettes", "cassette", "vcr"} & set(Path(name).parts)
    )


def old(found: Found, days: int) -> list[str]:
    """Return the captures that were not changed for so many days."""
    before = time.time() - days * _DAY
    return sorted(name for name, changed in found.cassettes.items() if changed < before)


def _files(root: Path, found: Found) -> Iterator[Path]:
    if root.is_file():
        yield root
        return
    ignored = Ignored(root)
    errors: list[OSError] = []
    for folder, subfolders, names in os.walk(root, onerror=errors.append):
        here = Path(folder)
        ignored.enter(here)
        subfolders[:] = sorted(
            name
            for name in subfolders
            if name not in _FOREIGN and not ignored.is_ignored(here / name, is_folder=True)
        )
        for name in sorted(names):
            path = here / name
            if path.is_symlink():
                found.leave_out("a link")
            elif ignored.is_ignored(path, is_folder=False):
                found.leave_out("ignored by .gitignore")
            elif path.is_file():
                yield path
    for error in errors:
        found.sources.append(
            CaptureError(f"{error.filename}: {(error.strerror or str(error)).lower()}")
        )


def _look(path: Path, found: Found, mentions: list[str]) -> None:
    name, suffix = str(path), path.suffix.lower()
    if suffix not in CODE:
        source = Source(name, named=False)
        found.sources.append(source)
        if _is_capture(path):
            found.cassettes[name] = path.stat().st_mtime
        return
    try:
        if path.stat().st_size > _LARGEST_CODE:
            found.leave_out("source code of more than 2 MiB")
            return
        raw = path.read_bytes()
    except OSError as error:
        found.leave_out((error.strerror or str(error)).lower())
        return
    if b"cassette" in raw or b"vcr" in raw.lower() or b".har" in raw:
        mentions.append(raw.decode("utf-8", "replace"))
    if has_evidence_in(raw):
        _literals(name, suffix, raw.decode("utf-8", "replace"), found)


def _literals(name: str, suffix: str, text: str, found: Found) -> None:
    """Add the literals of source code, each as JSON on the line on which it begins."""
    lines: dict[int, str] = {}
    for literal in literals(text, suffix):
        line = text.count("\n", 0, literal.start) + 1
        if literal.value is None:
            found.seen.append((name, line))
            continue
        while line in lines:
            line += 1
        lines[line] = json.dumps(literal.value)
    if lines:
        content = "\n".join(lines.get(line, "") for line in range(1, max(lines) + 1))
        found.sources.append(
            Source(
                name, named=False, content=content.encode("utf-8", "surrogatepass"), format="ndjson"
            )
        )


def _is_capture(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    found, _ = recognise(str(path), head, named=False)
    return found is not None and found.name in ("cassette", "har") and found.read is not None


def _is_mentioned(path: Path, told: str) -> bool:
    """Return True if source code names a cassette, or the test that it is named after."""
    stem = path.stem.partition(".")[0]
    return any(name and name in told for name in (path.name, stem))
