"""
Known findings: counted, and not reported.

A baseline holds how many findings of one identity a file has. Lines may move and entries be added;
only findings above that number are new.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Container, Iterable
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.limits import larger, limit, remedy
from receiptkit.model.small_files import read_small
from receiptkit.storage import is_address, is_remote, shown
from receiptkit.validation.fingerprint import Identity, identity, masked_pointer
from receiptkit.validation.output_files import has_content
from receiptkit.validation.summary import Sink, Summary

#: Version 1, of receiptkit 0.1.0, holds the message of each finding, too, which is not compared any
#: more.
VERSION = 2
_READABLE = (1, VERSION)


class Baseline:
    """
    Known findings.

    Attributes:
        path: the file, or its URL.
        counts: how many known findings of each severity were found again.
    """

    def __init__(
        self, path: str, names: Container[str], known: Counter[Identity] | None = None
    ) -> None:
        """
        Args:
            path: the file; paths in it are relative to its folder. Or its URL; paths in it are then
                relative to the working directory.
            names: the names that may be written in pointers.
            known: how many findings of each identity are known; None to take every finding as
                known.
        """
        self.path = path
        self.counts: Counter[Severity] = Counter()
        self._folder = os.getcwd() if is_remote(path) else os.path.dirname(os.path.abspath(path))
        self._names = names
        self._known = known
        self._found: Counter[Identity] = Counter()

    @classmethod
    def read(cls, path: str, names: Container[str]) -> Baseline:
        """
        Read a baseline.

        Raises:
            UsageError: it cannot be read, or is not a baseline.
        """
        raw, where = _content(path), shown(path)
        try:
            content = json.loads(raw)
        except (ValueError, RecursionError):
            raise UsageError(f"{where}: not a baseline of receiptkit: not JSON") from None
        try:
            if content["version"] not in _READABLE:
                raise UsageError(
                    f"{where}: a baseline of another version; "
                    f"this receiptkit reads version 1 and {VERSION}"
                )
            known: Counter[Identity] = Counter()
            for entry in content["known"]:
                known.update(_entry(entry, names))
            return cls(path, names, known)
        except (TypeError, KeyError, ValueError, AttributeError):
            raise UsageError(f"{where}: not a baseline of receiptkit") from None

    def add(self, finding: Finding) -> bool:
        """Count a finding that is known, and return True; return False for a new one."""
        file = finding.location.file if finding.location else ""
        each = identity(finding, self._names, self._relative(file))
        if self._known is not None and self._found[each] >= self._known[each]:
            return False
        self._found[each] += 1
        self.counts[finding.severity] += 1
        return True

    @classmethod
    def may_stand_at(cls, path: str) -> bool:
        """Return True if a baseline may be written to a path: a baseline is there, or nothing."""
        if not has_content(path):
            return True
        try:
            cls.read(path, ())
        except UsageError:
            return False
        return True

    def sink(self, sink: Sink) -> Sink:
        """Return a sink that passes on only what this baseline does not know."""
        return _NewFindings(sink, self)

    def move_counts(self, summary: Summary) -> None:
        """Count the known findings of a summary as such, and no longer by their severities."""
        summary.severities.subtract(self.counts)
        summary.known = self.counts.total()

    def gone(self, files: Iterable[str], wants: Callable[[str], bool]) -> int:
        """
        Return how many known findings were not found again.

        Args:
            files: the files that were checked; findings of others are only gone if the file is,
                which is not looked for behind URLs.
            wants: whether findings of a rule were wanted.
        """
        checked = {self._relative(file) for file in files}
        return sum(
            count - self._found[each]
            for each, count in (self._known or {}).items()
            if wants(each.rule) and (each.file in checked or self._is_missing(each.file))
        )

    def _is_missing(self, file: str) -> bool:
        return not is_address(file) and not os.path.exists(os.path.join(self._folder, file))

    def text(self) -> str:
        """
        Return the findings as the content of a file: a finding a line, in the order of their
        identities.
        """
        lines = [
            json.dumps({**each._asdict(), "count": count})
            for each, count in sorted(self._found.items())
            if count
        ]
        return f'{{"version": {VERSION}, "known": [\n' + ",\n".join(lines) + "\n]}\n"

    def _relative(self, file: str) -> str:
        if file in ("", "-") or is_address(file):
            return file
        try:
            return os.path.relpath(file, self._folder).replace(os.sep, "/")
        except ValueError:
            # On another drive.
            return os.path.abspath(file).replace(os.sep, "/")


class _NewFindings:
    """A sink that passes on only what a baseline does not know."""

    def __init__(self, sink: Sink, baseline: Baseline) -> None:
        self._sink = sink
        self._baseline = baseline

    def finding(self, finding: Finding) -> None:
        if not self._baseline.add(finding):
            self._sink.finding(finding)

    def end_of_file(self) -> None:
        self._sink.end_of_file()


def _content(path: str) -> bytes:
    """Return the content of a baseline. Raises `UsageError` if it cannot be read."""
    if not is_remote(path):
        if not os.path.exists(path):
            raise UsageError(f"{path}: no such file; --write-baseline {path} creates it")
        return read_small(path, "baseline")
    from receiptkit.storage.files import read_range

    most, where = limit("baseline"), shown(path)
    try:
        raw = read_range(path, 0, most + 1)
    except OSError as error:
        raise UsageError(f"--baseline {where}: {error}") from None
    if len(raw) > most:
        raise UsageError(f"{where}: {larger(most, remedy('baseline'))}")
    return raw


def _entry(entry: dict[str, Any], names: Container[str]) -> dict[Identity, int]:
    each = Identity(*(entry[name] for name in Identity._fields))
    if (
        not all(isinstance(part, str) for part in each)
        or type(entry["count"]) is not int
        or entry["count"] < 1
    ):
        raise TypeError
    return {each._replace(pointer=masked_pointer(each.pointer, names)): entry["count"]}
