"""The contract: recognise an observation, match it to an operation, check it."""

from receiptkit.contract.bodies import without_explained
from receiptkit.contract.contract import ENGINES, Contract
from receiptkit.contract.result import Result

__all__ = ["ENGINES", "Contract", "Result", "without_explained"]
