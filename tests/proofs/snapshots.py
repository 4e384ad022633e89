"""
Write down the public surface, to see what a change does to it: the Python API, `--help`, findings.

Run `python tests/proofs/snapshots.py --write` after a change that is meant.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "snapshots"
#: Samples of other people's, beside the checkout where the project is developed.
REFERENCE = ROOT.parent / "shared" / "data"
PUBLIC = (
    "receiptkit",
    "receiptkit.generation",
    "receiptkit.generation.provider",
    "receiptkit.generation.strategies",
    "receiptkit.server",
    "receiptkit.webhooks",
)
PROFILES = ("vendor", "documented", "strict")
COMMANDS = (
    (),
    ("validate",),
    ("scan",),
    ("scrub",),
    ("rules",),
    ("explain",),
    ("scenarios",),
    ("generate",),
    ("serve",),
    ("trigger",),
    ("listen",),
    ("proxy",),
    ("replay",),
    ("spec",),
    ("spec", "show"),
    ("spec", "build"),
    ("spec", "update"),
    ("drift",),
    ("fixtures",),
    ("fixtures", "write"),
    ("doctor",),
    ("init",),
)


def api() -> Iterator[str]:
    """Yield a line for each public name, and for each public member of a public class."""
    for module_name in PUBLIC:
        module = importlib.import_module(module_name)
        own = [
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == module_name
        ]
        for name in sorted(
            getattr(module, "__all__", None) or [each for each in own if not each.startswith("_")]
        ):
            value = getattr(module, name)
            yield f"{module_name}.{name}{_signature(value)}"
            if inspect.isclass(value):
                yield from _members(f"{module_name}.{name}", value)


def _members(prefix: str, kind: type) -> Iterator[str]:
    for name, value in sorted(vars(kind).items()):
        if name.startswith("_"):
            continue
        value = value.__func__ if isinstance(value, (classmethod, staticmethod)) else value
        yield f"{prefix}.{name}{_signature(value)}"


def _signature(value: object) -> str:
    if isinstance(value, property):
        return " (property)"
    if not callable(value):
        return ""
    try:
        return re.sub(r"<object object at \w+>", "<object>", str(inspect.signature(value)))
    except (TypeError, ValueError):
        return "(…)"


def help_texts() -> Iterator[str]:
    """Yield the help of every command."""
    for command in COMMANDS:
        arguments = [sys.executable, "-m", "receiptkit", *command, "--help"]
        result = subprocess.run(
            arguments,
            capture_output=True,
            text=True,
            check=True,
            env={**_environment(), "COLUMNS": "100"},
        )
        yield f"$ receiptkit {' '.join([*command, '--help'])}"
        yield result.stdout


def _environment() -> dict[str, str]:
    import os

    return {
        name: value for name, value in os.environ.items() if name not in ("FORCE_COLOR", "NO_COLOR")
    }


def findings(folder: Path, *, relative_to: Path) -> Iterator[str]:
    """Yield a line for each finding over the files of a folder under every profile, wording left out."""
    for profile in PROFILES:
        arguments = [
            "validate",
            "--profile",
            profile,
            "--format",
            "ndjson",
            "--allow-empty",
            "--config",
            "/dev/null",
        ]
        result = subprocess.run(
            [sys.executable, "-m", "receiptkit", *arguments, str(folder.relative_to(relative_to))],
            capture_output=True,
            text=True,
            cwd=relative_to,
            check=False,
        )
        assert result.returncode in (0, 1, 2), result.stderr
        for line in result.stdout.splitlines():
            found = json.loads(line)
            # Parquet is read where pyarrow is installed.
            if "rule" in found and not found["origin"]["file"].endswith(".parquet"):
                yield " ".join(
                    str(part)
                    for part in (profile, *_place(found), found["severity"], found["rule"])
                )


def _place(found: dict[str, object]) -> Iterator[object]:
    for name in ("file", "line", "column", "body_line", "body_column", "entry"):
        location = found.get("origin")
        holder = location if isinstance(location, dict) else found
        yield holder.get(name, "-")
    yield found.get("pointer") or '""'


def snapshots() -> dict[str, list[str]]:
    """Return the lines of every snapshot that can be made here, by its name."""
    made = {
        "api": list(api()),
        "help": list(help_texts()),
        "findings-fixtures": list(findings(ROOT / "fixtures", relative_to=ROOT)),
    }
    if REFERENCE.is_dir():
        made["findings-reference"] = list(findings(REFERENCE, relative_to=REFERENCE.parent))
    return made


def main() -> None:
    """Write every snapshot, or print what differs."""
    for name, lines in snapshots().items():
        text = "\n".join(lines) + "\n"
        file = HERE / f"{name}.txt"
        if "--write" in sys.argv:
            file.write_text(text)
        elif file.read_text() != text:
            print(f"{name}: differs")


if __name__ == "__main__":
    main()
