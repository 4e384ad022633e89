"""Every response of the server conforms to Twilio's document, and no request makes it fail."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import httpx
import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT
from receiptkit.openapi.operations import Operations
from receiptkit.openapi.upgrade import upgrade
from serving import Caller

#: Twilio's own document, beside the checkout where the project is developed.
UPSTREAM = ROOT.parent / "shared" / "data" / "upstream" / "twilio_conversations_v1.yaml"
#: Members that the document does not let be null, and that are (facts.md §1.2, §2.3).
NULL = {"status", "error_code", "method"}
Form = list[tuple[str, str]]


@lru_cache(maxsize=1)
def upstream() -> dict[str, Any]:
    return upgrade(yaml.load(UPSTREAM.read_bytes(), yaml.CSafeLoader))


class Judge:
    """
    Calls a server, and holds its responses against the document.

    Attributes:
        seen: the operations that were answered with success.
    """

    def __init__(self) -> None:
        self.caller = Caller("none")
        self.operations = Operations(upstream())
        self.seen: set[str] = set()

    def call(self, method: str, path: str, form: Form | None = None) -> Any:
        url = f"/v1{path}"
        answer: httpx.Response = self.caller.call(method, url, form)
        assert answer.status_code < 300, (path, answer.text)
        found = self.operations.resolve(method, url)
        assert found is not None, path
        operation = found[0]
        self.seen.add(operation.id)
        response = operation.response(answer.status_code)
        assert response is not None, (operation.id, answer.status_code)
        if answer.status_code == 204:
            assert answer.content == b""
            return None
        schema = response.content["application/json"].schema
        body = answer.json()
        whole = {"allOf": [schema], "components": upstream()["components"]}
        errors = [
            (operation.id, list(error.path), error.message)
            for error in jsonschema.Draft202012Validator(whole).iter_errors(body)
            if error.instance is not None or not NULL & set(map(str, error.path))
        ]
        assert errors == []
        self.check_members(schema, body)
        return body

    def check_members(self, schema: Any, body: dict[str, Any]) -> None:
        """A body has the members of the document: all of them, and no others."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            assert set(body) == set(upstream()["components"]["schemas"][name]["properties"])


HOOKS: list[Form] = [
    [
        ("Target", "webhook"),
        ("Configuration.Url", "http://x.test/"),
        ("Configuration.Filters", "onMessageAdded"),
    ],
    [
        ("Target", "trigger"),
        ("Configuration.Url", "http://x.test/"),
        ("Configuration.Triggers", "help"),
    ],
    [("Target", "studio"), ("Configuration.FlowSid", f"FW{0:032x}")],
]
SPEAKING: Form = [
    ("Timers.Inactive", "PT5M"),
    ("Timers.Closed", "PT10M"),
    ("Bindings.Email.Address", "shop@example.com"),
    ("Attributes", '{"a": 1}'),
    ("FriendlyName", "Order"),
]


def live(judge: Judge, root: str, name: str) -> None:
    """Do every operation of one scope."""
    call = judge.call
    sid = call("POST", f"{root}/Conversations", [*SPEAKING, ("UniqueName", name)])["sid"]
    path = f"{root}/Conversations/{name}"
    anna = call("POST", f"{path}/Participants", [("Identity", name)])["sid"]
    for prefix, number in (("", "+15553000001"), ("whatsapp:", "+15550106016")):
        form = [("MessagingBinding.Address", prefix + number)]
        form += [("MessagingBinding.ProxyAddress", f"{prefix}+15550100000")]
        call("POST", f"{path}/Participants", form)
    form = [("Body", "x"), ("Author", name), ("MediaSid", f"ME{0:032x}")]
    message = call("POST", f"{path}/Messages", form)["sid"]
    call("POST", f"{path}/Messages/{message}", [("Body", "y")])
    read = [("LastReadMessageIndex", "0"), ("LastReadTimestamp", "2026-01-01T00:00:00Z")]
    call("POST", f"{path}/Participants/{anna}", read)
    for hook in HOOKS:
        made = call("POST", f"{path}/Webhooks", hook)["sid"]
        call("GET", f"{path}/Webhooks/{made}")
        call("POST", f"{path}/Webhooks/{made}", [])
    judge.caller.do(judge.caller.control.advance(to="end"))
    call("POST", path, [("FriendlyName", "new")])
    for each in (
        f"{root}/Conversations?State=active&StartDate=2020-01-01",
        path,
        f"{path}/Participants",
        f"{path}/Participants/{anna}",
        f"{path}/Messages?Order=desc",
        f"{path}/Messages/{message}",
        f"{path}/Messages/{message}/Receipts",
        f"{path}/Webhooks",
        f"{root}/ParticipantConversations?Identity={name}",
        f"{root}/ParticipantConversations?Address=%2B15553000001",
        f"{root}/Configuration",
        f"{root}/Configuration/Webhooks",
    ):
        call("GET", each)
    rows = call("GET", f"{path}/Messages/{message}/Receipts")["delivery_receipts"]
    call("GET", f"{path}/Messages/{message}/Receipts/{rows[0]['sid']}")
    call("POST", f"{root}/Configuration", [("DefaultInactiveTimer", "PT1M")])
    call("POST", f"{root}/Configuration/Webhooks", [("Method", "GET")])
    call("POST", f"{root}/ConversationWithParticipants", [])
    call("POST", f"{root}/ConversationWithParticipants", [("Participant", '{"identity": "x"}')])
    for each in (f"Webhooks/{made}", f"Messages/{message}", f"Participants/{anna}"):
        call("DELETE", f"{path}/{each}")
    call("DELETE", f"{root}/Conversations/{sid}")


@pytest.mark.skipif(not UPSTREAM.exists(), reason="Twilio's own document is not here")
def test_every_operation_conforms_to_twilios_document() -> None:
    judge = Judge()
    live(judge, "", "one")
    live(judge, f"/Services/{judge.caller.control.state.chat_service_sid}", "two")
    service = judge.call("POST", "/Services", [("FriendlyName", "new")])["sid"]
    judge.call("GET", "/Services")
    judge.call("GET", f"/Services/{service}")
    judge.call("DELETE", f"/Services/{service}")
    assert len(judge.seen) == 60


# -- what is sent

NAMES = [
    "FriendlyName",
    "UniqueName",
    "Attributes",
    "State",
    "Timers.Inactive",
    "Timers.Closed",
    "DateCreated",
    "DateUpdated",
    "Identity",
    "MessagingBinding.Address",
    "MessagingBinding.ProxyAddress",
    "MessagingBinding.ProjectedAddress",
    "RoleSid",
    "LastReadMessageIndex",
    "LastReadTimestamp",
    "Author",
    "Body",
    "MediaSid",
    "ContentSid",
    "Participant",
    "Target",
    "Configuration.Url",
    "Configuration.Filters",
    "Configuration.Triggers",
    "DefaultClosedTimer",
]
ODD = [
    "",
    "null",
    "0",
    "-1",
    "٣",
    "1e999",
    "P",
    "PT",
    "P9999999999D",
    "P999999W",
    "9999-12-31T23:59:59Z",
    "9989-12-31T23:59:59Z",
]
ODD += ["[" * 3000, '{"identity": ["x"]}', "+1", "whatsapp:", "\x00", "%", "\ufffd", "x" * 40_000]
VALUES = st.sampled_from(ODD) | st.text(max_size=30)
PATHS = [
    "/Conversations",
    "/Conversations/a",
    "/Conversations/a/Participants",
    "/Conversations/a/Participants/anna",
    "/Conversations/a/Messages",
    "/Conversations/a/Webhooks",
    "/ConversationWithParticipants",
    "/Services",
    "/Configuration",
    "/Configuration/Webhooks",
]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=st.sampled_from(PATHS),
    form=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=5),
    query=st.text(max_size=20),
)
def test_nothing_that_is_sent_makes_it_fail(path: str, form: dict[str, str], query: str) -> None:
    """Odd values are refused with an error of Twilio, or taken; lists can be read afterwards."""
    caller = Caller("none")
    caller.call("POST", "/v1/Conversations", [("UniqueName", "a")])
    caller.call("POST", "/v1/Conversations/a/Participants", [("Identity", "anna")])
    pairs = [(name, value.encode("utf-8", "replace").decode()) for name, value in form.items()]
    answer = caller.call("POST", f"/v1{path}", pairs)
    assert answer.status_code < 500, (path, form, answer.text)
    assert answer.status_code < 400 or answer.json()["code"]
    caller.do(caller.control.advance(by="1h"))
    asked = httpx.QueryParams({"State": query, "PageToken": query, "Identity": query})
    for each in ("/Conversations", "/ParticipantConversations", "/Conversations/a/Messages"):
        assert caller.get(f"/v1{each}").status_code < 500
        assert caller.get(f"/v1{each}?{asked}").status_code < 500


def test_at_the_end_of_time() -> None:
    """Even then everything has a date."""
    caller = Caller("landline", start="2999-12-31T23:59:59Z")
    caller.do(caller.control.advance(by="2518499d"))
    form = [("UniqueName", "a"), ("Timers.Closed", "P36500D")]
    assert caller.call("POST", "/v1/Conversations", form).status_code == 201
    assert caller.call("POST", "/v1/Conversations/a/Messages", [("Body", "x")]).status_code == 201
    assert caller.get("/v1/Conversations").json()["conversations"][1]["timers"]["date_closed"]
    assert caller.get("/_receiptkit/").status_code == 200
