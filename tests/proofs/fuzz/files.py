"""Fuzz documents, settings, baselines and data of the server: each is used, or refused in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from receiptkit import Contract
from receiptkit.model.errors import ReceiptkitError
from receiptkit.model.finding import Finding, Severity
from receiptkit.model.location import Location
from receiptkit.rules.examples import sample
from receiptkit.server import app
from receiptkit.server.data import read_data
from receiptkit.validation import project_settings
from receiptkit.validation.baseline import Baseline
from receiptkit.validation.names import known_names

_CONTRACT = Contract.load("documented")
_NAMES = known_names(_CONTRACT)
_BODIES = [sample(name) for name in ("receipt", "page", "configuration", "error")]
_FINDINGS = [
    Finding("schema.enum", Severity.ERROR, "/status", "x", location=Location(name, 0, 1, 1))
    for name in ("a.json", "/b/c.json", "-", "")
]


@contextmanager
def refusal() -> Iterator[None]:
    """Allow an error of ours, in one line."""
    try:
        yield
    except ReceiptkitError as error:
        assert "\n" not in str(error), error  # noqa: PT017 # most are not raised


def documents(data: bytes, folder: Path) -> None:
    """Check bodies against a document, as YAML or JSON by its first byte."""
    path = folder / ("document.json" if data[:1] < b"\x80" else "document.yaml")
    path.write_bytes(data[1:])
    with refusal():
        contract = Contract.load(document=path)
        for body in _BODIES:
            contract.check(body)
        contract.check(sample("webhook")["params"])
        contract.compile()


def settings(data: bytes, folder: Path) -> None:
    """Read settings, from either file by the first byte, and select findings with them."""
    own = folder / "settings"
    own.mkdir(exist_ok=True)
    for name in ("receiptkit.toml", "pyproject.toml"):
        (own / name).unlink(missing_ok=True)
    (own / ("receiptkit.toml" if data[:1] < b"\x80" else "pyproject.toml")).write_bytes(data[1:])
    with refusal():
        found = project_settings.find(own)
        found.demand_rules(tuple)
        found.under(profile="strict").selection(tuple).applied(_FINDINGS, "a.json")


def baselines(data: bytes, folder: Path) -> None:
    """Read a baseline, count findings with it, and write it: what is written can be read."""
    path = folder / "baseline.json"
    path.write_bytes(data)
    with refusal():
        baseline = Baseline.read(str(path), _NAMES)
        for finding in _FINDINGS:
            baseline.add(finding)
        baseline.gone(["a.json"], lambda rule: True)
        path.write_bytes(baseline.text().encode("utf-8", "surrogateescape"))
        Baseline.read(str(path), _NAMES)


def server_data(data: bytes, folder: Path) -> None:
    """Begin a server with data, JSON or YAML."""
    path = folder / "data"
    path.write_bytes(data)
    with refusal():
        app("none", data=read_data(str(path)))
