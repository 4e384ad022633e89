"""Every rule explains itself, and its examples do what they promise."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from proofs import messages
from receiptkit import Contract, Severity, UsageError
from receiptkit.captures import Source
from receiptkit.generation import Generator
from receiptkit.model.finding import Finding
from receiptkit.rules import catalogue
from receiptkit.rules.examples import Example, sample
from receiptkit.rules.exchange import status_mismatch
from receiptkit.rules.page import duplicate_receipt, too_many_rows
from receiptkit.rules.registry import Rule
from receiptkit.rules.views import ErrorView
from receiptkit.validation.run import Validation
from receiptkit.webhooks import AUTH_TOKEN

GENERATOR = Generator()
WITH_EXAMPLES = [rule for rule in catalogue.RULES if rule.bad is not None]
#: Checks signatures.
SIGNED = Contract.load(auth_token=AUTH_TOKEN)


class Collected(list[Finding]):
    """A sink that keeps what it is given."""

    finding = list.append

    def end_of_file(self) -> None:
        pass


@cache
def loaded(profile: str) -> Contract:
    return Contract.load(profile)


def judged(example: Example, profile: str, folder: Path) -> list[Finding]:
    path = folder / "example.json"
    path.write_bytes(example.capture())
    found = Collected()
    contract = SIGNED if example.sample == "signed webhook" else loaded(profile)
    Validation(contract).run(iter([Source(str(path))]), found)
    return found


@pytest.mark.parametrize("rule", catalogue.RULES, ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule: Rule, run: Callable[..., tuple[int, str, str]]) -> None:
    """A rule has a title, a reason, a grounding and a way out, and `explain` prints them."""
    assert all((rule.title, rule.why, rule.grounding, rule.action))
    assert "\n" not in rule.title
    code, out, _ = run("explain", rule.id)
    assert code == 0
    flat = " ".join(out.split())
    for text in (
        rule.id,
        rule.severity.value,
        rule.title,
        rule.why,
        rule.action,
        f"--ignore {rule.id}",
    ):
        assert " ".join(text.split()) in flat


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.id)
def test_examples(rule: Rule, tmp_path: Path) -> None:
    """The good example has no finding of the rule, and no error or warning at all; the bad one has that finding alone."""
    assert rule.good is not None
    assert rule.bad is not None
    good = judged(rule.good, rule.profile, tmp_path)
    assert [
        finding.rule
        for finding in good
        if finding.severity is not Severity.INFO or finding.rule == rule.id
    ] == []
    bad = judged(rule.bad, rule.profile, tmp_path)
    assert {finding.rule for finding in bad} - {*rule.beside} == {rule.id}


def test_only_what_is_shadowed_has_no_example() -> None:
    """A rule goes without examples only where another always comes first, or the command line counts instead."""
    assert {rule.id for rule in catalogue.RULES} - {rule.id for rule in WITH_EXAMPLES} == {
        "schema.min-length",
        "schema.max-length",
        "body.unchecked",  # only said from Python
    }


def test_ids_are_unique_and_listed(run: Callable[..., tuple[int, str, str]]) -> None:
    """`rules` lists every rule once."""
    code, out, _ = run("rules")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [rule.id for rule in catalogue.RULES]
    assert len(set(catalogue.ids())) == len(catalogue.ids())


def test_suggests_a_rule_for_an_unknown_one(
    run: Callable[..., tuple[int, str, str]],
) -> None:
    """A misspelt id exits 2 with the id that was probably meant."""
    code, out, err = run("explain", "page.duplicate-reciept")
    assert (code, out) == (2, "")
    assert (
        err
        == "receiptkit: unknown rule 'page.duplicate-reciept'; did you mean page.duplicate-receipt?\n"
    )


def test_severities_of_the_profiles() -> None:
    """Each profile gives a rule a severity, or none."""
    severity = catalogue.severity
    assert severity("page.duplicate-receipt", "documented") is Severity.WARNING
    assert severity("page.duplicate-receipt", "strict") is Severity.ERROR
    assert severity("page.duplicate-receipt", "vendor") is None
    assert severity("schema.enum", "vendor") is Severity.ERROR
    assert severity("receipt.scope", "documented", Severity.INFO) is Severity.INFO
    assert severity("a.rule-of-yours", "documented") is Severity.ERROR
    with pytest.raises(UsageError) as error:
        catalogue.find("nothing.like-it")
    assert str(error.value) == "unknown rule 'nothing.like-it'; `receiptkit rules` lists them"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("page", "`receiptkit rules 'page.*'` lists this family"),
        ("page.*", "`receiptkit rules 'page.*'` lists this family"),
        ("pge.*", "did you mean page.*?"),
        ("timelin", "did you mean timeline.*?"),
        ("xyz", "`receiptkit rules` lists them"),
    ],
)
def test_suggests_the_family_of_an_unknown_rule(name: str, advice: str) -> None:
    """A name without a dot, or a pattern, means a family and not one rule of it."""
    with pytest.raises(UsageError) as error:
        catalogue.find(name)
    assert str(error.value) == f"unknown rule {name!r}; {advice}"


@pytest.mark.parametrize(
    "rows",
    [None, 3, "x", [None], [3, {"sid": []}, {"sid": []}], [{}, {}], [{"sid": None}, {"sid": None}]],
)
def test_page_checks_survive_anything(rows: object) -> None:
    """Checks of a page ignore rows that are no receipts, and do not fail."""
    for meta in (None, {"page_size": "1"}, {"page_size": True}, {"page_size": -1}, {}):
        page = {"meta": meta, "delivery_receipts": rows}
        assert list(too_many_rows(page)) == []
        assert list(duplicate_receipt(page)) == []


def test_each_repetition_is_a_finding() -> None:
    """Of three rows with one SID, the second and third have a finding."""
    row = sample("receipt")
    page = {"delivery_receipts": [row, None, row, {"sid": "DY1"}, row]}
    assert [problem.pointer for problem in duplicate_receipt(page)] == [
        "/delivery_receipts/2/sid",
        "/delivery_receipts/4/sid",
    ]


def test_messages_are_committed() -> None:
    """Every message is in the committed list."""
    assert messages.messages(GENERATOR) == messages.FILE.read_text(encoding="utf-8")


def test_the_value_of_a_wrong_status() -> None:
    """The status that contradicts HTTP's is the value of the finding."""
    (problem,) = status_mismatch(ErrorView({"status": 400}, 404))
    assert problem.value == 400
    assert list(status_mismatch(ErrorView(["status"], 404))) == []
