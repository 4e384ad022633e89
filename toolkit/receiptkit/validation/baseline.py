"""
Findings that are known: counted, and no longer told.

A baseline says how many findings of one identity a file has. Lines may move and entries be added; what is above that number is new.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding, Severity
from receiptkit.validation.fingerprint import Identity, identity

VERSION = 1


class Baseline:
    """
    Known findings.

    Attributes:
        path: where the file of it is; paths in it are relative to its folder.
        counts: how many there are of each severity that were found again.
    """

    def __init__(self, path: str, known: Counter[Identity] | None = None) -> None:
        """`known` is how often each may be found; any number of any, if it is not given."""
        self.path = path
        self.counts: Counter[Severity] = Counter()
        self._folder = os.path.dirname(os.path.abspath(path))
        self._known = known
        self._found: Counter[Identity] = Counter()

    @classmethod
    def anew(cls, path: str) -> Baseline:
        """
        A baseline to be written, which takes every finding for known.

        Raises:
            UsageError: something else is there.
        """
        if os.path.isfile(path) and os.path.getsize(path):
            cls.read(path)
        return cls(path)

    @classmethod
    def read(cls, path: str) -> Baseline:
        """
        Read a baseline.

        Raises:
            UsageError: it cannot be read, or is none.
        """
        try:
            said = json.loads(Path(path).read_bytes())
        except OSError as error:
            raise UsageError(
                f"{path}: {(error.strerror or str(error)).lower()}; --write-baseline {path} makes one"
            ) from None
        except (ValueError, RecursionError):
            raise UsageError(f"{path}: not a baseline of receiptkit: no JSON") from None
        try:
            if said["version"] != VERSION:
                raise UsageError(
                    f"{path}: a baseline of version {said['version']!r}; this receiptkit knows version {VERSION}"
                )
            return cls(path, Counter(dict(map(_entry, said["known"]))))
        except (TypeError, KeyError, ValueError, AttributeError):
            raise UsageError(f"{path}: not a baseline of receiptkit") from None

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is known; it is counted, if so."""
        each = identity(finding, self._relative(finding.location.file if finding.location else ""))
        if self._known is not None and self._found[each] >= self._known[each]:
            return False
        self._found[each] += 1
        self.counts[finding.severity] += 1
        return True

    def gone(self, files: Iterable[str], wants: Callable[[str], bool]) -> int:
        """
        How many known findings were not found again.

        Args:
            files: what was judged; what is known of other files, if they are still there, is left alone.
            wants: whether findings of a rule were asked for.
        """
        judged = {self._relative(file) for file in files}
        return sum(
            count - self._found[each]
            for each, count in (self._known or {}).items()
            if wants(each.rule)
            and (each.file in judged or not os.path.exists(os.path.join(self._folder, each.file)))
        )

    def text(self) -> str:
        """What was found, as a file: a finding a line, in the order of their identities."""
        lines = [
            json.dumps({**each._asdict(), "count": count})
            for each, count in sorted(self._found.items())
            if count
        ]
        return f'{{"version": {VERSION}, "known": [\n' + ",\n".join(lines) + "\n]}\n"

    def _relative(self, file: str) -> str:
        if file in ("", "-"):
            return file
        try:
            return os.path.relpath(file, self._folder).replace(os.sep, "/")
        except ValueError:
            # On another drive.
            return os.path.abspath(file).replace(os.sep, "/")


def _entry(said: dict[str, Any]) -> tuple[Identity, int]:
    each = Identity(*(said[name] for name in Identity._fields))
    if (
        not all(isinstance(part, str) for part in each)
        or type(said["count"]) is not int
        or said["count"] < 1
    ):
        raise TypeError
    return each, said["count"]
