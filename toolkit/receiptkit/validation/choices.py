"""The choices of a user for a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from receiptkit.captures import Limits
from receiptkit.validation.selection import Selection

if TYPE_CHECKING:
    from receiptkit.history.state import Keeper
    from receiptkit.validation.pictures import Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """
    The choices of a user for a run.

    Attributes:
        selection: which findings are wanted; all by default.
        known_as: the format of the files, the kind or operationId of bare bodies, or both.
        url: the URL of bare bodies, and of responses without a request.
        limits: how much is read.
        join: True to check rules across observations over all sources together, False for each
            source by itself.
        allow_empty: True to accept that nothing could be checked.
        bulk: False to check every record the exact way, also one that is like clean ones.
        called_at: the URL at which webhooks were called, where a capture does not hold it, or
            holds another.
        pictures: keeps what a report draws; every record is checked the exact way then.
        keeper: keeps receipts from run to run; `join` is True then.
    """

    selection: Selection = field(default_factory=Selection)
    known_as: Sequence[str] = ()
    url: str | None = None
    limits: Limits = field(default_factory=Limits)
    join: bool = False
    allow_empty: bool = False
    bulk: bool = True
    called_at: str | None = None
    pictures: Pictures | None = None
    keeper: Keeper | None = None
