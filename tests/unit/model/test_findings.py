"""Findings in a notebook."""

from __future__ import annotations

from receiptkit import Contract
from receiptkit.model.finding import Severity
from receiptkit.rules.examples import sample


def test_a_notebook_shows_a_table_without_values() -> None:
    """Names are escaped, values are not shown, and a plain list stays equal."""
    receipt = {**sample("receipt"), "status": "<b>stranded</b>", "</table>": 1}
    findings = Contract.load("strict").check(receipt)
    shown = findings._repr_html_()  # type: ignore[attr-defined] # for notebooks
    assert "schema.enum" in shown
    assert "stranded" not in shown
    assert shown.count("</table>") == 1
    assert findings == list(findings)


def test_many_findings_are_counted() -> None:
    """A notebook shows the first 50."""
    page = {**sample("page"), "delivery_receipts": [{}] * 20}
    findings = Contract.load().check(page)
    assert len(findings) > 50
    shown = findings._repr_html_()  # type: ignore[attr-defined] # for notebooks
    assert f"{len(findings) - 50} more findings are not shown" in shown
    errors = sum(each.severity is Severity.ERROR for each in findings)
    assert f"{errors} errors" in shown


def test_no_findings() -> None:
    """A clean body is a sentence, not an empty table."""
    assert Contract.load().check(sample("page"))._repr_html_() == "<p>No findings.</p>"  # type: ignore[attr-defined] # for notebooks
