"""What is checked: the catalogue, and the checks that a schema cannot state. Knows nothing of documents or files."""

from receiptkit.rules import catalogue
from receiptkit.rules.asked import Asked
from receiptkit.rules.checks import RECORD_CHECKS, REQUEST_CHECKS, RecordCheck, RequestCheck, in_order
from receiptkit.rules.receipt import PARENTS, ROWS
from receiptkit.rules.rule import Breach, Rule

__all__ = [
    "PARENTS",
    "RECORD_CHECKS",
    "REQUEST_CHECKS",
    "ROWS",
    "Asked",
    "Breach",
    "RecordCheck",
    "RequestCheck",
    "Rule",
    "catalogue",
    "in_order",
]
