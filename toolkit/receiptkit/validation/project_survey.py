"""Look at a repository: its tests, HTTP clients, mocks, captures, webhooks and CI."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from receiptkit.captures import has_evidence
from receiptkit.validation.baseline import Baseline

_SKIPPED = {"node_modules", "site-packages", "__pycache__", "build", "dist", "venv", "vendor"}
_MOST_FILES, _MOST_BYTES = 20_000, 1 << 20
_CODE = (".py", ".js", ".ts", ".mjs", ".cjs", ".rb", ".php", ".go")
_CAPTURES = (".har", ".ndjson", ".jsonl", ".json", ".yaml", ".yml", ".http", ".form")
_IMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)|import\s+([^\n#;]+))", re.MULTILINE)
_NODE = re.compile(r"""(?:require\(|from )["']([\w@/.-]+)["']""")
#: What only code that receives webhooks of Twilio mentions.
_WEBHOOK = re.compile(
    r"onDeliveryUpdated|X-Twilio-Signature|HTTP_X_TWILIO_SIGNATURE|RequestValidator|"
    r"validateRequest|twilio\.webhook\(",
    re.IGNORECASE,
)
_CLIENTS = ("requests", "httpx", "httpx2", "aiohttp", "niquests", "urllib3", "twilio", "axios")
#: Names of mock libraries by the modules that one imports.
_MOCKS = {
    "aioresponses": "aioresponses",
    "nock": "nock",
    "pook": "pook",
    "pytest_httpx": "pytest-httpx",
    "requests_mock": "requests-mock",
    "responses": "responses",
    "respx": "respx",
    "unittest.mock": "unittest.mock",
    "vcr": "VCR.py",
}
_FRAMEWORKS = ("fastapi", "flask", "django", "starlette", "express")
#: A text in each file that configures pytest.
_PYTEST = {
    "pytest.ini": "",
    ".pytest.ini": "",
    "pytest.toml": "",
    ".pytest.toml": "",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}


@dataclass(slots=True)
class Survey:
    """
    A repository.

    Attributes:
        folder: its root.
        pytest: whether there are tests for pytest.
        pytest_file: the file that configures pytest, here or in a folder above within the same
            repository; None without one.
        has_native_toml: whether that file has the TOML of pytest 9, where options are lists.
        is_guarded: whether that file turns the guard on.
        clients, mocks, frameworks: names of packages that the code imports.
        captures: folders, and files outside them, that hold captures; relative to the root.
        webhooks: the places, as FILE:LINE, of code that receives webhooks.
        ci: the CI servers that are set up: github, gitlab.
        is_cut: whether there were more files than were looked at.
    """

    folder: Path
    pytest: bool = False
    pytest_file: str | None = None
    has_native_toml: bool = False
    is_guarded: bool = False
    clients: set[str] = field(default_factory=set)
    mocks: set[str] = field(default_factory=set)
    frameworks: set[str] = field(default_factory=set)
    captures: list[str] = field(default_factory=list)
    webhooks: list[str] = field(default_factory=list)
    ci: list[str] = field(default_factory=list)
    is_cut: bool = False


def survey(folder: Path) -> Survey:
    """Look at a repository. Nothing of it is run, and at most 20,000 files are opened."""
    found = Survey(folder)
    _look_at_pytest(found)
    for server, mark in (("github", ".github"), ("gitlab", ".gitlab-ci.yml")):
        if (folder / mark).exists():
            found.ci.append(server)
    holding: set[str] = set()
    files = _files(folder)
    for path in islice(files, _MOST_FILES):
        name = path.relative_to(folder).as_posix()
        if path.suffix in _CODE:
            _look_at_code(found, name, _head(path).decode("utf-8", "replace"))
        elif path.suffix in _CAPTURES and _is_capture(path):
            holding.add(name)
    found.is_cut = next(files, None) is not None
    found.captures = list(_roots(holding))
    return found


def _look_at_pytest(found: Survey) -> None:
    for folder in _upwards(found.folder.absolute()):
        for name, mark in _PYTEST.items():
            path = folder / name
            if path.is_file() and mark in (text := _head(path).decode("utf-8", "replace")):
                found.pytest_file = os.path.relpath(path, found.folder).replace(os.sep, "/")
                found.pytest = folder == found.folder.absolute()
                found.has_native_toml = name.endswith("pytest.toml") or "[tool.pytest]" in text
                found.is_guarded = "--receipts-guard" in text
                return


def _upwards(folder: Path) -> Iterator[Path]:
    """Yield a folder and those above it, up to the root of the repository; without one, itself."""
    above = [folder, *folder.parents]
    roots = [number for number, each in enumerate(above) if (each / ".git").exists()]
    yield from above[: roots[0] + 1 if roots else 1]


def _look_at_code(found: Survey, name: str, text: str) -> None:
    is_python = name.endswith(".py")
    modules = set(_imported(text) if is_python else _NODE.findall(text))
    roots = modules | {module.partition(".")[0] for module in modules}
    found.clients.update(roots.intersection(_CLIENTS))
    found.mocks.update(_MOCKS[each] for each in roots.intersection(_MOCKS))
    found.frameworks.update(roots.intersection(_FRAMEWORKS))
    base = name.rpartition("/")[2]
    found.pytest |= "pytest" in roots or (is_python and base.startswith("test_"))
    match = _WEBHOOK.search(text)
    if match and not base.startswith("test_"):
        found.webhooks.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}")


def _imported(text: str) -> Iterator[str]:
    """Yield the modules that Python code imports; one statement may name several."""
    for source, names in _IMPORT.findall(text):
        yield from (
            [source] if source else (each.split()[0] for each in names.split(",") if each.strip())
        )


def _is_capture(path: Path) -> bool:
    return has_evidence(io.BytesIO(_head(path))) and not Baseline.may_stand_at(str(path))


def _files(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED
            and not name.startswith(".")
            and not os.path.exists(os.path.join(root, name, "pyvenv.cfg"))
        )
        for name in sorted(names):
            path = Path(root, name)
            if not name.startswith(".") and path.is_file():
                yield path


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES)
    except OSError:
        return b""


def _roots(names: set[str]) -> Iterator[str]:
    """Yield the folders of files, without those within another; files of the root themselves."""
    folders = sorted({name.rpartition("/")[0] for name in names})
    yield from sorted(_no_option(name) for name in names if "/" not in name)
    last = None
    for folder in folders:
        if folder and (last is None or not folder.startswith(f"{last}/")):
            last = folder
            yield _no_option(folder)


def _no_option(path: str) -> str:
    """Return a path that no command takes for an option."""
    return f"./{path}" if path.startswith("-") else path
