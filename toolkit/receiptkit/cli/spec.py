"""`receiptkit spec`: the contract documents."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from receiptkit.model.errors import DocumentError, os_reason
from receiptkit.openapi.document import PROFILES, spec_directory
from receiptkit.validation.output_files import InputFiles, Replaceable, written

_directory_option = click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder with upstream/ and overlays/. Default: spec/ of the checkout.",
)


@click.group()
def spec() -> None:
    """Show, build or update the contract documents."""


@spec.command()
@click.option(
    "--profile",
    type=click.Choice(PROFILES),
    default="documented",
    show_default=True,
    help="The profile of the document.",
)
def show(profile: str) -> None:
    """Print the contract document of a profile: OpenAPI 3.1, usable in any other tool."""
    path = spec_directory() / f"{profile}.yaml"
    try:
        click.echo(path.read_text(encoding="utf-8"), nl=False)
    except OSError as error:
        raise DocumentError(f"{path}: {os_reason(error)}") from None


@spec.command()
@click.option(
    "--check", is_flag=True, help="Write nothing; exit 1 if a built document is out of date."
)
@_directory_option
def build(check: bool, directory: Path | None) -> int:
    """Build the contract documents from upstream/ and overlays/."""
    from receiptkit.generation.examples import with_examples
    from receiptkit.openapi import build as building
    from receiptkit.server.story import story

    complete = partial(with_examples, calls=story())

    folder = directory or spec_directory()
    if check:
        names = building.stale(folder, complete)
        for name in names:
            click.echo(f"{folder / name}: out of date; run `receiptkit spec build`")
        return int(bool(names))
    if directory is None and folder.name == "_spec":
        raise DocumentError(
            "an installed receiptkit has no sources: build in a checkout, or name a folder with "
            "--directory"
        )
    for name, content in building.build(folder, complete).items():
        _write(folder / name, content, building.is_built)
        click.echo(f"{folder / name}: {len(content):,} bytes")
    return 0


def _write(
    path: Path, content: bytes, is_ours: Callable[[str], bool], read: Path | None = None
) -> None:
    """Write a file of a spec folder; it replaces only what receiptkit wrote, and never `read`."""
    inputs = InputFiles()
    if read is not None:
        inputs.add(read, "the newer document")
    replaces = Replaceable("a document that receiptkit built", is_ours, "remove it first")
    with written(str(path), option="--directory", inputs=inputs, replaces=replaces) as out:
        out.write(content)


@spec.command()
@click.argument("upstream", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--commit", help="Revision of UPSTREAM, to be named as the source.")
@_directory_option
def update(upstream: Path, commit: str | None, directory: Path | None) -> int:
    """
    Update the receipt parts of upstream/ from a newer Twilio document.

    The facts of UPSTREAM replace those of upstream/; descriptions stay in our words. Overlay
    actions that need a hand are listed. Run `receiptkit spec build` afterwards.

    Exit code 0: no overlay needs a hand. 1: one does. 2: UPSTREAM cannot be used.
    """
    from receiptkit.drift.newer import newer
    from receiptkit.drift.update import updated
    from receiptkit.openapi.build import UPSTREAM

    folder = directory or spec_directory()
    if directory is None and folder.name == "_spec":
        raise DocumentError("receiptkit is installed here; update in a checkout")
    made = [newer(upstream, folder, UPSTREAM, profile) for profile in PROFILES]
    text = updated(upstream, folder, UPSTREAM, commit)
    _write(folder / UPSTREAM, text.encode(), lambda path: True, upstream)
    click.echo(f"{folder / UPSTREAM}: {len(text):,} characters")
    idle = {(each.where, str(each)): each.is_lost for profile in made for each in profile.idle}
    for where, text in idle:
        click.echo(f"{where} {text}")
    return int(any(idle.values()))
