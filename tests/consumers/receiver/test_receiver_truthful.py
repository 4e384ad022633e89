"""The corrected suite: webhooks arrive in any order, and summaries agree with them."""

from __future__ import annotations

from collections.abc import Callable

import flask
import pytest
import responses
from receiver import create_app
from twilio.rest import Client

from receiptkit.generation import Generator, World
from receiptkit.testing.player import Player


@pytest.fixture
def app(receipt_auth_token: str) -> flask.Flask:
    return create_app(Client("AC1", "secret"), receipt_auth_token)


@pytest.mark.receipt_scenarios(
    "duplicated", "in-order", "late-failure", "out-of-order", "read-before-delivered", "retried"
)
def test_last_status_wins(
    app: flask.Flask, receipt_world: World, play_receipt_webhooks: Player
) -> None:
    answers = play_receipt_webhooks(app, receipt_world)
    assert {answer.status for answer in answers} == {204}
    assert app.extensions["statuses"] == {
        receipt.sid: receipt.steps[-1].status for receipt in receipt_world.receipts
    }


def test_strangers_are_turned_away(app: flask.Flask, play_receipt_webhooks: Player) -> None:
    answers = play_receipt_webhooks(app, "in-order", auth_token="not ours")
    assert {answer.status for answer in answers} == {403}
    assert app.extensions["statuses"] == {}


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [("all-delivered", True), ("partial-failure", False), ("chat-only", False)],
)
@responses.activate
def test_summary(
    app: flask.Flask, make_receipt_world: Callable[..., World], scenario: str, expected: bool
) -> None:
    world = make_receipt_world(scenario)
    exchange = Generator().at(world).get_message()
    responses.get(exchange.url, json=exchange.body)
    answer = app.test_client().get(f"/summary/{world.conversation_sid}/{world.message.sid}")
    assert answer.json == {"all_delivered": expected}
