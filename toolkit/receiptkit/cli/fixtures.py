"""`receiptkit fixtures`: the corpus for teams in any language."""

from __future__ import annotations

from pathlib import Path

import click

from receiptkit.contract import Contract
from receiptkit.corpus import CorpusFolder, corpus
from receiptkit.generation import Generator
from receiptkit.model.display import printable
from receiptkit.model.errors import UsageError


@click.group()
def fixtures() -> None:
    """Write fixtures: every scenario and every breakage as plain files."""


@fixtures.command()
@click.argument("directory", type=click.Path(file_okay=False))
@click.option(
    "--seed",
    type=click.IntRange(-(2**63), 2**63 - 1),
    help="The same seed makes the same bytes. Default: the seed of the files in DIRECTORY, or 0.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file differs.")
@click.option(
    "--force",
    is_flag=True,
    help="Overwrite files that were changed, or that receiptkit did not write.",
)
def write(directory: str, seed: int | None, check: bool, force: bool) -> int:
    """
    Write the fixtures into DIRECTORY, with a manifest that lists every file and its findings.

    Files of an earlier run are replaced, or removed if they are no longer generated. Other files
    stay.
    """
    if not directory:
        raise UsageError("DIRECTORY is empty; . is the working directory")
    folder = CorpusFolder(Path(directory))
    files = list(corpus(Generator(Contract.load()), folder.seed if seed is None else seed))
    if check:
        differences = folder.differences(files)
        for path, state in differences:
            click.echo(f"{printable(str(folder.path / path))}: {state}")
        return int(bool(differences))
    folder.write(files, force=force)
    size = sum(len(file.content) for file in files)
    click.echo(f"{printable(directory)}: {len(files)} files, {size:,} bytes")
    return 0
