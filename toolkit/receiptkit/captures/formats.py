"""The formats of captures: how each is told, and who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, BinaryIO, NamedTuple

from receiptkit.captures.lines import Batch
from receiptkit.captures.observation import Observation
from receiptkit.captures.sources import Limits

#: What readers hand out: observations, numbered from 0, or texts that may hold several.
Piece = Observation | Batch
Reader = Callable[[BinaryIO, str, Limits], Iterator[Piece]]


class Format(NamedTuple):
    """
    A format of captures.

    Attributes:
        name: as `--as` takes it.
        title: what it is.
        module: the module with its functions `accepts` and `read`, imported when it is called for.
        reader: the name of the latter.
        begins: the characters such a file can begin with; empty for any.
        asked: whether a file is asked if it is one; the others are only read when told so.
        vague: whether files of other kinds begin like it, so that one which nobody named must also look like a capture.
    """

    name: str
    title: str
    module: str
    reader: str = "read"
    begins: bytes = b""
    asked: bool = True
    vague: bool = False

    def accepts(self, name: str, head: bytes) -> bool:
        """Whether a file is of this format, by its first bytes, and by its name where these do not decide."""
        if not self.asked or (
            self.begins and head.removeprefix(_BOM).lstrip()[:1] not in self.begins
        ):
            return False
        return bool(self._module().accepts(name, head))

    def is_likely(self, head: bytes) -> bool:
        """Whether a file that was found in a folder, and accepted, is worth reading."""
        return not self.vague or bool(self._module().is_likely(head))

    def read(self, stream: BinaryIO, name: str, limits: Limits) -> Iterator[Piece]:
        """What is in a stream, which `opened` has opened."""
        reader: Reader = getattr(self._module(), self.reader)
        return reader(stream, name, limits)

    def _module(self) -> Any:
        return import_module(f"receiptkit.captures.{self.module}")


_BOM = b"\xef\xbb\xbf"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

#: In the order in which a file is asked. JSON accepts what is broken, too, so it comes last.
FORMATS = (
    Format("har", "HAR 1.2", "har", begins=b"{"),
    Format("cassette", "VCR cassette, YAML or JSON", "cassette"),
    Format("http", "HTTP requests and responses as text", "http_text", begins=b"GHPDO"),
    Format("form", "webhooks as forms or URLs, one a line", "form_lines", begins=_LETTERS + b"/"),
    Format("json", "JSON", "json_reader", "read_json", vague=True),
    Format("ndjson", "NDJSON", "json_reader", "read_lines", asked=False),
)
BY_NAME = {format_.name: format_ for format_ in FORMATS}


def detected(name: str, head: bytes) -> Format | None:
    """The format of a file, by its first bytes; None if it is none of ours."""
    return next((format_ for format_ in FORMATS if format_.accepts(name, head)), None)
