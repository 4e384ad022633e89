"""Requests that create or change resources, and the responses to them."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.problem import Problem
from receiptkit.rules.resource_requests import either_parameter, not_what_was_sent
from receiptkit.rules.views import ExchangeView, RequestView

ADDRESS, PROJECTED = "MessagingBinding.Address", "MessagingBinding.ProjectedAddress"
DOCUMENTED = ("Identity", "UniqueName", "FriendlyName", ADDRESS, PROJECTED, "Address")


def request(
    form: dict[str, list[str]],
    query: dict[str, list[str]] | None = None,
    documented: tuple[str, ...] = DOCUMENTED,
    problems: tuple[Problem, ...] = (),
) -> RequestView:
    return RequestView(
        "Create", "POST", {}, "", lambda: iter(problems), query or {}, form, documented
    )


def refused(**given: Any) -> list[tuple[str, str]]:
    return [(each.pointer, each.message) for each in either_parameter(request(**given))]


def test_parameters_that_exclude_each_other() -> None:
    both = {"Identity": ["anna"], ADDRESS: ["+15550100001"], PROJECTED: ["+15550109999"]}
    assert refused(form=both) == [
        ("", f"send Identity or {ADDRESS}, not both; Twilio refuses it with 50211"),
        ("", f"send {ADDRESS} or {PROJECTED}, not both; Twilio refuses it with 50407"),
    ]
    assert refused(form={}, query={"Identity": ["anna"], "Address": ["+15550100001"]}) == [
        ("", "send Identity or Address, not both; Twilio refuses it with 50451")
    ]


@pytest.mark.parametrize(
    "form",
    [
        {"Identity": ["anna"], PROJECTED: ["+15550109999"]},
        {"Identity": ["anna"], ADDRESS: [""]},
        {"Identity": ["", ""], ADDRESS: ["+15550100001"]},
        {ADDRESS: ["+15550100001"]},
        {"Identity": ["anna"]},
        {},
    ],
)
def test_parameters_that_go_together(form: dict[str, list[str]]) -> None:
    assert refused(form=form) == []


def test_an_unknown_parameter_excludes_none() -> None:
    both = {"Identity": ["anna"], ADDRESS: ["+15550100001"]}
    assert refused(form=both, documented=("Identity",)) == []


def answered(
    form: dict[str, list[str]], body: dict[str, Any], kind: str = "resource", **more: Any
) -> list[tuple[str, str, Any]]:
    view = ExchangeView(kind, body, request(form, **more))
    return [(each.pointer, each.message, each.value) for each in not_what_was_sent(view)]


def test_a_response_has_what_was_sent() -> None:
    sent = {"Identity": ["a"], "UniqueName": ["b", "c"], "FriendlyName": ["d"]}
    body = {"identity": "x", "unique_name": "b", "friendly_name": None}
    assert answered(sent, body) == [
        ("/identity", "identity differs from what the request sent", "x"),
        ("/unique_name", "unique_name differs from what the request sent", "b"),
        ("/friendly_name", "friendly_name differs from what the request sent", None),
    ]


def test_answers_that_do_not_contradict_the_request() -> None:
    sent = {"Identity": ["a"]}
    assert answered(sent, {"identity": "a"}) == []
    assert answered(sent, {}) == []
    assert answered(sent, {"identity": "a", "unique_name": "b"}) == []
    assert answered({"Identity": [""]}, {"identity": "b"}) == []
    assert answered({}, {"identity": "b"}) == []
    assert answered(sent, {"identity": "b"}, kind="list") == []
    assert answered(sent, {"identity": "b"}, documented=()) == []
    # Nobody knows what Twilio answers to a mistaken request.
    assert answered(sent, {"identity": "b"}, problems=(Problem("", "wrong"),)) == []
