"""`receiptkit scan`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click

from receiptkit import reports
from receiptkit.captures import Source
from receiptkit.cli.judging import judge
from receiptkit.cli.parameters import refuse_quiet_and_verbose
from receiptkit.cli.process import processors
from receiptkit.cli.validate import validate
from receiptkit.model.display import printable
from receiptkit.model.errors import UsageError
from receiptkit.scanning.overview import Overview, named
from receiptkit.scanning.repository import Found, old, unused
from receiptkit.scanning.repository import scan as find

_OWN = (
    "paths",
    "known_as",
    "called_at",
    "column",
    "url",
    "join",
    "allow_empty",
    "show_settings",
    "state",
    "state_days",
    "cluster",
)
#: From this many files on, several processes are worthwhile.
_MANY = 500
_MOST_FILES = 200_000


@click.command()
@click.argument("path", default=".", type=click.Path(exists=True))
@click.option(
    "--older-than",
    type=click.IntRange(1),
    metavar="DAYS",
    help="List captures whose newest date (or file date) is older than DAYS.",
)
@click.option(
    "--max-files",
    type=click.IntRange(1),
    default=_MOST_FILES,
    show_default=True,
    help="The most files to look into.",
)
@click.pass_context
def scan(
    ctx: click.Context, /, path: str, older_than: int | None, max_files: int, **options: Any
) -> int:
    """
    Check every capture and mock of a repository, also receipts, pages and webhooks in source code.

    PATH is the folder, by default the current one. What .gitignore leaves out is left out here,
    too. Links are not followed, and nothing is executed.

    Exit code 0: no findings at or above --fail-on, or nothing to check. 1: such findings. 2:
    something could not be checked.
    """
    refuse_quiet_and_verbose(ctx, options)
    root = Path(path)
    found = find(root, most_files=max_files)
    overview = Overview(root)
    is_text = options["format_"] == "text"
    options |= {
        "paths": (),
        "known_as": (),
        "called_at": None,
        "column": None,
        "url": None,
        "join": False,
        "state": None,
        "cluster": None,
        "show_settings": False,
        "jobs": options["jobs"] or (processors() if len(found.sources) > _MANY else None),
        "allow_empty": True,
        "quiet": options["quiet"] or (is_text and not options["verbose"]),
    }
    if any(is_same(found, value.rpartition("=")[2]) for value in options["outputs"]):
        raise UsageError("-o: this is one of the files that are scanned; it is never overwritten")
    quiet = options["quiet"] and not is_text
    code = judge(options, found.sources, [cast("reports.Report", overview)])
    for line in () if quiet else _lines(found, overview, older_than):
        click.echo(printable(line), err=not is_text)
    return code


def is_same(found: Found, path: str) -> bool:
    """Return True if a path is a file with literals that are checked."""
    names = {
        Path(each.name).resolve()
        for each in found.sources
        if isinstance(each, Source) and each.content is not None
    }
    return Path(path).resolve() in names


def _lines(found: Found, overview: Overview, older_than: int | None) -> Iterator[str]:
    yield from overview.lines()
    places = [f"{overview.relative(name)}:{line}" for name, line in sorted(found.seen)]
    yield from named(
        "seen, not judged, because a program makes their values or a library their names", places
    )
    texts = [f"{overview.relative(name)}:{line}" for name, line in sorted(found.texts)]
    yield from named(
        "seen in texts, which `receiptkit validate --as log FILE` reads as far as it can", texts
    )
    yield from named(
        "cassettes that no source code refers to", [*map(overview.relative, unused(found))]
    )
    if older_than is not None:
        yield from named(
            f"captures older than {older_than} days",
            [f"{overview.relative(name)} ({date})" for name, date in old(found, older_than)],
        )
    for reason, count in sorted(found.left_out.items()):
        yield f"left out: {count:,} {'file' if count == 1 else 'files'}: {reason}"
    yield from _next(overview, is_seen=bool(found.seen or found.texts))


def _next(overview: Overview, *, is_seen: bool) -> Iterator[str]:
    summary = overview.summary
    if not summary.checked and is_seen:
        yield (
            "next: a program makes these values; `pytest --receipts-guard` checks them in tests, "
            "or record a capture, and scan again"
        )
    elif not summary.checked:
        yield "next: nothing of Twilio Conversations was found; record a capture, and scan again"
    elif any(summary.severities.values()):
        yield "next: `receiptkit explain RULE` says what to do; --write-baseline accepts the rest"


scan.params += [param for param in validate.params if param.name not in _OWN]
