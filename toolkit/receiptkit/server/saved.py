"""A snapshot as a JSON document, which another server can begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import orjson

from receiptkit import __version__
from receiptkit.generation import Message, Receipt, World
from receiptkit.generation.world import Step
from receiptkit.model.errors import UsageError
from receiptkit.server.agenda import Notice, Target
from receiptkit.server.faults import Fault, Faults
from receiptkit.server.live_world import LiveWorld
from receiptkit.server.outcomes import OutcomeRule, Outcomes
from receiptkit.server.resources import Conversation, Participant, ScopedWebhook, Service
from receiptkit.server.rows import Rows
from receiptkit.server.state import Snapshot, State
from receiptkit.server.store import Store
from receiptkit.server.subscription import Subscription

_MARK = "receiptkit-snapshot"
_FORMAT = 1
#: Classes whose members are their arguments.
_PLAIN: dict[str, Any] = {
    each.__name__: each
    for each in (
        *(Snapshot, Store, Service, Conversation, Participant, ScopedWebhook, Subscription),
        *(Notice, Target, World, Message, Receipt, Step),
    )
}
#: Classes that are made of a list.
_LISTS = (tuple, frozenset, Rows, Faults, Outcomes)


def dump(state: State) -> bytes:
    """Return the state of a server as a document."""
    writer = _Writer()
    return orjson.dumps(
        {
            _MARK: _FORMAT,
            "receiptkit": __version__,
            "epoch": state.epoch,
            "identity": writer.write(state.identity),
            "state": writer.write(state.snapshot()),
        }
    )


def load(state: State, text: bytes) -> None:
    """
    Let a server have the state of a document, also its account.

    Raises:
        UsageError: the document is no snapshot, or one of another version.
    """
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or document.get(_MARK) != _FORMAT:
        raise UsageError("not a snapshot of this version of receiptkit")
    reader = _Reader(lambda *values: LiveWorld(state.generator, *values))
    try:
        identity, snapshot = reader.read(document["identity"]), reader.read(document["state"])
        epoch = int(document["epoch"])
        is_whole = isinstance(identity, World) and isinstance(snapshot, Snapshot)
        if is_whole:
            state.restore(snapshot)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError):
        is_whole = False
    if not is_whole:
        version = str(document.get("receiptkit"))[:20]
        raise UsageError(f"the snapshot is damaged, or of another version: {version}")
    state.identity, state.epoch = identity, epoch


class _Writer:
    """Writes values; an object that comes again is a number."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def write(self, value: Any) -> Any:
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if isinstance(value, list):
            return [self.write(each) for each in value]
        kind = type(value).__name__
        if isinstance(value, dict):
            pairs = [[self.write(name), self.write(each)] for name, each in value.items()]
            return {"is": kind, "of": pairs}
        if type(value) in _LISTS:
            rows = value.shown() if isinstance(value, (Faults, Outcomes)) else value
            return {"is": kind, "of": [self.write(each) for each in rows]}
        if id(value) in self._numbers:
            return {"is": "same", "of": self._numbers[id(value)]}
        self._numbers[id(value)] = len(self._numbers)
        if isinstance(value, LiveWorld):
            parts = value.world, value.seed, value.since, value.handled
            return {"is": kind, "of": [self.write(each) for each in parts]}
        names = getattr(value, "_fields", None) or [each.name for each in fields(value)]
        return {"is": kind, "of": {name: self.write(getattr(value, name)) for name in names}}


class _Reader:
    """
    Reads what a writer wrote.

    Args:
        live: makes a world that lives.
    """

    def __init__(self, live: Callable[..., LiveWorld]) -> None:
        self._live = live
        self._objects: list[Any] = []

    def read(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.read(each) for each in value]
        if not isinstance(value, dict):
            return value
        kind, parts = value["is"], value["of"]
        if kind == "same":
            return self._objects[parts]
        if kind == "dict":
            return {self.read(name): self.read(each) for name, each in parts}
        if kind in ("tuple", "frozenset"):
            return {"tuple": tuple, "frozenset": frozenset}[kind](map(self.read, parts))
        if kind in ("Rows", "Faults", "Outcomes"):
            return self._added(kind, parts)
        # Numbers are given in the order in which objects begin.
        number = len(self._objects)
        self._objects.append(None)
        if kind == "LiveWorld":
            *made, handled = map(self.read, parts)
            found = self._live(*made)
            found.handled = handled
        else:
            found = _PLAIN[kind](**{name: self.read(each) for name, each in parts.items()})
        self._objects[number] = found
        return found

    def _added(self, kind: str, parts: Any) -> Any:
        if kind == "Rows":
            rows: Rows[Any] = Rows()
            for each in map(self.read, parts):
                rows.add(each)
            return rows
        made: Any = Faults() if kind == "Faults" else Outcomes()
        one: Any = Fault if kind == "Faults" else OutcomeRule
        for each in map(self.read, parts):
            made.add(one(**each))
        return made
