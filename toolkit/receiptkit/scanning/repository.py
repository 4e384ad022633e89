"""The files of a repository: captures to read, and source code with literals in it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from receiptkit.captures import Source, recognise
from receiptkit.captures.evidence import has_evidence_in
from receiptkit.captures.format import Format
from receiptkit.model.errors import CaptureError, os_reason
from receiptkit.model.regex import regex
from receiptkit.scanning.ages import latest_date
from receiptkit.scanning.builders import builders
from receiptkit.scanning.ignored import Ignored
from receiptkit.scanning.literals import literals
from receiptkit.scanning.notebooks import CodePiece, pieces
from receiptkit.scanning.placed import as_json, moved, span
from receiptkit.scanning.unread_receipts import unread_receipts
from receiptkit.text.json_locate import LineIndex

_NOTEBOOK = ".ipynb"
#: Files of source code; what is not among them is read as a capture.
CODE = (
    *(".py", ".pyi", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".vue", ".svelte", ".dart"),
    *(".rb", ".go", ".php", ".java", ".kt", ".kts", ".swift", ".cs", ".rs", ".scala", ".groovy"),
    *(".ex", ".exs", ".pl", ".lua", ".c", ".cc", ".cpp", ".h", ".m", ".r", ".sh", ".feature"),
    *(".md", ".mdx", ".rst", ".adoc", ".json5", ".jsonc"),
    _NOTEBOOK,
)
#: Names of ours as other languages spell them.
_OTHER_SPELLINGS = regex(
    rb"(?i)channel_?message_?sid|participant_?sid|delivery_?receipts|onDeliveryUpdated"
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
    The result of reading a repository.

    Attributes:
        sources: what is judged: captures, and the literals of each file of source code.
        seen: places of what is not judged: a program makes its values, or a library has a shape of
            its own for it.
        texts: the same in files that are neither a capture nor source code.
        files: how many files there are.
        left_out: files that were not looked into, by reason.
        cassettes: the captures.
        names: the cassettes that source code refers to.
    """

    sources: list[Source | CaptureError] = field(default_factory=list)
    seen: list[tuple[str, int]] = field(default_factory=list)
    texts: list[tuple[str, int]] = field(default_factory=list)
    files: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    cassettes: set[str] = field(default_factory=set)
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
    mentioned = "\n".join(mentions)
    found.names = {name for name in found.cassettes if _is_mentioned(Path(name), mentioned)}
    return found


def unused(found: Found) -> list[str]:
    """Return the cassettes that no source code refers to."""
    return sorted(
        name
        for name in found.cassettes
        if name not in found.names and {"cassettes", "cassette", "vcr"} & set(Path(name).parts)
    )


def old(found: Found, days: int) -> list[tuple[str, str]]:
    """Return the captures older than so many days, each with its date and the source of that."""
    before, rows = time.time() - days * _DAY, []
    for name in sorted(found.cassettes):
        date, source = latest_date(Path(name)), "the latest date in it"
        if date is None:
            date, source = os.stat(name).st_mtime, "no date in it; its time of change"
        if date < before:
            rows.append((name, f"{time.strftime('%Y-%m-%d', time.gmtime(date))}, {source}"))
    return rows


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
        found.sources.append(CaptureError(f"{error.filename}: {os_reason(error)}"))


def _look(path: Path, found: Found, mentions: list[str]) -> None:
    name, suffix = str(path), path.suffix.lower()
    if suffix not in CODE:
        kind = _kind(path)
        if kind is not None and kind.name in ("cassette", "har") and kind.read is not None:
            found.cassettes.add(name)
        if kind is not None and kind.read is not None and not kind.named_only:
            found.sources.append(Source(name, named=False))
            return
    is_code = suffix in CODE
    try:
        is_large = path.stat().st_size > _LARGEST_CODE
        raw = b"" if is_large else path.read_bytes()
    except OSError as error:
        if is_code:
            found.leave_out(os_reason(error))
        else:
            found.sources.append(Source(name, named=False))
        return
    if is_large and is_code:
        found.leave_out("source code of more than 2 MiB")
        return
    if not is_code:
        before = len(found.sources)
        if b"\0" not in raw[:_HEAD] and has_evidence_in(raw):
            _literals(name, suffix, raw.decode("utf-8", "replace"), found)
        if len(found.sources) == before:
            # It is counted among the files of other kinds, with its reason.
            found.sources.append(Source(name, named=False))
        return
    if b"cassette" in raw or b"vcr" in raw.lower() or b".har" in raw:
        mentions.append(raw.decode("utf-8", "replace"))
    if has_evidence_in(raw) or _OTHER_SPELLINGS.search(raw):
        _literals(name, suffix, raw.decode("utf-8", "replace"), found)


def _literals(name: str, suffix: str, text: str, found: Found) -> None:
    """Add the literals of source code, as JSON in which each value is on its line."""
    whole = CodePiece(text, suffix, lambda offset: offset)
    nodes, lines = [], LineIndex(text)
    places = found.seen if suffix in CODE else found.texts
    known_at: list[tuple[int, int]] = []
    for piece in pieces(text) if suffix == _NOTEBOOK else [whole]:
        known = literals(piece.text, piece.suffix)
        nodes += [moved(each.node, piece.place) for each in known if each.node is not None]
        seen = [each.start for each in known if each.node is None]
        judged = [span(each.node) for each in known if each.node is not None]
        seen += [
            first
            for first, last in builders(piece.text)
            if not any(begin <= last and first <= end for begin, end in judged)
        ]
        known_at += [(piece.place(first), piece.place(last)) for first, last in judged]
        known_at += [(piece.place(start), piece.place(start)) for start in seen]
        places += [(name, lines.place(piece.place(start))[0]) for start in sorted(set(seen))]
    places += [(name, lines.place(at)[0]) for at in unread_receipts(text, known_at)]
    if nodes:
        content = as_json(nodes, text).encode()
        found.sources.append(Source(name, named=False, content=content, format="json"))


def _kind(path: Path) -> Format | None:
    """Return the format of a file by its first bytes; None if no format matches."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return None
    return recognise(str(path), head, named=False)[0]


def _is_mentioned(path: Path, mentioned: str) -> bool:
    """Return True if source code names a cassette, or the test that it is named after."""
    stem = path.stem.partition(".")[0]
    return any(name and name in mentioned for name in (path.name, stem))
