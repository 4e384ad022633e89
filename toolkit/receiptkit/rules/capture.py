"""Rules about captures as files."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping

from receiptkit.findings import Severity
from receiptkit.observations import header
from receiptkit.rules.examples import Example
from receiptkit.rules.rule import Breach, Rule

RULES = (
    Rule(
        id="capture.secret",
        severity=Severity.WARNING,
        title="the capture holds credentials",
        why="Whoever has the file can act as the account. It is said once for each file and header, and the value is never shown.",
        grounding="RFC 9110, section 11.6.2",
        action="Take the header out before the file is shared, and have the credentials replaced if it was: VCR and proxies can filter it.",
        good=Example("exchange"),
        bad=Example("exchange", {"/request/headers": {"Authorization": "Bearer 4f9d1c7ab23e4d58a6b0"}}),
        part="sent",
    ),
    Rule(
        id="capture.nothing-judged",
        severity=Severity.ERROR,
        title="there is nothing in the captures that could be judged",
        why="A check that checks nothing is always green. It ends with exit 2, so that nobody takes it for a pass.",
        grounding="the captures",
        action="Give the right files; --as and --url say what bare bodies are; --allow-empty accepts it.",
        vendor=True,
    ),
)

_HEADERS = ("authorization", "proxy-authorization")
_CREDENTIAL = re.compile(r"(basic|bearer|digest|token) +(\S.{7,})", re.IGNORECASE)
#: What filters put in the place of credentials.
_MASKED = re.compile(
    r"\*\*|xxx|redact|filter|mask|dummy|secret|placeholder|remove|hidden|fake|example|test|your|[<>{}\[\]]", re.IGNORECASE
)


def secrets(headers: Mapping[str, str]) -> Iterator[Breach]:
    """The request headers that hold credentials; what stands for some that a filter took away does not count."""
    for name in _HEADERS:
        value = header(headers, name)
        match = _CREDENTIAL.fullmatch(value.strip()) if value else None
        if match is not None and not _is_masked(match[1].lower(), match[2]):
            yield Breach("capture.secret", "", f"the request has a header {name.title()}, with credentials")


def _is_masked(scheme: str, text: str) -> bool:
    if scheme == "basic":
        try:
            text = base64.b64decode(text, validate=True).decode("latin-1").partition(":")[2]
        except ValueError:
            return True
    return len(set(text)) < 5 or _MASKED.search(text) is not None
