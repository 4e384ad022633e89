"""JSON Schema keywords by the ids of the rules that report them."""

from __future__ import annotations

import re


def rule_of_keyword(keyword: str) -> str:
    """Return the id of the rule for a keyword: `schema.max-length` for `maxLength`."""
    return "schema." + re.sub("([A-Z])", r"-\1", keyword).lower()
