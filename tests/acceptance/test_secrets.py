"""Without `--show-values`, nothing captured appears in any report, message or baseline: no value, and no unknown name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from receiptkit import reports
from receiptkit.rules.examples import form, sample

Run = Callable[..., tuple[int, str, str]]
#: Unlike anything that receiptkit prints; of each kind of text that a secret can be.
SECRETS = (
    "Zq7xW9vKpLm2",
    "+15550100123",
    "Mr Zquixote & Sons",
    "zquixote@example.test",
    "zq7f3a9c04be7d22561f3a9c04be7d22",
    "zqüñîçødé",
)
KINDS = ("page", "receipt", "message", "configuration", "error", "exchange")


def planted(body: Any, secret: str) -> Iterator[Any]:
    """Yield copies of a JSON value with a secret at one place: as a value, as a name beside others, and instead of a name."""
    for path in list(_paths(body)):
        yield _changed(body, path, lambda holder, key: {**_dict(holder), key: secret})
        yield _changed(body, path, lambda holder, key: {**_dict(holder), secret: 1})
        yield _changed(
            body,
            path,
            lambda holder, key: {
                secret if name == key else name: value for name, value in _dict(holder).items()
            },
        )


def _dict(holder: Any) -> dict[str, Any]:
    return holder if isinstance(holder, dict) else {}


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield (*path, name)
            yield from _paths(item, (*path, name))
    elif isinstance(value, list) and value:
        yield from _paths(value[0], (*path, 0))


def _changed(body: Any, path: tuple[Any, ...], change: Callable[[Any, Any], Any]) -> Any:
    body = copy.deepcopy(body)
    if len(path) == 1:
        return change(body, path[0])
    holder = body
    for key in path[:-2]:
        holder = holder[key]
    holder[path[-2]] = change(holder[path[-2]], path[-1])
    return body


def captures(secret: str) -> Iterator[tuple[str, str]]:
    """Yield names and contents of files with a secret in them, at every place that there is."""
    for kind in KINDS:
        lines = [json.dumps(each) for each in planted(sample(kind), secret)]
        yield f"{kind}.ndjson", "\n".join(lines) + "\n"
    parts = form().split("&")
    lines = []
    for number, part in enumerate(parts):
        name = part.partition("=")[0]
        for new in (f"{name}={quote(secret)}", f"{quote(secret)}=1", f"{part}&{quote(secret)}"):
            lines.append("&".join([*parts[:number], new, *parts[number + 1 :]]))
    yield "webhooks.form", "\n".join(lines) + "\n"
    receipt = json.dumps(sample("receipt"))
    yield "broken.json", receipt[:-1] + f', "x": {secret}'
    yield "twice.json", receipt[:-1] + f', "{secret}": 1, "{secret}": 2}}'
    yield "nan.json", receipt[:-1] + f', "{secret}": NaN}}'
    url = (
        f"https://{quote(secret)}.example.test/{quote(secret)}/v1/x?{quote(secret)}={quote(secret)}"
    )
    exchange = {
        "request": {"method": secret, "url": url, "headers": {secret: secret}},
        "response": {"status": 200, "headers": {"Content-Type": secret}, "body": {secret: secret}},
    }
    own = copy.deepcopy(sample("exchange"))
    own["response"]["headers"] = {"Content-Type": f"text/{secret}; x={secret}"}
    own["request"]["headers"] = {"Authorization": f"Bearer {secret}", f"X-{secret}": secret}
    yield "exchanges.ndjson", json.dumps(exchange) + "\n" + json.dumps(own) + "\n"
    yield (
        "requests.http",
        f"GET /{quote(secret)} HTTP/1.1\r\nHost: {secret}\r\n{secret}: {secret}\r\n\r\n",
    )


def forms_of(secret: str) -> set[str]:
    """Return how a secret may be written."""
    return {
        secret,
        quote(secret),
        json.dumps(secret)[1:-1],
        secret.encode("ascii", "xmlcharrefreplace").decode(),
        secret.replace("&", "&amp;"),
    }


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("secret", SECRETS)
def test_no_report_holds_a_secret(folder: Path, run: Run, secret: str) -> None:
    """No report of any profile, nor the baseline, has a planted secret."""
    for name, content in captures(secret):
        (folder / name).write_text(content)
    leaks = set()
    names = sorted(path.name for path in folder.iterdir())
    runs = [(profile, ["--format", "json"]) for profile in ("vendor", "documented")]
    runs += [("strict", ["--format", name]) for name in reports.names()]
    runs += [("strict", ["--write-baseline", "baseline.json"]), ("strict", ["-v"])]
    for profile, arguments in runs:
        command = ("validate", *names, "--profile", profile, "--list-unchecked", *arguments)
        _, out, err = run(*command, "--max-findings", "1000", "--allow-empty")
        baseline = folder / "baseline.json"
        text = out + err + (baseline.read_text() if baseline.exists() else "")
        leaks |= {
            line[:300]
            for line in text.splitlines()
            if any(each in line for each in forms_of(secret))
        }
    assert not leaks


def test_secrets_are_planted(folder: Path, run: Run) -> None:
    """With `--show-values`, the same captures do show the planted secrets."""
    secret = SECRETS[0]
    for name, content in captures(secret):
        (folder / name).write_text(content)
    _, out, _ = run("validate", "receipt.ndjson", "--profile", "strict", "--show-values")
    assert out.count(secret) > 20
