"""The REST API of the server: responses are the generator's renderings of the moment, or Twilio's errors."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from receiptkit.generation import SCENARIOS
from receiptkit.model.errors import UsageError
from receiptkit.server import app
from receiptkit.server.clock import ManualClock
from serving import CONTRACT, ORIGIN, Caller, basic, paths


@pytest.fixture
def caller() -> Caller:
    """A server of one world of 50 receipts, at its end."""
    caller = Caller("three-pages", seed=7)
    caller.do(caller.control.advance(to="end"))
    return caller


@pytest.mark.parametrize("moment", ["0ms", "200ms", "2s", "90s", "20m", "1d"])
@pytest.mark.parametrize("in_service", [False, True])
def test_every_scenario_at_every_moment(moment: str, in_service: bool) -> None:
    """Lists, fetches and messages equal those that `generate` makes of the seed and the moment."""
    caller = Caller(seed=3)
    caller.do(caller.control.advance(by=moment))
    lives = list(caller.control.state.lives)
    assert {life.world.scenario for life in lives} == set(SCENARIOS)
    assert len({(life.world.account_sid, life.world.chat_service_sid) for life in lives}) == 1
    for life in lives:
        at = paths(life.world, in_service=in_service)
        then = life.world.moment(moment)
        expected = caller.control.state.speaking(ORIGIN).at(
            replace(life.world, in_service=in_service), then
        )
        assert caller.get(at["receipts"]).json() == expected.page(0, 50)
        assert caller.get(at["message"]).json() == expected.message()
        assert caller.get(at["messages"]).json()["messages"] == [expected.message()]
        one = caller.get(at["receipt"])
        assert one.json() == expected.receipt(0) if expected.receipts else one.status_code == 404
    assert caller.answers == 4 * len(SCENARIOS)


def test_the_first_world_is_that_of_the_generator() -> None:
    """One scenario and seed give the world that `receiptkit generate` gives, its SIDs and dates included."""
    caller = Caller("partial-failure", seed=11)
    assert caller.world == caller.control.state.generator.world("partial-failure", seed=11)


@pytest.mark.parametrize("size", [1, 3, 20, 49, 50])
def test_pages_forward_and_back(caller: Caller, size: int) -> None:
    """Following the links shows every receipt once, forward and back, at the caller's origin."""
    seen, url = [], f"{paths(caller.world)['receipts']}?PageSize={size}"
    pages: list[dict[str, Any]] = []
    while url:
        pages.append(caller.get(url).json())
        seen += [row["sid"] for row in pages[-1]["delivery_receipts"]]
        url = pages[-1]["meta"]["next_page_url"]
        assert url is None or url.startswith(f"{ORIGIN}/v1/")
    assert seen == [receipt.sid for receipt in caller.world.receipts]
    for page, before in zip(pages[:0:-1], pages[-2::-1], strict=True):
        assert caller.get(page["meta"]["previous_page_url"]).json() == before


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("Page=1", 400),
        ("Page=0", 200),
        ("Page=1&PageToken=PT20&PageSize=20", 200),
        ("PageToken=PT20&PageSize=20", 200),
        ("Page=2&PageToken=PT20&PageSize=20", 400),
        ("PageToken=PT7&PageSize=20", 400),
        ("PageToken=PT60&PageSize=20", 400),
        ("PageToken=PA20", 400),
        ("PageToken=", 400),
        ("PageSize=0", 400),
        ("PageSize=-1", 400),
        ("PageSize=x", 400),
        ("PageSize=1e1", 400),
        ("PageSize=99999999999999999999", 400),
        ("PageSize=%D9%A3", 400),
        ("Page=x", 400),
        ("Unknown=1", 200),
    ],
)
def test_parameters_of_pages(caller: Caller, query: str, status: int) -> None:
    """A page needs a token that was issued for its size; a value that is no number is error 20001."""
    answer = caller.get(f"{paths(caller.world)['receipts']}?{query}")
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == 20001
    if query == "Page=1":
        assert answer.json()["message"] == "PageToken is required for paging."


def test_page_size_above_the_maximum() -> None:
    """It is taken for the maximum, which ordinary clients need, or refused where that is wanted."""
    for strict, status in ((False, 200), (True, 400)):
        caller = Caller("three-pages", strict_page_size=strict)
        caller.do(caller.control.advance(to="end"))
        answer = asyncio.run(_plain_get(caller, f"{paths(caller.world)['receipts']}?PageSize=1000"))
        assert answer.status_code == status
        assert strict or (
            answer.json()["meta"]["page_size"],
            len(answer.json()["delivery_receipts"]),
        ) == (50, 50)


async def _plain_get(caller: Caller, url: str, **how: Any) -> httpx.Response:
    """Send a request that is not checked, since the contract does not allow it."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=caller.app, **how), base_url=ORIGIN
    ) as client:
        return await client.get(url, headers={"Authorization": basic(caller.account, "x")})


def test_not_found(caller: Caller) -> None:
    """A missing resource is 404 with code 20404; the message has the path without /v1."""
    at = paths(caller.world)
    other = f"CH{1:032x}"
    for path in (
        at["receipts"].replace(caller.world.conversation_sid, other),
        at["receipts"].replace(caller.world.message.sid, f"IM{1:032x}"),
        at["receipt"].replace(caller.world.receipts[0].sid, f"DY{1:032x}"),
        at["messages"].replace(caller.world.conversation_sid, other),
        paths(caller.world, in_service=True)["receipts"].replace(
            caller.world.chat_service_sid, f"IS{1:032x}"
        ),
        f"/v1/Services/IS{1:032x}/Configuration/Webhooks",
        "/v1/Nothing",
        at["receipts"] + "/",
    ):
        answer = caller.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, 20404)
        assert (
            answer.json()["message"]
            == f"The requested resource {path.removeprefix('/v1')} was not found"
        )
        assert answer.json()["more_info"] == "https://www.twilio.com/docs/errors/20404"


def test_other_methods(caller: Caller) -> None:
    """An unsupported method is 405, with the supported ones."""
    answer = caller.call("DELETE", paths(caller.world)["receipts"])
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (405, 20004, 405)
    assert "GET" in answer.headers["Allow"]
    assert caller.call("HEAD", paths(caller.world)["receipts"]).text == ""


def test_a_browser_may_ask_first(caller: Caller) -> None:
    """OPTIONS needs no authorization, has no body, and names the methods; an unknown path is 404 all the same."""
    answer = caller.call("OPTIONS", "/v1/Conversations", authorization=None)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-methods"] == "GET, POST, DELETE, OPTIONS"
    assert "If-Match" in answer.headers["access-control-allow-headers"]
    assert "content-type" not in answer.headers
    assert caller.call("OPTIONS", "/v1/Users", authorization=None).status_code == 204
    assert caller.call("OPTIONS", "/v1/Nothing").status_code == 404
    expected = {"access-control-expose-headers": "ETag", "access-control-allow-origin": "*"}
    assert expected.items() <= caller.get("/v1/Conversations").headers.items()


def test_unique_name(caller: Caller) -> None:
    """A conversation can be fetched by its scenario's unique name; the response has its SID."""
    at = paths(caller.world)["receipts"]
    assert (
        caller.get(at.replace(caller.world.conversation_sid, "three-pages")).json()
        == caller.get(at).json()
    )


@pytest.mark.parametrize(
    ("user", "secret", "token", "status"),
    [
        ("account", "anything", None, 200),
        ("account", "", None, 401),
        ("SK" + "0a" * 16, "anything", None, 200),
        ("SK" + "0a" * 16, "", None, 401),
        ("SK0a", "anything", None, 401),
        ("AC" + "0" * 32, "anything", None, 401),
        ("account", "anything", "s3cret", 401),
        ("account", "s3cret", "s3cret", 200),
        ("SK" + "0a" * 16, "s3cret", "s3cret", 200),
        ("SK" + "0a" * 16, "anything", "s3cret", 401),
    ],
)
def test_authorises_accounts_and_keys(
    user: str, secret: str, token: str | None, status: int
) -> None:
    """The account or an API key may call, with any secret, or with the one that was set."""
    caller = Caller("group-sms", auth_token=token)
    answer = caller.get(
        paths(caller.world)["receipts"],
        authorization=basic(caller.account if user == "account" else user, secret),
    )
    assert answer.status_code == status
    assert status == 200 or answer.json()["code"] == 20003


@pytest.mark.parametrize(
    "header",
    [None, "Basic", "Basic %%%", "Bearer QUM6eA==", "Basic /////w==", "Basic QUM", "Basic é"],
)
def test_refuses_invalid_authorization(caller: Caller, header: str | None) -> None:
    """A missing header, another scheme, and invalid base64 or text are 401."""
    assert caller.get(paths(caller.world)["receipts"], authorization=header).status_code == 401


def test_headers(caller: Caller) -> None:
    """Every response has the observed headers, and its own request id."""
    answers = [
        caller.get(path)
        for path in (paths(caller.world)["receipts"], "/v1/Nothing")
        for _ in range(2)
    ]
    assert len({answer.headers["Twilio-Request-Id"] for answer in answers}) == 4
    for answer in answers:
        assert {
            "twilio-concurrent-requests",
            "twilio-request-duration",
            "x-home-region",
            "x-powered-by",
        } <= set(answer.headers)
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("host", "public", "origin"),
    [
        ("127.0.0.1:5000", None, "http://127.0.0.1:5000"),
        ("[::1]:5000", None, "http://[::1]:5000"),
        ('a"b', None, "http://twilio.test:8099"),
        ("127.0.0.1:5000", "https://example.com", "https://example.com"),
    ],
)
def test_origin_of_links(host: str, public: str | None, origin: str) -> None:
    """Links carry the host that the caller named, if it is one, or the one that was set."""
    caller = Caller("three-pages", public_origin=public)
    caller.do(caller.control.advance(to="end"))
    page = caller.get(
        f"{paths(caller.world)['receipts']}?PageSize=2", headers={"Host": host}
    ).json()
    assert page == caller.at(origin=origin).page(0, 2)
    assert page["meta"]["next_page_url"].startswith(origin)


@pytest.mark.parametrize(
    "how", [{}, {"by": "1s", "to": "end"}, {"by": 5}, {"to": 5}, {"by": b"1s"}]
)
def test_advances_the_clock_by_one_text(how: dict[str, Any]) -> None:
    """The clock is advanced by either `by` or `to`, as a text."""
    caller = Caller("agent-and-sms")
    with pytest.raises(UsageError, match=r"^give either `by`, such as 90s, or `to`: next or end$"):
        caller.do(caller.control.advance(**how))


def test_rejects_what_is_not_a_duration() -> None:
    caller = Caller("agent-and-sms", clock="manual")
    with pytest.raises(UsageError, match=r"^by=xyz is not a duration; use 90s or 2h$"):
        caller.do(caller.control.advance(by="xyz"))


def test_receipts_come_to_be() -> None:
    """A receipt cannot be fetched before it exists; it then has no status until its first."""
    caller = Caller("agent-and-sms")
    at = paths(caller.world)
    assert caller.get(at["receipt"]).status_code == 404
    assert caller.get(at["receipts"]).json()["delivery_receipts"] == []
    caller.do(caller.control.advance(by="200ms"))
    assert caller.get(at["receipt"]).json()["status"] is None
    assert caller.get(at["message"]).json()["delivery"] == {"total": 1} | dict.fromkeys(
        ["sent", "delivered", "read", "failed", "undelivered"], "none"
    )
    caller.do(caller.control.advance(to="end"))
    assert caller.get(at["receipt"]).json()["status"] == "delivered"


def test_to_the_millisecond() -> None:
    """A change is seen from its own millisecond on, and not before."""
    caller = Caller("partial-failure")
    clock = caller.control.state.clock
    assert isinstance(clock, ManualClock)
    life = next(caller.control.state.lives)
    for receipt in life.world.receipts:
        for before, step in zip((None, *receipt.steps), receipt.steps, strict=False):
            for early, expected in ((1, before), (0, step)):
                clock.reading = life.reading(step.at) - early
                row = caller.get(f"{paths(life.world)['receipts']}/{receipt.sid}").json()
                assert row["status"] == (expected.status if expected else None)


# -- configuration


@pytest.mark.parametrize("in_service", [False, True])
def test_configuration(caller: Caller, in_service: bool) -> None:
    """Nothing is configured at first; an update changes its members, and the rest stays."""
    path = paths(caller.world, in_service=in_service)["configuration"]
    empty = caller.get(path).json()
    assert (empty["method"], empty["filters"], empty["post_webhook_url"]) == (None, None, None)
    form = [
        ("PostWebhookUrl", "https://example.com/hook"),
        ("Filters", "onMessageAdded"),
        ("Filters", "onDeliveryUpdated"),
    ]
    after = caller.call("POST", path, form).json()
    assert (after["method"], after["filters"]) == ("POST", ["onMessageAdded", "onDeliveryUpdated"])
    after = caller.call("POST", path, [("Method", "get")]).json()
    assert (after["method"], after["post_webhook_url"]) == ("GET", "https://example.com/hook")
    assert caller.get(path).json() == after
    assert after["url"] == ORIGIN + path
    assert ("chat_service_sid" in after, "target" in after) == (in_service, not in_service)
    assert caller.call("POST", path, [("PostWebhookUrl", "")]).json()["post_webhook_url"] is None


def test_legacy_path(caller: Caller) -> None:
    """The path that the guide still prints is that of the account."""
    caller.call(
        "POST",
        "/v1/Conversations/Webhooks",
        [("PreWebhookUrl", "https://example.com/before"), ("Target", "flex")],
    )
    assert (
        caller.get("/v1/Configuration/Webhooks").json()["pre_webhook_url"]
        == "https://example.com/before"
    )
    assert caller.get("/v1/Conversations/Webhooks").json()["target"] == "flex"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ([("Method", "PUT")], 50055),
        ([("PostWebhookUrl", "nowhere")], 50078),
        ([("PreWebhookUrl", "http://")], 50077),
        ([("Target", "x")], 20001),
    ],
)
def test_refuses_invalid_configurations(
    caller: Caller, form: list[tuple[str, str]], code: int
) -> None:
    """An invalid configuration is refused, and nothing changes."""
    before = caller.get("/v1/Configuration/Webhooks").json()
    answer = caller.call(
        "POST", "/v1/Configuration/Webhooks", [*form, ("Filters", "onDeliveryUpdated")]
    )
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert caller.get("/v1/Configuration/Webhooks").json() == before


def test_a_body_that_is_no_form(caller: Caller) -> None:
    """JSON is refused: Twilio takes forms."""
    answer = caller.call(
        "POST",
        "/v1/Configuration/Webhooks",
        content=b"{}",
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400


def test_a_services_target(caller: Caller) -> None:
    """A service has none, and saying one configures nothing."""
    path = paths(caller.world, in_service=True)["configuration"]
    before = caller.get(path).json()
    assert caller.call("POST", path, [("Target", "flex")]).json() == before
    assert caller.call("POST", path, [("Target", "nonsense")]).json() == before


def test_hides_internal_errors(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """An internal error has the response of one of Twilio's, not a traceback."""
    monkeypatch.setattr("receiptkit.server.receipts.page_request", lambda *_, **__: 1 / 0)
    answer = asyncio.run(
        _plain_get(caller, paths(caller.world)["receipts"], raise_app_exceptions=False)
    )
    assert (answer.status_code, answer.json()["status"]) == (500, 500)
    assert answer.headers["X-Powered-By"]


# -- settings


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"scenarios": "three-page"}, "did you mean three-pages"),
        ({"clock": "sun"}, "real or manual"),
        ({"speed": 0}, "above 0"),
        ({"count": 0}, "1 or more"),
        ({"auth_token": ""}, "opens nothing"),
        ({"webhook_url": "example.com"}, "not an absolute"),
        ({"webhook_url": "http://[::1"}, "not an absolute"),
        ({"public_origin": "https://example.com/path"}, "scheme and host alone"),
        ({"public_origin": "https://example.com?"}, "scheme and host alone"),
        ({"public_origin": "https://user:secret@example.com"}, "scheme and host alone"),
        ({"seed": 10**19}, "18 digits"),
        ({"seed": "x"}, "seed cannot be 'x'"),
        ({"seed": True}, "seed cannot be True"),
        ({"speed": "fast"}, "speed cannot be"),
        ({"scenarios": 5}, "scenarios cannot be 5"),
        ({"scenario": "landline"}, "did you mean scenarios"),
        ({"receipts": 10**8}, "from 0 to 10,000"),
        ({"count": 10**9}, "at most 1,000,000"),
        ({"start": "yesterday"}, "from 1970 to 2999"),
        ({"account_sid": "AC1"}, "32 hexadecimal"),
        ({"api_keys": {"SK1": "x"}}, "an API key is SK"),
        ({"error_statuses": {50418: 200}}, "from 400 to 599"),
        ({"error_statuses": {1: 400}}, "the code of an error"),
        ({"data": []}, "data cannot be"),
        ({"data": {"conversation": []}}, "unknown field 'conversation'"),
        ({"data": {"conversations": [{"participants": [{}]}]}}, r"participants\[0\]: Identity not"),
    ],
)
def test_wrong_settings(settings: dict[str, Any], said: str) -> None:
    """Impossible settings are refused in one line."""
    with pytest.raises(UsageError, match=said):
        app(**settings)


def test_messages_of_one_conversation() -> None:
    """Messages of one conversation are listed together, on pages of their own."""
    caller = Caller("group-sms")
    conversation = caller.world.conversation_sid
    for seed in (1, 2):
        caller.do(caller.control.load("landline", seed, set={"conversation_sid": conversation}))
    url = f"/v1/Conversations/{conversation}/Messages"
    first = caller.get(f"{url}?PageSize=2").json()
    second = caller.get(first["meta"]["next_page_url"]).json()
    rows = first["messages"] + second["messages"]
    assert [row["sid"] for row in rows] == [
        life.world.message.sid for life in caller.control.state.lives
    ]
    assert second["meta"]["next_page_url"] is None
    assert all(CONTRACT.check(row, operation="FetchConversationMessage") == [] for row in rows)
    behind = caller.get(f"{url}?PageSize=2&Page=9&PageToken=PT900").json()
    assert (behind["messages"], behind["meta"]["next_page_url"]) == ([], None)
    last = caller.get(f"{url}?Order=desc&PageSize=2").json()
    rest = caller.get(last["meta"]["next_page_url"]).json()
    assert last["meta"]["next_page_url"].startswith(f"{ORIGIN}{url}?Order=desc&PageSize=2&Page=1")
    assert last["messages"] + rest["messages"] == rows[::-1]
    assert caller.get(f"{url}?Order=asc").json()["messages"] == rows
    assert caller.get(f"{url}?Order=down").json()["message"] == "Order must be asc or desc."


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        (None, "send HTTP Basic with {} as the user and an auth token"),
        ("Bearer x", "send HTTP Basic with {} as the user and an auth token"),
        (
            basic("AC" + "5" * 32, "secret-of-mine"),
            "another account; this server has {}, and --account-sid sets it",
        ),
    ],
)
def test_notes_once_why_a_caller_was_refused(
    capsys: pytest.CaptureFixture[str], header: str | None, advice: str
) -> None:
    """Twilio's 401 gives no reason; standard error does, without the caller's credentials."""
    caller = Caller("landline")
    path = paths(caller.world)["receipts"]
    for _ in range(2):
        assert caller.get(path, authorization=header).status_code == 401
    sid = caller.world.account_sid
    assert capsys.readouterr().err == f"receiptkit: note: {advice.format(sid)}; it answered 401\n"


def test_notes_that_another_token_is_expected(capsys: pytest.CaptureFixture[str]) -> None:
    caller = Caller("landline", auth_token="the-right-one")
    wrong = basic(caller.world.account_sid, "wrong")
    assert caller.get(paths(caller.world)["receipts"], authorization=wrong).status_code == 401
    err = capsys.readouterr().err
    assert err == (
        "receiptkit: note: this server expects another auth token or API key; it answered 401\n"
    )


def test_hands_a_note_to_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """A log in JSON has no line of text between its lines."""
    caller = Caller("landline")
    notes: list[str] = []
    log = caller.control.log
    assert log is not None
    log.note_listener = notes.append
    caller.get(paths(caller.world)["receipts"], authorization=None)
    assert capsys.readouterr().err == ""
    assert [each.rpartition("; ")[2] for each in notes] == ["it answered 401"]
