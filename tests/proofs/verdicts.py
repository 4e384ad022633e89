"""Results and users' documents, in a form that tests can compare in full."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from receiptkit import Contract, Finding
from receiptkit.contract.result import Result
from receiptkit.rules import catalogue


def told(findings: list[Finding]) -> list[tuple[str, str, str, str | None]]:
    return [
        (finding.rule, finding.pointer, finding.message, finding.operation) for finding in findings
    ]


def become(
    verdict: Result,
) -> tuple[list[tuple[str, str, str, str | None]], str | None, str | None, str, str | None]:
    """Return all of a result but the body."""
    return told(verdict.findings), verdict.operation, verdict.unchecked, verdict.part, verdict.kind


def title(rule: str) -> str:
    return catalogue.find(rule).title


def own(folder: Path, paths: dict[str, Any], **more: Any) -> Contract:
    """The contract of a document of one's own."""
    path = folder / "mine.json"
    path.write_text(json.dumps({"openapi": "3.1.0", "paths": paths, **more}))
    return Contract.load(document=path)


def answers(*media: str, status: str = "200", **members: Any) -> dict[str, Any]:
    """A GET that answers in these media types with an object of these members, all of them required."""
    schema = {"required": list(members), "properties": members}
    return {
        "get": {
            "operationId": "Get",
            "responses": {status: {"content": {name: {"schema": schema} for name in media}}},
        }
    }


def left(rule: str, reason: str = "") -> tuple[str, str, str, None]:
    return (rule, "", skipped(reason) if rule == "body.unknown-kind" else title(rule), None)


def skipped(reason: str) -> str:
    """Return the message for a body that is not recognised."""
    return f"not recognised as a body that receiptkit checks{reason}; skipped"
