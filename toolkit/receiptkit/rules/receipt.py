"""Rules about one delivery receipt. Most of them are carried by the document."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example, sample
from receiptkit.rules.grounds import (
    CAPTURES,
    ERROR_PAGES,
    GUIDE,
    LIBRARIES,
    OPENAPI,
    RECEIPT_PAGE,
)
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ReceiptView
from receiptkit.text.dates import is_before

_FAILED = {"/status": "failed", "/error_code": 30008}
_PLACEHOLDER = "DY" + "a" * 32

rule(
    "receipt.scope",
    on="receipt",
    severity=Severity.ERROR,
    title="chat_service_sid belongs to receipts under /Services, and only there",
    why="The service-scoped resource names its service. In the default scope the member was never seen; that is information only.",
    grounding=f"service-scoped {RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: add chat_service_sid to receipts under /v1/Services/…, leave it out elsewhere.",
    good=Example("service receipt"),
    bad=Example("service receipt", {"/chat_service_sid": ABSENT}),
)

rule(
    "receipt.expected-field",
    on="receipt",
    severity=Severity.WARNING,
    title="a member that receipts carry today is missing",
    why="Old captures lack account_sid and guide samples lack more, so it is no error; every present response has them all.",
    grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: add it. account_sid, channel_message_sid, error_code, date_updated and url are expected.",
    good=Example("receipt"),
    bad=Example("receipt", {"/account_sid": ABSENT}),
)

rule(
    "receipt.code-without-failure",
    on="receipt",
    severity=Severity.WARNING,
    title="an error code although the status is no failure",
    why="Error codes come with failed and undelivered. Consumers that show a stale code next to a success have been seen.",
    grounding=GUIDE,
    action="In a mock: 0 or null with sent, delivered, read and null.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/error_code": 30008}),
)

rule(
    "receipt.failure-without-code",
    on="receipt",
    severity=Severity.WARNING,
    title="a failure without an error code",
    why='"For failed and undelivered statuses, Twilio provides an error code." A mock without one hides the branch that reads it.',
    grounding=GUIDE,
    action="In a mock: give the code of the failure you mean, such as 30003 or 63016.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/status": "failed"}),
)


@rule(
    "receipt.updated-before-created",
    on=("receipt", "webhook"),
    severity=Severity.WARNING,
    title="updated before it was created",
    why="A receipt changes after it is created. A sample of the guide has it the other way round, so it is no error.",
    grounding=f"{RECEIPT_PAGE}, date_created and date_updated; {CAPTURES}",
    action="In a mock: date_updated is null, or not before date_created.",
    good=Example("receipt", {"/date_updated": "2026-03-02T09:15:00Z"}),
    bad=Example("receipt", {"/date_updated": "2026-03-02T09:14:59Z"}),
)
def updated_before_created(receipt: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for a receipt that was updated before it was created."""
    updated = receipt.get("date_updated")
    if is_before(updated, receipt.get("date_created")):
        message = f"is before {receipt.name('date_created')}"
        reads = (receipt.pointer("date_created"),)
        yield Problem(receipt.pointer("date_updated"), message, value=updated, reads=reads)


@rule(
    "receipt.url-mismatch",
    on="receipt",
    severity=Severity.WARNING,
    title="the url is not that of this receipt",
    why="url repeats the SIDs of the body and its scope; a consumer that follows it reads another receipt, or none.",
    grounding=f"{CAPTURES}; {RECEIPT_PAGE}",
    action="In a mock: build url from the SIDs of the body, under /v1/Services/… where there is a chat_service_sid.",
    good=Example("receipt"),
    bad=Example("receipt", {"/sid": "DY" + "0123456789abcdef" * 2}),
)
def url_mismatch(receipt: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for a receipt whose url names another SID than its body."""
    url = receipt.get("url")
    member = _differing(url, receipt) if isinstance(url, str) else None
    if member is not None:
        message = f"names another {member} than the body"
        yield Problem(receipt.pointer("url"), message, value=url, reads=(receipt.pointer(member),))


def _differing(url: str, receipt: ReceiptView) -> str | None:
    """Return the member whose SID the url contradicts; None for a url that agrees, or is no receipt's."""
    parts = url.partition("#")[0].partition("?")[0].rstrip("/").split("/")
    named = dict(zip(parts[-6::2], parts[-5::2], strict=False))
    if list(named) != ["Conversations", "Messages", "Receipts"]:
        return None
    sids = {
        "sid": named["Receipts"],
        "message_sid": named["Messages"],
        "conversation_sid": named["Conversations"],
    }
    if parts[-8:-7] == ["Services"]:
        sids["chat_service_sid"] = parts[-7]
    for member, sid in sids.items():
        found = receipt.get(member)
        if isinstance(found, str) and found != sid:
            return member
    return None


rule(
    "receipt.unknown-code",
    on="receipt",
    severity=Severity.INFO,
    title="not a delivery error code we know",
    why="Twilio adds codes, so this is no defect; but the 3000 of its own samples is no delivery error either.",
    grounding=ERROR_PAGES,
    action="Look the code up; Twilio advises against programming on single codes.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/status": "failed", "/error_code": 3000}),
)

rule(
    "receipt.code-of-other-channel",
    on="receipt",
    severity=Severity.INFO,
    title="an error code of another channel",
    why="63xxx are errors of WhatsApp and other channels, 300xx those of SMS; other Twilio APIs use SM for WhatsApp too.",
    grounding=f"{ERROR_PAGES}; {GUIDE}",
    action="In a mock: use a code of the channel that channel_message_sid names.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/status": "failed", "/error_code": 63016}),
)

rule(
    "receipt.read-on-sms",
    on="receipt",
    severity=Severity.INFO,
    title="an SMS reported as read",
    why="Read is reported by over-the-top channels only. Not certain: no WA identifier was ever captured, and WhatsApp may use SM.",
    grounding=GUIDE,
    action="In a mock: let SMS end at delivered, or make the channel WhatsApp (WA…).",
    good=Example(
        "receipt",
        {"/channel_message_sid": "WA62a47fc091b3d4e5f60718293a4b5c6d", "/status": "read"},
    ),
    bad=Example("receipt", {"/status": "read"}),
)

rule(
    "receipt.placeholder",
    on="receipt",
    severity=Severity.INFO,
    title="a SID of one digit repeated: a placeholder, nobody's",
    why="It has the right form, but several of them are the same resource. Placeholders are never joined across records.",
    grounding=f"{OPENAPI}, examples",
    action="In a mock: use SIDs that differ.",
    good=Example("receipt"),
    bad=Example(
        "receipt", {"/sid": _PLACEHOLDER, "/url": sample("receipt")["url"][:-34] + _PLACEHOLDER}
    ),
)

rule(
    "receipt.fractional-seconds",
    on="receipt",
    severity=Severity.INFO,
    title="a REST date with fractional seconds",
    why="Every sample has whole seconds; webhooks have milliseconds. The Python library hands such a date back as a raw string.",
    grounding=f"{CAPTURES}; {LIBRARIES}",
    action="In a mock: whole seconds and Z.",
    good=Example("receipt"),
    bad=Example("receipt", {"/date_updated": "2026-03-02T09:15:04.250Z"}),
)

rule(
    "receipt.unknown-channel",
    on="receipt",
    severity=Severity.INFO,
    title="a channel we do not know by its prefix",
    why="The document allows any two letters; SM was captured, WA and MM are documented.",
    grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
    action="If it is real, please report it: this would be the first one seen.",
    good=Example("receipt"),
    bad=Example("receipt", {"/channel_message_sid": "XE62a47fc091b3d4e5f60718293a4b5c6d"}),
)
