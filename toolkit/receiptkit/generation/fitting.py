"""Examples of rules in generated bodies: identifiers, dates and server become those of the body."""

from __future__ import annotations

import json
import re
from typing import Any

from receiptkit.generation.world import milliseconds, rest_date, webhook_date
from receiptkit.model.errors import UsageError
from receiptkit.rules.examples import ABSENT, Example, sample

_SID = re.compile(r"([A-Z]{2})([0-9a-f]{32})")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
_CREATED = re.compile(r'"(?:date_created|DateCreated)": "([^"]+)"')
_SERVER = re.compile(r'"(https?://[^/"]+/v1/)')
#: Dates of an example that are further from its sample than this mean themselves.
_DAY = 86_400_000


def fitted(example: Example, body: Any) -> Any:
    """
    Return a generated body with the changes of an example, as they would be if it were the sample.

    Raises:
        LookupError, AttributeError, TypeError: the body lacks the place.
    """
    fit = _Fit(sample(example.sample), body)
    changes = {pointer: fit.value(value) for pointer, value in example.changes.items()}
    return example._replace(changes=changes).applied(body)


def fitted_text(text: str, sample_name: str, body: Any) -> str:
    """Return the text of an example with the identifiers of a generated body of a sample's kind."""
    return _Fit(sample(sample_name), body).text(text)


class _Fit:
    """The values of a generated body that replace those of a sample."""

    def __init__(self, original: Any, body: Any) -> None:
        old, new = json.dumps(original), json.dumps(body)
        self._row, self._generated_row = _first_row(original), _first_row(body)
        digits = _digits(new)
        self._texts = {
            own: digits[prefix] for prefix, own in _digits(old).items() if prefix in digits
        }
        servers = _SERVER.search(old), _SERVER.search(new)
        if servers[0] and servers[1]:
            self._texts[servers[0][1]] = servers[1][1]
        self._pattern = re.compile("|".join(map(re.escape, self._texts)) or r"(?!)")
        dates = _CREATED.search(old), _CREATED.search(new)
        self._created = milliseconds(dates[0][1]) if dates[0] else 0
        self._later = milliseconds(dates[1][1]) - self._created if dates[0] and dates[1] else 0

    def value(self, value: Any) -> Any:
        """Return a value of the example as the generated body would have it."""
        if value is ABSENT:
            return value
        if isinstance(value, dict) and value.keys() >= self._row.keys() > set():
            changed = {
                name: each for name, each in value.items() if each != self._row.get(name, ABSENT)
            }
            return {**self._generated_row, **json.loads(self.text(json.dumps(changed)))}
        return json.loads(self.text(json.dumps(value)))

    def text(self, text: str) -> str:
        """Return a text of the example as the generated body would have it."""
        text = self._pattern.sub(lambda match: self._texts[match[0]], text)
        return _DATE.sub(self._moved, text)

    def _moved(self, match: re.Match[str]) -> str:
        try:
            moment = milliseconds(match[0])
        except UsageError:
            return match[0]
        if abs(moment - self._created) > _DAY:
            return match[0]
        return (webhook_date if match[1] else rest_date)(moment + self._later)


def _digits(text: str) -> dict[str, str]:
    """Return the digits of the first SID of each prefix."""
    found: dict[str, str] = {}
    for prefix, digits in _SID.findall(text):
        found.setdefault(prefix, digits)
    return found


def _first_row(node: Any) -> dict[str, Any]:
    """Return the first receipt of a page, or of the page in an exchange; empty without one."""
    body = node.get("response", {}).get("body", node)
    rows = body.get("delivery_receipts") if isinstance(body, dict) else None
    return rows[0] if rows else {}
