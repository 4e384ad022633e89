"""Breakages: each causes exactly the finding it is made for, at exactly its place, in every world that can show it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from receiptkit import Contract, UsageError
from receiptkit.generation import Generator
from receiptkit.generation.breakages import OF_RULES, Breakage, breakage, breakages, rendered
from receiptkit.generation.outputs import BREAKABLE
from receiptkit.rules import catalogue

GENERATOR = Generator()
ALL = breakages(GENERATOR)
#: What no body can break: it is about text, request and response, or the capture.
ELSEWHERE = (
    *("json.", "http.", "request.", "body.", "capture."),
    *("error.status-mismatch", "configuration.legacy-path", "page.request-mismatch", "receipt.not-what-was-asked"),
    *("webhook.signature", "webhook.repeated-parameter", "webhook.encoding", "webhook.classic-callback", "webhook.event-stream"),
    # Shadowed by schema.pattern, and a keyword of the profile strict.
    *("schema.min-length", "schema.max-length", "schema.additional-properties"),
)


def findings(generator: Generator, each: Breakage, body: object) -> list[tuple[str, str]]:
    world = each.world(generator)
    kind = each.kind
    operation = kind if kind in ("webhook", "error") else generator.vocabulary.operation(kind, in_service=world.in_service).id
    return [(finding.rule, finding.pointer) for finding in generator.contract.check(body, operation=operation)]


@pytest.mark.parametrize("each", ALL, ids=[f"{each.rule} {each.kind} {each.at} {dict(each.facts)}" for each in ALL])
def test_exactly_one_finding(each: Breakage) -> None:
    """A broken body has the finding it is made for and nothing else; whole, it has none."""
    whole = rendered(GENERATOR, each.world(GENERATOR), each.kind)
    assert findings(GENERATOR, each, whole) == []
    assert findings(GENERATOR, each, each.body(GENERATOR)) == [(each.rule, each.pointer)]
    assert whole == rendered(GENERATOR, each.world(GENERATOR), each.kind)


@pytest.mark.parametrize("each", OF_RULES, ids=[each.rule for each in OF_RULES])
def test_the_reference_engine_agrees(each: Breakage) -> None:
    """The second opinion finds the same."""
    generator = Generator(Contract.load(engine="reference"))
    assert findings(generator, each, each.body(GENERATOR)) == [(each.rule, each.pointer)]


def test_every_rule_about_bodies_has_one() -> None:
    """No rule about a body goes without a breakage."""
    broken = {each.rule for each in ALL}
    assert {rule.id for rule in catalogue.RULES if not rule.id.startswith(ELSEWHERE)} - broken == set()
    assert all(catalogue.get(rule) is not None for rule in broken)


@pytest.mark.parametrize("form", BREAKABLE)
@pytest.mark.parametrize("each", OF_RULES, ids=[each.rule for each in OF_RULES])
def test_generate_break(run: Callable[..., tuple[int, str, str]], each: Breakage, form: str) -> None:
    """`generate --break` writes what `validate` then finds, once; a form that cannot have the flaw is refused."""
    scope = ["--scope", "service"] if dict(each.facts).get("in_service") else []
    code, out, err = run("generate", each.scenario, *scope, "--as", form, "--break", each.rule)
    if each.kind not in BREAKABLE[form]:
        assert (code, out) == (2, "")
        assert f"is a flaw of the {each.kind}" in err
        return
    assert code == 0
    assert f"broken on purpose: {each.rule}" in err
    assert out


def test_mistakes(run: Callable[..., tuple[int, str, str]]) -> None:
    """A rule that does not exist, and a world that cannot show one, are said in a line."""
    with pytest.raises(UsageError, match=r"did you mean page.next-is-self\?"):
        breakage("page.next-is-slf")
    code, out, err = run("generate", "chat-only", "--as", "page", "--break", "page.mixed-parents")
    assert (code, out) == (2, "")
    assert err == "receiptkit: chat-only cannot show page.mixed-parents in this form: try group-sms --as page\n"
    code, out, err = run("generate", "chat-only", "--break", "receipt.url-mismatch")
    assert (code, out) == (2, "")
    assert err == "receiptkit: chat-only cannot show receipt.url-mismatch in this form: try agent-and-sms --as receipt\n"
