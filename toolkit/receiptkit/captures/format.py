"""A format of captures, as each module of `formats/` describes its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, NamedTuple

from receiptkit.captures.bodies import Reading
from receiptkit.captures.observation import Observation
from receiptkit.captures.sources import Limits
from receiptkit.model.location import Position
from receiptkit.model.regex import regex

_FILE = regex(r"\bFILE(\.\w+)?\b")
#: Read the observations in a text that begins at a position; the first of them has the given
#: number.
Observe = Callable[[bytes, Position, int, Reading], Iterator[Observation]]


class Records(NamedTuple):
    """
    Texts that have been read and not yet parsed; each holds observations.

    Attributes:
        lines: the line on which each begins.
        texts: the texts.
        observe: the reader of the observations in one, the same function for all records of a
            format.
        columns: the column at which each begins; None if that is the first.
        plain: returns a text without what writers do differently in alike ones; the same is
            observed in it, at other places. None if there is nothing such.
    """

    lines: Sequence[int]
    texts: list[bytes]
    observe: Observe
    columns: Sequence[int] | None = None
    plain: Callable[[bytes], bytes] | None = None


#: What readers hand out, in the order of the file: observations, numbered from 0, or records that
#: hold some.
Piece = Observation | Records
#: Return the evidence that a file is of a format, by its name and first bytes; empty if it is not.
Recognise = Callable[[str, bytes], str]
Read = Callable[[BinaryIO, str, Limits], Iterator[Piece]]


class Format(NamedTuple):
    """
    A format of captures.

    Attributes:
        name: as `--as` takes it.
        title: a noun phrase for messages.
        description: one or two sentences for the table in docs/formats.md.
        recognise: the evidence that a file is one, by its name and first bytes.
        read: the reader of a stream; None for a format that has to be converted first.
        convert: what to do with a file that is not read, with the command that converts it, and
            `FILE` for its name.
        order: formats with a lower number are tried first.
        begins: the characters such a file can begin with; empty for any.
        vague: if foreign files look like it, so that one in a folder is read only with evidence of
            Twilio in it.
        likely: if a file in a folder is one, where foreign files begin alike.
        named_only: if it is read only in files that were named themselves.
    """

    name: str
    title: str
    description: str
    recognise: Recognise
    read: Read | None = None
    convert: str = ""
    order: int = 50
    begins: bytes = b""
    vague: bool = False
    likely: Callable[[str, bytes], bool] | None = None
    named_only: bool = False

    def evidence(self, name: str, head: bytes) -> str:
        """Return the evidence that a file is of this format; empty if it is not."""
        if self.begins and beginning(head)[:1] not in self.begins:
            return ""
        return self.recognise(name, head)

    def advice(self, name: str) -> str:
        """Return what to do with a file of this format, which is not read."""
        return f"this is {self.title}; {command_for(self.convert, name)}"


def command_for(advice: str, name: str) -> str:
    """Return advice with the name of a file in the place of `FILE`, quoted for a shell."""
    from shlex import quote

    return _FILE.sub(lambda found: quote(name + (found[1] or "")), advice)


def beginning(head: bytes) -> bytes:
    """Return the first bytes of a file without a byte order mark and blanks."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


def never(name: str, head: bytes) -> str:
    """Return no evidence: the format is read only where `--as` names it."""
    return ""
