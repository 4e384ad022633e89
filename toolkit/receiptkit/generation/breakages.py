"""
Breakages: minimal flaws, each of which causes one finding.

That of a rule is its bad example in the catalogue, applied to a generated body or capture. Those of
schema keywords are derived from the contract document.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from receiptkit.generation.breakage import Breakage, operation_of
from receiptkit.generation.capture_breakages import CaptureBreakage, of_capture
from receiptkit.generation.generator import Generator
from receiptkit.generation.keyword_breakages import of_keywords
from receiptkit.model.errors import UsageError
from receiptkit.rules import catalogue
from receiptkit.rules.registry import Rule

#: The kinds of body that examples are of, and whether in a service, by the names of their samples.
_BODIES = {
    **{kind: (kind, False) for kind in ("receipt", "page", "message", "configuration", "error")},
    "service receipt": ("receipt", True),
    "webhook": ("webhook", False),
}
_PARAMETERS = "/params"


def of_rules(generator: Generator) -> Iterator[Breakage | CaptureBreakage]:
    """Yield the breakage of each rule: of a body, or of a capture where no body shows it."""
    for rule in catalogue.RULES:
        # Rules on any body are those of keywords.
        breakage = None if rule.on == ("body",) else _of_rule(generator, rule)
        if breakage is not None:
            yield breakage


def _of_rule(generator: Generator, rule: Rule) -> Breakage | CaptureBreakage | None:
    return _of_body(generator, rule) or of_capture(rule)


def _of_body(generator: Generator, rule: Rule) -> Breakage | None:
    """Return the breakage of one body by a rule; None if a body does not show it."""
    example = rule.bad
    if example is None or example.text is not None or example.then is not None:
        return None
    kind, in_service = _BODIES.get(example.sample, ("", False))
    if kind == "webhook":
        if not all(each.startswith(_PARAMETERS) for each in example.changes):
            return None
        changes = {each.removeprefix(_PARAMETERS): new for each, new in example.changes.items()}
        example = example._replace(changes=changes)
    if not kind:
        return None
    breakage = Breakage(rule.id, "", kind, example, in_service)
    operation = operation_of(generator, kind, in_service=in_service)
    found = generator.contract.check(breakage.body(generator), operation=operation)
    places = [each.pointer for each in found if each.rule == rule.id]
    return breakage._replace(pointer=places[0]) if places else None


def breakages(generator: Generator) -> list[Breakage]:
    """Return every breakage of a body: those of rules, and those of the document's keywords."""
    of_bodies = [each for each in of_rules(generator) if isinstance(each, Breakage)]
    return [*of_bodies, *of_keywords(generator)]


def capture_breakages(generator: Generator) -> list[CaptureBreakage]:
    """Return every breakage that takes a capture."""
    return [each for each in of_rules(generator) if isinstance(each, CaptureBreakage)]


def of_rule(generator: Generator, choice: str) -> list[Breakage] | list[CaptureBreakage]:
    """
    Return the breakages of a rule: of bodies, or of a capture where one body cannot show it.

    Args:
        generator: those of keywords are derived from the document of its contract.
        choice: a rule; or `RULE@POINTER` for those of one member.

    Raises:
        UsageError: it has none, or none there.
    """
    rule, at, pointer = choice.partition("@")
    of_bodies = [each for each in breakages(generator) if each.rule == rule]
    of_captures = [each for each in capture_breakages(generator) if each.rule == rule]
    if not of_captures and not of_bodies:
        close = get_close_matches(rule, sorted(breakable(generator)), n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise UsageError(f"no breakage for rule {rule!r}{hint}")
    if not at:
        return of_bodies or of_captures
    there = [each for each in of_bodies if each.at == pointer]
    if not there:
        places = sorted({each.at for each in of_bodies if each.at})
        close = get_close_matches(pointer, places, n=3) or places[:3]
        hint = f": there is {', '.join(close)}" if close else ""
        raise UsageError(f"no breakage of {rule} is at {pointer!r}{hint}")
    return there


def breakable(generator: Generator) -> set[str]:
    """Return the rules that have a breakage."""
    return {each.rule for each in (*of_rules(generator), *of_keywords(generator))}
