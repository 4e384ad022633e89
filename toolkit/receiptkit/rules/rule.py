"""What a rule is, and what a check hands back."""

from __future__ import annotations

from typing import NamedTuple

from receiptkit.model.exchange import Part
from receiptkit.model.finding import Severity
from receiptkit.rules.examples import Example

#: What the pages of Twilio's reference are called throughout the catalogue.
OPENAPI = "Twilio's OpenAPI document (twilio-oai d50069b)"
RECEIPT_PAGE = "Receipt resource page"
GUIDE = 'guide "Delivery Receipts in Conversations"'
CONVERSATIONS_WEBHOOKS = 'reference page "Conversations Webhooks"'
ERROR_PAGES = "Twilio's error dictionary"
LIBRARIES = "source of Twilio's client libraries"
CAPTURES = "captured responses"


class Rule(NamedTuple):
    """
    One thing that is checked.

    Attributes:
        id: `scope.what-is-wrong`.
        severity: in the profile `documented`; `strict` counts warnings as errors.
        title: one line, which is also the message of its findings.
        why: the reasoning.
        grounding: which document says so.
        action: what to do about a finding.
        good, bad: an example that conforms, and the nearest one that does not. Both are judged in the tests.
        vendor: whether it also holds under the profile `vendor`, which keeps what the published document itself says.
        profile: the profile its examples are judged under.
        part: what of an exchange it is about, if not the body that is judged.
        supersedes: rules whose findings at the same pointer say the same thing less well.
        across: whether it takes more than one observation to see.
    """

    id: str
    severity: Severity
    title: str
    why: str
    grounding: str
    action: str
    good: Example | None = None
    bad: Example | None = None
    vendor: bool = False
    profile: str = "documented"
    part: Part | None = None
    supersedes: tuple[str, ...] = ()
    across: bool = False
