"""The installation: versions, contracts, engines, extras, plugins, and HTTP clients."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.util import find_spec
from typing import NamedTuple

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r"""extra\s*==\s*["']([^"']+)["']""")
_ENGINES = {"default": ("jsonschema-rs",), "reference": ("openapi-core", "jsonschema")}


def platform_line() -> str:
    """Return the version of Python, and the system."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {platform.system()} {platform.machine()}"


def contract_lines() -> Iterator[str]:
    """Yield a line for each profile: the sha256 of its contract."""
    from receiptkit.openapi.document import PROFILES, built

    for profile in PROFILES:
        yield f"contract {profile}: sha256 {built(profile).sha256}"


def engine_lines() -> Iterator[str]:
    """Yield a line for each engine: what it is made of, or how to install it."""
    for name, packages in _ENGINES.items():
        missing = [package for package in packages if version_of(package) is None]
        made_of = ", ".join(f"{package} {version_of(package)}" for package in packages)
        yield f"engine {name}: {_remedy(name) if missing else made_of}"


class Extra(NamedTuple):
    """
    An extra of receiptkit.

    Attributes:
        packages: the versions of its packages by their names; None for one that is missing.
    """

    name: str
    packages: dict[str, str | None]

    def __str__(self) -> str:
        missing = [name for name, version in self.packages.items() if version is None]
        if missing:
            return f"{self.name}: {', '.join(missing)} missing; {_remedy(self.name)}"
        listed = ", ".join(f"{name} {version}" for name, version in self.packages.items())
        return f"{self.name}: {listed}"


def extras() -> list[Extra]:
    """Return the extras of receiptkit; none if it runs from a folder and is not installed."""
    found: dict[str, dict[str, str | None]] = {}
    try:
        requirements = metadata.requires("receiptkit") or []
    except metadata.PackageNotFoundError:
        requirements = []
    for requirement in requirements:
        name, extra = _NAME.match(requirement), _EXTRA.search(requirement)
        is_elsewhere = sys.platform == "win32" and "win32" in requirement
        if name and extra and name[0] != "receiptkit" and not is_elsewhere:
            found.setdefault(extra[1], {})[name[0]] = version_of(name[0])
    return [Extra(name, packages) for name, packages in sorted(found.items())]


def how_to_get(package: str) -> str:
    """Return the command that installs a missing package; empty if no extra has it."""
    having = [each for each in extras() if package.lower() in map(str.lower, each.packages)]
    smallest = min(having, key=lambda each: len(each.packages), default=None)
    return f"pip install 'receiptkit[{smallest.name}]'" if smallest else ""


def pytest_plugins() -> list[str]:
    """Return the installed plugins of pytest, each with the package that brings it."""
    return sorted(
        f"{point.name} ({point.dist.name} {point.dist.version})" if point.dist else point.name
        for point in metadata.entry_points(group="pytest11")
    )


class Client(NamedTuple):
    """
    An HTTP client that is installed.

    Attributes:
        name: the module that one imports.
        is_seen: whether the guard sees it.
    """

    name: str
    is_seen: bool


def clients() -> list[Client]:
    """Return the installed HTTP clients, without importing one."""
    from receiptkit.testing.guard.clients import by_module
    from receiptkit.testing.guard.unseen import UNSEEN_CLIENTS

    known = {**dict.fromkeys(UNSEEN_CLIENTS, False), **dict.fromkeys(by_module(), True)}
    return [Client(name, is_seen) for name, is_seen in sorted(known.items()) if _is_there(name)]


def version_of(package: str) -> str | None:
    """Return the version of an installed package; None if it is missing."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _is_there(module: str) -> bool:
    try:
        return find_spec(module.partition(".")[0]) is not None
    except ValueError:  # a stub without a spec replaces it
        return False


def _remedy(extra: str) -> str:
    return f"`pip install 'receiptkit[{extra}]'` installs it"
