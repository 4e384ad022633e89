"""Make the files of the corpus. Each is checked before it is written, captures as files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from receiptkit import __version__
from receiptkit.contract import Contract
from receiptkit.corpus.broken_captures import check_capture
from receiptkit.generation import recording
from receiptkit.generation.api_errors import ERRORS
from receiptkit.generation.breakage import Breakage, operation_of
from receiptkit.generation.breakages import breakages, capture_breakages
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
        entry: what else the manifest says about it.
    """

    path: str
    content: bytes
    entry: dict[str, Any]


def corpus(generator: Generator, seed: int = 0) -> Iterator[File]:
    """
    Yield every file of the corpus in the order of their paths, the files about them last.

    Each has been checked, and has the findings that the manifest lists.

    Args:
        generator: makes the worlds; its contract checks the files.
        seed: the seed of all worlds.

    Raises:
        UsageError: a file has other findings than expected. That is a defect of receiptkit, or of a
            document of the user's own.
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


def _world(
    generator: Generator, world: World, folder: str, about: dict[str, Any]
) -> Iterator[File]:
    rendering, webhooks = generator.at(world), generator.webhooks(world)
    bodies = {
        "message.json": ("message", rendering.message()),
        "configuration.json": ("configuration", rendering.configuration()),
    }
    for number, page in enumerate(rendering.pages()):
        bodies[f"page-{number}.json"] = ("page", page)
    for name, (kind, body) in bodies.items():
        operation = operation_of(generator, kind, in_service=world.in_service)
        path = f"{folder}/{name}"
        expected = _prove(generator.contract.check(body, operation=operation), [], path)
        yield File(path, _json(body), {"kind": kind, **about, "expected": expected})
    if world.in_service or not webhooks.events:
        # Webhooks are the same in both scopes.
        return
    path = f"{folder}/webhooks.ndjson"
    requests = [webhooks.request(event, auth_token=AUTH_TOKEN) for event in webhooks.events]
    for request in requests:
        _prove(generator.contract.check_webhook(request), [], path)
    content = b"".join(map(_line, requests))
    yield File(path, content, {"kind": "webhooks", **about, "expected": []})


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
    body = each.body(generator, seed)
    path = f"breakages/{each.rule}/{_slug(each)}.json"
    operation = operation_of(generator, each.kind, in_service=each.in_service)
    found = generator.contract.check(body, operation=operation)
    expected = _prove(found, [(each.rule, each.pointer)], path)
    scope = "service" if each.in_service else "default"
    entry = {"kind": each.kind, "scenario": each.scenario, "scope": scope, "seed": seed}
    return File(path, _json(body), {**entry, **(needs or {}), "expected": expected})


def _captures(generator: Generator, seed: int) -> Iterator[File]:
    for each in capture_breakages(generator):
        # Texts that are broken are no lines of anything.
        extension = "json" if each.rule.startswith("json.") else "ndjson"
        path = f"breakages/{each.rule}/capture.{extension}"
        content = each.capture(generator, seed)
        found = check_capture(generator.contract, each, content)
        allowed = (each.rule, *each.beside)
        listed = [(item.rule, item.pointer) for item in found if item.rule in allowed]
        if [rule for rule, _ in listed].count(each.rule) != 1:
            listed.append((each.rule, ""))
        expected = [
            {**item, "entry": finding.location.entry if finding.location else 0}
            for item, finding in zip(_prove(found, listed, path), found, strict=True)
        ]
        needs = {"needs": "auth_token"} if each.is_signed else {}
        entry = {"kind": "capture", "scenario": each.scenario, "seed": seed, **needs}
        yield File(path, content, {**entry, "expected": expected})


def _slug(each: Breakage) -> str:
    """Return a file name for a breakage: its scope, the kind of body, and the place."""
    place = re.sub(r"[^A-Za-z0-9_]+", "-", each.at).strip("-")
    scope = "service" if each.in_service else ""
    keyword = "" if each.rule.startswith("schema.") else each.keyword
    return "-".join(part for part in (scope, each.kind, place, keyword) if part)


# --


def _prove(
    found: list[Finding], expected: list[tuple[str, str]], path: str
) -> list[dict[str, Any]]:
    """
    Return the findings of a file for the manifest.

    Raises:
        UsageError: the file has other findings than the expected rules and pointers.
    """
    actual = [(finding.rule, finding.pointer) for finding in found]
    if actual != expected:
        raise UsageError(f"{path}: has the findings {actual}, not {expected}; it is not written")
    return [
        {"rule": each.rule, "severity": each.severity.value, "pointer": each.pointer}
        for each in found
    ]


def _sha256(file: File) -> str:
    return hashlib.sha256(file.content).hexdigest()


def _json(body: Any) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _line(request: WebhookRequest) -> bytes:
    return orjson.dumps(recording.request(request), option=orjson.OPT_APPEND_NEWLINE)
