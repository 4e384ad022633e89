"""What is judged within one test: each observation by itself, and all of them together."""

from __future__ import annotations

from typing import Protocol

from receiptkit.contract import Contract
from receiptkit.findings import Finding
from receiptkit.observations import Delivery, Exchange


class History(Protocol):
    """Judges like a contract, and remembers."""

    def check_exchange(self, exchange: Exchange) -> list[Finding]: ...

    def check_delivery(self, delivery: Delivery) -> list[Finding]: ...

    def finish(self) -> list[Finding]:
        """The findings between observations; `origin.entry` is the number of the observation, from 0."""
        ...


class _Forgetful:
    """Judges each observation by itself: until `Contract.history` is there."""

    def __init__(self, contract: Contract) -> None:
        self.check_exchange = contract.check_exchange
        self.check_delivery = contract.check_delivery

    def finish(self) -> list[Finding]:
        return []


def history(contract: Contract) -> History:
    """A new history."""
    made: History = contract.history() if hasattr(contract, "history") else _Forgetful(contract)
    return made
