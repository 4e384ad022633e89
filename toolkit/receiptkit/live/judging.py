"""Check records as they come, and remember them for findings that only the end shows."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.captures import Records
from receiptkit.captures.formats.json_document import observations
from receiptkit.contract import Contract
from receiptkit.model.finding import Finding
from receiptkit.validation.choices import Choices
from receiptkit.validation.run import Validation
from receiptkit.validation.selection import Selection
from receiptkit.validation.summary import Summary, UnitStart

#: How many findings are kept to be listed; the others are counted.
_KEPT = 10_000


class Verdict(NamedTuple):
    """
    The result of one record.

    Attributes:
        findings: the wanted findings, none if it conforms.
        unchecked: why it was not judged; empty if it was.
    """

    findings: list[Finding]
    unchecked: str = ""

    @property
    def text(self) -> str:
        """Return the result in a few words, without a captured value."""
        if not self.findings:
            return f"not judged: {self.unchecked}" if self.unchecked else "conforms"
        count = len(self.findings)
        rules = ", ".join(dict.fromkeys(each.rule for each in self.findings))
        return f"{count} {'finding' if count == 1 else 'findings'}: {rules}"


class Judge:
    """
    Checks records one by one, as `validate` checks the file that they are written to.

    Args:
        contract: the contract to check against.
        name: of the file, for locations.
        selection: which findings are wanted; all by default.
        lines: how many lines the file has already.
        entries: how many records it has already; by default one a line.
    """

    def __init__(
        self,
        contract: Contract,
        name: str,
        *,
        selection: Selection | None = None,
        lines: int = 0,
        entries: int | None = None,
    ) -> None:
        self.contract = contract
        self.name = name
        self.findings: list[Finding] = []
        self._new: list[Finding] = []
        self._left_out = 0
        self._line = lines
        self._first = lines if entries is None else entries
        self._is_over = False
        self._validation = Validation(contract, Choices(selection=selection or Selection()))
        self._validation.starts[0] = UnitStart(name)
        self._validation.checker.begin_file(named=True)
        self.summary.files = 1
        self.summary.note_read_as(name, "ndjson", "receiptkit writes it")

    @property
    def summary(self) -> Summary:
        """Return the counts so far."""
        return self._validation.summary

    def judge(self, text: bytes) -> Verdict:
        """Return the result of a record, which is the next line of the file."""
        self._line += 1
        self._new, before = [], self.summary.unchecked.copy()
        records = Records((self._line,), [text], observations)
        entry = self._first + self.summary.observations
        self._validation.check_pieces([records], self.name, self, entry)
        return Verdict(self._new, ", ".join(self.summary.unchecked - before))

    def conclude(self) -> None:
        """Check all records against each other; a second time does nothing."""
        if self._is_over:
            return
        self._is_over = True
        before = self._validation.summary.counts()._replace(checked=0, problems=0)
        self._validation.conclude(self)
        if not self.summary.checked:
            self.summary.note_empty(self.name, before)
        self.summary.note_limits()
        if self._left_out:
            self.summary.limits.append(
                f"{self._left_out:,} findings are counted and not listed: more than {_KEPT:,}"
            )

    # -- a sink

    def finding(self, finding: Finding) -> None:
        """Take a finding of the run."""
        self._new.append(finding)
        if len(self.findings) < _KEPT:
            self.findings.append(finding)
        else:
            self._left_out += 1

    def end_of_file(self) -> None:
        """Do nothing: there is one file."""
