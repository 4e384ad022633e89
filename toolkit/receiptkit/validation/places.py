"""Give each finding its location in the file."""

from __future__ import annotations

from dataclasses import replace

from receiptkit.captures import Observation
from receiptkit.model.exchange import Part
from receiptkit.model.finding import Finding
from receiptkit.model.location import Location, Position
from receiptkit.rules import catalogue


def _by_place(finding: Finding) -> tuple[int, int, int, int, str, str, str]:
    location = finding.location or Location()
    place = (
        location.line or 0,
        location.column or 0,
        location.body_line or 0,
        location.body_column or 0,
    )
    return (*place, finding.pointer, finding.rule, finding.message)


def located(
    findings: list[Finding], part: Part, observation: Observation, file: str
) -> list[Finding]:
    """Return the findings with their locations, in order; one that has a file keeps it."""
    parts = {id(finding): _part(finding, part) for finding in findings}
    places: dict[tuple[Part, str | Position], Location] = {}
    for each in dict.fromkeys(parts.values()):
        targets = {
            _target(finding)
            for finding in findings
            if not _has_file(finding) and parts[id(finding)] == each
        }
        if targets:
            located = observation.locate(each, targets)
            places |= {(each, one): location for one, location in located.items()}
    placed = [
        finding
        if _has_file(finding)
        else replace(
            finding, location=replace(places[parts[id(finding)], _target(finding)], file=file)
        )
        for finding in findings
    ]
    return sorted(placed, key=_by_place)


def _has_file(finding: Finding) -> bool:
    return finding.location is not None and bool(finding.location.file)


def _target(finding: Finding) -> str | Position:
    """Return what to look for in a part: a place in its text, or the value at a pointer."""
    location = finding.location
    if location is not None and location.line is not None and location.column is not None:
        return Position(location.line, location.column)
    return finding.pointer


def _part(finding: Finding, part: Part) -> Part:
    """Return the part of an exchange that a finding is about: its rule's, or what was checked."""
    rule = catalogue.get(finding.rule)
    return rule.part if rule is not None and rule.part is not None else part
