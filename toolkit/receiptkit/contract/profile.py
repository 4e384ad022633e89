"""What a profile makes of defects, violations and breaches: findings, as severe as it has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from receiptkit.model.finding import Finding, Location
from receiptkit.model.problem import Problem
from receiptkit.openapi.document import Document
from receiptkit.openapi.operations import Media
from receiptkit.openapi.references import in_document
from receiptkit.rules import catalogue
from receiptkit.schema.trace import Violation


class Profile:
    """A profile over a document: which rules it reports, and what they rest on."""

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.document = document

    def of_text_problems(
        self, problems: Iterable[Problem], place: Callable[[int], tuple[int, int]]
    ) -> list[Finding]:
        """The findings of a text's own defects; `place` turns an offset into the line and column of their origin."""
        findings = []
        for problem in problems:
            severity = catalogue.severity(problem.rule, self.name, problem.severity)
            if severity is not None:
                line, column = place(problem.offset)
                grounding = catalogue.find(problem.rule).grounding
                location = Location(line=line, column=column)
                findings.append(
                    Finding(
                        problem.rule,
                        severity,
                        problem.pointer,
                        problem.message,
                        problem.hint,
                        grounding,
                        None,
                        location,
                    )
                )
        return findings

    def of_violations(
        self, violations: Iterable[Violation], operation: str | None, media: Media
    ) -> list[Finding]:
        """The findings of violations of the schema of a media type."""
        from receiptkit.schema.wording import hint, message

        findings = []
        for violation in violations:
            severity = catalogue.severity(violation.rule, self.name, violation.severity)
            if severity is not None:
                finding = Finding(
                    rule=violation.rule,
                    severity=severity,
                    pointer=violation.pointer,
                    message=message(violation),
                    hint=hint(violation),
                    grounding=self._grounding(violation, media),
                    operation=operation,
                    value=violation.value,
                )
                findings.append(finding)
        return findings

    def of_problems(
        self, problems: Iterable[Problem], operation: str | None, location: Location | None = None
    ) -> list[Finding]:
        """The findings of breaches, judged as an operation, with their origin where it is known."""
        findings = []
        for problem in problems:
            severity = catalogue.severity(problem.rule, self.name, problem.severity)
            if severity is not None:
                grounding = problem.grounding or catalogue.find(problem.rule).grounding
                finding = Finding(
                    problem.rule,
                    severity,
                    problem.pointer,
                    problem.message,
                    problem.hint,
                    grounding,
                    operation,
                    location,
                    problem.value,
                )
                findings.append(finding)
        return findings

    def _grounding(self, violation: Violation, media: Media) -> str:
        rule = catalogue.get(violation.rule)
        if violation.source is not None:
            return violation.source
        if rule is not None and not violation.rule.startswith("schema."):
            return rule.grounding
        place = in_document(violation.place, media.place)
        return f"{self.document.provenance}, {'/'.join(map(str, place))}"
