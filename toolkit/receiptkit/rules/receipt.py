"""Rules about one delivery receipt. Most of them are carried by the document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import Any

from receiptkit.model.finding import Severity
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import ABSENT, Example, sample
from receiptkit.rules.rule import (
    CAPTURES,
    ERROR_PAGES,
    GUIDE,
    LIBRARIES,
    OPENAPI,
    RECEIPT_PAGE,
    Rule,
)
from receiptkit.text.dates import is_before

_FAILED = {"/status": "failed", "/error_code": 30008}

_PLACEHOLDER = "DY" + "a" * 32

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
        id="receipt.updated-before-created",
        severity=Severity.WARNING,
        title="updated before it was created",
        why="A receipt changes after it is created. A sample of the guide has it the other way round, so it is no error.",
        grounding=f"{RECEIPT_PAGE}, date_created and date_updated; {CAPTURES}",
        action="In a mock: date_updated is null, or not before date_created.",
        good=Example("receipt", {"/date_updated": "2026-03-02T09:15:00Z"}),
        bad=Example("receipt", {"/date_updated": "2026-03-02T09:14:59Z"}),
    ),
    Rule(
        id="receipt.url-mismatch",
        severity=Severity.WARNING,
        title="the url is not that of this receipt",
        why="url repeats the SIDs of the body and its scope; a consumer that follows it reads another receipt, or none.",
        grounding=f"{CAPTURES}; {RECEIPT_PAGE}",
        action="In a mock: build url from the SIDs of the body, under /v1/Services/… where there is a chat_service_sid.",
        good=Example("receipt"),
        bad=Example("receipt", {"/sid": "DY" + "0123456789abcdef" * 2}),
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
        good=Example(
            "receipt",
            {"/channel_message_sid": "WA62a47fc091b3d4e5f60718293a4b5c6d", "/status": "read"},
        ),
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
        bad=Example(
            "receipt", {"/sid": _PLACEHOLDER, "/url": sample("receipt")["url"][:-34] + _PLACEHOLDER}
        ),
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


#: The member of a page that is its list of receipts.
ROWS = "delivery_receipts"
#: What all receipts of a message have in common.
PARENTS = ("account_sid", "chat_service_sid", "conversation_sid", "message_sid")
_OWN = (
    "sid",
    "url",
    "date_created",
    "date_updated",
    "message_sid",
    "conversation_sid",
    "account_sid",
)
# Without a service, a member that is compared anyway stands in for it.
_COLUMNS = itemgetter(*_OWN, "account_sid")
_OF_A_SERVICE = itemgetter(*_OWN, "chat_service_sid")
_TEXT = {str, type(None)}


def of_receipt(row: dict[str, Any], at: str = "") -> Iterator[Problem]:
    """What is wrong between the members of a receipt that stands at a pointer."""
    if is_before(row.get("date_updated"), row.get("date_created")):
        yield Problem(
            f"{at}/date_updated",
            "is before date_created",
            rule="receipt.updated-before-created",
            value=row["date_updated"],
            reads=(f"{at}/date_created",),
        )
    url = row.get("url")
    member = _differing(url, row) if isinstance(url, str) else None
    if member is not None:
        yield Problem(
            f"{at}/url",
            f"names another {member} than the body",
            rule="receipt.url-mismatch",
            value=url,
            reads=(f"{at}/{member}",),
        )


def in_lists(rows: list[Any]) -> list[list[Any]] | None:
    """
    Receipts, those of one message that follow each other taken together, where surely nothing is wrong between the members of any.

    All of a list have the same `PARENTS`, and URLs that differ in their SID alone. None says nothing. Almost every receipt is seen
    here alone, so that it is worth its lines.
    """
    message = conversation = account = service = None
    before = ""
    starts = []
    try:
        columns = _OF_A_SERVICE if "chat_service_sid" in rows[0] else _COLUMNS
        for index, (
            sid,
            url,
            created,
            updated,
            its_message,
            its_conversation,
            its_account,
            its_service,
        ) in enumerate(map(columns, rows)):
            if (
                its_message != message
                or its_conversation != conversation
                or its_account != account
                or its_service != service
            ):
                message, conversation, account, service = (
                    its_message,
                    its_conversation,
                    its_account,
                    its_service,
                )
                if not {type(message), type(conversation), type(account), type(service)} <= _TEXT:
                    return None
                starts.append(index)
                scope = f"/v1/Services/{service}" if columns is _OF_A_SERVICE else "/v1"
                before = f"{url.partition('/v1/')[0]}{scope}/Conversations/{conversation}/Messages/{message}/Receipts/"
            if url != before + sid or (
                updated is not None
                and not (len(updated) == 20 == len(created) and updated >= created)
            ):
                return None
        sids = "".join([row["sid"] for row in rows]).encode(errors="replace")
    except (TypeError, KeyError, AttributeError, IndexError):
        return None
    return (
        [rows[start:end] for start, end in pairwise((*starts, len(rows)))]
        if sids.isalnum()
        else None
    )


def _differing(url: str, row: dict[str, Any]) -> str | None:
    """Which SID in the URL of a receipt is not that of the body; None if it says the same, or is no receipt's."""
    parts = url.partition("#")[0].partition("?")[0].rstrip("/").split("/")
    named = dict(zip(parts[-6::2], parts[-5::2], strict=False))
    if list(named) != ["Conversations", "Messages", "Receipts"]:
        return None
    told = {
        "sid": named["Receipts"],
        "message_sid": named["Messages"],
        "conversation_sid": named["Conversations"],
    }
    if parts[-8:-7] == ["Services"]:
        told["chat_service_sid"] = parts[-7]
    return next(
        (
            member
            for member, sid in told.items()
            if isinstance(row.get(member), str) and row[member] != sid
        ),
        None,
    )
