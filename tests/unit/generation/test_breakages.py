"""Breakages: each causes exactly the finding it is made for, at exactly its place, in every world that can show it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from receiptkit import Contract, UsageError
from receiptkit.corpus import check_capture
from receiptkit.generation import Generator, World
from receiptkit.generation.breakage import Breakage, operation_of, rendered
from receiptkit.generation.breakages import breakages, capture_breakages, of_rule, of_rules
from receiptkit.generation.capture_breakages import CaptureBreakage
from receiptkit.generation.outputs import BREAKABLE
from receiptkit.rules import catalogue, registry

GENERATOR = Generator()
ALL = breakages(GENERATOR)
OF_RULES = [each for each in of_rules(GENERATOR) if isinstance(each, Breakage)]
OF_CAPTURES = capture_breakages(GENERATOR)
#: The committed pointer and entry of the finding of each broken capture.
PLACES = {
    each["rule"]: (each["pointer"], each["entry"])
    for entry in json.loads((ROOT / "fixtures" / "manifest.json").read_text())["files"]
    if entry["kind"] == "capture"
    for each in entry["expected"]
    if entry["file"].split("/")[1] == each["rule"]
}
STRICT = Generator(Contract.load("strict"))
#: What the profile strict adds.
OF_STRICT = [each for each in breakages(STRICT) if each.rule == "schema.additional-properties"]
#: Rules that cannot be caused: shadowed by schema.pattern, or reported from Python only.
IMPOSSIBLE = {"schema.min-length", "schema.max-length", "body.unchecked"}


def findings(generator: Generator, each: Breakage, body: object) -> list[tuple[str, str]]:
    operation = operation_of(generator, each.kind, in_service=each.in_service)
    return [
        (finding.rule, finding.pointer)
        for finding in generator.contract.check(body, operation=operation)
    ]


@pytest.mark.parametrize(
    "each", ALL, ids=[f"{each.rule} {each.kind} {each.at} {each.in_service}" for each in ALL]
)
def test_exactly_one_finding(each: Breakage) -> None:
    """A broken body has the finding it is made for and nothing else; whole, it has none."""
    whole = rendered(GENERATOR, each.world(GENERATOR), each.kind)
    assert findings(GENERATOR, each, whole) == []
    assert findings(GENERATOR, each, each.body(GENERATOR)) == [(each.rule, each.pointer)]
    assert whole == rendered(GENERATOR, each.world(GENERATOR), each.kind)


@pytest.mark.parametrize(
    "each", OF_STRICT, ids=[f"{each.kind} {each.at} {each.in_service}" for each in OF_STRICT]
)
def test_closed_objects(each: Breakage) -> None:
    """Under strict every object of every body is closed: one more member is the one finding."""
    assert findings(STRICT, each, each.body(STRICT)) == [(each.rule, each.pointer)]
    assert findings(GENERATOR, each, each.body(STRICT)) in (
        [],
        [("webhook.unknown-parameter", each.pointer)],
    )


@pytest.mark.parametrize("each", OF_RULES, ids=[each.rule for each in OF_RULES])
def test_the_reference_engine_agrees(each: Breakage) -> None:
    """The second opinion finds the same."""
    generator = Generator(Contract.load(engine="reference"))
    assert findings(generator, each, each.body(GENERATOR)) == [(each.rule, each.pointer)]


def test_every_rule_has_one() -> None:
    """No rule goes without a breakage, and none is of a rule that there is not."""
    broken = {each.rule for each in (*ALL, *OF_STRICT)} | {each.rule for each in OF_CAPTURES}
    assert {rule.id for rule in catalogue.RULES} - broken == IMPOSSIBLE
    assert all(catalogue.get(rule) is not None for rule in broken)


def keywords(node: object) -> Iterator[tuple[str, object]]:
    """The keywords in schemas of bodies, with their values; not of what other tools ignore."""
    if isinstance(node, dict):
        yield from node.items()
    inner = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    yield from (
        found
        for name, value in inner
        if not str(name).startswith("x-")
        for found in keywords(value)
    )


@pytest.mark.parametrize("generator", [GENERATOR, STRICT], ids=["documented", "strict"])
def test_every_keyword_of_the_documents_has_one(generator: Generator) -> None:
    """Every keyword that a body can violate has a breakage; lengths appear only beside patterns."""
    schemas = generator.contract.document.content["components"]["schemas"]
    checking = {
        "type",
        "enum",
        "const",
        "pattern",
        "format",
        "required",
        "minimum",
        "maximum",
        "minItems",
        "additionalProperties",
    }
    checking |= {
        "maxItems",
        "uniqueItems",
        "multipleOf",
        "minProperties",
        "maxProperties",
        "propertyNames",
        "dependentRequired",
    }
    there = {
        name for name, value in keywords(schemas) if name in checking and value not in (True, {})
    }
    assert {each.keyword for each in breakages(generator)} - {None} == there
    for schema in [node for node in nodes(schemas) if {"minLength", "maxLength"} & node.keys()]:
        assert "pattern" in schema


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("each", OF_CAPTURES, ids=[each.rule for each in OF_CAPTURES])
def test_captures(each: CaptureBreakage, seed: int) -> None:
    """A broken capture has its finding, in the expected record, and no other."""
    found = check_capture(GENERATOR.contract, each, each.capture(GENERATOR, seed))
    found = [finding for finding in found if finding.rule not in each.beside]
    assert [finding.rule for finding in found] == [each.rule]
    assert found[0].location is not None
    assert (found[0].pointer, found[0].location.entry) == PLACES[each.rule]


@pytest.mark.parametrize("each", OF_CAPTURES, ids=[each.rule for each in OF_CAPTURES])
def test_generate_break_of_captures(
    run: Callable[..., tuple[int, str, str]], each: CaptureBreakage, tmp_path: Path
) -> None:
    """`generate --break` of such a rule writes a capture by default."""
    path = tmp_path / "capture.ndjson"
    code, _, err = run("generate", each.scenario, "--break", each.rule, "-o", path)
    assert code == 0
    assert err.startswith(f"receiptkit: note: broken on purpose: {each.rule} at ")
    assert path.read_bytes() == each.capture(GENERATOR)


def test_captures_in_other_worlds(run: Callable[..., tuple[int, str, str]]) -> None:
    """A scenario or form that cannot show it is refused, and the message names others."""
    code, out, err = run("generate", "chat-only", "--break", "listing.loop")
    assert (code, out, err) == (
        2,
        "",
        "receiptkit: chat-only cannot show listing.loop: try agent-and-sms\n",
    )
    code, out, err = run("generate", "landline", "--break", "timeline.after-terminal")
    assert (code, out.count("\n")) == (0, 2)
    code, out, err = run("generate", "three-pages", "--break", "listing.gap", "--as", "page")
    assert (code, out, err) == (
        2,
        "",
        "receiptkit: --break listing.gap breaks a capture: use --as ndjson\n",
    )


def nodes(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    yield from (found for value in inner for found in nodes(value))


@pytest.mark.parametrize("form", BREAKABLE)
@pytest.mark.parametrize("each", OF_RULES, ids=[each.rule for each in OF_RULES])
def test_generate_break(
    run: Callable[..., tuple[int, str, str]], each: Breakage, form: str
) -> None:
    """`validate` finds the breakage of `generate --break` once; a form that cannot have it is refused."""
    scope = ["--scope", "service"] if each.in_service else []
    code, out, err = run("generate", each.scenario, *scope, "--as", form, "--break", each.rule)
    if each.kind not in BREAKABLE[form]:
        assert (code, out) == (2, "")
        assert f"breaks the {each.kind}" in err
        return
    assert code == 0
    assert f"broken on purpose: {each.rule}" in err
    assert out


def test_mistakes(run: Callable[..., tuple[int, str, str]]) -> None:
    """An unknown rule, and a world that cannot show one, are refused in one line."""
    for wanted, said in {
        "page.next-is-slf": "no breakage for rule 'page.next-is-slf'; did you mean page.next-is-self?",
        "nothing.like-it": "no breakage for rule 'nothing.like-it'",
        "page.key@/x": "no breakage of page.key is at '/x': there is /meta/key",
        "schema.enum@/statis": "no breakage of schema.enum is at '/statis': there is /status, /Status",
        "listing.loop@/meta": "no breakage of listing.loop is at '/meta'",
    }.items():
        with pytest.raises(UsageError) as caught:
            of_rule(GENERATOR, wanted)
        assert str(caught.value) == said
    code, out, err = run("generate", "chat-only", "--as", "page", "--break", "page.mixed-parents")
    assert (code, out) == (2, "")
    assert (
        err
        == "receiptkit: chat-only cannot show page.mixed-parents in this form: try agent-and-sms --as page\n"
    )
    code, out, err = run("generate", "chat-only", "--break", "receipt.url-mismatch")
    assert (code, out) == (2, "")
    assert (
        err
        == "receiptkit: chat-only cannot show receipt.url-mismatch in this form: try agent-and-sms --as receipt\n"
    )


@pytest.mark.parametrize(
    ("arguments", "note", "broken"),
    [
        (["schema.enum"], 'schema.enum at "/status" of the receipt', '"status": "no-such-thing"'),
        (
            ["schema.enum", "--as", "webhook"],
            'schema.enum at "/Status" of the webhook',
            '"Status":"no-such-thing"',
        ),
        (["schema.type@/meta/page"], 'schema.type at "/meta/page" of the page', '"page": {'),
        (
            ["schema.minimum@/delivery/total"],
            'schema.minimum at "/delivery/total" of the message',
            '"total": -1',
        ),
        (
            ["schema.required@/account_sid"],
            'schema.required at "" of the configuration',
            '"post_webhook_url"',
        ),
        (["page.key"], 'page.key at "/meta/key" of the page', '"key": "receipts"'),
        (
            ["webhook.field-name"],
            'webhook.field-name at "/DeliveryStatus" of the webhook',
            '"DeliveryStatus":"sent"',
        ),
        (["error.shape"], 'error.shape at "/code" of the error', '"code":"20404"'),
        (
            ["schema.enum", "--as", "url"],
            'schema.enum at "/Status" of the webhook',
            "&Status=no-such-thing&",
        ),
        (
            ["schema.enum", "--as", "requests"],
            'schema.enum at "/Status" of the webhook',
            "&Status=no-such-thing&",
        ),
        (
            ["schema.additional-properties", "--profile", "strict", "--as", "receipt"],
            'schema.additional-properties at "/stranger" of the receipt',
            '"stranger": "?"',
        ),
    ],
)
def test_generate_break_of_keywords(
    run: Callable[..., tuple[int, str, str]], arguments: list[str], note: str, broken: str
) -> None:
    """A keyword is broken at the named place, or at the first member; in the first form that shows it."""
    code, out, err = run("generate", "agent-and-sms", "--break", *arguments)
    assert (code, err) == (0, f"receiptkit: note: broken on purpose: {note}\n")
    assert out.count(broken) == 1
    service = [*arguments, "--scope", "service"]
    assert run("generate", "agent-and-sms", "--break", *service)[0] == 0


def caused(generator: Generator) -> set[str]:
    """Return the broken things that have their finding: breakages, changed requests, and reversed dates."""
    contract = generator.contract
    world, nobody = generator.world("agent-and-sms"), generator.world("chat-only")
    stranger = "IM" + "0123456789abcdef" * 2
    message = generator.at(world).get_message()
    pages = [next(iter(generator.at(each).get_pages())) for each in (world, nobody)]
    webhooks = generator.webhooks(world)
    backwards = {
        **webhooks.parameters(webhooks.events[0]),
        "DateUpdated": "2020-01-01T00:00:00.000Z",
    }
    asked = [
        replace(each, url=each.url.replace(own, stranger))
        for each, own in zip((message, *pages), _messages(world, world, nobody), strict=True)
    ]
    return {
        *(
            f"{each.rule} {each.kind}"
            for each in OF_RULES
            if findings(generator, each, each.body(generator)) == [(each.rule, each.pointer)]
        ),
        *(each.rule for each in OF_CAPTURES if _is_found(generator, each)),
        *(f"asked {number}" for number, each in enumerate(asked) if contract.check_exchange(each)),
        *(["backwards"] if contract.check(backwards, operation="webhook") else []),
    }


def _messages(*worlds: World) -> list[str]:
    return [world.message.sid for world in worlds]


def _is_found(generator: Generator, each: CaptureBreakage) -> bool:
    found = check_capture(generator.contract, each, each.capture(generator))
    return [finding.rule for finding in found if finding.rule not in each.beside] == [each.rule]


EVERY = caused(GENERATOR)
#: Checks that no breakage of one capture needs; their own tests are in tests/unit/rules.
BESIDE = {
    "left_unchecked",  # of the Python API
    "nothing_judged",  # of a whole run
    "signature",  # of an auth token
    "signature_missing",
    "order_between_files",
    "date_of_creation",
    "date_of_creation_between_files",
    "stale_response",
    "form_of_another_kind",
    "names_of_its_own",
    "first_elsewhere",  # links and requests of other hosts and scopes: tests/corpus
    "next_with_requested_token",
    "next_on_another_server",
    "own_on_another_server",
    "scopes_differ",
    "url_in_another_scope",
    "rows_in_another_scope",
    "receipts_elsewhere",
    "pages_elsewhere",
    "messages_elsewhere",
    "summaries_of_reports",  # of webhooks beside a summary
    "as_of_receipts",  # of other lists, and of webhooks of one conversation
    "list_of_another_request",
    "scoped_insecure_url",
    "scoped_unknown_filter",
    "no_code_of_a_request",  # tests/corpus, as what follows
    "filter_of_the_request",
    "impossible_at_any_time",
    "links_elsewhere",
    "list_went_back",
    "owners_of_message",  # tests/unit/rules
}
CHECKS = [
    (subject, each)
    for subject, own in registry._checks.items()
    for each in own
    if each.check.__name__ not in BESIDE
]


@pytest.mark.parametrize(
    ("subject", "registered"),
    CHECKS,
    ids=[f"{subject} {each.check.__name__}" for subject, each in CHECKS],
)
def test_no_check_is_idle(
    monkeypatch: pytest.MonkeyPatch, subject: registry.Subject, registered: Any
) -> None:
    """Without any one of the registered checks, something goes unseen."""
    others = [each for each in registry._checks[subject] if each is not registered]
    monkeypatch.setitem(registry._checks, subject, others)
    assert caused(GENERATOR) < EVERY
