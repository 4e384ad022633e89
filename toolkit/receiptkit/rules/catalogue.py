"""Every rule by its id, and what a profile makes of it."""

from __future__ import annotations

import difflib

from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.rules import (
    capture,
    configuration,
    delivery,
    exchange,
    listing,
    page,
    receipt,
    request,
    schema,
    text,
    timeline,
    webhook,
)
from receiptkit.rules.rule import Rule

#: The rules that `receiptkit rules` lists, in the order of their scopes.
RULES: tuple[Rule, ...] = (
    *schema.RULES,
    *text.RULES,
    *exchange.RULES,
    *receipt.RULES,
    *page.RULES,
    *request.RULES,
    *listing.RULES,
    *delivery.RULES,
    *timeline.RULES,
    *webhook.RULES,
    *configuration.RULES,
    *capture.RULES,
)
#: Those that take more than one observation to see.
ACROSS = tuple(rule.id for rule in RULES if rule.across)
_BY_ID = {rule.id: rule for rule in (*RULES, *schema.OTHER_KEYWORDS)}


def find(rule_id: str) -> Rule:
    """The rule of an id; raises `UsageError`, with a suggestion, if there is none."""
    if rule_id in _BY_ID:
        return _BY_ID[rule_id]
    close = difflib.get_close_matches(rule_id, list(_BY_ID))
    raise UsageError(
        f"no rule is called {rule_id!r}"
        + (f"; did you mean {close[0]}?" if close else "; `receiptkit rules` lists them")
    )


def get(rule_id: str) -> Rule | None:
    """The rule of an id, or None for an id that only a user's own document knows."""
    return _BY_ID.get(rule_id)


def ids() -> list[str]:
    """Every id there is, those of keywords that only other documents use included."""
    return list(_BY_ID)


def severity(rule_id: str, profile: str, said: Severity | None = None) -> Severity | None:
    """
    How bad a breach is under a profile; None if the profile does not report it.

    Args:
        rule_id: the rule that was broken.
        profile: vendor, documented or strict.
        said: a severity that the document gives with it, which goes before that of the catalogue.
    """
    rule = _BY_ID.get(rule_id)
    if profile == "vendor" and rule is not None and not rule.vendor:
        return None
    found = said or (rule.severity if rule else Severity.ERROR)
    if profile == "strict" and found is Severity.WARNING:
        return Severity.ERROR
    return found
