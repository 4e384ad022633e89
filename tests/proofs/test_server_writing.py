"""A state machine writes to the server and reads from it, against a model that knows only the documented rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from serving import Caller

NAMES = ["order-1", "order 2", "a/b?c=d&e", "Zoë"]
IDENTITIES = ["anna", "ben@example.com"]
ADDRESSES = [
    ("+15550100001", "+15550100000"),
    ("+15550100002", "+15550100000"),
    ("whatsapp:+15550100001", "whatsapp:+15550100000"),
]


@dataclass
class Model:
    """A conversation."""

    sid: str
    unique_name: str | None
    state: str = "active"
    participants: dict[str, tuple[str, ...]] = field(default_factory=dict)
    messages: dict[str, tuple[int, str, set[str]]] = field(default_factory=dict)
    next_index: int = 0


class WritingMachine(RuleBasedStateMachine):
    """Conversations, participants and messages, which are created, read, closed and deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller("none")
        self.models: dict[str, Model] = {}

    @initialize(others=st.integers(0, 3))
    def begin(self, others: int) -> None:
        for _ in range(others):
            self.create(None)

    def call(self, method: str, path: str, form: dict[str, str] | None = None) -> httpx.Response:
        pairs = None if form is None else list(form.items())
        return self.caller.call(method, f"/v1{path}", pairs)

    def refused(self, answer: httpx.Response, status: int, code: int) -> None:
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text

    def bound(self, address: tuple[str, str]) -> str | None:
        """Return the open conversation in which an address is bound to a proxy."""
        for model in self.models.values():
            if model.state != "closed" and address in model.participants.values():
                return model.sid
        return None

    def path(self, model: Model, by_name: bool = False) -> str:
        name = model.unique_name if by_name and model.unique_name else model.sid
        return f"/Conversations/{quote(name, safe='')}"

    # -- conversations

    @rule(name=st.none() | st.sampled_from(NAMES))
    def create(self, name: str | None) -> None:
        answer = self.call("POST", "/Conversations", {"UniqueName": name} if name else {})
        if name and any(model.unique_name == name for model in self.models.values()):
            self.refused(answer, 409, 50353)
            return
        assert answer.status_code == 201
        body = answer.json()
        assert (body["unique_name"], body["state"]) == (name, "active")
        self.models[body["sid"]] = Model(body["sid"], name)

    @precondition(lambda self: self.models)
    @rule(data=st.data(), name=st.sampled_from(["", *NAMES]))
    def rename(self, data: Any, name: str) -> None:
        model = self.any_model(data)
        answer = self.call("POST", self.path(model, by_name=True), {"UniqueName": name})
        if model.state == "closed":
            self.refused(answer, 400, 50377)
        elif name and any(
            each.unique_name == name for each in self.models.values() if each is not model
        ):
            self.refused(answer, 409, 50353)
        else:
            assert answer.json()["unique_name"] == (name or None)
            model.unique_name = name or None

    @precondition(lambda self: self.models)
    @rule(data=st.data(), state=st.sampled_from(["active", "inactive", "closed"]))
    def set_state(self, data: Any, state: str) -> None:
        model = self.any_model(data)
        answer = self.call("POST", self.path(model), {"State": state})
        if model.state == "closed":
            self.refused(answer, 400, 50377)
        else:
            assert (answer.status_code, answer.json()["state"]) == (200, state)
            model.state = state

    @precondition(lambda self: self.models)
    @rule(data=st.data())
    def delete(self, data: Any) -> None:
        model = self.any_model(data)
        answer = self.call("DELETE", self.path(model, by_name=True))
        assert (answer.status_code, answer.content) == (204, b"")
        self.refused(self.call("GET", f"{self.path(model)}/Participants"), 404, 20404)
        del self.models[model.sid]

    # -- participants

    @precondition(lambda self: self.models)
    @rule(data=st.data(), who=st.sampled_from([*IDENTITIES, *ADDRESSES]))
    def add(self, data: Any, who: Any) -> None:
        model = self.any_model(data)
        if isinstance(who, str):
            form, key = {"Identity": who}, (who,)
        else:
            form = {"MessagingBinding.Address": who[0], "MessagingBinding.ProxyAddress": who[1]}
            key = who
        answer = self.call("POST", f"{self.path(model, by_name=True)}/Participants", form)
        if model.state == "closed":
            self.refused(answer, 400, 50377)
        elif isinstance(who, str) and key in model.participants.values():
            self.refused(answer, 409, 50433)
        elif not isinstance(who, str) and (sid := self.bound(who)):
            self.refused(answer, 409, 50416)
            assert answer.json()["message"].endswith(f"Conversation {sid}")
        else:
            assert answer.status_code == 201
            model.participants[answer.json()["sid"]] = key

    @precondition(lambda self: any(model.participants for model in self.models.values()))
    @rule(data=st.data())
    def remove(self, data: Any) -> None:
        models = [model for model in self.models.values() if model.participants]
        model = data.draw(st.sampled_from(models))
        sid = data.draw(st.sampled_from(list(model.participants)))
        key = model.participants[sid]
        name = quote(key[0], safe="") if len(key) == 1 else sid
        answer = self.call("DELETE", f"{self.path(model)}/Participants/{name}")
        if model.state == "closed":
            self.refused(answer, 400, 50377)
        else:
            assert answer.status_code == 204
            del model.participants[sid]

    # -- messages

    @precondition(lambda self: self.models)
    @rule(data=st.data(), body=st.sampled_from(["Hello", "Grüße & mehr + 1 = 2", ""]))
    def post(self, data: Any, body: str) -> None:
        model = self.any_model(data)
        author = data.draw(
            st.sampled_from(["system", *(key[0] for key in model.participants.values())])
        )
        answer = self.call("POST", f"{self.path(model)}/Messages", {"Body": body, "Author": author})
        if model.state == "closed":
            self.refused(answer, 400, 50377)
            return
        message = answer.json()
        assert (message["index"], message["delivery"], message["body"]) == (
            model.next_index,
            None,
            body,
        )
        recipients = {
            sid for sid, key in model.participants.items() if len(key) == 2 and key[0] != author
        }
        model.messages[message["sid"]] = (model.next_index, body, recipients)
        model.next_index += 1
        model.state = "active"

    @precondition(lambda self: any(model.messages for model in self.models.values()))
    @rule(data=st.data())
    def deliver(self, data: Any) -> None:
        self.caller.do(self.caller.control.advance(to="end"))
        model = data.draw(st.sampled_from([each for each in self.models.values() if each.messages]))
        sid = data.draw(st.sampled_from(list(model.messages)))
        recipients = model.messages[sid][2]
        rows = self.call("GET", f"{self.path(model)}/Messages/{sid}/Receipts").json()
        found = [(row["participant_sid"], row["status"]) for row in rows["delivery_receipts"]]
        assert sorted(found) == sorted((each, "delivered") for each in recipients)
        message = self.call("GET", f"{self.path(model)}/Messages/{sid}").json()
        assert (message["delivery"] or {"total": 0})["total"] == len(recipients)

    @precondition(lambda self: any(model.messages for model in self.models.values()))
    @rule(data=st.data())
    def delete_message(self, data: Any) -> None:
        model = data.draw(st.sampled_from([each for each in self.models.values() if each.messages]))
        sid = data.draw(st.sampled_from(list(model.messages)))
        answer = self.call("DELETE", f"{self.path(model)}/Messages/{sid}")
        if model.state == "closed":
            self.refused(answer, 400, 50377)
        else:
            assert answer.status_code == 204
            del model.messages[sid]

    # -- lists

    @rule(size=st.integers(1, 3), grows=st.booleans())
    def list_conversations(self, size: int, grows: bool) -> None:
        """Every conversation that was there at first is seen once, also while the list grows."""
        expected = list(self.models)
        seen: list[str] = []
        url = f"/v1/Conversations?PageSize={size}"
        while url:
            page = self.caller.get(url).json()
            seen += [row["sid"] for row in page["conversations"]]
            url = page["meta"]["next_page_url"]
            if grows and url:
                self.create(None)
                grows = False
        assert seen[: len(expected)] == expected
        assert len(seen) == len(set(seen))

    @precondition(lambda self: self.models)
    @rule(
        data=st.data(),
        size=st.integers(1, 3),
        order=st.sampled_from(["asc", "desc"]),
        grows=st.booleans(),
    )
    def list_messages(self, data: Any, size: int, order: str, grows: bool) -> None:
        """Every message that was there at first is seen once, also while the list grows."""
        model = self.any_model(data)
        expected = sorted(index for index, _, _ in model.messages.values())
        indexes: list[int] = []
        pages = []
        url = f"/v1{self.path(model)}/Messages?Order={order}&PageSize={size}"
        while url:
            pages.append(self.caller.get(url).json())
            indexes += [row["index"] for row in pages[-1]["messages"]]
            url = pages[-1]["meta"]["next_page_url"]
            if grows and url and len(pages) == 1:
                self.post(data, "Hello")
        assert len(indexes) == len(set(indexes))
        assert indexes[: len(expected)] == (expected if order == "asc" else expected[::-1])
        assert grows or len(indexes) == len(expected)
        for page, before in zip(pages[:0:-1], pages[-2::-1], strict=True):
            back = self.caller.get(page["meta"]["previous_page_url"]).json()
            assert back["messages"] == before["messages"]

    @rule(name=st.sampled_from(IDENTITIES))
    def conversations_of(self, name: str) -> None:
        rows = self.call("GET", f"/ParticipantConversations?Identity={quote(name)}").json()
        expected = [
            model.sid for model in self.models.values() if (name,) in model.participants.values()
        ]
        assert [row["conversation_sid"] for row in rows["conversations"]] == expected

    # -- the whole

    @rule()
    def snapshot_and_restore(self) -> None:
        """Restore a snapshot; actions after it have no effect."""
        self.caller.do(self.caller.control.snapshot())
        self.call("POST", "/Conversations", {})
        for model in self.models.values():
            self.call("DELETE", self.path(model))
        self.caller.do(self.caller.control.restore())

    @invariant()
    def agrees(self) -> None:
        for model in list(self.models.values())[:3]:
            body = self.call("GET", self.path(model, by_name=True)).json()
            assert (body["sid"], body["unique_name"], body["state"]) == (
                model.sid,
                model.unique_name,
                model.state,
            )
            rows = self.call("GET", f"{self.path(model)}/Participants").json()["participants"]
            assert [row["sid"] for row in rows] == list(model.participants)

    def any_model(self, data: Any) -> Model:
        return self.models[data.draw(st.sampled_from(list(self.models)))]


TestWriting = WritingMachine.TestCase
TestWriting.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
