"""What is said of a violation: the message and the hint. Imported when there is one."""

from receiptkit.contract.hints import hint
from receiptkit.contract.messages import message

__all__ = ["hint", "message"]
