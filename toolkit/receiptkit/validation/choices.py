"""The choices of a user for a run: what is wanted, and the format and kind that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from receiptkit.captures import Format, Limits, readable
from receiptkit.contract import Contract
from receiptkit.model.errors import UsageError
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


def format_and_operation(
    contract: Contract, names: Sequence[str], url: str | None
) -> tuple[Format | None, str | None]:
    """
    Return the format, and the kind or operationId of bare bodies, that are named.

    Raises:
        UsageError: a name is unknown, no operation has the URL, or both say what bodies are.
    """
    format_, kind = _format_and_kind(contract, names)
    if kind is not None and url is not None:
        raise UsageError(f"--as {kind} and --url both say what bare bodies are: give one of them")
    return format_, _operation_at(contract, url) if url is not None else kind


def _format_and_kind(contract: Contract, names: Sequence[str]) -> tuple[Format | None, str | None]:
    if not names:
        return None, None
    known_formats = readable()
    formats = [known_formats[name] for name in names if name in known_formats]
    kinds = [name for name in names if name not in known_formats]
    for kind in kinds:
        if kind not in (*contract.kinds, *contract.operations.by_id):
            known = f"formats are {', '.join(known_formats)}; kinds are {', '.join(contract.kinds)}"
            raise UsageError(f"--as {kind}: unknown format, kind or operation; {known}")
    if len(formats) > 1 or len(kinds) > 1:
        raise UsageError(f"--as {' --as '.join(names)}: give one format and one kind at most")
    return formats[0] if formats else None, kinds[0] if kinds else None


def _operation_at(contract: Contract, url: str) -> str:
    operations = contract.operations.of_url(url)
    if not operations:
        raise UsageError(
            f"--url {url}: no operation of the contract has this path; "
            "`receiptkit spec show` lists them"
        )
    return operations[0].id
