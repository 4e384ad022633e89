"""Codes of errors, held against their pages and their statuses."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.problem import Problem
from receiptkit.rules.errors import (
    code_mismatch,
    no_code_of_a_request,
    not_what_was_asked,
    retry_after,
    version_in_message,
)
from receiptkit.rules.exchange import status_mismatch
from receiptkit.rules.views import ErrorView, ResponseView

PAGE = "https://www.twilio.com/docs/errors/20404"
NOT_FOUND = {"code": 20404, "message": "no", "more_info": PAGE, "status": 404}


def found(status: int, /, **changes: Any) -> list[Problem]:
    """Return the findings of an error body."""
    return list(code_mismatch(ErrorView({**NOT_FOUND, **changes}, status)))


@pytest.mark.parametrize(
    "page",
    [PAGE, f"{PAGE}/", f"{PAGE}?x=1", f"{PAGE}#y", f"{PAGE}1234567", PAGE[:-5], 5, None, "x"],
)
def test_pages_of_the_code_and_of_none(page: Any) -> None:
    assert found(404, more_info=page) == []


@pytest.mark.parametrize("end", ["20003", "20003/", "20003?x=1", "20003#y", "020405", "1"])
def test_the_page_of_another_code(end: str) -> None:
    page = f"{PAGE[:-5]}{end}"
    message = "more_info must end in /20404, like code"
    assert found(404, more_info=page) == [Problem("/more_info", message, value=page)]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *((20001, 400), (20003, 401), (20404, 404), (20429, 429), (50204, 400), (50304, 400)),
        *((50353, 409), (50377, 400), (50407, 400), (50416, 409), (50441, 400), (50513, 400)),
    ],
)
def test_the_status_of_a_code(code: int, status: int) -> None:
    body = {"code": code, "more_info": None}
    assert found(status, **body, status=status) == []
    message = f"the code comes with status {status}, not 418"
    expected = [Problem("/code", message, value=code)]
    assert found(418, **body, status=418) == expected
    # A body without a status cannot contradict HTTP; one with another status does, and says so.
    assert found(418, **body, status=status) == []
    without = {name: value for name, value in NOT_FOUND.items() if name == "message"}
    view = ErrorView({**without, "code": code}, 418)
    assert list(code_mismatch(view)) == expected


@pytest.mark.parametrize("code", [1, 99999, None, "20404", 20404.0, True])
def test_other_codes_have_any_status(code: Any) -> None:
    assert found(418, code=code, more_info=None, status=418) == []


@pytest.mark.parametrize("body", [None, [], "x", 5])
def test_bodies_that_are_no_objects(body: Any) -> None:
    assert list(code_mismatch(ErrorView(body, 404))) == []
    assert list(status_mismatch(ErrorView(body, 404))) == []


@pytest.mark.parametrize(
    ("status", "is_wrong"),
    [(404, False), (400, True), (True, False), ("400", False), (None, False)],
)
def test_the_status_of_the_body(status: Any, is_wrong: bool) -> None:
    expected = Problem("/status", "status differs from the HTTP status (404)", value=status)
    view = ErrorView({**NOT_FOUND, "status": status}, 404)
    assert list(status_mismatch(view)) == ([expected] if is_wrong else [])


def lost(message: Any, **path: str) -> list[Problem]:
    body = {**NOT_FOUND, "message": message}
    return list(not_what_was_asked(ErrorView(body, 404, path)))


ONE, OTHER = "0123456789abcdef" * 2, "fedcba9876543210" * 2


@pytest.mark.parametrize("prefix", ["IS", "CH", "IM", "DY"])
def test_a_message_about_another_resource(prefix: str) -> None:
    message = f"The requested resource /X/{prefix}{OTHER}/Y/{prefix}{OTHER} was not found"
    said = [
        Problem("/message", "the message names another resource than the request", value=message)
    ]
    assert lost(message, A=f"{prefix}{ONE}") == said
    assert lost(message, A=f"{prefix}{OTHER}") == []
    # A unique name may belong to any SID.
    assert lost(message, A="support") == []
    assert lost(message) == []


@pytest.mark.parametrize(
    "message", ["Authenticate", None, 5, f"CH{OTHER}0", f"xCH{OTHER}", "CH0", f"AC{OTHER}"]
)
def test_messages_without_a_resource(message: Any) -> None:
    assert lost(message, A=f"CH{ONE}", B=f"AC{ONE}") == []
    assert list(not_what_was_asked(ErrorView([message], 404, {"A": f"CH{ONE}"}))) == []


@pytest.mark.parametrize(
    ("status", "changes", "pointers"),
    [
        (404, {}, []),
        (404, {"code": 404}, ["/code"]),
        (400, {"code": 404}, []),
        (400, {"code": 30008}, ["/code"]),
        (400, {"code": 63016}, ["/code"]),
        (400, {"code": 50353}, []),
        (404, {"more_info": "https://twilio.com/docs/errors/20404"}, []),
        (404, {"more_info": "HTTPS://WWW.TWILIO.COM/docs/errors/20404"}, []),
        (404, {"more_info": "/docs/errors/20404"}, []),
        (404, {"more_info": "https://twilio.com.example.com/docs"}, ["/more_info"]),
    ],
)
def test_codes_that_no_request_has(
    status: int, changes: dict[str, Any], pointers: list[str]
) -> None:
    view = ErrorView({**NOT_FOUND, **changes}, status)
    assert [each.pointer for each in no_code_of_a_request(view)] == pointers
    assert list(no_code_of_a_request(ErrorView([], status))) == []


@pytest.mark.parametrize(
    ("message", "is_told"),
    [
        ("The requested resource /Conversations/CH1 was not found", False),
        ("The requested resource /v1/Conversations/CH1 was not found", True),
        ("no", False),
        (None, False),
    ],
)
def test_the_version_in_a_message(message: Any, is_told: bool) -> None:
    found = list(version_in_message(ErrorView({"message": message}, 404)))
    assert bool(found) is is_told
    assert list(version_in_message(ErrorView("gone", 404))) == []


@pytest.mark.parametrize(
    ("value", "is_told"),
    [
        (None, False),
        ("", False),
        ("120", False),
        (" 1 ", False),
        ("Mon, 04 May 2026 08:00:05 GMT", False),
        ("Monday, 04-May-26 08:00:05 GMT", False),
        ("soon", True),
        ("-1", True),
        ("1.5", True),
        ("2026-05-04T08:00:05Z", True),
    ],
)
def test_retry_after(value: str | None, is_told: bool) -> None:
    view = ResponseView(429, None, None, is_allowed=True, retry_after=value)
    assert bool(list(retry_after(view))) is is_told
