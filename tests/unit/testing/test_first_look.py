"""The first look at requests leaves out nothing that is of the contract."""

from __future__ import annotations

import pytest

from receiptkit import Contract, WebhookRequest
from receiptkit.openapi.document import PROFILES, Document, built
from receiptkit.testing import inbound
from receiptkit.testing.first_look import HINTS, FirstLook


@pytest.mark.parametrize("profile", PROFILES)
def test_every_operation_may_be_of_the_contract(profile: str) -> None:
    """A URL of each operation passes; one of another API does not."""
    document = built(profile)
    look = FirstLook(document)
    operations = Contract(document, profile).operations
    for path in operations.paths:
        url = f"https://conversations.twilio.com{path.replace('{', 'X').replace('}', '')}?Page=1"
        assert operations.of_url(url)
        assert look.may_be_of_contract(url)
    assert not look.may_be_of_contract("https://api.example.com/v1/Messages?to=/v2")


def test_a_path_without_literals() -> None:
    """A document of the user's own may have a path of parameters alone, and any webhook."""
    look = FirstLook(Document({"paths": {"/{a}/{b}": {}}}, b"", "own", is_foreign=True))
    assert look.may_be_of_contract("https://example.com/1/2")
    assert look.may_be_webhook(WebhookRequest("https://example.com/", "POST", "a=b"))


@pytest.mark.parametrize("profile", ["documented", "strict"])
def test_too_few_names_are_without_a_hint(profile: str) -> None:
    """So many parameters as make a webhook cannot all be without a hint."""
    shapes = Contract.load(profile).validator.recogniser._shapes
    names = {name for shape in shapes if shape.kind == "webhook" for name in shape.members}
    without = {name for name in names if not any(hint in name.encode() for hint in HINTS)}
    assert len(names) > len(without)
    assert len(without) < inbound._NAMES


@pytest.mark.parametrize(
    ("request_", "may_be"),
    [
        (WebhookRequest("/hook", "POST", "EventType=x"), True),
        (WebhookRequest("/hook", "POST", b'{"MessageSid": 1}'), True),
        (WebhookRequest("/hook?RetryCount=0", "GET"), True),
        (WebhookRequest("/hook?a=\ud800", "POST", "Status=sent"), False),
        (WebhookRequest("/hook", "POST"), False),
    ],
)
def test_webhooks(request_: WebhookRequest, may_be: bool) -> None:
    """A form, a JSON body and a query are looked at."""
    assert FirstLook(built("documented")).may_be_webhook(request_) is may_be
