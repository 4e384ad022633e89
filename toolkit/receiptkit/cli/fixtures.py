"""`receiptkit fixtures`: the corpus for teams in any language."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import click

from receiptkit.cli.files import written
from receiptkit.contract import Contract
from receiptkit.corpus import MANIFEST, File, corpus
from receiptkit.generation import Generator
from receiptkit.model.display import printable
from receiptkit.model.errors import UsageError


@click.group()
def fixtures() -> None:
    """Write the corpus of fixtures: every scenario and every breakage as plain files."""


@fixtures.command()
@click.argument("directory", type=click.Path(file_okay=False))
@click.option(
    "--seed",
    type=click.IntRange(-(2**63), 2**63 - 1),
    help="The same seed makes the same bytes; by default that of the corpus which is there, or 0.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if anything differs.")
@click.option(
    "--force", is_flag=True, help="Overwrite files that were changed, or that something else wrote."
)
def write(directory: str, seed: int | None, check: bool, force: bool) -> int:
    """
    Write the corpus into DIRECTORY, with a manifest that lists every file and the findings it has to have.

    Files of an earlier corpus are replaced, and taken away where there are no such ones any more; others are left as they are.
    """
    if not directory:
        raise UsageError("DIRECTORY is empty; . is the working directory")
    folder = Path(directory)
    files = list(corpus(Generator(Contract.load()), _seed(folder) if seed is None else seed))
    return _write(folder, files, check=check, force=force)


def _write(directory: Path, files: list[File], *, check: bool, force: bool) -> int:
    known = _known(directory)
    stale = sorted(set(known) - {file.path for file in files})
    if check:
        return _check(directory, files, [path for path in stale if (directory / path).exists()])
    foreign = [
        path
        for path in [*(file.path for file in _differing(directory, files)), *stale]
        if _is_foreign(directory, path, known)
    ]
    if foreign and not force:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise UsageError(
            f"{directory / foreign[0]}{more}: changed, or not written by receiptkit; --force overwrites"
        )
    try:
        for folder in {(directory / file.path).parent for file in files}:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{error.filename}: no folder can be made there: {(error.strerror or str(error)).lower()}"
        ) from None
    for file in files:
        with written(str(directory / file.path)) as out:
            out.write(file.content)
    for path in stale:
        (directory / path).unlink(missing_ok=True)
    click.echo(
        f"{directory}: {len(files)} files, {sum(len(file.content) for file in files):,} bytes"
    )
    return 0


def _check(directory: Path, files: list[File], stale: list[str]) -> int:
    differing = [file.path for file in _differing(directory, files, missing=True)]
    for path in [*differing, *stale]:
        state = (
            "not there"
            if not (directory / path).exists()
            else "no longer made"
            if path in stale
            else "not what the generator makes"
        )
        click.echo(f"{printable(str(directory / path))}: {state}")
    return int(bool(differing or stale))


def _differing(directory: Path, files: list[File], *, missing: bool = False) -> list[File]:
    """The files that are there with another content; those that are missing, too, if asked for."""
    return [
        file
        for file in files
        if _content(directory / file.path) != file.content
        and (missing or (directory / file.path).exists())
    ]


def _is_foreign(directory: Path, path: str, known: dict[str, str]) -> bool:
    """Whether a file is there that is not as an earlier run left it."""
    content = _content(directory / path)
    if content is None or path == MANIFEST:
        return content is not None and not known
    return hashlib.sha256(content).hexdigest() != known.get(path)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _manifest(directory: Path) -> Any:
    """The manifest, which may hold anything; None where there is none."""
    try:
        return json.loads((directory / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _seed(directory: Path) -> int:
    manifest = _manifest(directory)
    seed = manifest.get("seed") if isinstance(manifest, dict) else None
    return seed if type(seed) is int else 0


def _known(directory: Path) -> dict[str, str]:
    """The hashes of the files that the manifest lists, by path; none where there is no manifest, or it is none."""
    manifest = _manifest(directory)
    try:
        listed = {
            str(entry["file"]): str(entry["sha256"])
            for entry in (*manifest["files"], *manifest["about"])
        }
    except (LookupError, TypeError):
        return {}
    # Nothing outside of the corpus is ever taken away, whatever a manifest says.
    return {path: sha256 for path, sha256 in listed.items() if _is_within(directory, path)}


def _is_within(directory: Path, path: str) -> bool:
    root = directory.resolve()
    return root in (directory / path).resolve().parents
