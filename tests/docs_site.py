"""
Build the site of the documentation into build/docs/site: `make docs`.

The pages are README.md, those in docs/ and what they link to. The reference of the command line is
made from click, that of Python from docstrings. Scripts and styles come from no other server.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from receiptkit.cli.commands import cli

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "docs"
_PAGES = ("*.md", "docs/**/*", "spec/README.md", "fixtures/README.md", "toolkit/**/*.schema.json")
_MODULES = ("receiptkit", "receiptkit.generation", "receiptkit.server", "receiptkit.webhooks")
_FOREIGN = re.compile(r"""<(?:script|link|img)\b[^>]*\b(?:src|href)="?https?://""")
_CONFIGURATION = f"""\
site_name: receiptkit
docs_dir: pages
site_dir: site
use_directory_urls: false
theme:
  name: material
  font: false
plugins:
  - search
  - mkdocstrings:
      handlers:
        python:
          paths: ["{ROOT / "toolkit"}"]
"""


def main() -> int:
    """Build the site; return 1 if the builder fails or a page needs another server."""
    shutil.rmtree(BUILD, ignore_errors=True)
    pages = BUILD / "pages"
    for pattern in _PAGES:
        for path in ROOT.glob(pattern):
            if path.is_file():
                target = pages / path.relative_to(ROOT)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    reference = pages / "docs" / "reference"
    reference.mkdir()
    (reference / "commands.md").write_text("\n".join(_commands(cli, ("receiptkit",))))
    api = "".join(f"\n::: {name}\n" for name in _MODULES)
    (reference / "python.md").write_text(f"# Python API\n{api}")
    configuration = BUILD / "mkdocs.yml"
    configuration.write_text(_CONFIGURATION)
    builder = Path(sys.executable).with_name("zensical")
    result = subprocess.run([builder, "build", "-f", configuration], check=False)
    site = BUILD / "site"
    foreign = [path for path in site.rglob("*.html") if _FOREIGN.search(path.read_text())]
    for path in foreign:
        print(f"{path}: needs another server")
    return int(bool(result.returncode or foreign))


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines about a command and those within it."""
    context = click.Context(command, info_name=" ".join(path))
    yield f"{'#' * len(path)} {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            each = command.get_command(context, name)
            if each is not None:
                yield from _commands(each, (*path, name))


if __name__ == "__main__":
    sys.exit(main())
