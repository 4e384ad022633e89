"""The format and the kind that the user names, instead of those that are recognised."""

from __future__ import annotations

from collections.abc import Sequence

from receiptkit.captures import Format, readable
from receiptkit.contract import Contract
from receiptkit.model.errors import UsageError


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
