"""
The registry of rules: which exist, what each looks at, and the check that finds its problems.

A module of this package registers its rules when it is imported; `catalogue` imports them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, TypeVar

from receiptkit.model.exchange import Part
from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import Example

#: What a rule can look at. `views` has the arguments of the checks.
Subject = Literal[
    "text",
    "payload",
    "unchecked",
    "body",
    "request",
    "response",
    "exchange",
    "page",
    "receipt",
    "message",
    "configuration",
    "resource",
    "list",
    "error",
    "webhook",
    "webhook request",
    "signed request",
    "capture",
    "run",
    "receipt history",
    "list history",
    "message history",
    "message receipts",
    "message states",
    "resource states",
    "configuration history",
]
#: The subjects that take more than one observation.
HISTORIES: tuple[Subject, ...] = (
    "receipt history",
    "list history",
    "message history",
    "message receipts",
    "message states",
    "resource states",
    "configuration history",
)
Check = Callable[..., Iterator[Problem]]
_Function = TypeVar("_Function", bound=Check)


class Rule(NamedTuple):
    """
    One rule of the catalogue.

    Attributes:
        id: `scope.what-is-wrong`.
        on: what it looks at.
        severity: in the profile `documented`; `strict` counts warnings as errors.
        title: one line, which is also the message where nothing more is known.
        why: the reasoning.
        grounding: the document or evidence that it rests on.
        action: what to do about a finding.
        good, bad: an example that conforms, and the nearest one that does not; tests check both.
        vendor: whether it holds under the profile `vendor` too, which keeps what Twilio publishes.
        profile: the profile its examples are judged under.
        part: the part of an exchange it is about, if not the judged body.
        supersedes: rules whose findings at the same pointer add nothing beside one of this rule.
        exact: True if the check looks at more of a value than the shapes of bulk keep: of a SID
            prefix, form and equality, of a date form, order and day. Every record is then checked
            by itself.
        beside: rules whose findings the bad example cannot but have, too.
        listed: whether the catalogue lists it; keywords of other people's documents are not listed.
        message: what a finding says if the document states the rule, with `{}` for the message of
            its keyword; by default that message, or the title for advice.
        literal: the members and parameters whose SIDs, dates or tokens the check looks into; shapes
            do not generalise their values.
    """

    id: str
    on: tuple[Subject, ...]
    severity: Severity
    title: str
    why: str
    grounding: str
    action: str
    good: Example | None = None
    bad: Example | None = None
    vendor: bool = False
    profile: str = "documented"
    part: Part | None = None
    supersedes: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    listed: bool = True
    exact: bool = False
    literal: tuple[str, ...] = ()
    message: str = ""

    @property
    def advice(self) -> str:
        """Return what a finding says by itself, without the message of a keyword."""
        return self.message if self.message and "{}" not in self.message else self.title

    @property
    def across(self) -> bool:
        """Return True if it takes more than one observation to see."""
        return any(subject in HISTORIES for subject in self.on)


class _Registered(NamedTuple):
    check: Check
    #: The rule of all its problems; empty for a check of several rules, which names them itself.
    rule: str


_rules: dict[str, Rule] = {}
_checks: dict[Subject, list[_Registered]] = {}
#: Subjects of checks that are in other modules than their rule.
_more_subjects: dict[str, list[Subject]] = {}


def rule(
    id: str,  # noqa: A002 # the catalogue's word
    *,
    on: Subject | tuple[Subject, ...],
    severity: Severity,
    title: str,
    why: str,
    grounding: str,
    action: str,
    **more: Any,
) -> Callable[[_Function], _Function]:
    """
    Register a rule, and return a decorator for the check that finds its problems.

    Not used as a decorator, the rule has no check here: the contract document or a reader of text
    reports it. A function with several of these decorators names the rule of each problem.

    The arguments are the attributes of `Rule`; `on` may be a single subject.

    Raises:
        ValueError: a rule has this id already.
    """
    if id in _rules:
        raise ValueError(f"there are two rules {id}")
    subjects = (on,) if isinstance(on, str) else on
    every = tuple(dict.fromkeys((*subjects, *_more_subjects.get(id, ()))))
    _rules[id] = Rule(id, every, severity, title, why, grounding, action, **more)
    return _attaching(id, subjects)


def also(id: str, *, on: Subject) -> Callable[[_Function], _Function]:  # noqa: A002 # as above
    """Return a decorator for one more check of a rule, which may be registered later."""
    _more_subjects.setdefault(id, []).append(on)
    if id in _rules:
        _rules[id] = _rules[id]._replace(on=tuple(dict.fromkeys((*_rules[id].on, on))))
    return _attaching(id, (on,))


def _attaching(rule_id: str, subjects: tuple[Subject, ...]) -> Callable[[_Function], _Function]:
    def attach(check: _Function) -> _Function:
        for subject in subjects:
            known = _checks.setdefault(subject, [])
            before = next((each for each in known if each.check is check), None)
            if before is not None:
                known.remove(before)
            known.append(_Registered(check, "" if before is not None else rule_id))
        return check

    return attach


def rules() -> dict[str, Rule]:
    """Return the registered rules by their ids, in the order of registration."""
    return _rules


def problems(subject: Subject, *views: Any) -> Iterator[Problem]:
    """Run every check of a subject on one view after the other, and yield what they find."""
    checks = _checks.get(subject, ())
    for view in views:
        for check, rule_id in checks:
            for problem in check(view):
                yield problem if problem.rule else problem._replace(rule=rule_id)
