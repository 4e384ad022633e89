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
from site_links import broken

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "docs"
_PAGES = (
    "*.md",
    "docs/**/*",
    "spec/README.md",
    "fixtures/README.md",
    "toolkit/**/*.schema.json",
    "tests/consumers/*/*.py",
)
_MODULES = ("receiptkit", "receiptkit.generation", "receiptkit.server", "receiptkit.webhooks")
_FOREIGN = re.compile(r"""<(?:script|link|img)\b[^>]*\b(?:src|href)="?https?://""")
#: The pages by what people want to do; a page that is missing here fails the build.
_NAVIGATION = {
    "Start": ("README.md", "docs/README.md", "docs/getting-started.md"),
    "Guides": (
        "docs/judge-captures.md",
        "docs/findings.md",
        "docs/pytest.md",
        "docs/webhooks.md",
        "docs/applications.md",
        "docs/local-twilio.md",
        "docs/clients.md",
        "docs/live.md",
        "docs/generate.md",
        "docs/languages.md",
        "docs/ci.md",
        "docs/moving.md",
        "docs/large-data.md",
        "docs/scale.md",
        "docs/scan-and-scrub.md",
    ),
    "Reference": (
        "docs/reference/commands.md",
        "docs/settings.md",
        "docs/rules.md",
        "docs/formats.md",
        "docs/python.md",
        "docs/reference/python.md",
        "docs/control.md",
        "docs/limits.md",
        "docs/support.md",
    ),
    "Explanation": (
        "docs/documents.md",
        "docs/receipts.md",
        "docs/shapes.md",
        "docs/speed.md",
        "docs/comparison.md",
        "spec/README.md",
        "fixtures/README.md",
    ),
    "Project": ("CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "AGENTS.md"),
}
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
    """Build the site; return 1 if the builder fails, a page needs another server, or a link is broken."""
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
    configuration.write_text(_CONFIGURATION + "".join(_navigation()))
    named = {name for names in _NAVIGATION.values() for name in names}
    lost = {path.relative_to(pages).as_posix() for path in pages.rglob("*.md")} ^ named
    builder = Path(sys.executable).with_name("zensical")
    result = subprocess.run([builder, "build", "-f", configuration], check=False)
    site = BUILD / "site"
    foreign = [path for path in site.rglob("*.html") if _FOREIGN.search(path.read_text())]
    for path in foreign:
        print(f"{path}: needs another server")
    for name in sorted(lost):
        print(f"{name}: in the navigation or in the folder, not in both")
    links = list(broken(site))
    for line in links:
        print(line)
    return int(bool(result.returncode or foreign or lost or links))


def _navigation() -> Iterator[str]:
    """Yield the lines of the navigation."""
    yield "nav:\n"
    for title, names in _NAVIGATION.items():
        yield f"  - {title}:\n"
        yield from (f"    - {name}\n" for name in names)


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
