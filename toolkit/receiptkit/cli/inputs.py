"""The files that `validate` reads."""

from __future__ import annotations

import os
from collections.abc import Container
from typing import Any

from receiptkit.captures import Source, expand
from receiptkit.cli.report_files import Output
from receiptkit.model.errors import CaptureError
from receiptkit.validation.baseline import Baseline, is_baseline
from receiptkit.validation.output_files import InputFiles
from receiptkit.validation.project_settings import ProjectSettings

Sources = list[Source | CaptureError]


def baseline_of(
    options: dict[str, Any], settings: ProjectSettings, names: Container[str]
) -> Baseline | None:
    """Return the baseline to write, or to read; None if there is none."""
    if options["write_baseline"]:
        return Baseline(options["write_baseline"], names)
    return Baseline.read(settings.baseline, names) if settings.baseline else None


def sources_of(
    options: dict[str, Any], outputs: list[Output], baseline: Baseline | None
) -> Sources:
    """Return the captures; in folders, earlier reports of this run and its baseline are none."""
    own = [str(output.path) for output in outputs if output.is_file and output.is_report()]
    if baseline is not None and is_baseline(baseline.path):
        own.append(baseline.path)
    return list(expand([os.fspath(path) for path in options["paths"]], own))


def inputs_of(options: dict[str, Any], settings: ProjectSettings, sources: Sources) -> InputFiles:
    """Return the files that no output of the run replaces."""
    inputs = InputFiles()
    if options["document"]:
        inputs.add(options["document"], "the document")
    if settings.path:
        inputs.add(settings.path, "the settings file")
    for source in sources:
        if isinstance(source, Source) and source.content is None:
            inputs.add(source.name, "one of the captures")
    return inputs
