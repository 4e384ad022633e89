"""Word findings for the output of tests."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from io import StringIO

from receiptkit import __version__
from receiptkit.model.display import printable
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding, Severity
from receiptkit.reports.formats.text import TextReport
from receiptkit.reports.report import About
from receiptkit.validation.public_urls import PublicUrls, public_method


def lines(
    findings: Iterable[Finding], names: Container[str], *, show_values: bool = False
) -> list[str]:
    """
    Word findings as `receiptkit validate` does: equal ones grouped and counted, hints below.

    Args:
        findings: what to word.
        names: names that may be shown without `show_values`.
        show_values: True shows values and every name.
    """
    out = StringIO()
    report = TextReport(out, About(__version__, "", "", show_values=show_values, names=names))
    for finding in findings:
        # Only what is about the text of a body has a place in it.
        location = (
            finding.location
            if finding.location is None or finding.location.line is None
            else replace(finding.location, file="- body")
        )
        report.finding(replace(finding, location=location if location and location.file else None))
    report.end_of_file()
    return out.getvalue().splitlines()


def counts(findings: Sequence[Finding]) -> str:
    """Count findings of each severity: `2 errors, 1 warning`."""
    parts = []
    for severity in Severity:
        count = sum(finding.severity is severity for finding in findings)
        if count:
            plural = "" if count == 1 or severity is Severity.INFO else "s"
            parts.append(f"{count} {severity.value}{plural}")
    return ", ".join(parts)


def request_line(
    seen: Exchange | WebhookRequest,
    urls: PublicUrls | None = None,
    answer: int | None = None,
) -> str:
    """
    Word a request and its outcome.

    Args:
        seen: an exchange or a webhook.
        urls: masks what is private; None to show all of the URL.
        answer: the status of the application's answer to a webhook.
    """
    method, url = seen.method.upper(), seen.url
    if urls is not None:
        method, url = public_method(method), urls.url(url)
    if isinstance(seen, Exchange):
        outcome = f"{seen.status}"
    else:
        outcome = "webhook" if answer is None else f"webhook, answered {answer}"
    return printable(f"{method} {url} -> {outcome}")


def way_out(findings: Iterable[Finding]) -> str:
    """Word where to read what to correct, and how to allow findings on purpose."""
    ids = list(dict.fromkeys(finding.rule for finding in findings))
    rules = ", ".join(f'"{rule}"' for rule in ids)
    return (
        f"`receiptkit explain {ids[0]}` says what to do; "
        f'to allow this on purpose: @pytest.mark.receipts_allow({rules}, reason="…")'
    )
