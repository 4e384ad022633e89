"""The contract: recognise an observation, match it to an operation, check it."""

from receiptkit.contract.contract import ENGINES, Contract
from receiptkit.contract.result import Result
from receiptkit.contract.validator import without_explained

__all__ = ["ENGINES", "Contract", "Result", "without_explained"]
