"""
Clients that nobody changed, under Twilio's own name: in a network of their own, in which that name is this machine.

Each client of `acceptance/languages` creates a conversation, reads it by its unique name, posts three messages, pages through them,
and deletes it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from missing import NODE, ROOT

#: Programs in other languages.
LANGUAGES = ROOT / "tests" / "acceptance" / "languages"
ACCOUNT = "AC" + "1" * 32
#: Where a server behind the proxy listens.
BACK = "http://127.0.0.1:8096"
#: What a client prints that could do all.
DONE = {"name": "Zoë & +1", "all": True}

#: All that it starts ends with it.
_UNSHARE = ("unshare", "-rnmpf", "--mount-proc", "--kill-child", "sh", "-c")
_ALONE = """
set -eu
ip link set lo up
echo "127.0.0.1 localhost conversations.twilio.com" > hosts
mount --bind hosts /etc/hosts
pids=
trap 'kill $pids 2> errors || true' EXIT
if [ -n "$BACK" ]; then
    $BACK &
    pids=$!
    until "$PYTHON" -c 'import socket; socket.create_connection(("127.0.0.1", 8096))' 2> errors; do
        kill -0 $pids
    done
fi
"$PYTHON" $FRONT &
server=$!
pids="$pids $server"
while [ ! -s front.json ]; do sleep 0.05; kill -0 $server; done
ca=$("$PYTHON" -c 'import json; print(json.load(open("front.json"))["authority"])')
export SSL_CERT_FILE=$ca REQUESTS_CA_BUNDLE=$ca NODE_EXTRA_CA_CERTS=$ca CURL_CA_BUNDLE=$ca
if "$@"; then status=0; else status=$?; fi
[ "$status" = 0 ] || [ "$FAILS" = yes ] || exit "$status"
[ "$status" != 0 ] || [ "$FAILS" = no ] || exit 99
kill $server
wait $server
"""
_SERVE = "-m receiptkit serve --scenario none --log off --account-sid " + ACCOUNT
_TLS = " --tls --port 443 --ready-file front.json"
_PROXY = f"-m receiptkit proxy --upstream {BACK} --log off" + _TLS
#: The mock of any OpenAPI document, where `installed` has put it.
PRISM = ROOT / ".proofs" / "prism" / "node_modules" / ".bin" / "prism"
_PRISM = f"{PRISM} mock --verboseLevel silent -p 8096 {ROOT / 'spec/documented.yaml'}"
#: The command at Twilio's name, and the one behind it, by what a client meets.
FRONTS = {
    "serve": (_SERVE + _TLS, ""),
    "proxy": (_PROXY, f"{sys.executable} {_SERVE} --port 8096"),
    "lying": (_PROXY + " --fail-fast", f"{sys.executable} {LANGUAGES / 'lying.py'} back.json"),
    # Prism answers with examples, whatever was asked for.
    "Prism": (_PROXY + " --ignore receipt.not-what-was-asked", _PRISM),
    "Prism alone": (str(LANGUAGES / "tunnel.py"), _PRISM),
}


def can_be_alone() -> bool:
    """Return True if a process can have a network and a /etc/hosts of its own."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    command = [*_UNSHARE, "mount --bind /etc/hosts /etc/hosts"]
    return subprocess.run(command, check=False, capture_output=True, timeout=30).returncode == 0


def run_alone(
    folder: Path, front: str, command: Sequence[str | Path], *, fails: bool = False
) -> subprocess.CompletedProcess[str]:
    """
    Run a client's command in a network of its own, before a server of `FRONTS`, and then end the server.

    The exit code is that of the server if the command succeeds, or fails where it has to.
    """
    given, back = FRONTS[front]
    return subprocess.run(
        [*_UNSHARE, _ALONE, "alone", *map(str, command)],
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
        cwd=folder,
        env={
            **os.environ,
            "FRONT": given,
            "BACK": back,
            "FAILS": "yes" if fails else "no",
            "PYTHON": sys.executable,
            "PYTHONPATH": str(ROOT / "toolkit"),
            "NODE_PATH": str(NODE),
            # What a client keeps is its own business, and goes with the folder.
            "HOME": str(folder),
            "GOCACHE": os.environ.get("GOCACHE", str(Path.home() / ".cache" / "go-build")),
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": "any",
        },
    )


def installed(name: str, package: str, file: str) -> Path:
    """Return a file of a package of npm's, installed beside the proofs; skip the test where npm cannot install it."""
    folder = ROOT / ".proofs" / name
    path = folder / "node_modules" / file
    if shutil.which("npm") is None:
        pytest.skip(f"npm is not installed, and installs {name} (Debian: apt-get install npm)")
    if not path.exists():
        command = ["npm", "install", "--silent", "--no-fund", "--no-audit", "--ignore-scripts"]
        result = subprocess.run(
            [*command, "--prefix", str(folder), package],
            check=False,
            capture_output=True,
            text=True,
        )
        if result.returncode:
            pytest.skip(f"npm cannot install {package}: {result.stderr[-300:]}")
    return path


def twilio_cli() -> Path:
    """Return Twilio's command line."""
    return installed("twilio-cli", "twilio-cli@6.2.4", ".bin/twilio")


def prism() -> Path:
    """Return Prism, a mock of any OpenAPI document."""
    assert installed("prism", "@stoplight/prism-cli@5.14.2", ".bin/prism") == PRISM
    return PRISM


def printed(output: str) -> list[object]:
    """Return the JSON objects among the lines that were printed."""
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def client(language: str) -> list[str | Path]:
    """Return the command of a client; skip the test, and say why, where the language is not installed."""
    file, program, rest = {
        "Python": ("client.py", sys.executable, []),
        "Node.js": ("client.js", "node", []),
        "Ruby": ("client.rb", "ruby", []),
        "PHP streams": ("client.php", "php", ["streams"]),
        "PHP curl": ("client.php", "php", ["curl"]),
        "Go": ("client.go", "go", []),
    }[language]
    if shutil.which(program) is None:
        pytest.skip(
            f"{program} is not installed (Debian has it: apt-get install {_DEBIAN[program]})"
        )
    if language == "Node.js" and not (NODE / "twilio").is_dir():
        pytest.skip("Twilio's package for Node.js is not installed: make .venv/.node")
    # PHP's curl reads no variable.
    first = {"Go": ["go", "run"], "PHP curl": ["sh", "-c", _PHP, "php"]}.get(language, [program])
    return [*first, LANGUAGES / file, *rest]


_PHP = 'exec php -d curl.cainfo="$SSL_CERT_FILE" "$@"'
_DEBIAN = {"node": "nodejs", "ruby": "ruby", "php": "php-cli php-curl", "go": "golang"}
