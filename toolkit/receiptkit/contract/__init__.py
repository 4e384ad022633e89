"""What a conforming response looks like: documents, operations, the engine, and the contract made of them."""

from receiptkit.contract.contract import Contract, Verdict

__all__ = ["Contract", "Verdict"]
