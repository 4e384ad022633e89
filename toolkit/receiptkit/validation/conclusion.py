"""The exit code of a run, and the lines that explain it."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.model.finding import Severity
from receiptkit.validation.remedies import remedies
from receiptkit.validation.summary import NOTHING, Summary

CONFORMS, FINDINGS, FAILED = 0, 1, 2


class Conclusion(NamedTuple):
    """
    The exit code of a run, and its reasons.

    Attributes:
        code: 0 if everything conforms, 1 if there are findings, 2 if something could not be
            checked.
        lines: why something could not be checked.
    """

    code: int
    lines: list[str]


def conclude(
    summary: Summary,
    *,
    fail_on: Severity,
    allow_empty: bool = False,
    fail_on_unjudged_signatures: bool = False,
) -> Conclusion:
    """
    Return how a run ended.

    Args:
        summary: the counts of the run.
        fail_on: the lowest severity that fails.
        allow_empty: whether to accept that nothing was checked.
        fail_on_unjudged_signatures: whether a signature that could not be judged fails.
    """
    lines = list(summary.problems)
    if not allow_empty and not summary.problems:
        lines += [f"{line}; --allow-empty accepts that" for line in _empty(summary)]
        for file, why in summary.empty_files:
            lines += [f"{file}: {line}" for line in remedies(why, file)]
    unjudged = summary.unjudged_signatures.total()
    if fail_on_unjudged_signatures and unjudged:
        noun = "signature" if unjudged == 1 else "signatures"
        reasons = "; ".join(sorted(summary.unjudged_signatures))
        lines.append(f"{unjudged} {noun} could not be judged: {reasons}")
    if lines:
        return Conclusion(FAILED, lines)
    return Conclusion(FINDINGS if summary.has(fail_on) else CONFORMS, [])


def _empty(summary: Summary) -> list[str]:
    if summary.checked == 0 and len(summary.empty_files) < 2:
        return [f"nothing was judged: {_why_nothing(summary)}"]
    return [
        f"{file}: nothing was judged: {', '.join(reasons) or NOTHING}"
        for file, reasons in summary.empty_files
    ]


def _why_nothing(summary: Summary) -> str:
    if summary.observations:
        return ", ".join(sorted(summary.unchecked))
    return NOTHING if summary.files else "no captures were found"
