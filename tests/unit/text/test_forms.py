"""Forms and queries: nothing is lost, and every value has its place."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiptkit import Contract, WebhookRequest
from receiptkit.contract.webhook_payload import Payload, payload
from receiptkit.model.exchange import NotCaptured
from receiptkit.model.problem import Problem
from receiptkit.rules.examples import form, sample
from receiptkit.rules.receipt import updated_before_created
from receiptkit.rules.views import ReceiptView
from receiptkit.rules.webhook import classic_callback
from receiptkit.text.forms import decode_form, decode_query, form_offsets, is_json

PARAMETERS: dict[str, str] = sample("webhook")["params"]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", []),
        ("&&", []),
        ("a=1&a=2&b=&a=1", [("a", "1"), ("a", "2"), ("b", ""), ("a", "1")]),
        ("a", [("a", "")]),
        ("=1", [("", "1")]),
        ("a=b=c", [("a", "b=c")]),
        ("a=x+y%2Bz%20", [("a", "x y+z ")]),
        ("a;b=1", [("a;b", "1")]),
        ("%61=%C3%A9é", [("a", "éé")]),
        ("a=%zz%4", [("a", "%zz%4")]),
        ("a=%ff", [("a", "\ufffd")]),
    ],
)
def test_every_pair_is_kept(text: str, pairs: list[tuple[str, str]]) -> None:
    """Repeated names, their order, blank values and escapes come out as they went in."""
    assert [(item.name, item.value) for item in decode_form(text)] == pairs


@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), max_size=6))
def test_reads_forms_of_urllib(pairs: list[tuple[str, str]]) -> None:
    """A form that `urllib` wrote has its values, each at its place."""
    pairs = [
        (name.encode("utf-8", "replace").decode(), value.encode("utf-8", "replace").decode())
        for name, value in pairs
    ]
    text = urlencode(pairs)
    decoded = decode_form(text)
    assert [(item.name, item.value) for item in decoded] == pairs
    for item in decoded:
        assert item.sound
        assert text[item.value_at :].partition("&")[0] == urlencode([("", item.value)])[1:]
    prefixed = decode_query(f"https://example.com/?{text}#x=y")
    assert [(item.name, item.value, item.at - 21) for item in prefixed] == [
        (item.name, item.value, item.at) for item in decoded
    ]


@given(st.text(alphabet="a=&%+;é\ud800 0fF", max_size=30))
def test_any_text_is_a_form(text: str) -> None:
    """Nothing that a form can be made of raises, and no pair is lost."""
    decoded = decode_form(text)
    assert len(decoded) == sum(1 for pair in text.split("&") if pair)
    for item in decoded:
        assert 0 <= item.at <= item.value_at <= len(text)


@pytest.mark.parametrize(
    ("charset", "value"),
    [
        ("iso-8859-1", "é"),
        ("LATIN1", "é"),
        ("windows-1252", "é"),
        ("utf-8", "\ufffd"),
        ("utf-16", "\ufffd"),
        ("hex", "\ufffd"),
    ],
)
def test_the_charset_counts_where_forms_have_it(charset: str, value: str) -> None:
    """A character set that forms use is believed; other names of codecs are not."""
    (item,) = decode_form("a=%e9", f'application/x-www-form-urlencoded; charset="{charset}"')
    assert (item.value, item.sound) == (value, value == "é")


def test_places_of_parameters() -> None:
    """The first of a repeated parameter has the place; one that is not there has the beginning."""
    parameters = decode_form("b=1&a=2&a=3")
    assert form_offsets(parameters, ["/a", "/b", "/c"]) == {"/a": 6, "/b": 2, "/c": 0}
    assert is_json(' \n{"a": 1}')
    assert not is_json("a={}")


def rules(delivery: WebhookRequest, profile: str = "documented") -> list[str]:
    return [
        f"{item.rule} {item.pointer}" for item in Contract.load(profile).check_webhook(delivery)
    ]


def test_webhooks_from_python() -> None:
    """A webhook is checked in whatever form its parameters arrive."""
    url = "https://example.com/hook"
    assert rules(WebhookRequest(url, "POST", form())) == []
    assert rules(WebhookRequest(url, "post", form().encode())) == []
    assert rules(WebhookRequest(f"{url}?{form()}", "GET")) == []
    assert rules(WebhookRequest(f"{url}?{form()}", "POST", "")) == []
    assert rules(WebhookRequest(url, body=PARAMETERS)) == []
    assert (
        rules(WebhookRequest(url, body={name: [value] for name, value in PARAMETERS.items()})) == []
    )
    assert rules(WebhookRequest(url, body=form().replace("=sent", "=queued"))) == [
        "schema.enum /Status"
    ]
    assert rules(WebhookRequest(url, body=form() + "&Status=read")) == [
        "webhook.repeated-parameter /Status"
    ]
    assert rules(WebhookRequest(url, body={**PARAMETERS, "Status": ["sent", "read"]})) == [
        "webhook.repeated-parameter /Status"
    ]
    assert rules(
        WebhookRequest(url, body=form() + f"&ClientIdentity={quote('é', encoding='latin-1')}")
    ) == ["webhook.encoding /ClientIdentity"]
    latin = {"Content-Type": "application/x-www-form-urlencoded; charset=iso-8859-1"}
    assert rules(WebhookRequest(url, body=form() + "&ClientIdentity=%E9", headers=latin)) == []


@pytest.mark.parametrize(
    "body",
    ["", "a=b", b"\xff\xfe", "{", "[1]", "null", 7, [], {"a": [[]]}, {"EventType": None}, "{}"],
)
def test_requests_that_are_no_webhook(body: object) -> None:
    """Any other request is of unknown kind or broken JSON, and never raises."""
    assert rules(WebhookRequest("https://example.com/hook?x=1", "POST", body))[0].split()[0] in (
        "body.unknown-kind",
        "json.syntax",
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[1]", [1]),
        ('{"a": ["x", "y"], "b": ["z"], "c": []}', {"a": "x", "b": "z", "c": []}),
        ([1], [1]),
        ("a=x&a=y&b", {"a": "x", "b": ""}),
        ("", {}),
    ],
)
def test_parameters_of_bodies(body: object, expected: object) -> None:
    """The first value of each parameter counts; a JSON value that is no object is unchanged."""
    assert payload(WebhookRequest(body=body)).body == expected


QUERY = "https://example.com/hook?a=1"


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (WebhookRequest(QUERY, "POST", "b=2"), Payload({"b": "2"})),
        (WebhookRequest(QUERY, "get", "b=2"), Payload({"a": "1"}, "url")),
        (WebhookRequest(QUERY, "GET", {"b": "2"}), Payload({"a": "1"}, "url")),
        (WebhookRequest("https://example.com/hook", "GET", "b=2"), Payload({"b": "2"})),
        (WebhookRequest(QUERY, "POST", " "), Payload({"a": "1"}, "url")),
        (WebhookRequest(QUERY, "POST", NotCaptured("x")), Payload({"a": "1"}, "url")),
        (
            WebhookRequest("https://example.com/hook?s3cr3t", "GET", NotCaptured("x")),
            Payload({}, "url"),
        ),
        (WebhookRequest(f"{QUERY}&a=%&a=%", "GET"), Payload({"a": "1"}, "url", ("a",), ("a",))),
        (
            WebhookRequest(body=b" b=%ff&a=1&b=2\n"),
            Payload({"b": "\ufffd", "a": "1"}, "request", ("b",), ("b",)),
        ),
        (WebhookRequest(body={"b": ["2", "3"]}), Payload({"b": "2"}, "request", ("b",))),
        (
            WebhookRequest(body='{"b": ["2", "3"]}'),
            Payload({"b": "2"}, "request", ("b",), (), b'{"b": ["2", "3"]}'),
        ),
    ],
)
def test_finds_the_parameters(delivery: WebhookRequest, expected: Payload) -> None:
    """Parameters are in the body, or in the URL if there is no body, or for GET."""
    assert payload(delivery) == expected


def dates_of(parameters: dict[str, Any]) -> list[Problem]:
    return [
        each._replace(rule="receipt.updated-before-created")
        for each in updated_before_created(ReceiptView(parameters, is_webhook=True))
    ]


def test_the_dates_of_a_webhook() -> None:
    """An update before the creation is a problem, which reads both dates."""
    updated = "2026-03-02T09:15:01.900Z"
    early = {"DateCreated": "2026-03-02T09:15:02.100Z", "DateUpdated": updated}
    assert list(dates_of(early)) == [
        Problem(
            "/DateUpdated",
            "DateUpdated is before DateCreated",
            rule="receipt.updated-before-created",
            value=updated,
            reads=("/DateCreated",),
        )
    ]
    assert list(dates_of({"DateCreated": updated, "DateUpdated": "2026-03-02T09:15:01.100Z"})) == []
    assert (
        list(dates_of({"DateUpdated": updated})) == list(dates_of({"DateCreated": updated})) == []
    )


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"SmsStatus": "sent"}, True),
        ({"MessageStatus": "sent", "MessageSid": "SM1"}, True),
        ({"MessageStatus": "sent", "MessageSid": "MM1"}, True),
        ({"MessageStatus": "sent", "MessageSid": "IM1"}, False),
        ({"MessageStatus": "sent", "MessageSid": 5}, False),
        ({"MessageStatus": "sent"}, False),
        ({"MessageSid": "SM1"}, False),
        ({"SmsStatus": "sent", "EventType": "onDeliveryUpdated"}, False),
        ({"SmsStatus": "sent", "DeliveryReceiptSid": "DY1"}, False),
        ({"SmsStatus": "received", "MessageSid": "SM1"}, False),
        ({"SmsStatus": "receiving", "MessageSid": "SM1"}, False),
        ({"SmsStatus": "received", "MessageStatus": "delivered", "MessageSid": "SM1"}, True),
    ],
)
def test_recognises_classic_callbacks(parameters: dict[str, object], expected: bool) -> None:
    """A status of an SMS or MMS is one, unless it names a Conversations event or a receipt."""
    assert any(classic_callback(parameters)) is expected


def test_webhooks_of_another_event_are_left_alone() -> None:
    """A webhook of another event is not checked by the schema of this one."""
    verdict = Contract.load().validator.validate_webhook(
        WebhookRequest(body={**PARAMETERS, "EventType": "onMessageAdded", "Status": "x"})
    )
    assert verdict.unchecked == "a webhook of another event"
    assert [(finding.rule, finding.severity.value) for finding in verdict.findings] == [
        ("webhook.other-event", "info")
    ]


def test_the_vendor_knows_no_webhooks() -> None:
    """Under `vendor` a webhook is not checked: the published document has none."""
    assert rules(WebhookRequest(body=PARAMETERS), "vendor") == ["body.unchecked "]


def test_an_event_is_one_whatever_else_it_carries() -> None:
    """A request with EventType onDeliveryUpdated is checked as one, with unknown and without required parameters."""
    many = {f"X{number}": "1" for number in range(40)}
    found = rules(
        WebhookRequest("https://example.com/hook", body={**PARAMETERS, **many, "Status": "queued"})
    )
    assert [rule for rule in found if not rule.startswith("webhook.unknown-parameter")] == [
        "schema.enum /Status"
    ]
    assert "schema.required " in rules(
        WebhookRequest("https://example.com/hook", body={"EventType": "onDeliveryUpdated"})
    )


def test_ignores_a_query_part_without_a_name(contract: Contract) -> None:
    """A query part without `=`, such as a secret, is no parameter, and never printed."""
    query = "&".join(f"{name}={value}" for name, value in sample("webhook")["params"].items())
    found = contract.check_webhook(
        WebhookRequest(f"https://example.com/hook?s3cr3t&{query}", "GET")
    )
    assert found == []
    found = contract.check_webhook(
        WebhookRequest(f"https://example.com/hook?{query}&Carrier=x", "GET")
    )
    assert [(each.rule, each.pointer) for each in found] == [
        ("webhook.unknown-parameter", "/Carrier")
    ]


def test_many_escapes_are_decoded_in_pieces_at_no_escape_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A large value decodes as it does at once, wherever the pieces end."""
    values = ["%41%4", "%%41", "a%C3%A9%C3", "100%", "%4", "%zz%41%"]
    whole = [decode_form(f"a={value * 7}", None) for value in values]
    for size in range(3, 12):
        monkeypatch.setattr("receiptkit.text.forms._PIECE", size)
        assert [decode_form(f"a={value * 7}", None) for value in values] == whole
