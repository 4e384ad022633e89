"""The arrows of ARCHITECTURE.md, held against the imports."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from conftest import ROOT

PACKAGE = ROOT / "toolkit" / "receiptkit"

#: The rows of the drawing from the top down; each room may import those of the rows below it.
_DRAWING = (ROOT / "ARCHITECTURE.md").read_text().split("```")[1].strip().splitlines()
LEVEL = {
    room: level
    for level, row in enumerate(reversed(_DRAWING))
    for room in re.findall(r"(?:^|\s)(\w+)/(?=\s)", row)
}
#: Rooms that are above another, and still must not know it.
STRANGERS = {
    "reports": {"contract", "captures", "rules", "text"},
    "bulk": {"webhooks"},
    "captures": {"contract", "rules", "bulk"},
    "server": {"captures", "rules", "history"},
    "testing": {"captures"},
    "pytest_plugin": {"cli", "reports", "captures"},
}
FRONT_DOORS = ("__init__.py", "__main__.py")
#: Who alone may import what is heavy or particular.
DOORS: dict[str, set[str]] = {
    "jsonschema_rs": {"schema/engine.py"},
    "jsonschema": {"schema/reference.py"},
    "openapi_core": {"schema/reference.py"},
    "fsspec": {"storage/files.py"},
    "distributed": {"scale/"},
    "dask": {"scale/"},
    "yaml": {
        "openapi/parsing.py",
        "openapi/build.py",
        "openapi/overlay.py",
        "captures/yaml_items.py",
        "captures/yaml_layout.py",
        "scrubbing/yaml_nodes.py",
        "generation/cassette.py",
        "server/data.py",
    },
    "multiprocessing": {"scale/client.py", "validation/processes.py"},
    "jsonpath": {"openapi/overlay.py"},
    "rich": {"cli/progress.py"},
    "jinja2": {"reports/drawing/templates.py"},
    "faker": {"generation/provider.py"},
    "hypothesis": {"generation/strategies.py"},
    "click": {"cli"},
    "pathspec": {"scanning/ignored.py"},
    "starlette": {"server/", "live/"},
    "trustme": {"server/tls.py"},
    "uvicorn": {"server/background.py"},
    "httpx": {
        "server/sender.py",
        "server/application.py",
        "live/connections.py",
        "live/forwarding.py",
    },
    "httpcore": {"live/connections.py", "live/forwarding.py"},
    "pytest": {"pytest_plugin"},
    # A wrapped package is never imported here: its user has imported it.
    **{client: set() for client in ("requests", "aiohttp", "twilio", "responses", "flask")},
}


def modules() -> list[Path]:
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.relative_to(PACKAGE).as_posix() not in FRONT_DOORS
    ]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: a relative import"
            names = (
                [f"receiptkit.{alias.name}" for alias in node.names]
                if node.module == "receiptkit"
                else [node.module]
            )
            yield from names


def room(name: str) -> str:
    return name.split(".")[1]


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_arrows_point_down(path: Path) -> None:
    """A module imports its own room and the rooms below it, and none that it must not know."""
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    assert own in LEVEL, f"{own} has no place among the rooms"
    for name in imported(path):
        if name.startswith("receiptkit.") and room(name) != "__version__" and room(name) != own:
            assert LEVEL[room(name)] < LEVEL[own], f"{own} imports {room(name)} above it"
            assert room(name) not in STRANGERS.get(own, set()), f"{own} must not know {room(name)}"


def test_no_imports_go_in_a_circle() -> None:
    """Modules import each other one way, also for types alone."""
    names = {
        f"receiptkit.{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}": path
        for path in modules()
    }
    imports = {
        name: {each for each in imported(path) if each in names} for name, path in names.items()
    }
    TopologicalSorter(imports).prepare()


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_heavy_doors(path: Path) -> None:
    """A library with a door of its own is imported there alone."""
    place = path.relative_to(PACKAGE).as_posix()
    for name in imported(path):
        doors = DOORS.get(name.partition(".")[0])
        assert doors is None or any(place.startswith(door) for door in doors), (
            f"{place} imports {name}"
        )


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["-c", "import receiptkit, sys"], ["click", "jsonschema_rs", "orjson", "yaml", "rich"]),
        (
            ["-m", "receiptkit", "--help"],
            [
                "jsonschema_rs",
                "orjson",
                "yaml",
                "rich",
                "jsonpath",
                "openapi_core",
                "jsonschema",
                "faker",
            ],
        ),
        (
            ["-m", "receiptkit", "--version"],
            [
                "jsonschema_rs",
                "orjson",
                "yaml",
                "rich",
                "jsonpath",
                "openapi_core",
                "jsonschema",
                "faker",
                "starlette",
                "httpx",
            ],
        ),
        (
            ["-m", "receiptkit", "validate", "fixtures/samples/conforming.ndjson"],
            [
                "yaml",
                "rich",
                "jsonpath",
                "openapi_core",
                "jsonschema",
                "faker",
                "tempfile",
                "hashlib",
                "receiptkit.text.json_scan",
                "receiptkit.schema.messages",
                *("receiptkit.generation", "receiptkit.server", "receiptkit.drift"),
                *("receiptkit.coverage", "receiptkit.coverage.points"),
                *("receiptkit.validation.pictures", "receiptkit.reports.drawing"),
                *("jinja2", "markupsafe", "starlette", "uvicorn", "httpx", "anyio"),
                *("fsspec", "distributed", "dask", "zstandard", "logging"),
                *("asyncio", "multiprocessing", "pyarrow", "pytest", "html"),
            ],
        ),
        (
            ["-m", "receiptkit", "generate", "group-sms"],
            [
                "yaml",
                "rich",
                "jsonpath",
                "openapi_core",
                "jsonschema",
                "faker",
                "hypothesis",
                "tempfile",
                "starlette",
                "httpx",
            ],
        ),
        (
            ["-m", "receiptkit", "serve", "--help"],
            ["yaml", "rich", "starlette", "uvicorn", "httpx"],
        ),
        (
            ["-m", "receiptkit", "trigger", "landline", "--to", "https://example.com", "--dry-run"],
            ["yaml", "rich", "starlette", "uvicorn", "httpx"],
        ),
        (
            ["-c", "import receiptkit.server; receiptkit.server.app()"],
            ["yaml", "rich", "uvicorn", "httpx"],
        ),
    ],
    ids=["import", "help", "version", "validate", "generate", "serve", "trigger", "app"],
)
def test_nothing_heavy_is_imported(arguments: list[str], absent: list[str]) -> None:
    """A command imports no heavy module that it does not need."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    loaded = {
        line.rpartition("|")[2].strip()
        for line in result.stderr.splitlines()
        if line.startswith("import time:")
    }
    assert "receiptkit" in loaded
    assert not loaded & set(absent)


def test_a_small_run_imports_little() -> None:
    """A plain run imports fewer modules of ours than there were before some became lazy."""
    script = "import sys; from receiptkit.cli import main; main(sys.argv[1:]); print(*sys.modules)"
    sample = str(ROOT / "fixtures" / "samples" / "conforming.ndjson")
    arguments = [sys.executable, "-c", script, "validate", "-q", sample]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith("receiptkit.")]
    # A run loads every family of rules, however many there are.
    others = [name for name in loaded if not name.startswith("receiptkit.rules.")]
    assert 100 < len(others) < 139
    assert not any(name.endswith((".processes", "formats.curl", ".baseline")) for name in loaded)


def test_modules_stay_small() -> None:
    """No module is longer than a reader's sitting."""
    long = {
        path.name: count
        for path in modules()
        if (count := len(path.read_text().splitlines())) > 520
    }
    assert not long
