"""Unchanged clients reach the server and the proxy under Twilio's own name; the proxy catches a wrong mock."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import examples
from alone import DONE, FRONTS, LANGUAGES, can_be_alone, client, printed, run_alone, twilio_cli
from conftest import ROOT

pytestmark = pytest.mark.skipif(not can_be_alone(), reason="no network of its own is allowed here")
_RECEIPTS = """
import json
row = json.load(open("back.json"))
receipts = row["conversation_sid"], row["message_sid"]
"""
_PYTHON = """
from twilio.rest import Client
conversation, message = receipts
found = Client().conversations.v1.conversations(conversation).messages(message).delivery_receipts.list()
print(found[0].status)
"""
_NODE = """
const row = require("./back.json");
const { conversations } = require("twilio")().conversations.v1;
conversations(row.conversation_sid).messages(row.message_sid).deliveryReceipts.list()
  .then((found) => console.log(found[0].status));
"""
_CLI = """
set -eu
of() { "$PYTHON" -c "import json; print(json.load(open('back.json'))['$1'])"; }
exec "$1" api:conversations:v1:conversations:messages:receipts:list \
    --conversation-sid "$(of conversation_sid)" --message-sid "$(of message_sid)" -o json
"""


@pytest.mark.parametrize("front", ["serve", "proxy"])
@pytest.mark.parametrize("language", ["Ruby", "PHP streams", "PHP curl", "Go"])
def test_http_clients_of_other_languages(language: str, front: str, tmp_path: Path) -> None:
    """The language's own HTTP client writes, pages and deletes; only variables are set."""
    result = run_alone(tmp_path, front, client(language))
    assert result.returncode == 0, result.stderr
    assert DONE in printed(result.stdout)


@pytest.mark.parametrize("front", ["serve", "proxy"])
def test_twilio_cli(front: str, tmp_path: Path) -> None:
    """Twilio's command line, which has no option for another URL, does all it does with Twilio."""
    result = run_alone(tmp_path, front, ["sh", LANGUAGES / "client.sh", twilio_cli()])
    assert result.returncode == 0, result.stderr
    assert DONE in printed(result.stdout)
    assert front == "serve" or "0 errors, 0 warnings" in result.stdout


def reading(name: str, folder: Path) -> list[str | Path]:
    """Return the command of a client that lists the receipts of the message in back.json."""
    if name == "twilio-cli":
        (folder / "read.sh").write_text(_CLI)
        return ["sh", folder / "read.sh", twilio_cli()]
    script = folder / f"read.{'py' if name == 'Python' else 'js'}"
    script.write_text(_RECEIPTS + _PYTHON if name == "Python" else _NODE)
    return [client(name)[0], script]


@pytest.mark.parametrize("name", ["Python", "Node.js", "twilio-cli"])
def test_the_proxy_catches_a_wrong_mock(name: str, tmp_path: Path) -> None:
    """With `--fail-fast` a client gets 502 instead of the wrong body, and the run ends with the finding."""
    result = run_alone(tmp_path, "lying", reading(name, tmp_path), fails=True)
    # twilio-cli prints the response of any status.
    assert "502" in result.stderr or "what Twilio never sends" in result.stdout
    assert "sennt" not in result.stdout + result.stderr
    assert "schema.enum" in result.stdout
    assert result.returncode == 1


def test_the_commands_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twilio-cli commands of docs/clients.md list the message of the server that they start."""
    texts = [each.text for each in examples.blocks((ROOT / "docs" / "clients.md").read_text())]
    (start,) = (each for each in texts if "serve --tls" in each)
    (listing,) = (each for each in texts if each.partition("\n")[2].startswith("twilio "))
    server = start.splitlines()[1].replace("receiptkit", "-m receiptkit", 1)
    monkeypatch.setitem(FRONTS, "page", (f"{server} --ready-file front.json", ""))
    monkeypatch.setenv("PATH", str(twilio_cli().parent), prepend=":")
    (tmp_path / "list.sh").write_text(listing)
    result = run_alone(tmp_path, "page", ["sh", tmp_path / "list.sh"])
    assert result.returncode == 0, result.stderr
    assert re.search(r"^IM[0-9a-f]{32} ", result.stdout, re.MULTILINE), result.stdout
