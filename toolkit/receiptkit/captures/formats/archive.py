"""ZIP archives: a HAR of Playwright with the bodies beside it, and the sessions of Fiddler."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from receiptkit.captures.bodies import ReadBeside
from receiptkit.captures.format import Format
from receiptkit.captures.formats import har, http_text
from receiptkit.captures.observation import Observation
from receiptkit.captures.records import PlacedRecord
from receiptkit.captures.sources import Limits, at_most, everything
from receiptkit.model.display import masked
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import NotCaptured
from receiptkit.model.limits import larger, limit, remedy
from receiptkit.model.location import Position
from receiptkit.model.regex import regex
from receiptkit.text.json_text import json_of

if TYPE_CHECKING:
    import zipfile

_SESSION = regex(r"raw/(\d+)_c\.txt")
#: The name of a part of a trace in a local header.
_TRACE = regex(rb"PK\x03\x04[\s\S]{26}[^/\0]{0,60}(?:trace|test)\.(?:trace|network|stacks)")
#: The name of a HAR in a local header, or of a body that Playwright keeps beside one.
_HAR = regex(rb"[^/\0]{1,200}\.har|PK\x03\x04[\s\S]{26}[0-9a-f]{40}\.")
#: What a damaged or encrypted archive raises, besides its own error.
_DAMAGED = (zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, KeyError)


def recognise(name: str, head: bytes) -> str:
    """
    Return the evidence that a file is an archive of a recorder.

    It is a ZIP with a HAR or with sessions.
    """
    if not head.startswith(b"PK\x03\x04"):
        return ""
    if _HAR.search(head):
        return "it is a ZIP with a HAR in it, or with bodies of one"
    if _TRACE.search(head):
        return "it is a ZIP with a trace of Playwright in it"
    return "it is a ZIP with sessions in it" if b"raw/" in head and b"_c.txt" in head else ""


def read(stream: BinaryIO, name: str, limits: Limits) -> Iterator[Observation]:
    """
    Yield what is in an archive; positions are those in its members.

    Raises:
        CaptureError: it is damaged, holds no capture, or is larger than allowed.
    """
    import zipfile

    raw = everything(stream, limits.record, "the archive")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
            if len(names) > (most := limit("archive")):
                raise CaptureError(
                    f"the archive has more than {most:,} members; {remedy('archive')}"
                )
            hars = [each for each in names if each.lower().endswith(".har")]
            if hars:
                content = _member(archive, hars[0], limits)
                buffered: Any = io.BufferedReader(io.BytesIO(content))
                yield from har.entries(buffered, limits, _beside(archive, limits))
                return
            traces = [each for each in names if each.endswith(".network")]
            if traces:
                yield from _traced(archive, traces, limits)
                return
            yield from _sessions(archive, names, limits)
    except (*_DAMAGED, zipfile.BadZipFile):
        raise CaptureError("the archive is damaged or encrypted") from None


def _traced(archive: zipfile.ZipFile, names: list[str], limits: Limits) -> Iterator[Observation]:
    """Yield the exchanges of a trace of Playwright: entries as a HAR has them, bodies beside."""
    entries, size = [], 0
    for name in names:
        content = _member(archive, name, limits)
        size += len(content)
        if size > limits.record:
            raise CaptureError(f"the trace is {larger(limits.record)}")
        for line in content.splitlines():
            entry = json_of(line.decode("utf-8", "replace"))
            snapshot = entry.get("snapshot") if isinstance(entry, dict) else None
            if isinstance(snapshot, dict):
                entries.append(_with_files(snapshot))
    raw: Any = io.BufferedReader(io.BytesIO(json.dumps({"log": {"entries": entries}}).encode()))
    for each in har.entries(raw, limits, _beside(archive, limits)):
        each.record = PlacedRecord(Position())
        yield each


def _with_files(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with its bodies where a HAR names their files."""
    for part, name in (("request", "postData"), ("response", "content")):
        message = snapshot.get(part)
        held = message.get(name) if isinstance(message, dict) else None
        if isinstance(held, dict) and isinstance(held.get("_sha1"), str):
            held["_file"] = f"resources/{held['_sha1']}"
    return snapshot


def _sessions(archive: zipfile.ZipFile, names: list[str], limits: Limits) -> Iterator[Observation]:
    """Yield the exchanges of a session of Fiddler, which has a file for each message."""
    numbers = sorted(found[1] for each in names if (found := _SESSION.fullmatch(each)))
    if not numbers:
        raise CaptureError("the archive has no HAR and no session")
    messages, size, known = [], 0, set(names)
    for number in numbers:
        for kind in ("c", "s"):
            member = f"raw/{number}_{kind}.txt"
            if member in known:
                messages.append(_member(archive, member, limits) + b"\r\n")
                size += len(messages[-1])
                if size > limits.record:
                    raise CaptureError(f"the sessions are {larger(limits.record)}")
    yield from http_text.observations(b"".join(messages), limits)


def _member(archive: zipfile.ZipFile, name: str, limits: Limits) -> bytes:
    if archive.getinfo(name).file_size > limits.record:
        raise CaptureError(f"{masked(name)} in the archive is {larger(limits.record)}")
    with archive.open(name) as stream:
        return at_most(stream, limits.record + 1)


def _beside(archive: zipfile.ZipFile, limits: Limits) -> ReadBeside:
    left = limits.unpacked

    def read_member(name: str) -> Any:
        nonlocal left
        try:
            content = _member(archive, name, limits)
        except (*_DAMAGED, CaptureError):
            return NotCaptured("the file that holds the body is not in the archive")
        left -= len(content)
        if left < 0:
            return NotCaptured("the archive unpacks to more than --max-unpacked allows")
        return content

    return read_member


FORMAT = Format(
    name="zip",
    title="an archive of a recorder",
    description="a ZIP with a HAR and its bodies, as Playwright writes it, a trace of Playwright, "
    "or with the sessions of Fiddler (`.saz`)",
    recognise=recognise,
    read=read,
    order=41,
)
