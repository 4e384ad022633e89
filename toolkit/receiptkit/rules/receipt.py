"""Rules about one delivery receipt. All of them are carried by the document."""

from __future__ import annotations

from receiptkit.findings import Severity
from receiptkit.rules.examples import ABSENT, Example
from receiptkit.rules.rule import CAPTURES, ERROR_PAGES, GUIDE, LIBRARIES, OPENAPI, RECEIPT_PAGE, Rule

_FAILED = {"/status": "failed", "/error_code": 30008}

RULES = (
    Rule(
        id="receipt.scope",
        severity=Severity.ERROR,
        title="chat_service_sid belongs to receipts under /Services, and only there",
        why="The service-scoped resource names its service. In the default scope the member was never seen; that is information only.",
        grounding=f"service-scoped {RECEIPT_PAGE}; {CAPTURES}",
        action="In a mock: add chat_service_sid to receipts under /v1/Services/…, leave it out elsewhere.",
        good=Example("service receipt"),
        bad=Example("service receipt", {"/chat_service_sid": ABSENT}),
    ),
    Rule(
        id="receipt.expected-field",
        severity=Severity.WARNING,
        title="a member that receipts carry today is missing",
        why="Old captures lack account_sid and guide samples lack more, so it is no error; every present response has them all.",
        grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
        action="In a mock: add it. account_sid, channel_message_sid, error_code, date_updated and url are expected.",
        good=Example("receipt"),
        bad=Example("receipt", {"/account_sid": ABSENT}),
    ),
    Rule(
        id="receipt.code-without-failure",
        severity=Severity.WARNING,
        title="an error code although the status is no failure",
        why="Error codes come with failed and undelivered. Consumers that show a stale code next to a success have been seen.",
        grounding=GUIDE,
        action="In a mock: 0 or null with sent, delivered, read and null.",
        good=Example("receipt", _FAILED),
        bad=Example("receipt", {"/error_code": 30008}),
    ),
    Rule(
        id="receipt.failure-without-code",
        severity=Severity.WARNING,
        title="a failure without an error code",
        why='"For failed and undelivered statuses, Twilio provides an error code." A mock without one hides the branch that reads it.',
        grounding=GUIDE,
        action="In a mock: give the code of the failure you mean, such as 30003 or 63016.",
        good=Example("receipt", _FAILED),
        bad=Example("receipt", {"/status": "failed"}),
    ),
    Rule(
        id="receipt.unknown-code",
        severity=Severity.INFO,
        title="not a delivery error code we know",
        why="Twilio adds codes, so this is no defect; but the 3000 of its own samples is no delivery error either.",
        grounding=ERROR_PAGES,
        action="Look the code up; Twilio advises against programming on single codes.",
        good=Example("receipt", _FAILED),
        bad=Example("receipt", {"/status": "failed", "/error_code": 3000}),
    ),
    Rule(
        id="receipt.code-of-other-channel",
        severity=Severity.INFO,
        title="an error code of another channel",
        why="63xxx are errors of WhatsApp and other channels, 300xx those of SMS; other Twilio APIs use SM for WhatsApp too.",
        grounding=f"{ERROR_PAGES}; {GUIDE}",
        action="In a mock: use a code of the channel that channel_message_sid names.",
        good=Example("receipt", _FAILED),
        bad=Example("receipt", {"/status": "failed", "/error_code": 63016}),
    ),
    Rule(
        id="receipt.read-on-sms",
        severity=Severity.INFO,
        title="an SMS reported as read",
        why="Read is reported by over-the-top channels only. Not certain: no WA identifier was ever captured, and WhatsApp may use SM.",
        grounding=GUIDE,
        action="In a mock: let SMS end at delivered, or make the channel WhatsApp (WA…).",
        good=Example("receipt", {"/channel_message_sid": "WA62a47fc091b3d4e5f60718293a4b5c6d", "/status": "read"}),
        bad=Example("receipt", {"/status": "read"}),
    ),
    Rule(
        id="receipt.placeholder",
        severity=Severity.INFO,
        title="a SID of one digit repeated: a placeholder, nobody's",
        why="It has the right form, but several of them are the same resource. Placeholders are never joined across records.",
        grounding=f"{OPENAPI}, examples",
        action="In a mock: use SIDs that differ.",
        good=Example("receipt"),
        bad=Example("receipt", {"/sid": "DY" + "a" * 32}),
    ),
    Rule(
        id="receipt.fractional-seconds",
        severity=Severity.INFO,
        title="a REST date with fractional seconds",
        why="Every sample has whole seconds; webhooks have milliseconds. The Python library hands such a date back as a raw string.",
        grounding=f"{CAPTURES}; {LIBRARIES}",
        action="In a mock: whole seconds and Z.",
        good=Example("receipt"),
        bad=Example("receipt", {"/date_updated": "2026-03-02T09:15:04.250Z"}),
    ),
    Rule(
        id="receipt.unknown-channel",
        severity=Severity.INFO,
        title="a channel we do not know by its prefix",
        why="The document allows any two letters; SM was captured, WA and MM are documented.",
        grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
        action="If it is real, please report it: this would be the first one seen.",
        good=Example("receipt"),
        bad=Example("receipt", {"/channel_message_sid": "XE62a47fc091b3d4e5f60718293a4b5c6d"}),
    ),
)
