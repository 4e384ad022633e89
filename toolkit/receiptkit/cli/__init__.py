"""The command line: parse, call, render; no logic."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command line.

    Args:
        argv: the arguments; those of the process by default.

    Returns:
        0 if everything conforms, 1 if there are findings, 2 if something could not be checked.
    """
    if argv is None:
        # Nothing that is imported is garbage; `begin_work` turns the collector on.
        gc.disable()
    try:
        from receiptkit.cli.process import catch_signals

        if argv is None:
            catch_signals()
        from receiptkit.cli.commands import run

        return run(argv)
    except KeyboardInterrupt:
        # It comes before anything else is ready to handle it.
        sys.stderr.write("receiptkit: interrupted\n")
        return 2


__all__ = ["main"]
