"""The option `-o` of `validate`: parse it, and open the reports."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, TextIO, cast

from receiptkit import __version__, reports
from receiptkit.captures import STDIN
from receiptkit.cli.process import note
from receiptkit.contract import Contract
from receiptkit.model.display import close_matches
from receiptkit.model.errors import UsageError
from receiptkit.rules import catalogue
from receiptkit.storage import is_remote, local_path, shown
from receiptkit.validation.names import known_names
from receiptkit.validation.output_files import InputFiles, Replaceable, has_content, written


class ReportOutput(NamedTuple):
    """A report to write: its format, and its file; None for standard output."""

    format: str
    path: str | None

    @property
    def is_file(self) -> bool:
        return self.path not in (None, STDIN)

    def is_report(self) -> bool:
        """Return True if the file holds a report of this format, or nothing."""
        path = str(self.path)
        return not has_content(path) or reports.report_format(self.format).is_at(path)


def parse_outputs(values: Sequence[str], main: str) -> list[ReportOutput]:
    """
    Return the reports to write, that in the format `main` first.

    Args:
        values: the values of the option, each FILE or FORMAT=FILE.
        main: the format of the report that names none.

    Raises:
        UsageError: a format is misspelt, or two reports would be the same file.
    """
    named: list[ReportOutput] = []
    rest = []
    for value in values:
        name, equals, path = value.partition("=")
        if equals and name in reports.names():
            named.append(ReportOutput(name, local_path(path)))
            continue
        if equals and name.isidentifier():
            _refuse_misspelt(name, value)
        rest.append(value)
    if len(rest) > 1:
        raise UsageError(
            f"-o {shown(rest[1])}: there is already a report in {main}; use -o FORMAT=FILE for "
            f"another ({', '.join(reports.names())})"
        )
    outputs = [ReportOutput(main, local_path(rest[0]) if rest else None), *named]
    places: list[str] = []
    for output in outputs:
        place = _place(str(output.path)) if output.is_file else STDIN
        if place in places:
            where = shown(str(output.path))
            raise UsageError(f"-o {where}: two reports would be written there")
        places.append(place)
    return outputs


def _note_other_format(output: ReportOutput) -> None:
    """Note that a file has the report in text, though its name ends like another format."""
    path = shown(str(output.path))
    meant = os.path.splitext(path)[1][1:].lower()
    if output.format == "text" and meant in reports.names():
        note(f"-o {path}: this is a report in text; -o {meant}={path} writes {meant}")


def _place(path: str) -> str:
    return path if is_remote(path) else os.path.realpath(path)


def _refuse_misspelt(name: str, value: str) -> None:
    close = close_matches(name.lower(), reports.names(), 1)
    meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(reports.names())}."
    raise UsageError(
        f"-o {value}: unknown report format {name!r}; {meant} Write ./{value} for a file"
    )


@contextmanager
def opened(output: ReportOutput, inputs: InputFiles, *, force: bool) -> Iterator[TextIO]:
    """Yield standard output, or a file that appears when it is complete."""
    is_utf8 = reports.report_format(output.format).is_utf8
    if not output.is_file:
        with _standard_output(is_utf8=is_utf8) as out:
            yield out
            out.flush()
        return
    replaces = Replaceable(f"a report in {output.format}", lambda path: output.is_report())
    with (
        written(str(output.path), inputs=inputs, replaces=None if force else replaces) as raw,
        io.TextIOWrapper(raw, encoding="utf-8", newline="\n", errors="backslashreplace") as file,
    ):
        yield file
    _note_other_format(output)


@contextmanager
def _standard_output(*, is_utf8: bool) -> Iterator[TextIO]:
    """Yield standard output; as UTF-8, whatever the terminal is, for reports that programs read."""
    raw = getattr(sys.stdout, "buffer", None)
    if not is_utf8 or raw is None:
        yield sys.stdout
        return
    sys.stdout.flush()
    out = io.TextIOWrapper(cast("BinaryIO", raw), encoding="utf-8", newline="\n")
    try:
        yield out
    finally:
        out.detach()


def about(
    contract: Contract,
    options: dict[str, Any],
    format_: str,
    out: TextIO,
    *,
    is_file: bool = False,
) -> reports.About:
    """
    Return the run that a report is about; the options are those of `validate`. A report in a file
    has no colours.
    """
    return reports.About(
        version=__version__,
        profile=contract.profile,
        contract="" if format_ == "text" else contract.document.sha256,
        show_values=options["show_values"],
        verbosity=int(options["verbose"]) - int(options["quiet"]),
        colour=not is_file and _is_coloured(out, options.get("color", "auto")),
        rule=catalogue.get,
        names=known_names(contract),
        list_unchecked=options["list_unchecked"],
        list_suppressed=options["list_suppressed"] or options["verbose"],
    )


def _is_coloured(out: TextIO, wanted: str) -> bool:
    """Return True if a report has colours: as the option says, then NO_COLOR, then FORCE_COLOR."""
    if wanted != "auto":
        return wanted == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") != "0":
        return True
    return out.isatty() and os.environ.get("TERM") != "dumb"
