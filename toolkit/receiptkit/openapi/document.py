"""Contract documents: where they are, and how one is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from receiptkit.model.errors import DocumentError, UsageError

PROFILES = ("vendor", "documented", "strict")
#: The versions of OpenAPI that can be read.
_VERSIONS = ("3.0.", "3.1.", "3.2.")
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Document:
    """
    An OpenAPI 3.1 document, ready to be compiled.

    Attributes:
        content: the parsed document.
        raw: the bytes it was read from.
        name: what to call it in messages.
        notes: what a user should know about how it was read, a sentence each.
        is_foreign: whether it is the user's own, and none of a profile.
        files: the files that it was read from, if it is the user's own.
    """

    content: dict[str, Any]
    raw: bytes
    name: str
    notes: tuple[str, ...] = ()
    is_foreign: bool = False
    files: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Return the hash of the file it was read from; reports name the contract by it."""
        import hashlib

        return hashlib.sha256(self.raw).hexdigest()

    @property
    def provenance(self) -> str:
        """Return the source of the facts of the document, in a few words."""
        info = self.content.get("info")
        said = info.get("x-receiptkit-provenance") if isinstance(info, dict) else None
        if isinstance(said, dict) and "repository" in said and "commit" in said:
            return f"{said['repository']} {said['commit']}"
        return self.name

    @property
    def rule_ids(self) -> list[str]:
        """
        Return the rules that the document itself names,
        which may be more than the catalogue has.
        """
        return sorted(set(_named_rules(self.content)))


def _named_rules(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _named_rules(item)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name in ("x-receiptkit-rule", "rule") and isinstance(value, str):
                yield value
            yield from _named_rules(value)


def spec_directory() -> Path:
    """
    Return the folder of the documents: in the package when installed, else `spec/` of the
    checkout.
    """
    packaged = _PACKAGE / "_spec"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "spec"


def built(profile: str) -> Document:
    """
    Return the document of a profile, as `receiptkit spec build` wrote it.

    Raises:
        UsageError: the profile is unknown.
    """
    if profile not in PROFILES:
        raise UsageError(f"unknown profile {profile!r}; use {', '.join(PROFILES)}")
    path = spec_directory() / f"{profile}.json"
    try:
        raw = path.read_bytes()
    except OSError:
        raise DocumentError(
            f"{path} is missing: run `receiptkit spec build`, or install receiptkit again"
        ) from None
    return Document(orjson.loads(raw), raw, f"receiptkit {profile}")


def read(path: Path | str) -> Document:
    """
    Read a contract document of the user's own, YAML or JSON, with the files beside it that it
    refers to.

    It is brought into one form: OpenAPI 3.1, in which only schemas are referred to. No overlay is
    applied.

    Raises:
        DocumentError: a file cannot be read, is not OpenAPI 3.0, 3.1 or 3.2, or refers out of its
            folder.
    """
    from receiptkit.openapi.canonical import Canonical, Reports
    from receiptkit.openapi.directions import with_directions
    from receiptkit.openapi.files import Files, read_file

    raw, parsed = read_file(path)
    content = parsed.content
    version = _version(content, path)
    files, reports = Files(Path(path), content), Reports()
    try:
        content = with_directions(Canonical(files, version, reports).document(content))
    except DocumentError as error:
        text = str(error)
        raise DocumentError(text if text.startswith(str(path)) else f"{path}: {text}") from None
    except RecursionError:
        raise DocumentError(f"{path}: its schemas are nested too deeply") from None
    twice = [(text, "") for text in parsed.duplicates] + files.duplicates
    return Document(
        content,
        b"".join([raw, *files.raw]),
        Path(path).name,
        (
            f"{path}: receiptkit's overlays are not applied to it",
            *([] if version[:3] == "3.1" else [_read_as(path, version)]),
            *(f"{path}: {line}" for line in reports.lines()),
            *(f"{file or path}: the last of two members {text} counts" for text, file in twice),
        ),
        is_foreign=True,
        files=(str(path), *files.paths),
    )


def _read_as(path: Path | str, version: str) -> str:
    return f"{path} is OpenAPI {version}: read as its 3.1 equivalent"


def _version(content: dict[str, Any], path: Path | str) -> str:
    version = content.get("openapi")
    if "swagger" in content and version is None:
        raise DocumentError(
            f"{path}: a Swagger 2.0 document; convert it to OpenAPI 3 first, for example with "
            "`npx swagger2openapi`"
        )
    if isinstance(version, float):
        raise DocumentError(f"{path}: `openapi: {version}` is a number; write '{version}.0'")
    if not isinstance(version, str) or not version.startswith(_VERSIONS):
        raise DocumentError(
            f"{path}: not an OpenAPI 3.0, 3.1 or 3.2 document (its member `openapi` says which)"
        )
    for name, inner in (
        ("paths", content),
        ("components", content),
        ("schemas", content.get("components", {})),
    ):
        if not isinstance(inner, dict) or not isinstance(inner.get(name, {}), dict):
            raise DocumentError(f"{path}: `{name}` is not an object")
    return version
