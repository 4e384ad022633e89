"""Rewrite a text: find what is to be replaced, through every encoding, and replace it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from receiptkit.scrubbing import encoded, kinds, loose_json, plain_text
from receiptkit.scrubbing.edits import Edit, applied
from receiptkit.scrubbing.http_lengths import header_lengths
from receiptkit.scrubbing.nodes import Frame, Leaf
from receiptkit.scrubbing.replacements import Replacements

#: Texts within texts within texts: no capture has more.
_DEEPEST = 12
_LENGTHS = ("contentlength", "size", "bodysize", "length")
#: Shorter arrays of numbers are no body.
_FEWEST_BYTES = 20
#: How many containers around a body hold its length at the most.
_AROUND = 3


class _Length(NamedTuple):
    """The length of an edited body: before, after; and how far up it may be declared."""

    before: int
    after: int
    level: int


class _Slot(NamedTuple):
    """A number that may be the length of a body."""

    leaf: Leaf
    level: int


class Rewriter:
    """Rewrites texts with the pseudonyms of one key, and counts what it replaces."""

    def __init__(self, replacements: Replacements) -> None:
        """Hold the replacements."""
        self.replacements = replacements

    def rewritten(self, text: str, frames: Iterable[Frame] | None = None) -> str:
        """Return a text with all values replaced; `frames` are those of its format."""
        return applied(text, self.edits(text, 0, frames))

    def edits(self, text: str, depth: int = 0, frames: Iterable[Frame] | None = None) -> list[Edit]:
        """Return the edits of a text in order."""
        if depth > _DEEPEST:
            return []
        whole = encoded.decoded(text)
        if whole is not None:
            inner = applied(whole.text, self.edits(whole.text, depth + 1))
            return [] if inner == whole.text else [Edit(0, len(text), whole.encode(inner))]
        out: list[Edit] = []
        at = 0
        for frame in loose_json.frames(text) if frames is None else frames:
            out += self._gap(text, at, frame.start, depth)
            inside = self._frame(frame, text, None, depth)[0]
            inside.sort()
            out += inside
            at = frame.end
        out += self._gap(text, at, len(text), depth)
        out.sort()
        return header_lengths(text, out)

    def value(self, text: str, kind: str | None, depth: int) -> list[Edit]:
        """Return the edits of a value of a kind."""
        new = self.replacements.of_kind(text, kind) if kind else None
        if new is not None:
            return [] if new == text else [Edit(0, len(text), new)]
        return self.edits(text, depth + 1)

    def _gap(self, text: str, start: int, end: int, depth: int) -> list[Edit]:
        if start >= end:
            return []
        found = plain_text.edits(
            text[start:end], self.replacements, lambda inner, kind: self.value(inner, kind, depth)
        )
        return [Edit(each.start + start, each.end + start, each.new) for each in found]

    # -- containers

    def _frame(
        self, frame: Frame, text: str, inherited: str | None, depth: int
    ) -> tuple[list[Edit], list[_Length], list[_Slot]]:
        """Return the edits in a container, and what of lengths is left to those around it."""
        out: list[Edit] = []
        lengths: list[_Length] = []
        slots: list[_Slot] = []
        at = frame.start
        for key, node, kind in _kinds(frame, inherited):
            first = key if key is not None and key.start >= at else node
            if frame.in_json:
                out += self._gap(text, at, first.start, depth)
            if key is not None and key.start >= at:
                out += key.outward(self.edits(key.value, depth + 1))
            at = node.end
            if isinstance(node, Leaf):
                edits = self._leaf(node, kind, depth)
                lengths += _lengths(node.value, edits)
                out += node.outward(edits)
                if node.value.isdigit() and _is_length(key, frame):
                    slots.append(_Slot(node, 0))
                continue
            if kind == kinds.ATTRIBUTES and frame.in_json and node.is_object and node.nodes:
                out += self._attributes(text, node)
                continue
            octets = _octets(node)
            if octets is not None:
                out += self._bytes(node, octets, depth)
                continue
            nested = self._frame(node, text, kind, depth)
            out += nested[0]
            raw = text[node.start : node.end]
            lengths += _lengths(raw, nested[0], node.start) if frame.in_json else []
            lengths += [each._replace(level=each.level + 1) for each in nested[1]]
            slots += [each._replace(level=each.level + 1) for each in nested[2]]
        if frame.in_json:
            out += self._gap(text, at, frame.end, depth)
        return self._settled(out, lengths, slots)

    def _leaf(self, node: Leaf, kind: str | None, depth: int) -> list[Edit]:
        if not node.is_text and (kind != kinds.ATTRIBUTES or node.value == "null"):
            return self.edits(node.value, depth + 1) if len(node.value) > 5 else []
        return self.value(node.value, kind, depth)

    def _bytes(self, node: Frame, raw: bytes, depth: int) -> list[Edit]:
        """Return the edit of an array of numbers that are bytes of a text."""
        found = encoded.text_of_bytes(raw)
        if found is None:
            return []
        text, pack = found
        new = applied(text, self.edits(text, depth + 1))
        if new == text:
            return []
        first, last = node.nodes[0], node.nodes[-1]
        joint = ", " if node.nodes[1].start - first.end > 1 else ","
        return [Edit(first.start, last.end, joint.join(map(str, pack(new))))]

    def _attributes(self, text: str, node: Frame) -> list[Edit]:
        raw = text[node.start : node.end]
        new = self.replacements.of_kind(raw, kinds.ATTRIBUTES)
        return [] if new in (None, raw) else [Edit(node.start, node.end, str(new))]

    def _settled(
        self, out: list[Edit], lengths: list[_Length], slots: list[_Slot]
    ) -> tuple[list[Edit], list[_Length], list[_Slot]]:
        """Write the lengths that are known here; return what is left to the container around."""
        known = {each.before: each.after for each in lengths}
        open_slots = []
        for slot in slots:
            after = known.get(int(slot.leaf.value[:18]))
            if after is None:
                if slot.level < _AROUND:
                    open_slots.append(slot)
            elif str(after) != slot.leaf.value:
                out += slot.leaf.outward([Edit(0, len(slot.leaf.value), str(after))])
        return out, [each for each in lengths if each.level < _AROUND], open_slots


def _octets(node: Frame) -> bytes | None:
    """Return the bytes of an array of numbers; None for any other."""
    if node.is_object or not node.in_json or len(node.nodes) < _FEWEST_BYTES:
        return None
    numbers = [each.value for each in node.nodes if isinstance(each, Leaf) and not each.is_text]
    return encoded.of_numbers(numbers) if len(numbers) == len(node.nodes) else None


def _lengths(text: str, edits: list[Edit], start: int = 0) -> list[_Length]:
    if not edits:
        return []
    before = len(_bytes(text))
    grown = sum(
        len(_bytes(each.new)) - len(_bytes(text[each.start - start : each.end - start]))
        for each in edits
    )
    return [_Length(before, before + grown, 0)] if grown else []


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass" if max(text, default="") >= "\ud800" else "strict")


def _is_length(key: Leaf | None, frame: Frame) -> bool:
    """Return True if a number may be the length of a body: by its name, or as a header's value."""
    names = [key, *frame.nodes] if not frame.is_object or _is_pair(frame) else [key]
    return key is None or any(
        isinstance(each, Leaf) and kinds.plain_name(each.value) in _LENGTHS for each in names
    )


def _is_pair(frame: Frame) -> bool:
    names = {kinds.plain_name(key.value) for key in frame.keys if key is not None}
    return "value" in names and not names.isdisjoint({"name", "key"})


def _kinds(
    frame: Frame, inherited: str | None
) -> Iterable[tuple[Leaf | None, Leaf | Frame, str | None]]:
    """Yield the members of a container, each with the kind of its value."""
    names = {kinds.plain_name(key.value) for key in frame.keys if key is not None}
    named = _pair_kind(frame) if _is_pair(frame) else None
    before: str | None = None
    for key, node in zip(frame.keys, frame.nodes, strict=True):
        kind = inherited
        if key is not None:
            kind = kinds.kind_of(key.value)
            if kinds.is_name(kinds.plain_name(key.value), names):
                kind = kinds.TEXT
            if kind == kinds.BODY:
                kind = _kind_of_body(node, names)
            if kind == kinds.ATTRIBUTES and isinstance(node, Frame):
                kind = kind if kinds.is_resource(names) else None
            if named and kinds.plain_name(key.value) == "value":
                kind = named
            if inherited == kinds.ATTRIBUTES:
                kind = kinds.TEXT
        elif before in (kinds.CREDENTIAL, kinds.SIGNATURE) or (
            before and len(frame.nodes) == 2 and before != kinds.SID
        ):
            kind = before
        before = None
        if not frame.is_object and isinstance(node, Leaf) and len(node.value) < 60:
            before = kinds.kind_of(node.value)
        yield key, node, kind


def _pair_kind(frame: Frame) -> str | None:
    for key, node in zip(frame.keys, frame.nodes, strict=True):
        if (
            key is not None
            and isinstance(node, Leaf)
            and kinds.plain_name(key.value) in ("name", "key")
        ):
            return kinds.kind_of(node.value)
    return None


def _kind_of_body(node: Leaf | Frame, names: set[str]) -> str | None:
    """Return the kind of a body: the text of a message, or a body of HTTP."""
    if isinstance(node, Frame):
        return None if node.is_object else kinds.BODY
    if kinds.is_message(names):
        return kinds.BODY
    if kinds.is_http(names) or encoded.is_structured(node.value):
        return None
    return kinds.BODY
