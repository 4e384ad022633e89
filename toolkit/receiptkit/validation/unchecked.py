"""Describe observations that were not checked, without anything private."""

from __future__ import annotations

from receiptkit.captures import Observation
from receiptkit.contract import Contract, Result
from receiptkit.model.finding import Finding
from receiptkit.model.limits import limit
from receiptkit.model.location import Location
from receiptkit.openapi.servers import path_of
from receiptkit.rules import catalogue
from receiptkit.rules.views import RunView
from receiptkit.validation.public_urls import PublicUrls, public_method
from receiptkit.validation.summary import LeftOut, Summary, Unchecked

_FOREIGN = "no operation of the contract"
_PREFIX = "/v1/"


class UncheckedNotes:
    """Describes unchecked observations of a run."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._urls = PublicUrls(contract)

    def count(self, summary: Summary, observation: Observation, result: Result, file: str) -> None:
        """Count an observation as checked or not, and what of it is beyond the limits."""
        for name, count in result.left_out.items():
            if count:
                location = Location(file, observation.entry, *observation.begins)
                summary.left_out.setdefault(name, LeftOut(location)).add(count)
        if result.unchecked is None:
            summary.checked += 1
            return
        note = self.note(observation, result.unchecked, file)
        summary.unchecked[note.reason] += 1
        summary.examples.setdefault(note.reason, note.location)
        if len(summary.listed) < limit("listed"):
            summary.listed.append(note)

    def note(self, observation: Observation, reason: str, file: str) -> Unchecked:
        """Return the place, the request and the reason of an unchecked observation."""
        seen = observation.seen
        location = Location(file, observation.entry, *observation.begins)
        if seen is None:
            return Unchecked(location, "", "", reason)
        method = seen.method.upper()
        path = path_of(seen.url) if seen.url else ""
        return Unchecked(
            location,
            public_method(method) if method else "",
            self._urls.path(path),
            self.explained(reason, path),
        )

    def explained(self, reason: str, path: str) -> str:
        """Return a reason with its usual cause, if the path shows one."""
        if reason != _FOREIGN:
            return reason
        prefix, found, rest = path.partition(_PREFIX)
        if prefix and found and self._contract.operations.of_url(_PREFIX + rest):
            return f"{reason}: the path has a prefix before /v1/; name it with --api-base-url"
        return reason


def empty_findings(contract: Contract, file: str) -> list[Finding]:
    """Return the findings of a file in which nothing was checked."""
    return contract.validator.profile.findings(
        catalogue.problems("run", RunView(1, 0)), locate=lambda _: Location(file, 0, 1, 1)
    )
