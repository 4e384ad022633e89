"""What is said of a violation: the message and the hint. Imported when there is one."""

from receiptkit.schema.hints import hint
from receiptkit.schema.messages import message

__all__ = ["hint", "message"]
