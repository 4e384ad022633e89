"""The container's steps, without a daemon: installed in a clean folder, started, healthy."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT

pytestmark = pytest.mark.proofs
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")


def step(name: str) -> str:
    found = re.search(rf"(?:^|\s){name} (.*)$", DOCKERFILE, re.MULTILINE)
    assert found is not None
    return found[1]


def test_the_steps_of_the_image(tmp_path: Path) -> None:
    """The image's steps install the copied files, and its entry point starts and is healthy."""
    source = tmp_path / "source"
    source.mkdir()
    for line in (ROOT / ".dockerignore").read_text().splitlines()[1:]:
        path = ROOT / line.removeprefix("!")
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, source / path.name)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = step("RUN").partition(" && ")[0].replace("/source", str(source))
    assert install.startswith("python -m pip install ")
    subprocess.run([python, *shlex.split(install)[1:]], check=True, timeout=300)
    entry = json.loads(step("ENTRYPOINT"))
    at = entry.index("--port") + 1
    arguments = [*entry[1:at], "0", "--ready-file", "ready.json", *entry[at + 1 :]]
    server = subprocess.Popen([python.with_name(entry[0]), *arguments], cwd=tmp_path)
    try:
        for _ in range(300):
            if (tmp_path / "ready.json").exists():
                break
            time.sleep(0.1)
        port = json.loads((tmp_path / "ready.json").read_text())["url"].rpartition(":")[2]
        health = json.loads(step("CMD"))[2].replace("8080", port)
        subprocess.run([python, "-c", health], check=True, timeout=30)
        # Control from elsewhere needs a token.
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_receiptkit/sent", timeout=10)
    finally:
        server.terminate()
        server.wait(20)


def test_the_example_for_compose() -> None:
    """It builds this repository, has options of `serve`, and both services have the same account."""
    compose: dict[str, Any] = yaml.safe_load((ROOT / "docs/examples/compose.yaml").read_text())
    services = compose["services"]
    assert (ROOT / "docs/examples" / services["twilio"]["build"] / "Dockerfile").is_file()
    shown = subprocess.run(
        [sys.executable, "-m", "receiptkit", "serve", "--help"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    options = [each for each in services["twilio"]["command"] if each.startswith("--")]
    assert options
    assert all(f"{option} " in shown for option in options)
    account = services["twilio"]["environment"]["RECEIPTKIT_SERVE_ACCOUNT_SID"]
    assert services["app"]["environment"]["TWILIO_ACCOUNT_SID"] == account
