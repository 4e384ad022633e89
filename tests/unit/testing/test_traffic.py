"""Findings across the observations of one test are reported at the observation."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from receiptkit import Exchange, Finding, Location, Severity, WebhookRequest
from receiptkit.testing import traffic
from receiptkit.testing.settings import Options, settings
from suites import RENDERING, URL


class Remembering:
    """A history that finds fault with the last thing that it was shown."""

    def __init__(self) -> None:
        self.count = 0

    def check_exchange(self, exchange: Exchange) -> list[Finding]:
        self.count += 1
        return []

    def check_webhook(self, delivery: WebhookRequest) -> list[Finding]:
        self.count += 1
        return []

    def finish(self) -> list[Finding]:
        last = Location(entry=self.count - 1)
        return (
            [Finding("listing.loop", Severity.ERROR, "/meta", "again", location=last)]
            if self.count
            else []
        )


def test_findings_between_observations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a finding is listed below its request, once, in whichever phase of the test it appears."""
    # The module that is imported next: a run of pytest within this one forgets others.
    monkeypatch.setattr(import_module("receiptkit.history"), "History", lambda _: Remembering())
    seen = traffic.Traffic(settings(Options(root=Path("/"))), "test_it.py")
    first, second, third = RENDERING.get_pages()
    seen.take(first)
    seen.take_played(
        WebhookRequest("https://user:hush@example.com/hook?key=hush", "POST", "Status=sent")
    )
    seen.finish()
    assert seen.failure() == (
        "the code under test received what Twilio never sends:\n\n"
        "POST https://<host, 11 characters>/<segment, 4 characters>?<name, 3 characters>=… -> webhook\n"
        "- /meta error listing.loop: again\n\n"
        "`receiptkit explain listing.loop` says what to do; "
        'to allow this on purpose: @pytest.mark.receipts_allow("listing.loop", reason="…")'
    )
    seen.take(second)
    seen.take(third)
    seen.finish()
    failure = seen.failure() or ""
    assert failure.count("error listing.loop: ") == 1
    assert (
        f"GET {URL}?PageSize=20&Page=2&PageToken=PT40 -> 200\n- /meta error listing.loop: again\n"
        in failure
    )
    seen.finish()
    assert seen.failure() is None
    assert len(seen.exchanges) == 3
