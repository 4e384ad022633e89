"""VCR cassettes, YAML and JSON, an interaction at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from receiptkit.captures import envelope
from receiptkit.captures.exchanges import interaction
from receiptkit.captures.observation import Observation, PlacedRecord
from receiptkit.captures.sources import Limits

#: What the list of interactions is called: by vcrpy and go-vcr; by Ruby's VCR and Betamax.
_NAMES = ("interactions", "http_interactions")
_JSON = envelope.beginning(*_NAMES)
_YAML = re.compile(rb"(?:^|\A\xef\xbb\xbf)(?:http_)?interactions:", re.MULTILINE)


def accepts(name: str, head: bytes) -> bool:
    """Whether a file is a cassette: an object or a mapping with a list of interactions."""
    return _JSON.match(head) is not None or (not _is_json(head) and _YAML.search(head) is not None)


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    The interactions of a cassette.

    Raises:
        CaptureError: it is YAML that cannot be read, or is made to fill the memory; what stands before has been handed out.
    """
    if _is_json(stream.peek(64)):  # type: ignore[attr-defined] # sources hand out buffered readers
        paths = [(name,) for name in _NAMES]
        yield from envelope.observations(
            stream,
            paths,
            "list `interactions` or `http_interactions`: this is no cassette",
            limits.record,
            lambda value: interaction(value, limits.record),
        )
        return
    from receiptkit.captures.yaml_items import items

    for entry, item in enumerate(items(stream, _NAMES, limits.record)):
        record = PlacedRecord(item.start, item.places, literal=False)
        yield envelope.seen(entry, record, interaction(item.value, limits.record))


def _is_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
