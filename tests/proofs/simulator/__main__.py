"""Check many seeds: `PYTHONPATH=toolkit:tests python -m proofs.simulator [FIRST] [COUNT]`."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from .judge import Judged, has_option
from .stories import simulate

#: How many alarms are printed.
MOST = 20


def main() -> int:
    """Check seeds, print what they cover and every alarm."""
    first, count = (int(text) for text in (*sys.argv[1:3], *("0", "1000")[len(sys.argv) - 1 :]))
    judged, begun = Judged(), time.perf_counter()
    has_base = has_option("--api-base-url")
    folder = Path(tempfile.mkdtemp(prefix="simulator-"))
    judged.judge(
        (simulate(seed, has_base=has_base) for seed in range(first, first + count)), folder
    )
    took = time.perf_counter() - begun
    print(judged.table())
    print("\n".join(judged.alarms[:MOST]))
    print(
        f"{count} seeds, {took / count * 1000:.1f} ms each; {len(judged.alarms)} alarms (files in {folder})"
    )
    return int(bool(judged.alarms))


if __name__ == "__main__":
    sys.exit(main())
