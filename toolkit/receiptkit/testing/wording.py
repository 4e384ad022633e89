"""How findings are said to somebody who reads the output of their own tests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from io import StringIO

from receiptkit import __version__
from receiptkit.model.display import printable
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding, Severity
from receiptkit.reports.report import About
from receiptkit.reports.text import TextReport

_USER = re.compile(r"//[^/?#@]*@")
_PARAMETER = re.compile(r"(?<=[?&])(?!PageSize=|Page=|PageToken=)([^=&#]*)=[^&#]*")
#: A conversation may be asked for by a name, which may be anybody's number.
_NAME = re.compile(r"(?<=/Conversations/)(?!CH[0-9a-fA-F]{32}/)[^/?#]+(?=/)")


def lines(findings: Iterable[Finding], *, show_values: bool = False) -> list[str]:
    """Findings as `receiptkit validate` words them, as a list: equal ones grouped and counted, hints below."""
    out = StringIO()
    report = TextReport(out, About(__version__, "", "", show_values=show_values))
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
    """How many findings there are of each severity: `2 errors, 1 warning`."""
    said = []
    for severity in Severity:
        count = sum(finding.severity is severity for finding in findings)
        if count:
            plural = "" if count == 1 or severity is Severity.INFO else "s"
            said.append(f"{count} {severity.value}{plural}")
    return ", ".join(said)


def request_line(seen: Exchange | WebhookRequest, *, show_values: bool = False) -> str:
    """A request, and what came of it, without what is somebody's own: credentials, names of conversations, parameters but those of paging."""
    url = (
        seen.url
        if show_values
        else _NAME.sub("…", _PARAMETER.sub(r"\1=…", _USER.sub("//…@", seen.url)))
    )
    return printable(
        f"{seen.method.upper()} {url} -> {seen.status if isinstance(seen, Exchange) else 'webhook'}"
    )


def way_out(findings: Iterable[Finding]) -> str:
    """How to allow findings on purpose."""
    rules = ", ".join(f'"{rule}"' for rule in dict.fromkeys(finding.rule for finding in findings))
    return f'to allow this on purpose: @pytest.mark.receipts_allow({rules}, reason="…")'
