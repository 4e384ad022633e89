"""A capture in, the same capture with pseudonyms out."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from receiptkit.captures import recognise
from receiptkit.model.errors import CaptureError
from receiptkit.scrubbing import encoded, table_nodes
from receiptkit.scrubbing.nodes import Frame
from receiptkit.scrubbing.pseudonyms import Pseudonyms
from receiptkit.scrubbing.replacements import Replacements
from receiptkit.scrubbing.rewriting import Rewriter
from receiptkit.scrubbing.signed import new_hashes, new_signatures
from receiptkit.webhooks.signature import BODY_HASH

_HEAD = 4096
_ZIP = b"PK\x03\x04"
_MOST_MEMBERS = 100_000
_FRAMES: dict[str, Callable[[str], Iterable[Frame]]] = {"table": table_nodes.frames}


class Tokens(NamedTuple):
    """The auth tokens of signatures: that of the capture, and that of the scrubbed one."""

    old: str
    new: str


class Scrubber:
    """Replaces what must not be committed, and counts it by kind."""

    def __init__(self, key: bytes, tokens: Tokens | None = None) -> None:
        """
        Args:
            key: the key of the pseudonyms.
            tokens: the auth tokens to make signatures anew with; None replaces each by an invalid
                one.
        """
        self.counts: Counter[str] = Counter()
        self._made = Pseudonyms(key)
        self._tokens = tokens

    def scrub(self, raw: bytes, name: str) -> bytes:
        """
        Return the content of a file with everything replaced.

        Raises:
            CaptureError: it is not text, or in a format that cannot be written.
        """
        if raw.startswith(b"\x1f\x8b"):
            inner, pack = encoded.unpacked(raw)
            new = self.scrub(inner, name.removesuffix(".gz")) if inner != raw else raw
            return raw if new == inner else pack(new)
        if raw.startswith(_ZIP):
            return self._archive(raw)
        return self._text(raw, name)

    def _text(self, raw: bytes, name: str) -> bytes:
        if raw.startswith((b"PAR1", b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw[:_HEAD]:
            raise CaptureError("this is not text; export it as text, and scrub that")
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

    def _archive(self, raw: bytes) -> bytes:
        import zipfile

        out = io.BytesIO()
        try:
            with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(out, "w") as new:
                infos = archive.infolist()
                if len(infos) > _MOST_MEMBERS:
                    raise CaptureError(f"the archive has more than {_MOST_MEMBERS:,} members")
                for info in infos:
                    content = archive.read(info)
                    try:
                        content = self.scrub(content, info.filename)
                    except CaptureError:
                        if info.filename.endswith((".json", ".txt", ".har")):
                            raise
                    info.filename = self._name(info.filename)
                    new.writestr(info, content)
        except (zipfile.BadZipFile, RuntimeError, OSError, EOFError) as error:
            raise CaptureError("the archive is damaged or encrypted") from error
        return raw if not self.counts else out.getvalue()

    def _name(self, name: str) -> str:
        return Rewriter(Replacements(self._made)).rewritten(name)
