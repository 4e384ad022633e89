"""The corrected suite: its mock serves a world that Twilio could have sent."""

from __future__ import annotations

import pytest
import responses
from dashboard import Receipts

from receiptkit.generation import Generator, World


@pytest.mark.receipt_scenarios("three-pages", "just-created", "chat-only")
@responses.activate
def test_progress(receipt_world: World) -> None:
    for page in Generator().at(receipt_world).get_pages(20):
        responses.get(page.url, json=page.body)
    progress = Receipts("AC1", "secret").progress(
        receipt_world.conversation_sid, receipt_world.message.sid
    )
    assert sum(progress.values()) == len(receipt_world.receipts)
    assert progress["on its way"] == sum(not receipt.steps for receipt in receipt_world.receipts)
    assert "queued" not in progress
