"""The files that `validate` reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from receiptkit.captures import STDIN, Source, expand
from receiptkit.cli.report_files import ReportOutput
from receiptkit.contract import Contract
from receiptkit.model.errors import CaptureError
from receiptkit.validation.output_files import InputFiles
from receiptkit.validation.project_settings import ProjectSettings

if TYPE_CHECKING:
    from receiptkit.validation.baseline import Baseline

Sources = list[Source | CaptureError]


def sources_of(
    options: dict[str, Any], outputs: list[ReportOutput], baseline: Baseline | None
) -> Sources:
    """Return the captures; reports of this run and its baseline in folders are left out."""
    own = _own_files(outputs, baseline)
    return list(expand([os.fspath(path) for path in options["paths"]], own))


def without_own(
    sources: Sources, outputs: list[ReportOutput], baseline: Baseline | None
) -> Sources:
    """Return sources that were found in a folder, without earlier reports and the baseline."""
    own = {os.path.realpath(path) for path in _own_files(outputs, baseline)}
    return [
        source
        for source in sources
        if not (isinstance(source, Source) and os.path.realpath(source.name) in own)
    ]


def _own_files(outputs: list[ReportOutput], baseline: Baseline | None) -> list[str]:
    own = []
    # An error of a store is reported when the file is written.
    for output in outputs:
        with suppress(OSError):
            own += [str(output.path)] if output.is_file and output.is_report() else []
    with suppress(OSError):
        if baseline is not None and baseline.may_stand_at(baseline.path):
            own.append(baseline.path)
    return own


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
            inputs.add(source.path, "one of the captures")
    for file in beside:
        inputs.add(file, "read beside a capture")
    return inputs
