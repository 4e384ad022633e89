"""One story uses every operation of conversations, and every response conforms."""

from __future__ import annotations

import orjson
import pytest

from receiptkit import Contract, Exchange
from receiptkit.openapi.document import PROFILES
from receiptkit.server.story import story

CALLS = story()


@pytest.mark.parametrize("profile", PROFILES)
def test_every_answer_conforms(profile: str) -> None:
    """Statuses, bodies, and the parameters of the requests; nothing is left unchecked."""
    contract = Contract.load(profile)
    told = set()
    for call in CALLS:
        body = b"" if call.body is None else orjson.dumps(call.body)
        headers = {"Content-Type": "application/json"} if body else {}
        form = {
            name: "true" if value is True else value for name, value in (call.form or {}).items()
        }
        exchange = Exchange(call.method, call.url, call.status, body, headers, form)
        result = contract.validate_exchange(exchange)
        assert (result.findings, result.unchecked) == ([], None), call
        told.add(result.operation)
    others = {each.id for each in contract.operations.all if each.kind is None}
    assert others <= told
    assert {"UpdateConversationMessage", "UpdateServiceConversationMessage"} <= told


def test_it_is_always_the_same() -> None:
    assert story() == CALLS
