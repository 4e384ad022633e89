"""The baseline of a run: read, written, and compared with what was found."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

from receiptkit.captures import Source
from receiptkit.cli.inputs import Sources
from receiptkit.cli.process import note
from receiptkit.storage import local_path, shown
from receiptkit.validation.output_files import InputFiles, written
from receiptkit.validation.project_settings import ProjectSettings
from receiptkit.validation.run import Validation

if TYPE_CHECKING:
    from receiptkit.validation.baseline import Baseline


def baseline_of(
    options: dict[str, Any], settings: ProjectSettings, names: Container[str]
) -> Baseline | None:
    """Return the baseline to write, or to read; None without one."""
    if not (options["write_baseline"] or settings.baseline):
        return None
    # Most runs have none.
    from receiptkit.validation.baseline import Baseline

    if options["write_baseline"]:
        return Baseline(local_path(options["write_baseline"]), names)
    return Baseline.read(local_path(settings.baseline), names) if settings.baseline else None


def write_baseline(baseline: Baseline, inputs: InputFiles) -> None:
    """Save the findings of a run; no file that the run reads is replaced."""
    with written(baseline.path, option="--write-baseline", inputs=inputs) as out:
        out.write(baseline.text().encode("utf-8", "surrogateescape"))
    note(f"{shown(baseline.path)}: saved {_findings(baseline.counts.total())} as the baseline")


def note_gone(baseline: Baseline, sources: Sources, validation: Validation) -> None:
    """Note on standard error how many known findings no longer occur."""
    files = [source.name for source in sources if isinstance(source, Source)]
    gone = baseline.gone(files, validation.selection.wants)
    if gone:
        path = shown(baseline.path)
        note(
            f"{path}: {_findings(gone)} of it no longer occur; --write-baseline {path} removes them"
        )


def _findings(count: int) -> str:
    return "1 finding" if count == 1 else f"{count} findings"
