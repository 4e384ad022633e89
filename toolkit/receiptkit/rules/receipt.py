"""Rules about one delivery receipt. Most of them are carried by the document."""

from __future__ import annotations

from collections.abc import Iterator

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.model.regex import regex
from receiptkit.rules.examples import ABSENT, Example, sample
from receiptkit.rules.grounds import (
    CAPTURES,
    ERROR_PAGES,
    GUIDE,
    LIBRARIES,
    OPENAPI,
    RECEIPT_PAGE,
)
from receiptkit.rules.links import without_query
from receiptkit.rules.registry import rule
from receiptkit.rules.views import ReceiptView
from receiptkit.text.dates import is_before

#: A conversation, its messages, one of them or its receipts, below whatever a proxy has before it.
_ABOVE = regex(r"/Conversations/[^/]+(?:/Messages(?:/[^/]+(?:/Receipts)?)?)?$")
#: A URL of another version of the API.
_OTHER_VERSION = regex(r"https://conversations\.twilio\.com/v(?!1/)[0-9]+/")
_FAILED = {"/status": "failed", "/error_code": 30008}
_PLACEHOLDER = "DY" + "a" * 32

rule(
    "receipt.scope",
    on="receipt",
    severity=Severity.ERROR,
    title="chat_service_sid is missing under /Services, or present elsewhere",
    message="{}; receipts under /Services have it, others do not",
    why="A service-scoped receipt names its service. No captured receipt of the "
    "default scope has this field.",
    grounding=f"service-scoped {RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: add chat_service_sid to receipts under /v1/Services/…, and leave "
    "it out elsewhere.",
    good=Example("service receipt"),
    bad=Example("service receipt", {"/chat_service_sid": ABSENT}),
)

rule(
    "receipt.expected-field",
    on="receipt",
    severity=Severity.WARNING,
    title="a field that every recent receipt has is missing",
    message="{}; every recent receipt has it",
    why="Old captures lack account_sid and samples of the guide lack more, so this is"
    " a warning. Every recent response has them all.",
    grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: add it. Receipts have account_sid, channel_message_sid, "
    "error_code, date_updated and url.",
    good=Example("receipt"),
    bad=Example("receipt", {"/account_sid": ABSENT}),
)

rule(
    "receipt.code-without-failure",
    on=("receipt", "webhook"),
    severity=Severity.WARNING,
    title="the receipt has an error code, but its status is not a failure",
    why="Error codes come with failed and undelivered. Applications have been seen to"
    " show a stale code beside a success.",
    grounding=GUIDE,
    action="In a mock: use 0 or null with sent, delivered, read and null.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/error_code": 30008}),
)

rule(
    "receipt.failure-without-code",
    on=("receipt", "webhook"),
    severity=Severity.WARNING,
    title="the receipt failed, but has no error code",
    why='"For failed and undelivered statuses, Twilio provides an error code." A mock'
    " without one hides the branch that reads it.",
    grounding=GUIDE,
    action="In a mock: use the code of the failure you mean, such as 30003 or 63016.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/status": "failed", "/error_code": None}),
)


@rule(
    "receipt.updated-before-created",
    on=("receipt", "webhook"),
    severity=Severity.WARNING,
    title="the receipt was updated before it was created",
    why="A receipt changes after it was created. One sample of the guide has the "
    "dates the other way round, so this is a warning.",
    grounding=f"{RECEIPT_PAGE}, date_created and date_updated; {CAPTURES}",
    action="In a mock: use null for date_updated, or a date that is not before date_created.",
    good=Example("receipt", {"/date_updated": "2026-03-02T09:15:00Z"}),
    bad=Example("receipt", {"/date_updated": "2026-03-02T09:14:59Z"}),
)
def updated_before_created(receipt: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for a receipt that was updated before it was created."""
    updated = receipt.get("date_updated")
    if is_before(updated, receipt.get("date_created")):
        message = f"{receipt.name('date_updated')} is before {receipt.name('date_created')}"
        reads = (receipt.pointer("date_created"),)
        yield Problem(receipt.pointer("date_updated"), message, value=updated, reads=reads)


#: The SIDs that the url of a receipt repeats, and which part of its path each is.
_SIDS = (("sid", -1), ("message_sid", -3), ("conversation_sid", -5))
_SIDS_IN_SERVICE = (*_SIDS, ("chat_service_sid", -7))


@rule(
    "receipt.url-mismatch",
    on="receipt",
    severity=Severity.WARNING,
    title="the url names another receipt than the body",
    why="url repeats the SIDs and the scope of the body. An application that follows "
    "it reads another receipt, or none.",
    grounding=f"{CAPTURES}; {RECEIPT_PAGE}",
    action="In a mock: build url from the SIDs of the body; under /v1/Services/… if it "
    "has a chat_service_sid.",
    good=Example("receipt"),
    bad=Example("receipt", {"/sid": "DY" + "0123456789abcdef" * 2}),
)
def url_mismatch(receipt: ReceiptView) -> Iterator[Problem]:
    """Yield a problem for a receipt whose url names another SID than its body, or no receipt."""
    url = receipt.body.get("url")
    if (
        isinstance(url, str)
        and "/Receipts/DY" not in url
        and _ABOVE.search(without_query(url).rstrip("/"))
    ):
        message = "url is that of a list, a message or a conversation, not of a receipt"
        yield Problem(receipt.pointer("url"), message, value=url)
        return
    if isinstance(url, str) and "/v1/" not in url and _OTHER_VERSION.match(url):
        message = "url is not one of version 1 of the API (/v1/)"
        yield Problem(receipt.pointer("url"), message, value=url)
        return
    member = _differing(url, receipt) if isinstance(url, str) else None
    if member is not None:
        message = f"the SID in url differs from `{member}`"
        yield Problem(receipt.pointer("url"), message, value=url, reads=(receipt.pointer(member),))
    elif isinstance(url, str) and len(without_query(url)) < len(url):
        message = "url has a query or a fragment; that of a receipt has neither"
        yield Problem(receipt.pointer("url"), message, severity=Severity.INFO, value=url)


def _differing(url: str, receipt: ReceiptView) -> str | None:
    """Return the member whose SID the url contradicts; None if it agrees or has another form."""
    body = receipt.body
    path = (
        f"/Conversations/{body.get('conversation_sid')}/Messages/{body.get('message_sid')}"
        f"/Receipts/{body.get('sid')}"
    )
    if url.endswith(path) and "/Services/" not in url:
        return None
    parts = without_query(url).rstrip("/").split("/")
    if parts[-6::2] != ["Conversations", "Messages", "Receipts"]:
        return None
    sids = _SIDS_IN_SERVICE if parts[-8:-7] == ["Services"] else _SIDS
    for member, place in sids:
        found = body.get(member)
        if found != parts[place] and isinstance(found, str):
            return member
    return None


rule(
    "receipt.unknown-code",
    on=("receipt", "webhook"),
    severity=Severity.INFO,
    title="the error code is not a known delivery error",
    why="Twilio adds codes, so this is only information. The 3000 of Twilio's own "
    "samples is not a delivery error either.",
    grounding=ERROR_PAGES,
    action="Look the code up. Twilio advises against code that depends on single error codes.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/status": "failed", "/error_code": 3000}),
)

rule(
    "receipt.code-of-other-channel",
    on=("receipt", "webhook"),
    severity=Severity.INFO,
    title="the error code belongs to another channel",
    message="the error code does not fit the channel that the prefix of the channel message SID "
    "names",
    why="Codes 63xxx are for WhatsApp and other channels, 30xxx for SMS and MMS. Other Twilio"
    " APIs use SM for WhatsApp too, so this is only information.",
    grounding=f"{ERROR_PAGES}; {GUIDE}",
    action="In a mock: use a code of the channel that channel_message_sid names.",
    good=Example("receipt", _FAILED),
    bad=Example("receipt", {"/status": "failed", "/error_code": 63016}),
)

rule(
    "receipt.read-on-sms",
    on=("receipt", "webhook"),
    severity=Severity.INFO,
    title="an SMS or MMS is reported as read",
    message="status is read, but the channel message SID (SM… or MM…) is that of an SMS or MMS, "
    "which ends at delivered",
    why="Only over-the-top channels report read. No WA identifier was ever captured, "
    "and WhatsApp may use SM, so this is only information.",
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
    on=("receipt", "webhook"),
    severity=Severity.INFO,
    title="the SID is a placeholder: it repeats one digit",
    why="It has the right form, but no object has it. Placeholders are never compared "
    "across observations.",
    grounding=f"{OPENAPI}, examples",
    action="In a mock: use different SIDs.",
    good=Example("receipt"),
    bad=Example(
        "receipt", {"/sid": _PLACEHOLDER, "/url": sample("receipt")["url"][:-34] + _PLACEHOLDER}
    ),
)

rule(
    "receipt.fractional-seconds",
    on="receipt",
    severity=Severity.INFO,
    title="a REST date has fractional seconds",
    message="the REST API sends whole seconds; remove the fraction",
    why="REST dates have whole seconds; webhooks have milliseconds. The Python "
    "library returns such a date as a plain string.",
    grounding=f"{CAPTURES}; {LIBRARIES}",
    action="In a mock: use whole seconds and Z.",
    good=Example("receipt"),
    bad=Example("receipt", {"/date_updated": "2026-03-02T09:15:04.250Z"}),
)

rule(
    "receipt.date-form",
    on="receipt",
    severity=Severity.INFO,
    title="a REST date is not written as `YYYY-MM-DDThh:mm:ssZ`",
    why="Small letters and offsets are valid dates, but no captured response has them. The Python "
    "library returns such a date as a plain string.",
    grounding=f"{CAPTURES}; {LIBRARIES}",
    action="In a mock: write dates in UTC, with T and Z.",
    good=Example("receipt"),
    bad=Example("receipt", {"/date_updated": "2099-03-02T09:15:04+00:00"}),
)

rule(
    "receipt.early-date",
    on=("receipt", "webhook"),
    severity=Severity.WARNING,
    title="a date is before 2010",
    message="the date is before 2010, when there was no such API",
    why="Year 1 and 1970 are what libraries make of a date that is not set. No client can set the "
    "dates of a receipt.",
    grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: use the time at which it was sent.",
    good=Example("receipt"),
    bad=Example(
        "receipt",
        {"/date_created": "1970-01-01T00:00:00Z", "/date_updated": "2026-03-02T09:15:04Z"},
    ),
    supersedes=("receipt.updated-before-created",),
)

rule(
    "receipt.late-date",
    on=("receipt", "webhook"),
    severity=Severity.WARNING,
    title="a date is after 2099",
    message="the date is after 2099; a receipt cannot be from then",
    why="The year 9999 is what databases and libraries have for never. No client can set the dates "
    "of a receipt.",
    grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: use the time at which it was sent.",
    good=Example("receipt"),
    bad=Example("receipt", {"/date_updated": "9999-12-31T23:59:59Z"}),
)

rule(
    "receipt.never-updated",
    on="receipt",
    severity=Severity.INFO,
    title="the receipt was sent and then changed, but date_updated is null",
    why="A receipt is created before it is sent, and every later status sets date_updated. "
    "Applications that order states by it take this one for the first.",
    grounding=f"{RECEIPT_PAGE}, date_updated; {CAPTURES}",
    action="In a mock: set date_updated with delivered, read and undelivered.",
    good=Example("receipt"),
    bad=Example("receipt", {"/status": "delivered", "/error_code": 0, "/date_updated": None}),
)

rule(
    "receipt.unknown-channel",
    on=("receipt", "webhook"),
    severity=Severity.INFO,
    title="channel_message_sid has a prefix of no known channel",
    message="the channel message SID must begin with SM, MM or WA",
    why="The document allows any two letters. SM was captured; WA and MM are documented.",
    grounding=f"{RECEIPT_PAGE}; {CAPTURES}",
    action="In a mock: use SM, MM or WA. In a real response: ignore it.",
    good=Example("receipt"),
    bad=Example("receipt", {"/channel_message_sid": "XE62a47fc091b3d4e5f60718293a4b5c6d"}),
)
