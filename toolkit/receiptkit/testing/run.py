"""A run: state that its tests share, and reports at its end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding, Severity
from receiptkit.testing.guard import unseen
from receiptkit.testing.guard_error import describe
from receiptkit.testing.settings import Options, PluginSettings, settings
from receiptkit.testing.traffic import Traffic

# A guarded run that makes no data does without the generator.
if TYPE_CHECKING:
    from receiptkit.coverage.coverage import Coverage
    from receiptkit.coverage.points import CoveragePoint
    from receiptkit.generation import Generator
    from receiptkit.testing.factories import Factories
    from receiptkit.testing.matcher import ReceiptContract

#: How many tests are named that have the same warning.
_TESTS_SHOWN = 3


class Run:
    """
    A run of tests; of several processes, what one of them does, until `merge` puts them together.

    Args:
        options: of the command line.
    """

    def __init__(self, options: Options) -> None:
        self.settings: PluginSettings = settings(options)
        self._points: set[CoveragePoint] = set()
        self._warnings: list[Finding] = []
        self._tests_with_warnings: set[str] = set()
        self._failures: list[str] = []
        #: How many tests it guarded, and how many observations it checked.
        self._guarded = self._checked = 0
        #: True if the run ended before its last test.
        self.was_stopped = False
        self._requests: Counter[bool] = Counter()
        #: The tests that replaced a method of a client, by its name.
        self._replaced: dict[str, set[str]] = {}
        #: Errors of the guard itself, and clients that it does not see.
        self._errors: Counter[str] = Counter()
        self._unseen: set[str] = set()
        self._has_client = False

    @cached_property
    def generator(self) -> Generator:
        """Makes worlds that conform to the contract of the run."""
        from receiptkit.generation import Generator

        return Generator(self.settings.contract)

    @cached_property
    def contract(self) -> ReceiptContract:
        """Return the contract to compare payloads with."""
        from receiptkit.testing.matcher import ReceiptContract

        return ReceiptContract(self.settings, lambda payload: self._cover([payload]))

    def factories(self, test: str) -> Factories:
        """Make the factories of a test, by its id."""
        from receiptkit.testing.factories import Factories

        return Factories(self.generator, f"{self.settings.seed}/{test}")

    def traffic(
        self, file: str, allowed: Collection[str], auth_token: Callable[[], str | None]
    ) -> Traffic:
        """Make the traffic of a test; the arguments are those of `Traffic`."""
        return Traffic(self.settings, file, allowed, auth_token)

    @contextmanager
    def harmless(self) -> Iterator[None]:
        """Keep errors of the guard itself for the end: none is the outcome of a test or a run."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 # whatever it is, it is ours
            self._errors[describe(error, show_values=self.settings.show_values)] += 1

    def end_test(self, traffic: Traffic, test: str, *, is_guarded: bool) -> None:
        """
        Take over what a test leaves.

        Args:
            traffic: of the test.
            test: its id.
            is_guarded: False if its traffic only counts for coverage.
        """
        self._cover(each.seen for each in traffic.observed if each.is_checked)
        if not is_guarded:
            return
        self._guarded += 1
        self._requests.update(traffic.requests)
        self._errors.update(traffic.errors)
        for name in traffic.replaced:
            self._replaced.setdefault(name, set()).add(test)
        if not traffic.observed:
            return
        self._checked += len(traffic.exchanges) + len(traffic.webhooks)
        least = self.settings.fail_on.rank
        warnings = [
            each for each in traffic.findings if Severity.WARNING.rank <= each.severity.rank < least
        ]
        self._warnings += warnings
        self._tests_with_warnings.update([test] if warnings else [])

    def _cover(self, observations: Iterable[Any]) -> None:
        """Count what the observations of one test cover, if the run asks for coverage."""
        if self.settings.coverage:
            from receiptkit.coverage.points import CoveragePoints

            points = CoveragePoints(self.settings.contract)
            self._points.update(point for seen in observations for point in points.of(seen))

    # -- several processes

    def share(self) -> dict[str, Any]:
        """Return what another process must know, in plain values."""
        self.look_at_imports()
        warnings = [
            (each.rule, each.severity.value, each.pointer, each.message, each.hint)
            for each in self._warnings
        ]
        return {
            "points": sorted(self.coverage.seen) if self._points else [],
            "warnings": warnings,
            "tests_with_warnings": sorted(self._tests_with_warnings),
            "guarded": self._guarded,
            "checked": self._checked,
            "requests": list(self._requests.items()),
            "replaced": {name: sorted(tests) for name, tests in self._replaced.items()},
            "errors": dict(self._errors),
            "unseen": sorted(self._unseen),
            "has_client": self._has_client,
        }

    def merge(self, share: dict[str, Any]) -> None:
        """Take over what another process shares."""
        self._points.update((dimension, item) for dimension, item in share["points"])
        self._guarded += share["guarded"]
        self._checked += share["checked"]
        self._tests_with_warnings.update(share["tests_with_warnings"])
        self._warnings += [
            Finding(rule, Severity(severity), *words)
            for rule, severity, *words in share["warnings"]
        ]
        self._requests.update(dict(share["requests"]))
        for name, tests in share["replaced"].items():
            self._replaced.setdefault(name, set()).update(tests)
        self._errors.update(share["errors"])
        self._unseen.update(share["unseen"])
        self._has_client |= share["has_client"]

    # -- the end

    @cached_property
    def coverage(self) -> Coverage:
        """Return the coverage of the contract, once all of it is known."""
        from receiptkit.coverage.coverage import Coverage

        return Coverage(self.generator, self._points)

    def look_at_imports(self) -> None:
        """Remember which clients this process imported."""
        if not self.settings.guard:
            return
        with self.harmless():
            self._unseen.update(unseen.imported_clients())
            self._has_client |= unseen.has_seen_client()

    def notes(self) -> list[str]:
        """Return the lines about what the guard did not see."""
        if not self.settings.guard:
            return []
        notes = [
            f"--receipts-guard does not see {name}, which this run imported"
            for name in sorted(self._unseen)
        ]
        notes += [
            f"--receipts-guard does not see {name}, which was replaced in {_some(tests)}; "
            "mock the transport instead (docs/pytest.md names libraries)"
            for name, tests in sorted(self._replaced.items())
        ]
        return (
            notes if self._checked else [f"--receipts-guard checked nothing: {self._why()}", *notes]
        )

    def _why(self) -> str:
        """Return the likely reason why nothing was checked."""
        if self._errors:
            return "it failed itself, see receipt guard errors"
        if self.was_stopped:
            return "the run was stopped before its last test"
        if not self._guarded:
            return "no test ran that it guards"
        if self._replaced:
            return "tests replaced methods of HTTP clients"
        if self._requests[True]:
            return "requests of the receipts API were sent, but no body was read to its end"
        if self._requests[False]:
            return "the requests that it saw went to other URLs than those of the receipts API"
        if self._unseen and not self._has_client:
            return "this run imported no HTTP client that it sees"
        if not self._has_client:
            return "this run imported no HTTP client"
        return "no test sent a request through a client that it sees"

    def errors(self) -> list[str]:
        """Return the lines about errors of the guard itself."""
        return [
            f"{error}" + (f" ({count} times)" if count > 1 else "")
            for error, count in sorted(self._errors.items())
        ]

    def warnings(self) -> list[str]:
        """Return the lines of the summary of warnings, with the tests that they are of."""
        if not self._warnings:
            return []
        from receiptkit.testing.wording import lines

        return [
            *lines(
                sorted(self._warnings, key=lambda finding: (finding.rule, finding.pointer)),
                self.settings.names,
                show_values=self.settings.show_values,
            ),
            f"in {_some(self._tests_with_warnings, '; --receipts-fail-on warning fails them all')}",
        ]

    def _coverage_text(self, path: str) -> str:
        """Return the coverage as a page for browsers, or as JSON, as the name of its file says."""
        if path.endswith(".html"):
            from receiptkit.reports.drawing.page import coverage_page

            return coverage_page(self.coverage)
        return f"{json.dumps(self.coverage.as_json(), indent=2)}\n"

    def write_coverage(self) -> None:
        """Write the coverage file, if one was named."""
        path = self.settings.coverage_file
        if path is None:
            return
        from receiptkit.coverage.coverage import is_coverage
        from receiptkit.validation.output_files import Replaceable, written

        replaces = Replaceable("a coverage report", is_coverage, "name another file")
        try:
            with written(str(path), option="--receipts-coverage", replaces=replaces) as out:
                out.write(self._coverage_text(str(path)).encode())
        except (OSError, UsageError) as error:
            self._failures.append(str(error))

    def failures(self) -> list[str]:
        """Return why the run fails, whatever its tests do."""
        failures = list(self._failures)
        if self._errors:
            failures.append("--receipts-guard could not check everything: see receipt guard errors")
        least = self.settings.coverage_fail_under
        if least is not None and self.coverage.percent < least:
            percent = f"{self.coverage.percent:.1f} %"
            failures.append(
                f"receipt coverage is {percent}, less than --receipts-coverage-fail-under={least:g}"
            )
        return failures


def _some(tests: Collection[str], advice: str = "") -> str:
    """Return the names of the first tests, and how many more there are."""
    names = sorted(tests)
    more = len(names) - _TESTS_SHOWN
    return ", ".join(names[:_TESTS_SHOWN]) + (f" and {more} more{advice}" if more > 0 else "")
