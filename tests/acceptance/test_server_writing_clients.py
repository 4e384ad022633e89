"""Unmodified client libraries do every operation that the server answers: Twilio's for Python and for Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from conftest import ROOT
from missing import NODE
from receiptkit.live import proxy
from receiptkit.server import Running, running

PACKAGE = NODE.parent


class Front(NamedTuple):
    """A local Twilio, and the URL at which clients call it: its own, or that of a proxy."""

    twilio: Running
    url: str


@pytest.fixture(params=["direct", "proxy"])
def front(request: pytest.FixtureRequest) -> Iterator[Front]:
    with running(scenarios="none", clock="manual") as twilio:
        if request.param == "direct":
            yield Front(twilio, twilio.url)
            return
        with proxy(twilio.url) as live:
            yield Front(twilio, live.url)
        assert live.count > 20
        assert [each.rule for each in live.findings] == []


def failed(action: Any) -> list[int] | None:
    """Return status and code with which a client library raises; None if it does not."""
    try:
        action()
    except TwilioRestException as error:
        return [error.status, error.code]
    return None


def written(front: Front, service: str | None, prefix: str) -> dict[str, Any]:
    """Return the results of every operation in one scope, as writing.js has them."""
    client = Client(front.twilio.account_sid, front.twilio.auth_token)
    client.conversations.base_url = front.url
    v1: Any = client.conversations.v1
    root = v1.services(service) if service else v1
    name = f"{prefix}-order"
    sid = root.conversations.create(unique_name=name, timers_closed="PT10M").sid
    conversation = root.conversations(name)
    anna = conversation.participants.create(identity=f"{prefix}-anna")
    phone = conversation.participants.create(
        messaging_binding_address=f"+1555300{prefix}",
        messaging_binding_proxy_address="+15550100000",
    )
    posted = [conversation.messages.create(body=body).sid for body in ("one", "two", "three")]
    hook = conversation.webhooks.create(
        target="webhook",
        configuration_url="https://example.com/",
        configuration_filters=["onMessageAdded", "onMessageRemoved"],
    )
    read = conversation.participants(anna.sid).update(last_read_message_index=1)
    mine = root.participant_conversations.list(identity=f"{prefix}-anna")
    # The oldest version that is supported does not know it.
    together = getattr(root, "conversation_with_participants", None)
    participant = json.dumps({"identity": "x"})
    result = {
        "sid": [sid, conversation.fetch().sid],
        "updated": conversation.update(friendly_name="new").friendly_name,
        "listed": sid in [each.sid for each in root.conversations.list(page_size=1)],
        "identity": read.last_read_message_index,
        "participants": [each.sid for each in conversation.participants.list(page_size=1)],
        "expectedParticipants": [anna.sid, phone.sid],
        "binding": conversation.participants(phone.sid).fetch().messaging_binding,
        "messages": [each.sid for each in conversation.messages.list(order="desc", page_size=2)],
        "posted": posted,
        "receipts": receipts_of(conversation.messages(posted[0])),
        "edited": conversation.messages(posted[0]).update(body="new").body,
        "hooks": [each.configuration.get("filters") for each in conversation.webhooks.list()],
        "hookUpdated": conversation.webhooks(hook.sid)
        .update(configuration_method="get")
        .configuration.get("method"),
        "mine": [each.conversation_sid for each in mine],
        "duplicate": failed(lambda: root.conversations.create(unique_name=name)),
        "missing": failed(lambda: root.conversations("nothing").participants.create(identity="x")),
        "unsupported": failed(lambda: v1.users.create(identity="x")),
        "together": failed(lambda: together.create(participant=[participant]))
        if together
        else None,
        "configuration": root.configuration().fetch().url,
        "webhooks": [
            root.configuration.webhooks()
            .update(filters=["onMessageAdded", "onDeliveryUpdated"])
            .filters,
            root.configuration.webhooks().fetch().filters,
        ],
        "services": len(v1.services.list()),
        "removed": [
            conversation.webhooks(hook.sid).delete(),
            conversation.messages(posted[0]).delete(),
            conversation.participants(anna.sid).delete(),
            conversation.delete(),
        ],
        "gone": failed(conversation.fetch),
    }
    made = v1.services.create(friendly_name="new")
    service_read = v1.services(made.sid).fetch().friendly_name
    result["service"] = [service_read, v1.services(made.sid).delete()]
    return result


def receipts_of(message: Any) -> list[list[str]]:
    """Return the status of each receipt twice: from the list, and from a request of its own."""
    receipts = message.delivery_receipts
    return [[each.status, receipts(each.sid).fetch().status] for each in receipts.list()]


def check(result: dict[str, Any], front: Front, *, in_service: bool) -> None:
    scope = f"/Services/{front.twilio.chat_service_sid}" if in_service else ""
    assert result["sid"][0] == result["sid"][1]
    assert result["participants"] == result["expectedParticipants"]
    assert result["messages"] == result["posted"][::-1]
    assert result["mine"] == result["sid"][:1]
    assert result["hooks"] == [["onMessageAdded", "onMessageRemoved"]]
    assert result["binding"]["type"] == "sms"
    assert result["configuration"] == f"{front.url}/v1{scope}/Configuration"
    expected = {
        "updated": "new",
        "webhooks": [["onMessageAdded", "onDeliveryUpdated"]] * 2,
        "listed": True,
        "identity": 1,
        "edited": "new",
        "hookUpdated": "get",
        "duplicate": [409, 50353],
        "missing": [404, 20404],
        "together": None,
        "services": 1,
        "removed": [True] * 4,
        "gone": [404, 20404],
        "service": ["new", True],
    }
    assert {name: result[name] for name in expected} == expected
    assert result["unsupported"][0] == 501


@pytest.mark.parametrize("in_service", [False, True])
def test_python(front: Front, in_service: bool) -> None:
    result = written(front, front.twilio.chat_service_sid if in_service else None, "0001")
    check(result, front, in_service=in_service)


@pytest.mark.skipif(
    shutil.which("node") is None or not (PACKAGE / "node_modules" / "twilio").is_dir(),
    reason="no Node.js here, or not its packages (`make .venv/.node` installs them)",
)
@pytest.mark.parametrize("in_service", [False, True])
def test_node(front: Front, in_service: bool) -> None:
    node = str(shutil.which("node"))
    given = {
        "url": front.url,
        "account": front.twilio.account_sid,
        "token": front.twilio.auth_token,
        "service": front.twilio.chat_service_sid if in_service else None,
        "prefix": "0002",
    }
    command = [node, str(ROOT / "tests" / "acceptance" / "node" / "writing.js"), str(PACKAGE)]
    result = subprocess.run(
        command, input=json.dumps(given), capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    check(json.loads(result.stdout), front, in_service=in_service)
