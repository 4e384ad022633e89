"""What all tests of a run share, and what the run has to say at its end."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from functools import cached_property
from typing import Any

from receiptkit.generation import Generator
from receiptkit.model.finding import Finding, Severity
from receiptkit.testing.coverage import Coverage
from receiptkit.testing.coverage_points import CoveragePoint, CoveragePoints
from receiptkit.testing.factories import Factories
from receiptkit.testing.matcher import ReceiptContract
from receiptkit.testing.settings import Options, PluginSettings, settings
from receiptkit.testing.traffic import Traffic
from receiptkit.testing.wording import lines

#: How many tests are named that got warnings.
_TESTS_SHOWN = 3


class Run:
    """
    A run of tests; of several processes, what one of them does, until `merge` puts them together.

    Args:
        options: as they were given.
    """

    def __init__(self, options: Options) -> None:
        self.settings: PluginSettings = settings(options)
        self._seen: set[CoveragePoint] = set()
        self._warnings: list[Finding] = []
        self._warned: set[str] = set()
        self._failures: list[str] = []
        self._judged = 0

    @cached_property
    def generator(self) -> Generator:
        """Makes worlds that conform to the contract of the run."""
        return Generator(self.settings.contract)

    @cached_property
    def contract(self) -> ReceiptContract:
        """What payloads are compared with."""
        return ReceiptContract(self.settings, lambda payload: self._saw([payload]))

    def factories(self, test: str) -> Factories:
        """The factories of a test, by its id."""
        return Factories(self.generator, f"{self.settings.seed}/{test}")

    def traffic(self, file: str, allowed: Collection[str] = ()) -> Traffic:
        """What a test gets; the arguments are those of `Traffic`."""
        return Traffic(self.settings, file, allowed)

    def ended(self, traffic: Traffic, test: str, *, guarded: bool) -> None:
        """Know that a test has ended, by its id, and whether its traffic was to be judged or only looked at."""
        self._saw(each.seen for each in traffic.heard if each.judged)
        self._judged += len(traffic.exchanges)
        if guarded:
            least = self.settings.fail_on.rank
            warnings = [
                each
                for each in traffic.findings
                if Severity.WARNING.rank <= each.severity.rank < least
            ]
            self._warnings += warnings
            self._warned.update([test] if warnings else [])

    def _saw(self, observations: Iterable[Any]) -> None:
        """Remember what the observations of one test show, if somebody wants to know."""
        if self.settings.coverage:
            sights = CoveragePoints(self.settings.contract)
            self._seen.update(sight for seen in observations for sight in sights.of(seen))

    # -- several processes

    def share(self) -> dict[str, Any]:
        """What another process must know, of plain values."""
        warnings = [
            (each.rule, each.severity.value, each.pointer, each.message, each.hint)
            for each in self._warnings
        ]
        return {
            "seen": sorted(self.coverage.seen) if self._seen else [],
            "warnings": warnings,
            "warned": sorted(self._warned),
            "judged": self._judged,
        }

    def merge(self, share: dict[str, Any]) -> None:
        """Take what another process shares."""
        self._seen.update((dimension, item) for dimension, item in share["seen"])
        self._judged += share["judged"]
        self._warned.update(share["warned"])
        self._warnings += [
            Finding(rule, Severity(severity), *words)
            for rule, severity, *words in share["warnings"]
        ]

    # -- the end

    @cached_property
    def coverage(self) -> Coverage:
        """What was exercised, once all of it is known."""
        return Coverage(self.generator, self._seen)

    def idle(self) -> str | None:
        """What to say of a guard that had nothing to judge; None of any other."""
        if not self.settings.guard or self._judged:
            return None
        return "--receipts-guard judged nothing: no test read an answer of the receipts API through a client that it sees"

    def warnings(self) -> list[str]:
        """The lines of the summary of warnings, with the tests that they are of."""
        if not self._warnings:
            return []
        tests = sorted(self._warned)
        shown, more = tests[:_TESTS_SHOWN], len(tests) - _TESTS_SHOWN
        where = ", ".join(shown) + (
            f" and {more} more; --receipts-fail-on warning fails them all" if more > 0 else ""
        )
        return [
            *lines(sorted(self._warnings, key=lambda finding: (finding.rule, finding.pointer))),
            f"in {where}",
        ]

    def write_coverage(self) -> None:
        """Write the file that was asked for, if one was."""
        path = self.settings.coverage_file
        if path is None:
            return
        try:
            path.write_text(json.dumps(self.coverage.as_json(), indent=2) + "\n")
        except OSError as error:
            self._failures.append(f"--receipts-coverage: cannot write {path}: {error.strerror}")

    def failures(self) -> list[str]:
        """Why the run fails, whatever its tests do."""
        least = self.settings.coverage_fail_under
        if least is None or self.coverage.percent >= least:
            return self._failures
        percent = f"{self.coverage.percent:.1f} %"
        return [
            *self._failures,
            f"receipt coverage is {percent}, less than --receipts-coverage-fail-under={least:g}",
        ]
