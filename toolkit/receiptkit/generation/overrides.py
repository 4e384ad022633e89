"""Overrides: chosen facts of a world, by paths such as `receipts.0.status`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from receiptkit.generation.channels import channel
from receiptkit.generation.scenarios import ANY, Outcome
from receiptkit.generation.world import Receipt, World
from receiptkit.model.errors import UsageError

_WORLD = ("account_sid", "chat_service_sid", "conversation_sid")
_MESSAGE = ("sid", "author", "participant_sid", "body", "attributes", "index")
#: What decides about the course of time.
_OUTCOME = ("channel", "status")
_RECEIPT = ("sid", "participant_sid", "channel_message_sid", "error_code", *_OUTCOME)
_PATHS = (
    *_WORLD,
    *(f"message.{name}" for name in _MESSAGE),
    *(f"receipts.0.{name}" for name in _RECEIPT),
)


class Overrides:
    """
    Chosen facts of a world.

    Args:
        values: values by path: `account_sid`, `chat_service_sid`, `conversation_sid`; `message.`
            and one of sid, author, participant_sid, body, attributes, index; `receipts.`, a number
            from 0 or `*` for all of them, and one of sid,
            participant_sid, channel_message_sid, channel, status, error_code.

    Raises:
        UsageError: the path is unknown.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self._world = {path: values[path] for path in _WORLD if path in values}
        self._message = {
            name: values[f"message.{name}"] for name in _MESSAGE if f"message.{name}" in values
        }
        self._receipts: list[tuple[str, str, Any]] = []
        for path, value in values.items():
            head, _, rest = path.partition(".")
            number, _, name = rest.partition(".")
            if head == "receipts" and name in _RECEIPT and (number == "*" or number.isdecimal()):
                self._receipts.append((number, name, value))
            elif path not in _WORLD and not (head == "message" and rest in _MESSAGE):
                raise UsageError(f"unknown path {path!r}" + _suggestion(path))

    def outcomes(self, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return outcomes with the overrides that decide about them."""
        changed = list(outcomes)
        for number, name, value in self._receipts:
            for index in self._indexes(number, len(changed)) if name in _OUTCOME else ():
                changed[index] = _outcome(changed[index], name, value)
        return changed

    def applied(self, world: World) -> World:
        """Return a world with all other overrides."""
        message = replace(world.message, **self._message)
        receipts = list(world.receipts)
        for number, name, value in self._receipts:
            for index in self._indexes(number, len(receipts)):
                receipts[index] = _receipt(receipts[index], name, value)
        return (
            replace(world, message=message, receipts=tuple(receipts), **self._world)
            if self
            else world
        )

    def __bool__(self) -> bool:
        return bool(self._world or self._message or self._receipts)

    @staticmethod
    def _indexes(number: str, count: int) -> range:
        if number == "*":
            return range(count)
        if int(number) >= count:
            raise UsageError(f"receipts.{number}: there are {count} receipts, counted from 0")
        return range(int(number), int(number) + 1)


def _outcome(outcome: Outcome, name: str, value: Any) -> Outcome:
    if name == "channel":
        return outcome._replace(channel=channel(str(value)).name)
    return outcome._replace(status=None if value is None else str(value), error_code=ANY)


def _receipt(receipt: Receipt, name: str, value: Any) -> Receipt:
    if name in ("channel", "status"):
        return receipt
    if name != "error_code":
        return receipt._replace(**{name: value})
    if not receipt.steps:
        raise UsageError("a receipt without a status cannot have an error code: set its status too")
    return receipt._replace(
        steps=(*receipt.steps[:-1], receipt.steps[-1]._replace(error_code=value))
    )


def _suggestion(path: str) -> str:
    shown = ".".join("0" if part.isdecimal() or part == "*" else part for part in path.split("."))
    close = get_close_matches(shown, _PATHS, n=1)
    return f"; did you mean {close[0]}?" if close else f"; use {', '.join(_PATHS)}"
