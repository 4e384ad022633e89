"""Codes of errors, held against their pages and their statuses."""

from __future__ import annotations

from typing import Any

import pytest

from receiptkit.model.problem import Problem
from receiptkit.rules.errors import code_mismatch, not_what_was_asked
from receiptkit.rules.exchange import status_mismatch
from receiptkit.rules.views import ErrorView

PAGE = "https://www.twilio.com/docs/errors/20404"
NOT_FOUND = {"code": 20404, "message": "no", "more_info": PAGE, "status": 404}


def found(status: int, /, **changes: Any) -> list[Problem]:
    """Return what is found in an error body."""
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
    # A unique name stands for any SID.
    assert lost(message, A="support") == []
    assert lost(message) == []


@pytest.mark.parametrize(
    "message", ["Authenticate", None, 5, f"CH{OTHER}0", f"xCH{OTHER}", "CH0", f"AC{OTHER}"]
)
def test_messages_without_a_resource(message: Any) -> None:
    assert lost(message, A=f"CH{ONE}", B=f"AC{ONE}") == []
    assert list(not_what_was_asked(ErrorView([message], 404, {"A": f"CH{ONE}"}))) == []
