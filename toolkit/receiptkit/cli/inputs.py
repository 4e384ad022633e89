"""The files that `validate` reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Container
from typing import Any

from receiptkit.captures import STDIN, Source, expand
from receiptkit.cli.report_files import Output
from receiptkit.contract import Contract
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


def inputs_of(
    contract: Contract,
    settings: ProjectSettings,
    sources: Sources,
    beside: Collection[str] = (),
) -> InputFiles:
    """Return the files that no output of the run replaces; `beside` were read beside captures."""
    inputs = InputFiles()
    for path in contract.document.files:
        inputs.add(path, "the document")
    if settings.path:
        inputs.add(settings.path, "the settings file")
    for source in sources:
        if isinstance(source, Source) and source.name == STDIN:
            inputs.add_open(sys.stdin, "one of the captures")
        elif isinstance(source, Source) and source.content is None:
            inputs.add(source.name, "one of the captures")
    for file in beside:
        inputs.add(file, "read beside a capture")
    return inputs
