"""What captures are said to be, instead of what they look like."""

from __future__ import annotations

from collections.abc import Sequence

from receiptkit.captures import Format, readable
from receiptkit.contract import Contract
from receiptkit.model.errors import UsageError


def format_and_kind(contract: Contract, names: Sequence[str]) -> tuple[Format | None, str | None]:
    """The format and the kind that the names say."""
    known_formats = readable()
    formats = [known_formats[name] for name in names if name in known_formats]
    kinds = [name for name in names if name not in known_formats]
    for kind in kinds:
        if kind not in (*contract.kinds, *contract.operations.by_id):
            known = f"formats are {', '.join(known_formats)}; kinds are {', '.join(contract.kinds)}"
            raise UsageError(f"--as {kind}: no format, kind or operation is called that; {known}")
    if len(formats) > 1 or len(kinds) > 1:
        raise UsageError(f"--as {' --as '.join(names)}: give one format and one kind at most")
    return formats[0] if formats else None, kinds[0] if kinds else None


def operation_at(contract: Contract, url: str) -> str:
    operations = contract.operations.of_url(url)
    if not operations:
        raise UsageError(
            f"--url {url}: no operation of the contract has this path; "
            "`receiptkit spec show` lists them"
        )
    return operations[0].id
