"""The files of a document: itself, and those beside it that it refers to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from receiptkit.model import pointers
from receiptkit.model.errors import DocumentError
from receiptkit.model.limits import limit, remedy
from receiptkit.model.small_files import read_small
from receiptkit.openapi.parsing import Parsed, parse
from receiptkit.openapi.references import target
from receiptkit.openapi.walking import Place

_BUNDLE = "bundle the document first, for example with `npx @redocly/cli bundle`"


def read_file(path: Path | str) -> tuple[bytes, Parsed]:
    """
    Read a document and parse it.

    Raises:
        DocumentError: it cannot be read, is too large, or is no document.
    """
    raw = read_small(path, "document", DocumentError)
    return raw, parse(raw, str(path))


class Files:
    """Finds what a reference leads to, in the document or in a file beside it."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self._path = path
        self._folder = os.path.realpath(path.parent)
        own = content.get("$self")
        #: What the document calls itself; references to that name stay within it.
        self._own = own.partition("#")[0] if isinstance(own, str) else None
        self._contents: dict[str, Any] = {"": content}
        self._anchors: dict[str, dict[str, Place]] = {}
        self.raw: list[bytes] = []
        self.paths: list[str] = []
        self.duplicates: list[tuple[str, str]] = []

    def find(self, ref: str, place: Place) -> Place | None:
        """
        Return the place that a reference leads to; None if it leads nowhere.

        Raises:
            DocumentError: it leads to another host, out of the folder of the document, or to a
                file that cannot be read.
        """
        file, _, fragment = ref.partition("#")
        name = place.file if not file else self._name(file, ref, place)
        content = self._content(name, ref, place)
        if fragment and not fragment.startswith("/"):
            return self._anchored(name).get(fragment)
        decoded = unquote(fragment)
        for text in dict.fromkeys((decoded, fragment)):
            for base in ((), *(() if file else self._resource(place))):
                steps = (*base, *pointers.split(text))
                if target(content, list(steps)) is not None:
                    return Place(name, steps)
        return None

    def _resource(self, place: Place) -> list[tuple[str, ...]]:
        """Return where the schema with an `$id` around a place is, if any."""
        for end in range(len(place.steps), 0, -1):
            steps = place.steps[:end]
            node = self.node(Place(place.file, steps))
            if isinstance(node, dict) and isinstance(node.get("$id"), str):
                return [steps]
        return []

    def node(self, place: Place) -> Any:
        """Return the node at a place."""
        return target(self._contents[place.file], list(place.steps))

    def _name(self, file: str, ref: str, place: Place) -> str:
        """
        Return the name of a file: its path from the folder of the document; empty for the document
        itself.
        """
        if file == self._own:
            return ""
        if ":" in file.partition("/")[0] or file.startswith("//"):
            raise self._refused(ref, place, f"only files beside the document are read; {_BUNDLE}")
        beside = os.path.dirname(place.file)
        path = os.path.realpath(os.path.join(self._folder, beside, unquote(file)))
        if path == os.path.realpath(self._path):
            return ""
        if os.path.isabs(unquote(file)) or not path.startswith(os.path.join(self._folder, "")):
            raise self._refused(ref, place, f"outside the folder of the document; {_BUNDLE}")
        return os.path.relpath(path, self._folder).replace(os.sep, "/")

    def _content(self, name: str, ref: str, place: Place) -> Any:
        if name not in self._contents:
            path = Path(self._folder, name)
            if not path.is_file():
                raise self._refused(ref, place, "no such file beside the document")
            most = limit("files")
            if len(self._contents) > most:
                raise self._refused(ref, place, f"more than {most:,} files; {remedy('files')}")
            raw, parsed = read_file(path)
            self.raw.append(raw)
            self.paths.append(str(path))
            self.duplicates += [(text, name) for text in parsed.duplicates]
            self._contents[name] = parsed.content
        return self._contents[name]

    def _anchored(self, name: str) -> dict[str, Place]:
        if name not in self._anchors:
            found = self._anchors[name] = {}
            _collect_anchors(self._contents[name], Place(name), found)
        return self._anchors[name]

    def _refused(self, ref: str, place: Place, reason: str) -> DocumentError:
        return DocumentError(f"{self._path}: `$ref: {ref}` ({place}): {reason}")


def _collect_anchors(node: Any, place: Place, found: dict[str, Place]) -> None:
    if isinstance(node, dict):
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(node.get(keyword), str):
                found.setdefault(node[keyword], place)
        for name, value in node.items():
            _collect_anchors(value, place.at(name), found)
    elif isinstance(node, list):
        for number, item in enumerate(node):
            _collect_anchors(item, place.at(number), found)
