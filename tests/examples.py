"""Run the examples of README.md and of the pages in docs/.

`python tests/examples.py` names the examples that do not print what they show;
`python tests/examples.py --write` replaces what they show by what they print now.
`tests/acceptance/test_examples.py` runs the same.

The blocks of a page run from top to bottom in one folder, with `fixtures/` and `spec/` beside them:

- `console`: lines that begin with `$ ` are commands; what follows is what they print.
- `sh`: a script that must succeed. What it prints is not shown.
- `python`: a script that must succeed. Its output is in an output block below.

A comment before a block says how else to use it:

- `<!-- file: NAME -->` writes the block to a file, for the blocks below it.
- `<!-- output -->` marks what the script above prints.
- `<!-- background: port 8099 -->` starts a script that runs until the page ends; the blocks below
  wait until the port answers. While the page runs, a free port replaces the number everywhere.
- `<!-- not run: REASON -->` marks an example that is only shown.

Every other block is an error: no example is skipped silently.

A page that uses more than every machine has names it: `<!-- needs: fastapi, node, npm:express -->`.
Names are those of Python modules, of programs, and behind `npm:` of packages for Node.js.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
#: Written by tests/rules_page.py.
GENERATED = ("rules.md",)
_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_MARK = re.compile(r"(?P<name>not run|file|background|output)(?:: (?P<value>.+))?")
_PORT = re.compile(r"port ([0-9]+)")
_NEEDS = re.compile(r"^<!-- needs: (.+) -->$", re.MULTILINE)
_SECONDS = re.compile(r"in [0-9.]+s\b")
#: What the examples see of the environment: a terminal of a person, not a CI server.
_KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "TMPDIR", "SSL_CERT_FILE")
#: Twilio's package for Node.js, and Express.
NODE = Path(sys.prefix) / "node" / "node_modules"
#: In seconds, for one block.
_PATIENCE = 120


class ExampleError(Exception):
    """An example that cannot be run, or fails."""


class Block(NamedTuple):
    """
    A block of code.

    Attributes:
        mark: what the comment before it says: file, output, background, not run, or nothing.
        value: what follows in the comment.
        line: of its first line, from 1.
        start, end: where its text is in the page.
    """

    language: str
    text: str
    mark: str
    value: str
    line: int
    start: int
    end: int


def pages() -> list[Path]:
    """Return README.md and the pages in docs/ that are written by hand."""
    docs = sorted(path for path in (ROOT / "docs").glob("*.md") if path.name not in GENERATED)
    return [ROOT / "README.md", *docs]


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a page."""
    for match in _BLOCK.finditer(text):
        mark = _MARK.fullmatch(match["mark"] or "")
        yield Block(
            match["language"],
            match["text"],
            mark["name"] if mark else "",
            (mark["value"] or "") if mark else "",
            text.count("\n", 0, match.start("language")) + 1,
            match.start("text"),
            match.end("text"),
        )


def lacks(page: Path) -> list[str]:
    """Return what a page needs and this machine does not have."""
    match = _NEEDS.search(page.read_text(encoding="utf-8"))
    return [name for name in match[1].split(", ") if not _is_here(name)] if match else []


def _is_here(name: str) -> bool:
    if name.startswith("npm:"):
        return (NODE / name[4:]).is_dir()
    return bool(find_spec(name) or shutil.which(name))


def rewritten(page: Path, programs: Path | None = None, *, in_clone: bool = True) -> str:
    """
    Run a page, and return its text with what the examples print now.

    Args:
        page: the page.
        programs: the folder of `python` and `receiptkit`; by default that of this environment.
        in_clone: whether `fixtures/` and `spec/` are there.

    Raises:
        ExampleError: an example fails, or the page does not say what becomes of it.
    """
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        session = _Session(Path(name).resolve(), text, stack, programs)
        if in_clone:
            session.lay_clone()
        changes = []
        for block in blocks(text):
            try:
                shown = session.run(block)
            except ExampleError as error:
                raise ExampleError(f"{page.relative_to(ROOT)}:{block.line}: {error}") from None
            if shown is not None:
                changes.append((block, shown))
        session.close()
    for block, shown in reversed(changes):
        text = text[: block.start] + shown + text[block.end :]
    return text


class _Session:
    """The blocks of one page, run one after the other in a folder."""

    def __init__(
        self, folder: Path, text: str, stack: ExitStack, programs: Path | None = None
    ) -> None:
        self._folder = folder
        self._environment = _environment(folder, programs)
        self._stack = stack
        #: What a script has printed that no output block has shown yet.
        self._printed = ""
        named = (
            _PORT.fullmatch(block.value) for block in blocks(text) if block.mark == "background"
        )
        self._ports = {match[1]: str(_free_port()) for match in named if match}

    def lay_clone(self) -> None:
        """Lay beside the page what a clone of the repository has."""
        for name in ("fixtures", "spec"):
            (self._folder / name).symlink_to(ROOT / name)
        shutil.copytree(
            ROOT / "tests" / "consumers",
            self._folder / "tests" / "consumers",
            ignore=shutil.ignore_patterns("__pycache__"),
        )

    def run(self, block: Block) -> str | None:
        """Run a block, and return what it should show; None if it shows nothing that can change."""
        if block.mark == "output":
            shown, self._printed = self._printed, ""
            return shown
        self.close()
        if block.mark == "not run":
            if not block.value:
                raise ExampleError("say why it is not run: <!-- not run: REASON -->")
        elif block.mark == "file":
            path = self._folder / block.value
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self._here(block.text), encoding="utf-8")
        elif block.mark == "background":
            self._stack.enter_context(self._running(block))
        elif block.language == "console":
            return self._session(block.text)
        elif block.language in ("sh", "python"):
            self._printed = self._script(block) if block.language == "python" else ""
            if block.language == "sh":
                self._script(block)
        else:
            raise ExampleError(
                f"nothing runs a {block.language or 'nameless'} block: "
                "mark it as file, output or not run"
            )
        return None

    def close(self) -> None:
        """Demand that everything that was printed is shown."""
        if self._printed:
            raise ExampleError(
                f"the script above prints what no output block shows:\n{self._printed}"
            )

    def _session(self, text: str) -> str:
        """Run the commands of a console block in one shell, and return the block."""
        commands = _commands(text)
        # `$?` of the next command is the exit code of this one.
        step = "{command}\n__code=$?; printf '\\0'; (exit $__code)\n"
        script = "".join(step.format(command=command) for command in commands)
        _, printed = self._bash(script)
        outputs = printed.split("\0")
        if len(outputs) != len(commands) + 1:
            raise ExampleError(f"the shell ended early:\n{printed}")
        return "".join(
            _prompt(command) + _ended(output)
            for command, output in zip(commands, outputs, strict=False)
        )

    def _script(self, block: Block) -> str:
        if block.language == "sh":
            code, printed = self._bash(f"set -euo pipefail\n{block.text}")
        else:
            script = self._folder / "example.py"
            script.write_text(self._here(block.text), encoding="utf-8")
            # Servers log to the second stream; it matters only where the script fails.
            code, printed = self._bash(
                "python -W error example.py 2>example.log || { cat example.log; false; }"
            )
            script.unlink()
        if code != 0:
            raise ExampleError(f"the script fails with exit code {code}:\n{printed}")
        return printed

    def _bash(self, script: str) -> tuple[int, str]:
        try:
            result = subprocess.run(
                ["bash", "-c", self._here(script)],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise ExampleError(f"no end after {_PATIENCE} seconds") from None
        return result.returncode, self._shown(result.stdout.decode("utf-8", "replace"))

    @contextmanager
    def _running(self, block: Block) -> Iterator[None]:
        match = _PORT.fullmatch(block.value)
        if block.language != "sh" or match is None:
            raise ExampleError(
                "a background block is sh, and names the port to wait for: "
                "<!-- background: port 8099 -->"
            )
        process = subprocess.Popen(
            ["bash", "-c", self._here(block.text)],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait_for(int(self._ports[match[1]]), process)
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _here(self, text: str) -> str:
        for port, free in self._ports.items():
            text = re.sub(rf"\b{port}\b", free, text)
        return text

    def _shown(self, printed: str) -> str:
        for port, free in self._ports.items():
            printed = re.sub(rf"\b{free}\b", port, printed)
        return _SECONDS.sub("in 0s", printed.replace(str(self._folder), "/home/you/project"))


def _commands(text: str) -> list[str]:
    """Return the commands of a console block; a backslash continues one in the next line."""
    found: list[str] = []
    continues = False
    for line in text.splitlines():
        if continues:
            found[-1] += "\n" + line
        elif line.startswith("$ "):
            found.append(line[2:])
        elif not found:
            raise ExampleError("a console block begins with a command: $ …")
        else:
            continue
        continues = line.endswith("\\")
    return found


def _prompt(command: str) -> str:
    return f"$ {command}\n"


def _ended(output: str) -> str:
    return output if not output or output.endswith("\n") else f"{output}\n"


def _environment(folder: Path, programs: Path | None) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    if programs is not None:
        kept.pop("PYTHONPATH", None)
    first = programs or Path(sys.executable).parent
    # Other plugins that happen to be installed here are not part of the examples.
    own = {
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTEST_ADDOPTS": "-p receiptkit -p no:cacheprovider",
    }
    return {
        **kept,
        "PATH": os.pathsep.join([str(first), kept.get("PATH", "")]),
        "NODE_PATH": str(NODE),
        "HOME": str(folder),
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "PYTHONDONTWRITEBYTECODE": "1",
        # In a terminal, what is printed to two streams appears in its order.
        "PYTHONUNBUFFERED": "1",
        **(own if programs is None else {}),
    }


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.05)
    raise ExampleError(f"nothing answers at port {port}")


def main() -> int:
    """Run every page, or those that are named; say which differ, or write them."""
    writes = "--write" in sys.argv
    named = [Path(name).resolve() for name in sys.argv[1:] if name != "--write"]
    failed = False
    for page in named or pages():
        try:
            now = rewritten(page)
        except ExampleError as error:
            print(error, file=sys.stderr)
            failed = True
            continue
        if now != page.read_text(encoding="utf-8"):
            print(f"{page.relative_to(ROOT)}: {'written' if writes else 'not what it prints'}")
            if writes:
                page.write_text(now, encoding="utf-8")
            else:
                failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
