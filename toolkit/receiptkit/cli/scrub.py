"""`receiptkit scrub`."""

from __future__ import annotations

import os
import secrets
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from receiptkit.captures import (
    STDIN,
    Source,
    at_most,
    expand,
    is_regular,
    seekable,
    standard_input,
)
from receiptkit.cli.environment import secret
from receiptkit.cli.parameters import Size
from receiptkit.cli.process import say
from receiptkit.model.errors import CaptureError, UsageError, os_reason
from receiptkit.model.limits import larger
from receiptkit.model.small_files import read_at_most
from receiptkit.scrubbing.files import Scrubber, Tokens
from receiptkit.validation.output_files import InputFiles, Replaceable, make_folder, written

_SHORTEST_KEY = 16
_LONGEST_KEY = 1 << 16


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="IN...", type=click.Path(allow_dash=True))
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    type=click.Path(allow_dash=True),
    help="The file to write; a folder for a folder or several files.",
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit 1 if a file holds something to replace. Needs no key.",
)
@click.option("--explain", is_flag=True, help="List the kinds of values and their counts.")
@click.option(
    "--key-file",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="The file with the key, outside the repository. The same key gives a value the same "
    "pseudonym everywhere. Default: a key for this run alone.",
)
@click.option("--key-env", metavar="NAME", help="The environment variable with the key.")
@click.option(
    "--auth-token-env",
    metavar="NAME",
    help="The environment variable with the auth token under which signatures verify.",
)
@click.option(
    "--new-auth-token-env",
    metavar="NAME",
    help="The environment variable with the auth token to sign anew with. "
    "Without it, scrubbed signatures are invalid.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
@click.option(
    "--max-record", type=Size(), default="128M", show_default=True, help="The largest file."
)
def scrub(**options: Any) -> int:
    """
    Replace personal data in captures by pseudonyms of the same form, so that they can be committed.

    IN is a file, a folder, or - for standard input, in any format that receiptkit reads. The output
    has the same format. SIDs, phone numbers, addresses, names, bodies, attributes and page tokens
    are replaced. Credentials are removed. Placeholders stay.

    Exit code 0: done, or nothing to replace. 1: --check found something. 2: a file could not be
    read or written.
    """
    if options["check"] == bool(options["output"]):
        raise UsageError("give either -o OUT or --check")
    scrubber = Scrubber(_key(options), _tokens(options), options["max_record"])
    sources = list(expand([os.fspath(path) for path in options["paths"]]))
    targets = _targets(sources, options) if options["output"] else {}
    codes = [_scrub_one(scrubber, source, sources, targets, options) for source in sources]
    if scrubber.media:
        say(f"note: {_media(scrubber.media)} as {'it is' if scrubber.media == 1 else 'they are'}")
    if options["explain"]:
        out = sys.stderr if options["output"] == STDIN else sys.stdout
        for kind, count in sorted(scrubber.counts.items()):
            click.echo(f"{count:8} {kind}", file=out)
    return max(codes, default=0)


def _scrub_one(
    scrubber: Scrubber,
    source: Source | CaptureError,
    sources: list[Source | CaptureError],
    targets: dict[str, str],
    options: dict[str, Any],
) -> int:
    """Scrub or check one source; return the exit code that it gives."""
    before = scrubber.counts.copy()
    try:
        if isinstance(source, CaptureError):
            raise source
        raw = _content(source, options["max_record"])
        new = scrubber.scrub(raw, source.name)
    except CaptureError as error:
        scrubber.counts = before
        say(_about(source, error))
        return 2
    if not options["check"]:
        _write(new, targets[source.name], sources, options)
    elif new != raw:
        say(f"{source.name}: not scrubbed: {_counted(scrubber.counts - before)}")
        return 1
    return 0


def _about(source: Source | CaptureError, error: CaptureError) -> str:
    text = str(error)
    if isinstance(source, CaptureError) or text.startswith(f"{source.name}: "):
        return text
    return f"{source.name}: {text}"


def _key(options: dict[str, Any]) -> bytes:
    if options["key_file"] and options["key_env"]:
        raise UsageError("--key-file and --key-env both give the key: give one of them")
    if options["key_env"]:
        key = str(secret(options["key_env"], "--key-env")).encode()
    elif options["key_file"]:
        path, way_out = options["key_file"], "a key is short"
        key = read_at_most(path, _LONGEST_KEY, way_out, option="--key-file ").strip()
    else:
        return secrets.token_bytes(32)
    if len(key) < _SHORTEST_KEY:
        raise UsageError(f"the key has fewer than {_SHORTEST_KEY} bytes; give a longer random one")
    return key


def _tokens(options: dict[str, Any]) -> Tokens | None:
    old = secret(options["auth_token_env"])
    new = secret(options["new_auth_token_env"], "--new-auth-token-env")
    if (old is None) != (new is None):
        raise UsageError("--auth-token-env and --new-auth-token-env belong together: give both")
    return Tokens(old, new) if old is not None and new is not None else None


def _content(source: Source, limit: int) -> bytes:
    """Return the bytes of a file, compressed or not."""
    if source.name == STDIN:
        raw = at_most(standard_input(), limit + 1)
    else:
        if not source.named and not is_regular(source):
            raise CaptureError("this is a pipe, a device or a link that leads nowhere; name it")
        try:
            with seekable(source) as stored:
                raw = at_most(stored, limit + 1)
        except OSError as error:
            raise CaptureError(os_reason(error)) from None
    if len(raw) > limit:
        raise CaptureError(f"is {larger(limit)}")
    return raw


def _targets(sources: list[Any], options: dict[str, Any]) -> dict[str, str]:
    """
    Return the path of the output for the name of each source.

    Raises:
        UsageError: two sources would become one file.
    """
    output = str(options["output"])
    folders = [each for each in options["paths"] if each != STDIN and os.path.isdir(each)]
    if output == STDIN or not (folders or len(sources) > 1):
        return {source.name: output for source in sources if isinstance(source, Source)}
    targets: dict[str, str] = {}
    names: dict[str, str] = {}
    for source in sources:
        if isinstance(source, Source):
            folder = next((one for one in folders if Path(one) in Path(source.name).parents), None)
            relative = os.path.relpath(source.name, folder) if folder else Path(source.name).name
            path = os.path.join(output, relative)
            other = names.setdefault(path, source.name)
            if other != source.name:
                raise UsageError(
                    f"-o {path}: {other} and {source.name} would both be written there; scrub them "
                    "into different folders"
                )
            targets[source.name] = path
    return targets


def _write(new: bytes, path: str, sources: list[Any], options: dict[str, Any]) -> None:
    if path == STDIN:
        sys.stdout.buffer.write(new)
        sys.stdout.buffer.flush()
        return
    if path != options["output"]:
        make_folder(os.path.dirname(path), options["output"])
    inputs = InputFiles()
    if options["key_file"]:
        inputs.add(options["key_file"], "the key")
    for each in sources:
        if isinstance(each, Source):
            inputs.add(each.path, "one of the captures")
    replaces = None if options["force"] else Replaceable("an empty file", lambda _: False)
    with written(path, inputs=inputs, replaces=replaces) as out:
        out.write(new)


def _media(count: int) -> str:
    if count == 1:
        return "1 picture, font or the like in an archive stays"
    return f"{count:,} pictures, fonts and the like in archives stay"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
