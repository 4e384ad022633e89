"""What is in the corpus. Every file is judged before it is written, captures as files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from receiptkit import __version__
from receiptkit.contract import Contract
from receiptkit.corpus.broken_captures import judged
from receiptkit.generation import recording
from receiptkit.generation.api_errors import ERRORS
from receiptkit.generation.breakages import Breakage, breakages
from receiptkit.generation.capture_breakages import OF_CAPTURES
from receiptkit.generation.generator import VERSION, Generator
from receiptkit.generation.scenarios import SCENARIOS
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.finding import Finding
from receiptkit.webhooks import AUTH_TOKEN

#: The format of the manifest; raised when a reader of the old one could stumble over the new one.
FORMAT = 1
MANIFEST = "manifest.json"
#: A profile under which more is a flaw than under the default one.
STRICT = "strict"
SCHEMA = "manifest.schema.json"

_README = """# Fixtures of delivery receipts

Use these files in tests of any language.
Your code must read what conforms, and refuse or survive what is broken.
`receiptkit fixtures write` wrote them.
`manifest.json` lists every file with its SHA-256 and the findings it must have.

| folder | holds |
|---|---|
| `scenarios/NAME/default` | a message and what became of it, as the default API shows it |
| `scenarios/NAME/service` | the same, as the service-scoped API shows it |
| `errors/` | the bodies of error responses, by their HTTP status |
| `breakages/RULE/` | bodies, each broken in one place |
| `breakages/RULE/capture.*` | mistakes between observations, one observation a line |

A scenario has every page of its list of receipts, the message with its summary, and the webhook
configuration. Its webhooks are there once, as signed requests in the order in which they arrive.
The files of a scenario agree with each other.

The name of a broken file says what is broken, where, and in which API.
In the manifest, `expected` is its finding; for a capture, `entry` is the line, counted from 0.
If a file `needs` something, its finding appears only with the auth token, or under the profile
`strict`. `receiptkit explain RULE` says why it is a mistake.

Nothing here belongs to a real account. The manifest has the auth token that signs the webhooks.
The same version of the generator and the same seed make the same bytes.
"""


class File(NamedTuple):
    """
    A file of the corpus.

    Attributes:
        path: relative to the corpus, with slashes.
        content: its bytes.
        entry: what the manifest says of it besides.
    """

    path: str
    content: bytes
    entry: dict[str, Any]


def corpus(generator: Generator, seed: int = 0) -> Iterator[File]:
    """
    Every file of the corpus in the order of their paths, what describes them last. Each has been judged, and has the findings it is said to have.

    Args:
        generator: makes the worlds; its contract judges.
        seed: of all worlds.

    Raises:
        UsageError: a file has other findings than it has to have. That is a defect of receiptkit, or of a document of one's own.
    """
    entries = []
    for file in sorted(
        [
            *_scenarios(generator, seed),
            *_errors(generator, seed),
            *_breakages(generator, seed),
            *_captures(generator, seed),
        ]
    ):
        entries.append({"file": file.path, **file.entry, "sha256": _sha256(file)})
        yield file
    about = [
        File("README.md", _README.encode(), {}),
        File(SCHEMA, Path(__file__).with_name(SCHEMA).read_bytes(), {}),
    ]
    yield from about
    manifest = {
        "$schema": f"./{SCHEMA}",
        "format": FORMAT,
        "receiptkit": __version__,
        "generator": VERSION,
        "contract": generator.contract.document.sha256,
        "profile": generator.contract.profile,
        "seed": seed,
        "auth_token": AUTH_TOKEN,
        "about": [{"file": file.path, "sha256": _sha256(file)} for file in about],
        "files": entries,
    }
    yield File(MANIFEST, _json(manifest), {})


# -- what conforms


def _scenarios(generator: Generator, seed: int) -> Iterator[File]:
    for name in SCENARIOS:
        for scope in ("default", "service"):
            world = generator.world(name, seed=seed, in_service=scope == "service")
            yield from _world(
                generator,
                world,
                f"scenarios/{name}/{scope}",
                {"scenario": name, "scope": scope, "seed": seed},
            )


def _world(generator: Generator, world: World, folder: str, said: dict[str, Any]) -> Iterator[File]:
    rendering, webhooks = generator.at(world), generator.webhooks(world)
    bodies = {
        "message.json": ("message", rendering.message()),
        "configuration.json": ("configuration", rendering.configuration()),
    }
    for number, page in enumerate(rendering.pages()):
        bodies[f"page-{number}.json"] = ("page", page)
    for name, (kind, body) in bodies.items():
        _prove(
            generator.contract.check(body, operation=_operation(generator, world, kind)),
            [],
            f"{folder}/{name}",
        )
        yield File(f"{folder}/{name}", _json(body), {"kind": kind, **said, "expected": []})
    if world.in_service or not webhooks.events:
        # Webhooks are the same in both scopes.
        return
    requests = [webhooks.request(event, auth_token=AUTH_TOKEN) for event in webhooks.events]
    for request in requests:
        _prove(generator.contract.check_webhook(request), [], f"{folder}/webhooks.ndjson")
    webhook = {"kind": "webhooks", **said, "expected": []}
    yield File(f"{folder}/webhooks.ndjson", b"".join(map(_line, requests)), webhook)


def _errors(generator: Generator, seed: int) -> Iterator[File]:
    rendering = generator.at(generator.world("agent-and-sms", seed=seed))
    for name in ERRORS:
        error = rendering.error(name)
        path = f"errors/{error.status}-{name}.json"
        _prove(generator.contract.check_exchange(error), [], path)
        yield File(
            path,
            _json(error.body),
            {"kind": "error", "status": error.status, "seed": seed, "expected": []},
        )


# -- what does not


def _breakages(generator: Generator, seed: int) -> Iterator[File]:
    every = breakages(generator)
    for each in every:
        yield _broken(generator, seed, each)
    known, strict = {each.rule for each in every}, Generator(Contract.load(STRICT))
    for each in breakages(strict):
        if each.rule not in known:
            yield _broken(strict, seed, each, {"needs": STRICT})


def _broken(
    generator: Generator, seed: int, each: Breakage, needs: dict[str, str] | None = None
) -> File:
    world = each.world(generator, seed)
    body = each.body(generator, seed)
    path = f"breakages/{each.rule}/{_slug(each)}.json"
    found = generator.contract.check(body, operation=_operation(generator, world, each.kind))
    expected = [
        {
            "rule": each.rule,
            "severity": found[0].severity.value if found else "error",
            "pointer": each.pointer,
        }
    ]
    _prove(found, expected, path)
    scope = "service" if world.in_service else "default"
    said = {"kind": each.kind, "scenario": each.scenario, "scope": scope, "seed": seed}
    return File(path, _json(body), {**said, **(needs or {}), "expected": expected})


def _captures(generator: Generator, seed: int) -> Iterator[File]:
    for each in OF_CAPTURES:
        # Texts that are broken are no lines of anything.
        path = (
            f"breakages/{each.rule}/capture.{'json' if each.rule.startswith('json.') else 'ndjson'}"
        )
        content = each.capture(generator, seed)
        found = judged(generator.contract, each, content)
        own = [finding for finding in found if finding.rule not in each.beside]
        severity = own[0].severity.value if own else "error"
        expected = [
            *(_said(finding, with_entry=True) for finding in found if finding.rule in each.beside),
            {"rule": each.rule, "severity": severity, "pointer": each.pointer, "entry": each.entry},
        ]
        _prove(found, expected, path)
        needs = {"needs": "auth_token"} if each.is_signed else {}
        yield File(
            path,
            content,
            {
                "kind": "capture",
                "scenario": each.scenario,
                "seed": seed,
                **needs,
                "expected": expected,
            },
        )


def _slug(each: Breakage) -> str:
    """A file name for a flaw: what it is in, where, and of which scope."""
    place = re.sub(r"[^A-Za-z0-9_]+", "-", each.at).strip("-")
    scope = "service" if dict(each.facts).get("in_service") else ""
    keyword = "" if each.rule.startswith("schema.") else each.keyword
    return "-".join(part for part in (scope, each.kind, place, keyword) if part)


# --


def _operation(generator: Generator, world: World, kind: str) -> str:
    return (
        kind
        if kind in ("webhook", "error")
        else generator.vocabulary.operation(kind, in_service=world.in_service).id
    )


def _prove(found: list[Finding], expected: list[dict[str, Any]], path: str) -> None:
    actual = [
        _said(finding, with_entry="entry" in expected[0] if expected else False)
        for finding in found
    ]
    if actual != expected:
        raise UsageError(f"{path}: has the findings {actual}, not {expected}; it is not written")


def _said(finding: Finding, *, with_entry: bool) -> dict[str, Any]:
    entry = {"entry": finding.location.entry if finding.location else 0} if with_entry else {}
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "pointer": finding.pointer,
        **entry,
    }


def _sha256(file: File) -> str:
    return hashlib.sha256(file.content).hexdigest()


def _json(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _line(request: WebhookRequest) -> bytes:
    return orjson.dumps(recording.request(request), option=orjson.OPT_APPEND_NEWLINE)
