"""The fixture `receipt_server`: a local Twilio for a test."""

from __future__ import annotations

import pytest


def test_receipt_server(pytester: pytest.Pytester) -> None:
    """A test has a server of its own on a real port, the same by the same seed; nothing of it is there for the next one."""
    pytester.makepyfile(
        """
        import urllib.error
        import urllib.request

        import pytest
        from twilio.rest import Client

        SEEN = []


        @pytest.mark.parametrize("number", [1, 2])
        def test_life(receipt_server, number):
            for url in SEEN:
                with pytest.raises(urllib.error.URLError):
                    urllib.request.urlopen(url)
            client = Client(receipt_server.account_sid, receipt_server.auth_token)
            client.conversations.base_url = receipt_server.url
            (message,) = client.conversations.v1.conversations("group-sms").messages.list()
            assert message.delivery_receipts.list() == []
            receipt_server.advance(to="end")
            assert {receipt.status for receipt in message.delivery_receipts.list()} == {"delivered"}
            assert receipt_server.sent == []
            SEEN.append(receipt_server.url)
        """
    )
    pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider").assert_outcomes(passed=2)
