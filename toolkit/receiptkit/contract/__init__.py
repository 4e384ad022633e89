"""What a conforming response looks like: documents, operations, engines, and the contract made of them."""

from receiptkit.contract.contract import ENGINES, Contract
from receiptkit.contract.validator import Result, beside

__all__ = ["ENGINES", "Contract", "Result", "beside"]
