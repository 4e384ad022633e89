"""Drafts are written after templates: the same bytes as of worlds, and nothing that the contract forbids."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.generation import Generator, RefusedError
from receiptkit.generation.outputs import FORMS, Output, RenderOptions
from receiptkit.generation.typesetting.text_template import TextTemplate
from receiptkit.model.finding import Finding, Severity
from receiptkit.rules import catalogue

FORMS_OF_MANY = ("pages", "receipts", "message", "webhook", "form", "url", "requests", "har", "cassette", "ndjson")  # fmt: skip
#: More than are written before templates are made.
COUNT = 45


def written(generator: Generator, form: str, worlds: Any, **options: Any) -> bytes:
    output = Output(generator, RenderOptions(**options), lambda finding: None)
    return b"".join(FORMS[form](output, worlds))


@pytest.mark.parametrize("form", FORMS_OF_MANY)
@pytest.mark.parametrize(
    ("name", "in_service", "options"),
    [
        ("group-sms", False, {}),
        ("partial-failure", True, {"auth_token": "12345", "page_size": 4}),
        ("retried", False, {"method": "GET", "auth_token": "12345"}),
        ("receipt-before-message", False, {"webhook_url": "https://example.com/a?b=c%20d&e=%s"}),
        ("just-created", False, {}),
        ("chat-only", False, {}),
    ],
)
def test_drafts_have_the_bytes_of_worlds(
    form: str, name: str, in_service: bool, options: dict[str, Any]
) -> None:
    """Drafts written from templates have the bytes of rendered worlds, in any form."""
    generator = Generator()
    drafts = generator.drafts(name, range(COUNT), in_service=in_service)
    worlds = [generator.world(name, seed=seed, in_service=in_service) for seed in range(COUNT)]
    assert written(generator, form, drafts, **options) == written(
        generator, form, worlds, **options
    )


@pytest.mark.parametrize("form", ["pages", "receipts", "message", "requests", "ndjson"])
def test_templates_are_proven_once(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies of drafts are checked until there are templates, and none after that."""
    generator = Generator()
    checked: list[Any] = []
    for method in ("check", "check_exchange", "check_webhook"):
        whole = getattr(generator.contract, method)

        def check(*what: Any, whole: Any = whole, **more: Any) -> Any:
            checked.append(what)
            return whole(*what, **more)

        monkeypatch.setattr(generator.contract, method, check)
    output = Output(generator, RenderOptions(), lambda finding: None)
    assert list(FORMS[form](output, generator.drafts("agent-and-sms", range(200))))
    before = len(checked)
    again = b"".join(FORMS[form](output, generator.drafts("agent-and-sms", range(200))))
    # Authors and indexes of messages that were written before there were templates.
    assert before > 0
    assert len(checked) - before <= 24
    monkeypatch.setattr(catalogue, "allows_bulk", lambda: False)
    assert written(generator, form, generator.drafts("agent-and-sms", range(200))) == again
    assert len(checked) - before >= 200


@pytest.mark.parametrize("form", ["pages", "receipts", "webhook", "requests", "har"])
def test_refuses_a_forbidden_code_late(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A forbidden code is refused when it first appears, long after templates exist."""
    generator = Generator()
    codes: dict[int, int] = {}
    for number, draft in enumerate(generator.drafts("partial-failure", range(80))):
        for receipt in draft.receipts:
            codes.setdefault(receipt.steps[-1].error_code or 0, number)
    late = next(code for code, number in codes.items() if number > COUNT)
    finding = Finding("receipt.unknown-code", Severity.ERROR, "/error_code", "forbidden")

    for method in ("check", "check_exchange", "check_webhook"):
        whole = getattr(generator.contract, method)

        def check(what: Any, whole: Any = whole, **more: Any) -> Any:
            said = str(getattr(what, "body", what))
            return [finding] if str(late) in said else whole(what, **more)

        monkeypatch.setattr(generator.contract, method, check)
    drafts = list(generator.drafts("partial-failure", range(80)))
    assert written(generator, form, drafts[: codes[late]])
    with pytest.raises(RefusedError):
        written(generator, form, drafts)


def test_text_template() -> None:
    """Values are replaced anywhere in the text, the longest first; percent signs stay."""
    made = TextTemplate("50% of AC1 and AC12, AC1", ["AC1", "", "AC12"])
    assert made.fill(["x", "y", "z"]) == "50% of x and z, x"
    assert TextTemplate("AC1", ["AC1"]).fill(["%s"]) == "%s"
    assert TextTemplate("100%", ["AC1"]).fill(["x"]) == "100%"
