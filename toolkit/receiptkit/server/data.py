"""
The data that a server begins with: conversations, their participants and messages, as a user
writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from receiptkit.model.errors import UsageError
from receiptkit.model.small_files import read_small
from receiptkit.server.conversations import Conversations
from receiptkit.server.errors import ApiError
from receiptkit.server.events import Events
from receiptkit.server.forms import Form, form_of_mapping
from receiptkit.server.messages import Messages
from receiptkit.server.participants import Participants
from receiptkit.server.state import State

_CONVERSATION = {
    "friendly_name": "FriendlyName",
    "unique_name": "UniqueName",
    "messaging_service_sid": "MessagingServiceSid",
    "attributes": "Attributes",
    "state": "State",
}
_PARTICIPANT = {
    "identity": "Identity",
    "address": "MessagingBinding.Address",
    "proxy_address": "MessagingBinding.ProxyAddress",
    "projected_address": "MessagingBinding.ProjectedAddress",
    "attributes": "Attributes",
    "role_sid": "RoleSid",
}
_MESSAGE = {"author": "Author", "body": "Body", "attributes": "Attributes"}


def read_data(path: str) -> dict[str, Any]:
    """
    Read a file of data, JSON or YAML.

    Raises:
        UsageError: it cannot be read, or is neither.
    """
    raw = read_small(path, "data", option="--data ")
    try:
        values = json.loads(raw) if raw.lstrip()[:1] in (b"{", b"[") else _yaml(raw)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--data {path}: not JSON or YAML: {error}".replace("\n", " ")) from None
    if not isinstance(values, dict):
        raise UsageError(f"--data {path}: expected an object with conversations")
    return values


def _yaml(raw: bytes) -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        """Reads YAML without aliases, which can expand to more than memory holds."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                raise ValueError("aliases are not supported")
            return super().compose_node(parent, index)

    try:
        return yaml.load(raw, Loader)  # noqa: S506 # a safe loader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def write_data(data: Mapping[str, Any], state: State, events: Events) -> None:
    """
    Write data into a server, as requests to its API would.

    Args:
        data: `conversations`, each with the members of the API and `participants` and `messages`.
        state: the state of the server.
        events: sends events to subscribers.

    Raises:
        UsageError: something cannot be written; the message says where.
    """
    _members(data, ("conversations",), "")
    writer = _Writer(state, events)
    for number, item in enumerate(_items(data, "conversations", "")):
        writer.conversation(item, f"conversations[{number}]")


class _Writer:
    """Writes conversations, each with what belongs to it."""

    def __init__(self, state: State, events: Events) -> None:
        self._events = events
        self._conversations = Conversations(state, events)
        self._participants = Participants(state, events)
        self._messages = Messages(state, events)

    def conversation(self, item: Mapping[str, Any], place: str) -> None:
        """Write one conversation."""
        _members(item, (*_CONVERSATION, "participants", "messages"), place)
        is_closed = item.get("state") == "closed"
        own = {name: item[name] for name in _CONVERSATION if name in item}
        if is_closed:
            # No participant could be added to it.
            del own["state"]
        with _placed(place):
            made = self._conversations.make(_form(own, _CONVERSATION, place))
        for number, each in enumerate(_items(item, "participants", place)):
            where = f"{place}.participants[{number}]"
            with _placed(where):
                self._participants.add(made, _form(each, _PARTICIPANT, where))
        with _placed(place):
            self._participants.check_group(made)
        for number, each in enumerate(_items(item, "messages", place)):
            where = f"{place}.messages[{number}]"
            with _placed(where):
                self._messages.make(made, _form(each, _MESSAGE, where))
        if is_closed:
            self._events.set_state(made, "closed", "API", notifies=False)


@contextmanager
def _placed(place: str) -> Iterator[None]:
    """Raise what the API refuses as an error with its place in the file."""
    try:
        yield
    except ApiError as error:
        code = f" ({error.kind.code})" if error.kind.code else ""
        raise UsageError(f"data: {place}: {error}{code}") from None


def _items(values: Mapping[str, Any], name: str, place: str) -> list[Any]:
    items = values.get(name, [])
    where = f"{place}.{name}".lstrip(".")
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise UsageError(f"data: {where}: expected a list of objects")
    return items


def _members(values: Mapping[str, Any], known: tuple[str, ...], place: str) -> None:
    for name in values:
        if name not in known:
            where = f"{place}: " if place else ""
            raise UsageError(f"data: {where}unknown field {name!r}; use {', '.join(known)}")


def _form(values: Mapping[str, Any], names: Mapping[str, str], place: str) -> Form:
    """Return the form of a resource; attributes can be an object, too."""
    _members(values, tuple(names), place)
    texts: dict[str, str] = {}
    for name, value in values.items():
        if name == "attributes" and not isinstance(value, str):
            value = json.dumps(value, ensure_ascii=False, default=str)
        if value is not None and not isinstance(value, (str, int)):
            raise UsageError(f"data: {place}.{name}: expected a text")
        if value is not None:
            texts[names[name]] = str(value)
    return form_of_mapping(texts)
