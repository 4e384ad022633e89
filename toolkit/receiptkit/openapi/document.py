"""Contract documents: where they are, and how one is read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from receiptkit.model.errors import DocumentError, UsageError
from receiptkit.openapi.upgrade import upgrade

PROFILES = ("vendor", "documented", "strict")
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
    """

    content: dict[str, Any]
    raw: bytes
    name: str
    notes: tuple[str, ...] = ()
    is_foreign: bool = False

    @property
    def sha256(self) -> str:
        """The hash of the file it was read from; what reports call the contract."""
        import hashlib

        return hashlib.sha256(self.raw).hexdigest()

    @property
    def provenance(self) -> str:
        """Where the facts of the document come from, in a few words."""
        info = self.content.get("info")
        said = info.get("x-receiptkit-provenance") if isinstance(info, dict) else None
        if isinstance(said, dict) and "repository" in said and "commit" in said:
            return f"{said['repository']} {said['commit']}"
        return self.name

    @property
    def rule_ids(self) -> list[str]:
        """The rules that the document itself names, which may be more than the catalogue has."""
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
    """The folder of the documents: inside the package when installed, else `spec/` of the checkout."""
    packaged = _PACKAGE / "_spec"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1] / "spec"


def built(profile: str) -> Document:
    """
    The document of a profile, as `receiptkit spec build` wrote it.

    Raises:
        UsageError: there is no such profile.
    """
    if profile not in PROFILES:
        raise UsageError(f"no profile is called {profile!r}: there are {', '.join(PROFILES)}")
    path = spec_directory() / f"{profile}.json"
    try:
        raw = path.read_bytes()
    except OSError:
        raise DocumentError(
            f"{path} is missing: run `receiptkit spec build`, or install receiptkit again"
        ) from None
    return Document(json.loads(raw), raw, f"receiptkit {profile}")


def read(path: Path | str) -> Document:
    """
    A contract document of the user's own, YAML or JSON. OpenAPI 3.0 is upgraded to 3.1; no overlay is applied.

    Raises:
        DocumentError: the file cannot be read, or is no OpenAPI 3.0 or 3.1 document.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise DocumentError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    content = _parse(raw, str(path))
    version = content.get("openapi")
    if not isinstance(version, str) or not version.startswith(("3.0", "3.1")):
        raise DocumentError(
            f"{path}: not an OpenAPI 3.0 or 3.1 document (its member `openapi` says so)"
        )
    for name, inner in (
        ("paths", content),
        ("components", content),
        ("schemas", content.get("components", {})),
    ):
        if not isinstance(inner, dict) or not isinstance(inner.get(name, {}), dict):
            raise DocumentError(f"{path}: `{name}` is no object")
    notes = [f"{path} is judged as it is: receiptkit's overlays are not applied to it"]
    if version.startswith("3.0"):
        notes.append(f"{path} is OpenAPI {version}: read as its 3.1 equivalent")
        content = upgrade(content)
    return Document(content, raw, Path(path).name, tuple(notes), is_foreign=True)


def _parse(raw: bytes, name: str) -> dict[str, Any]:
    import yaml

    try:
        content = json.loads(raw) if raw.lstrip()[:1] == b"{" else yaml.safe_load(raw)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{name}: not JSON: {error}") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise DocumentError(
            f"{name}: not YAML{place}: {getattr(error, 'problem', None) or 'cannot be read'}"
        ) from None
    if not isinstance(content, dict):
        raise DocumentError(f"{name}: not an OpenAPI document")
    return content
