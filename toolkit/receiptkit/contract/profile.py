"""The conversion of problems to findings under a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from receiptkit.model.finding import Finding
from receiptkit.model.location import Location
from receiptkit.model.problem import Problem
from receiptkit.openapi.document import Document
from receiptkit.openapi.operation import Media
from receiptkit.openapi.references import in_document
from receiptkit.rules import catalogue


class Profile:
    """A profile over a document: the rules that it reports, their severities and groundings."""

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.document = document

    def findings(
        self,
        problems: Iterable[Problem],
        operation: str | None = None,
        *,
        media: Media | None = None,
        locate: Callable[[Problem], Location | None] | None = None,
    ) -> list[Finding]:
        """
        Return the findings of problems that the profile reports.

        Args:
            problems: the problems.
            operation: the operationId that was checked, if one was.
            media: the media type whose schema was checked, for problems with a schema.
            locate: returns the location of a problem, where it is known already.
        """
        found = []
        for problem in problems:
            severity = catalogue.severity(problem.rule, self.name, problem.severity)
            if severity is not None:
                finding = Finding(
                    rule=problem.rule,
                    severity=severity,
                    pointer=problem.pointer,
                    message=_message(problem),
                    hint=problem.hint,
                    grounding=self._grounding(problem, media),
                    operation=operation,
                    location=locate(problem) if locate else None,
                    value=problem.value,
                )
                found.append(finding)
        return found

    def text_findings(
        self, problems: Iterable[Problem], position: Callable[[int], tuple[int, int]]
    ) -> list[Finding]:
        """Return the findings of a text's problems; `position` gives line and column."""

        def locate(problem: Problem) -> Location:
            line, column = position(problem.offset)
            return Location(line=line, column=column)

        return self.findings(problems, locate=locate)

    def _grounding(self, problem: Problem, media: Media | None) -> str:
        rule = catalogue.get(problem.rule)
        if problem.grounding is not None:
            return problem.grounding
        if rule is not None and (problem.place is None or not problem.rule.startswith("schema.")):
            return rule.grounding
        place = problem.place or ()
        if media is not None:
            place = in_document(place, media.place)
        return f"{self.document.provenance}, {'/'.join(map(str, place))}"


def _message(problem: Problem) -> str:
    """Return the message of a problem, in the words of its rule if the document names one."""
    rule = catalogue.get(problem.rule)
    if problem.place is None or rule is None or problem.rule.startswith("schema."):
        return problem.message
    is_advice = problem.severity is not None and problem.missing is None
    words = rule.message or rule.title
    if not is_advice and "{}" not in rule.message:
        return problem.message
    return words.replace("{}", problem.message)
