"""Every sample of the reference data has the findings that its facts require (facts.md §5)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# A receipt or a page of the reference: SIDs are aaaa… (contradiction 6), the code is 3000 (7), a page repeats one receipt (8).
_RECEIPT = ["info receipt.placeholder /sid", "info receipt.unknown-code /error_code"]
_PAGE = [
    *(f"info receipt.placeholder /delivery_receipts/{row}/sid" for row in range(3)),
    *(f"info receipt.unknown-code /delivery_receipts/{row}/error_code" for row in range(3)),
    *(f"warning page.duplicate-receipt /delivery_receipts/{row}/sid" for row in (1, 2)),
]
# Responses of 2020 had no account_sid yet (section 1.2).
_OLD_RECEIPT = [*_RECEIPT, "warning receipt.expected-field "]
_OLD_PAGE = [
    *_PAGE,
    *(f"warning receipt.expected-field /delivery_receipts/{row}" for row in range(3)),
]
# Masked SIDs are no SIDs (5); previous_page_url on page 0 (10); next_page_url without a token (11).
_MASKED = (
    "sid",
    "account_sid",
    "conversation_sid",
    "message_sid",
    "channel_message_sid",
    "participant_sid",
)
_MASKED_PAGE = [
    *(
        f"error schema.pattern /delivery_receipts/{row}/{name}"
        for row in range(3)
        for name in _MASKED
    ),
    *(f"info receipt.unknown-code /delivery_receipts/{row}/error_code" for row in range(3)),
    "warning page.previous-on-first /meta/previous_page_url",
    "warning page.next-without-token /meta/next_page_url",
    "warning page.next-on-short-page /meta/next_page_url",
]
_NOT_SUBSCRIBED = "info configuration.not-subscribed /filters"  # 21
_NOT_OURS = ["info body.unknown-kind "]

EXPECTED: dict[str, list[str]] = {
    "errors/20001_pagetoken.json": [],
    "errors/20003.json": [],
    "errors/20404.json": [],
    "errors/20429.json": [],
    "errors/500_no_code.json": [],
    # An unknown event name, documented in prose only (32).
    "oai/config_webhook_get_fetch.json": [
        "warning configuration.unknown-filter /filters/0",
        _NOT_SUBSCRIBED,
    ],
    "oai/config_webhook_post_update.json": [
        "warning configuration.insecure-url /post_webhook_url",
        _NOT_SUBSCRIBED,
    ],
    "oai/default_message_get_fetch.json": [],
    "oai/default_message_post_update.json": [],
    "oai/default_receipt_get_fetch.json": _RECEIPT,
    "oai/default_receipts_get_readFull.json": _PAGE,
    # A webhook of one conversation, held against its schema.
    "oai/scoped_webhook_get_fetch.json": [],
    "oai/scoped_webhook_post_update.json": [],
    "oai/service_config_webhook_get_fetch.json": [_NOT_SUBSCRIBED],
    # All null where nothing is configured, against the published type (section 1.2).
    "oai/service_config_webhook_get_fetchEmpty.json": [],
    "oai/service_config_webhook_post_update.json": [_NOT_SUBSCRIBED],
    "oai/service_message_get_fetch.json": [],
    "oai/service_message_post_update.json": [],
    "oai/service_receipt_get_fetch.json": _RECEIPT,
    "oai/service_receipts_get_readFull.json": _PAGE,
    "rest/twilio-python_2020-07_default_fetch.json": _OLD_RECEIPT,
    "rest/twilio-python_2020-07_default_list.json": _OLD_PAGE,
    "rest/twilio-python_2023-03_default_fetch.json": _RECEIPT,
    "rest/twilio-python_2023-03_default_list.json": _PAGE,
    "rest/twilio-python_2023-03_service_fetch.json": _RECEIPT,
    "rest/twilio-python_2023-03_service_list.json": _PAGE,
    # A placeholder in the body while the url has a SID (4).
    "seeds/001_fetch_output.json": ["error schema.pattern /conversation_sid", *_RECEIPT],
    "seeds/001_list_output.json": _PAGE,
    # A schema is no response.
    "seeds/001_schema.json": _NOT_OURS,
    "seeds/003_list_output.json.txt": _MASKED_PAGE,
    # attributes is an object in the guide, a string in the API (22).
    "seeds/003_message_output.json.txt": [
        *(f"error schema.pattern /{name}" for name in ("sid", "account_sid", "conversation_sid")),
        "error schema.type /attributes",
    ],
    # Typographic quotes (14).
    "seeds/003_sms_whatsapp_sample_smart_quotes.txt": ["error json.syntax "],
    # The path of before 2020-09-21 (19).
    "seeds/003_webhook_config_output.json.txt": [
        "error schema.pattern /account_sid",
        "warning configuration.legacy-path ",
        _NOT_SUBSCRIBED,
    ],
    "seeds/guide_newer_copy_message_output.json": ["error schema.pattern /conversation_sid"],
    # Vectors of signatures hold no response; ten and two of them.
    "signature/vectors.json": _NOT_OURS * 10,
    "signature/conversations_vectors.json": [],
    "webhook/onDeliveryUpdated_failed_21610.params.json": [],
    "webhook/onDeliveryUpdated_sent.params.json": [],
    "webhook/onDeliveryUpdated_sent.form": [],
}
#: Files of no format of captures: a fragment of an object.
OTHER_FORMATS = {"seeds/003_delivery_fragment.txt"}


def test_the_table_is_complete(reference: Path) -> None:
    """Every captured file is in the table, or is of another format and refused by name."""
    captured = reference / "captured"
    files = {
        path.relative_to(captured).as_posix() for path in captured.rglob("*") if path.is_file()
    }
    assert files == EXPECTED.keys() | OTHER_FORMATS


@pytest.mark.parametrize("name", EXPECTED)
def test_findings(reference: Path, report: Callable[..., dict[str, Any]], name: str) -> None:
    """The findings of a file are those expected, no more and no fewer."""
    findings = report("--allow-empty", reference / "captured" / name)["findings"]
    assert Counter(f"{it['severity']} {it['rule']} {it['pointer']}" for it in findings) == Counter(
        EXPECTED[name]
    )


@pytest.mark.parametrize("name", sorted(OTHER_FORMATS))
def test_other_formats_are_refused_by_name(
    reference: Path, run: Callable[..., tuple[int, str, str]], name: str
) -> None:
    """A named file of a format that is not read is exit 2, one line."""
    code, _, err = run("validate", reference / "captured" / name)
    assert code == 2
    assert "format not recognised" in err


@pytest.mark.parametrize("join", [False, True])
def test_samples_of_the_vendors_document_have_no_error(
    reference: Path, report: Callable[..., dict[str, Any]], join: bool
) -> None:
    """Examples, library fixtures, error bodies and the live webhook have no error, joined or not."""
    captured = reference / "captured"
    together = report(
        *(captured / name for name in ("oai", "rest", "errors", "webhook")),
        *(["--join"] if join else []),
    )
    assert together["summary"]["errors"] == 0
    assert {it["rule"] for it in together["findings"] if it["severity"] == "warning"} == {
        "page.duplicate-receipt",
        "receipt.expected-field",
        "configuration.unknown-filter",
        "configuration.insecure-url",
    }


def test_the_vendor_profile_flags_what_the_published_document_forbids(
    reference: Path, report: Callable[..., dict[str, Any]]
) -> None:
    """Under `vendor` the published examples pass, but for one that its own document forbids: null for a method."""
    findings = report(
        "--profile", "vendor", reference / "captured" / "oai", reference / "captured" / "rest"
    )["findings"]
    errors = {
        (Path(it["origin"]["file"]).name, it["rule"], it["pointer"])
        for it in findings
        if it["severity"] == "error"
    }
    assert errors == {("service_config_webhook_get_fetchEmpty.json", "schema.type", "/method")}
