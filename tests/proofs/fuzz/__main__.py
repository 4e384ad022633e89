"""
Run a fuzz target.

    PYTHONPATH=tests python -m proofs.fuzz TARGET CORPUS... [libFuzzer's options]

`make soak` runs all of them for an hour, `make test` replays the corpus.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder for inputs that are read again; in memory, where there is such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["receiptkit"]):
        from proofs.fuzz.targets import TARGETS

    target = TARGETS[sys.argv.pop(1)]
    with folder() as place:
        atheris.Setup(sys.argv, lambda data: target(data, place))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
