"""
Judge captures on any engine: judge a piece, conclude a partition, put the results together.

`plan_for` cuts captures into pieces. `judge_piece` and `conclude_partition` are all that an engine
runs; both are functions of a module, and everything they take and return can be pickled. `gather`
reports what one process would have reported, in the same order. docs/scale.md has recipes.
"""

from receiptkit.scale.functions import (
    ROUNDS,
    Concluded,
    Judged,
    Key,
    Piece,
    conclude_partition,
    judge_piece,
)
from receiptkit.scale.plan import Plan, gather, plan_for

__all__ = [
    "ROUNDS",
    "Concluded",
    "Judged",
    "Key",
    "Piece",
    "Plan",
    "conclude_partition",
    "gather",
    "judge_piece",
    "plan_for",
]
