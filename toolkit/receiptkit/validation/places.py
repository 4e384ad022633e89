"""Where in its file a finding is."""

from __future__ import annotations

from dataclasses import replace

from receiptkit.captures import Observation, Place
from receiptkit.model.exchange import Part
from receiptkit.model.finding import Finding, Location
from receiptkit.model.position import Position
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
    """The findings with the file, the entry and the place of each, in the order of the places; those that have a file already are left alone."""
    parts = {id(finding): _part(finding, part) for finding in findings}
    places: dict[tuple[Part, str], Place] = {}
    for each in dict.fromkeys(parts.values()):
        wanted = {
            finding.pointer
            for finding in findings
            if finding.location is None and parts[id(finding)] == each
        }
        if wanted:
            places |= {
                (each, pointer): place
                for pointer, place in observation.places(each, wanted).items()
            }
    placed = []
    for finding in findings:
        said = finding.location
        if said is not None and said.file:
            placed.append(finding)
            continue
        if said is not None and said.line is not None and said.column is not None:
            place = observation.place_within(part, Position(said.line, said.column))
        else:
            place = places[parts[id(finding)], finding.pointer]
        location = Location(file, observation.entry, *place.position, *(place.within or ()))
        placed.append(replace(finding, location=location))
    return sorted(placed, key=_by_place)


def _part(finding: Finding, part: Part) -> Part:
    """What of an exchange a finding is about: what its rule says, or what was judged."""
    rule = catalogue.get(finding.rule)
    return rule.part if rule is not None and rule.part is not None else part
