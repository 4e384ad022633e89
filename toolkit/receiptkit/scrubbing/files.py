"""A capture in, the same capture with pseudonyms out."""

from __future__ import annotations

import io
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from receiptkit.captures import at_most, recognise
from receiptkit.captures.format import command_for
from receiptkit.model.errors import CaptureError
from receiptkit.model.limits import limit, remedy
from receiptkit.scrubbing import encoded, parquet_rows, table_nodes
from receiptkit.scrubbing.nodes import Frame
from receiptkit.scrubbing.pseudonyms import Pseudonyms
from receiptkit.scrubbing.replacements import Replacements
from receiptkit.scrubbing.rewriting import Rewriter
from receiptkit.scrubbing.signed import new_hashes, new_signatures
from receiptkit.webhooks.signature import BODY_HASH

_HEAD = 4096
_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
#: The most layers of compression and archives, one in the other.
_MOST_LAYERS = 10
_MOST_BYTES = 128 << 20
#: What is in an archive beside captures: pictures and fonts of pages.
_MEDIA = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"wOF",
    b"\0\x01\0\0",
    b"OTTO",
    b"\0asm",
    b"\x1aE\xdf\xa3",
    b"\0\0\x01\0",
)
#: A sign of ours in a text of mail, and a line that goes on in the next.
_QUOTED_PRINTABLE = re.compile(rb"[A-Za-z]=3D[A-Za-z0-9+%]")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_FRAMES: dict[str, Callable[[str], Iterable[Frame]]] = {"table": table_nodes.frames}


class Tokens(NamedTuple):
    """The auth tokens of signatures: that of the capture, and that of the scrubbed one."""

    old: str
    new: str


class Scrubber:
    """Replaces what must not be committed, and counts it by kind."""

    def __init__(
        self, key: bytes, tokens: Tokens | None = None, most_bytes: int = _MOST_BYTES
    ) -> None:
        """
        Args:
            key: the key of the pseudonyms.
            tokens: the auth tokens to make signatures anew with; None replaces each by an invalid
                one.
            most_bytes: the most that a file, and what is packed in it, may unpack to.
        """
        self.counts: Counter[str] = Counter()
        self.media = 0
        self._most_bytes = most_bytes
        self._made = Pseudonyms(key)
        self._tokens = tokens

    def scrub(self, raw: bytes, name: str) -> bytes:
        """
        Return the content of a file with everything replaced. `media` counts pictures and the like
        in archives, which stay.

        Raises:
            CaptureError: it is not text, is too large unpacked, or in a format that cannot be
                written.
        """
        return self._packed(raw, name, _Room(self._most_bytes))

    def _packed(self, raw: bytes, name: str, room: _Room, layers: int = 0) -> bytes:
        if layers > _MOST_LAYERS:
            raise CaptureError(f"this is packed more than {_MOST_LAYERS} times; unpack it first")
        if raw.startswith(encoded.COMPRESSED):
            inner, pack = encoded.unpacked_file(raw, room.left)
            room.take(inner)
            stem = name.removesuffix(".gz").removesuffix(".zst")
            new = self._packed(inner, stem, room, layers + 1)
            return raw if new == inner else pack(new)
        if raw.startswith(_ZIP):
            return self._archive(raw, room, layers)
        if raw.startswith(_PARQUET):
            return parquet_rows.rewritten(raw, lambda rows: self._text(rows, "rows.ndjson"))
        text, encode = encoded.in_utf_8(raw)
        new = self._text(text, name)
        return raw if new == text else encode(new)

    def _text(self, raw: bytes, name: str) -> bytes:
        if b"\0" in raw[:_HEAD]:
            raise CaptureError("this is not text; export it as text, and scrub that")
        if _QUOTED_PRINTABLE.search(raw) and _SOFT_BREAK.search(raw):
            raise CaptureError(
                "this is quoted-printable, which cuts values into lines; decode it first: "
                + command_for("python3 -m quopri -d FILE > FILE.txt", name)
            )
        after = self._pass(raw, name)
        if after == raw:
            # Nothing is replaced, so every signature is still that of its request.
            return raw
        known: dict[str, str] = {}
        if BODY_HASH.encode() in raw:
            after = self._pass(after, name, new_hashes(raw, after, name))
        if self._tokens is not None:
            known = new_signatures(raw, after, name, *self._tokens)
        return self._pass(after, name, known, signs=True)

    def _pass(
        self, raw: bytes, name: str, known: dict[str, str] | None = None, *, signs: bool = False
    ) -> bytes:
        replacements = Replacements(self._made, known, signs=signs)
        rewriter = Rewriter(replacements)
        text = raw.decode("utf-8", "surrogateescape")
        new = rewriter.rewritten(text, self._frames(raw, text, name))
        self.counts += replacements.counts
        return new.encode("utf-8", "surrogateescape")

    def _frames(self, raw: bytes, text: str, name: str) -> Iterable[Frame] | None:
        found, _ = recognise(name, raw[:_HEAD], named=True)
        if found is None:
            return None
        if found.name in _FRAMES:
            return list(_FRAMES[found.name](text))
        if found.name in ("cassette", "yaml") and text.lstrip("\ufeff \r\n")[:1] not in ("{", "["):
            from receiptkit.scrubbing import yaml_nodes

            try:
                return yaml_nodes.frames(text)
            except ValueError:
                return None
        return None

    def _archive(self, raw: bytes, room: _Room, layers: int) -> bytes:
        import zipfile

        before = self.counts.total()
        out = io.BytesIO()
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(out, "w") as new:
                infos = archive.infolist()
                if len(infos) > (most := limit("archive")):
                    raise CaptureError(
                        f"the archive has more than {most:,} members; {remedy('archive')}"
                    )
                for info in infos:
                    with archive.open(info) as member:
                        content = at_most(member, room.left + 1)
                    room.take(content)
                    if content.startswith(_MEDIA):
                        self.media += 1
                    else:
                        content = self._packed(content, info.filename, room, layers + 1)
                    info.filename = self._name(info.filename)
                    new.writestr(info, content)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, EOFError) as error:
            raise CaptureError("the archive is damaged or encrypted") from error
        return raw if self.counts.total() == before else out.getvalue()

    def _name(self, name: str) -> str:
        return Rewriter(Replacements(self._made)).rewritten(name)


class _Room:
    """The bytes to which a file, and everything that is packed in it, may still unpack."""

    def __init__(self, most: int) -> None:
        self.left = self._most = most

    def take(self, content: bytes) -> None:
        """Count bytes that were unpacked. Raises `CaptureError` if they are too many."""
        self.left -= len(content)
        if self.left < 0:
            raise CaptureError(
                f"unpacks to more than {self._most:,} bytes; --max-record allows more"
            )
