"""Captures with a breakage, each proven to have exactly its finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from receiptkit.captures import Source
from receiptkit.contract import Contract
from receiptkit.generation import Generator, World
from receiptkit.generation.capture_breakages import CaptureBreakage
from receiptkit.model.errors import UsageError
from receiptkit.model.finding import Finding
from receiptkit.validation.run import Validation
from receiptkit.webhooks import AUTH_TOKEN


class _Findings(list[Finding]):
    """A sink that keeps the findings of one file."""

    finding = list.append

    def end_of_file(self) -> None:
        pass


def check_capture(contract: Contract, breakage: CaptureBreakage, capture: bytes) -> list[Finding]:
    """Return the findings of a broken capture, checked as a file."""
    if breakage.is_signed:
        contract = Contract(contract.document, contract.profile, auth_token=AUTH_TOKEN)
    found = _Findings()
    Validation(contract).run([Source("capture", content=capture)], found)
    return found


def broken_captures(
    generator: Generator,
    breakage: CaptureBreakage,
    worlds: Iterable[World],
    note: Callable[[Finding], None],
) -> Iterator[bytes]:
    """
    Yield a capture of each world, with the breakage.

    Args:
        generator: renders the worlds.
        breakage: the breakage.
        worlds: the worlds.
        note: called with the finding of each capture.

    Raises:
        UsageError: a world cannot show the breakage.
    """
    for world in worlds:
        try:
            capture = breakage.of(generator, world)
            found = [
                each
                for each in check_capture(generator.contract, breakage, capture)
                if each.rule not in breakage.beside
            ]
        except (LookupError, AttributeError, TypeError, ValueError, UsageError):
            found = []
        if [each.rule for each in found] != [breakage.rule]:
            raise UsageError(
                f"{world.scenario} cannot show {breakage.rule}: try {breakage.scenario}"
            )
        note(found[0])
        yield capture
