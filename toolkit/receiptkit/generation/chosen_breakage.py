"""Choose the breakages of a rule, and the form that can show them."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.generation.breakage import Breakage
from receiptkit.generation.breakages import of_rule
from receiptkit.generation.capture_breakages import CaptureBreakage
from receiptkit.generation.generator import Generator
from receiptkit.generation.outputs import BREAKABLE
from receiptkit.model.errors import UsageError

#: The form of a breakage between records.
_CAPTURE = "ndjson"
_DEFAULT = "page"


class ChosenBreakage(NamedTuple):
    """
    The form to write, and the breakage in it.

    Attributes:
        form: the form.
        capture: the breakage of a whole capture; None for one of a body.
        bodies: breakages of a body; the first that a world can show is used.
    """

    form: str
    capture: CaptureBreakage | None = None
    bodies: tuple[Breakage, ...] = ()


def choose(
    generator: Generator, rule: str | None, form: str | None, *, in_service: bool
) -> ChosenBreakage:
    """
    Return the breakages of a rule in a form.

    Args:
        generator: the generator, whose document has its own breakages.
        rule: a rule, or RULE@POINTER; None for no breakage.
        form: the form; None for the first that shows the breakage.
        in_service: whether bodies are of the service-scoped API.

    Raises:
        UsageError: the rule has no breakage, or the form cannot show it.
    """
    if not rule:
        return ChosenBreakage(form or _DEFAULT)
    found = of_rule(generator, rule)
    capture = next((each for each in found if isinstance(each, CaptureBreakage)), None)
    bodies = [each for each in found if isinstance(each, Breakage)]
    fitting = (
        [_CAPTURE]
        if capture
        else [name for name in BREAKABLE if any(_fits(each, name) for each in bodies)]
    )
    form = form or [*fitting, _DEFAULT][0]
    if form not in fitting:
        kinds = " or ".join(f"the {kind}" for kind in dict.fromkeys(each.kind for each in bodies))
        broken = "a capture" if capture else kinds
        raise UsageError(f"--break {rule} breaks {broken}: use --as {' or '.join(fitting)}")
    return ChosenBreakage(
        form, capture, _in_scope([each for each in bodies if _fits(each, form)], in_service)
    )


def _fits(breakage: Breakage, form: str) -> bool:
    return breakage.kind in BREAKABLE.get(form, ())


def _in_scope(breakages: list[Breakage], in_service: bool) -> tuple[Breakage, ...]:
    """Return those of the scope; all of them, if none is of the scope."""
    return tuple(each for each in breakages if each.in_service is in_service) or tuple(breakages)
