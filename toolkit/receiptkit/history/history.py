"""Check observations one at a time, and then against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from receiptkit.contract import Contract, Result
from receiptkit.history.memory import Memory
from receiptkit.model.exchange import Exchange, WebhookRequest
from receiptkit.model.finding import Finding
from receiptkit.model.location import Arrival, Location
from receiptkit.model.odd_arguments import explained_methods
from receiptkit.model.problem import Problem


@explained_methods
class History:
    """
    Check observations against a contract, one at a time, and remember them.

    `check`, `check_exchange` and `check_webhook` work like those of `Contract`. `finish` returns
    the contradictions between observations: a status that goes back, a page that is missing from a
    pagination, a summary that disagrees with the receipts.
    """

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._memory = Memory()
        self._count = 0

    def check(self, body: Any, *, operation: str | None = None) -> list[Finding]:
        """Check a body whose request is unknown, as `Contract.check` does, and remember it."""
        return self._remember(self._contract.validate(body, operation))

    def check_exchange(self, exchange: Exchange) -> list[Finding]:
        """Check a request and its response, as `Contract.check_exchange` does, and remember it."""
        return self._remember(self._contract.validate_exchange(exchange))

    def check_webhook(self, delivery: WebhookRequest) -> list[Finding]:
        """Check a webhook request, as `Contract.check_webhook` does, and remember it."""
        return self._remember(self._contract.validate_webhook(delivery))

    def finish(self) -> list[Finding]:
        """
        Return the contradictions between the observations so far, and forget the observations.

        The next observation begins another history.

        Returns:
            Findings; `origin.entry` is the number, from 0, of the observation that contradicts an
            earlier one.
        """
        memory, self._memory, self._count = self._memory, Memory(), 0
        found = sorted(memory.findings(), key=in_order)
        return list(findings_across(self._contract, found, lambda at: Location(entry=at.entry)))

    def _remember(self, result: Result) -> list[Finding]:
        if result.kind is not None:
            self._memory.enter(
                result.kind,
                result.body,
                Arrival(entry=self._count),
                requested=result.requested,
            )
        self._count += 1
        return self._contract.findings_of(result)


def in_order(problem: Problem) -> tuple[Arrival, str, str, str]:
    """Return the key by which problems between observations are in the order of arrival."""
    return problem.at or Arrival(), problem.pointer, problem.rule, problem.message


def findings_across(
    contract: Contract, found: Iterable[Problem], location: Callable[[Arrival], Location]
) -> Iterator[Finding]:
    """
    Yield the findings for problems between observations.

    Args:
        contract: the contract whose profile selects the findings.
        found: the problems, as `in_order` sorts them.
        location: returns the location of an arrival.
    """
    for problem in found:
        at, other = problem.at or Arrival(), problem.other
        here = location(at)
        is_elsewhere = other is not None and other != at
        where = f"; {_compare(here, location(other))}" if other and is_elsewhere else ""
        described = problem._replace(message=problem.message + where)
        found_here = contract.validator.profile.findings([described])
        yield from (replace(finding, location=here) for finding in found_here)


def _compare(here: Location, there: Location) -> str:
    if there.line is None:
        return f"compare observation {there.entry}"
    if there.file != here.file:
        return f"compare {there.file}:{there.line}"
    return (
        f"compare line {there.line}" if there.line != here.line else f"compare entry {there.entry}"
    )
