"""Every rule by its id, the severity that a profile gives it, and the checks to run."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import receiptkit.rules
from receiptkit.model.display import close_matches
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Severity
from receiptkit.rules import registry
from receiptkit.rules.registry import Rule, problems

__all__ = ["RULES", "find", "get", "ids", "problems", "severity"]

#: The families whose rules come first in lists, in this order; others follow by name.
_ORDER = (
    *("schema", "text", "exchange", "request", "receipt", "page"),
    *("listing", "delivery", "timeline", "webhook"),
)


def _load() -> tuple[Rule, ...]:
    names = {module.name for module in pkgutil.iter_modules(receiptkit.rules.__path__)}
    for name in (*_ORDER, *sorted(names.difference(_ORDER))):
        import_module(f"receiptkit.rules.{name}")
    return tuple(each for each in registry.rules().values() if each.listed)


#: The rules that `receiptkit rules` lists.
RULES: tuple[Rule, ...] = ()


def find(rule_id: str) -> Rule:
    """
    Return the rule of an id.

    Raises:
        UsageError: the id is unknown; the message suggests one.
    """
    known = registry.rules()
    if rule_id in known:
        return known[rule_id]
    raise UsageError(f"unknown rule {rule_id!r}; {_advice(rule_id, list(known))}")


def _advice(rule_id: str, known: list[str]) -> str:
    """Return what to write instead of an unknown id, or of a pattern that matches none."""
    family, _, rest = rule_id.partition(".")
    families = sorted({each.partition(".")[0] for each in known})
    if family in families and rest in ("", "*"):
        return f"`receiptkit rules '{family}.*'` lists this family"
    if rest in ("", "*") and (close := close_matches(family, families)):
        return f"did you mean {close[0]}.*?"
    close = close_matches(rule_id, known)
    return f"did you mean {close[0]}?" if close else "`receiptkit rules` lists them"


def get(rule_id: str) -> Rule | None:
    """Return the rule of an id; None for an id that only a user's own document has."""
    return registry.rules().get(rule_id)


def ids() -> list[str]:
    """Return every id, those of keywords that only other documents use included."""
    return list(registry.rules())


def across() -> list[str]:
    """Return the ids of the rules that take more than one observation to see."""
    return [rule.id for rule in RULES if rule.across]


def allows_bulk() -> bool:
    """Return True if no rule looks at more of a value than shapes keep."""
    return not any(rule.exact for rule in registry.rules().values())


def literal_names() -> frozenset[str]:
    """Return the members and parameters whose values shapes keep unchanged for some rule."""
    return frozenset(name for rule in registry.rules().values() for name in rule.literal)


def severity(rule_id: str, profile: str, stated: Severity | None = None) -> Severity | None:
    """
    Return the severity of a problem under a profile; None if the profile does not report it.

    Args:
        rule_id: the rule that was broken.
        profile: vendor, documented or strict.
        stated: a severity that the document or the check states; it replaces that of the rule.
    """
    rule = registry.rules().get(rule_id)
    if profile == "vendor" and rule is not None and not rule.vendor:
        return None
    found = stated or (rule.severity if rule else Severity.ERROR)
    if profile == "strict" and found is Severity.WARNING:
        return Severity.ERROR
    return found


RULES = _load()
