"""What a profile makes of defects, violations and breaches: findings, as severe as it has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from receiptkit.model.finding import Finding, Location, Severity
from receiptkit.openapi.document import Document
from receiptkit.openapi.operations import Media
from receiptkit.rules import catalogue
from receiptkit.rules.rule import Breach
from receiptkit.schema.trace import Violation
from receiptkit.text.json_defect import Defect


class Profile:
    """A profile over a document: which rules it reports, and what they rest on."""

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.document = document

    def of_defects(
        self, defects: Iterable[Defect], place: Callable[[int], tuple[int, int]]
    ) -> list[Finding]:
        """The findings of a text's own defects; `place` turns an offset into the line and column of their origin."""
        findings = []
        for defect in defects:
            severity = catalogue.severity(
                defect.rule, self.name, Severity(defect.severity) if defect.severity else None
            )
            if severity is not None:
                line, column = place(defect.offset)
                grounding = catalogue.find(defect.rule).grounding
                location = Location(line=line, column=column)
                findings.append(
                    Finding(
                        defect.rule,
                        severity,
                        defect.pointer,
                        defect.message,
                        defect.hint,
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

    def of_breaches(
        self, breaches: Iterable[Breach], operation: str | None, location: Location | None = None
    ) -> list[Finding]:
        """The findings of breaches, judged as an operation, with their origin where it is known."""
        findings = []
        for breach in breaches:
            severity = catalogue.severity(breach.rule, self.name, breach.severity)
            if severity is not None:
                grounding = breach.grounding or catalogue.find(breach.rule).grounding
                finding = Finding(
                    breach.rule,
                    severity,
                    breach.pointer,
                    breach.message,
                    breach.hint,
                    grounding,
                    operation,
                    location,
                    breach.value,
                )
                findings.append(finding)
        return findings

    def _grounding(self, violation: Violation, media: Media) -> str:
        rule = catalogue.get(violation.rule)
        if violation.source is not None:
            return violation.source
        if rule is not None and not violation.rule.startswith("schema."):
            return rule.grounding
        place = (
            violation.place
            if violation.place[:1] == ("components",)
            else (*media.place, *violation.place)
        )
        return f"{self.document.provenance}, {'/'.join(str(step) for step in place)}"
