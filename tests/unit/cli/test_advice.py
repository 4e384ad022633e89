"""Messages give the right advice, and repeat no secret."""

from __future__ import annotations

import pytest

from receiptkit import UsageError
from receiptkit.cli import main
from receiptkit.model.display import without_users

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("command", "option", "meant"),
    [
        ("validate", "--public-url", "--called-at"),
        ("validate", "--webhook-url", "--called-at"),
        ("listen", "--called-at", "--public-url"),
        ("trigger", "--webhook-url", "--to"),
        ("validate", "--base-url", "--api-base-url"),
        ("validate", "--spec", "--document"),
    ],
)
def test_an_unknown_option_names_what_is_meant(
    capsys: Captured, command: str, option: str, meant: str
) -> None:
    """The option that means the same comes before the one that is written alike."""
    assert main([command, option, "https://example.com"]) == 2
    error = capsys.readouterr().err
    assert f"Did you mean {meant!r}?" in error


def test_an_option_that_nobody_means(capsys: Captured) -> None:
    assert main(["validate", "--zzzzzz"]) == 2
    assert "Did you mean" not in capsys.readouterr().err


SECRET = "5ecret0f"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--called-at", f"ftp://user:{SECRET}@example.com/x"),
        ("--url", f"https://user:{SECRET}@conversations.twilio.com/v1/x"),
        ("--api-base-url", f"https://user:{SECRET}@example.com", "--show-settings"),
        ("--auth-token-env", SECRET * 4),
        ("--auth-token-env", f"{SECRET}-with-a-hyphen"),
    ],
)
def test_a_secret_on_the_command_line_is_not_repeated(
    capsys: Captured, arguments: tuple[str, ...]
) -> None:
    """Messages end up in the logs of a CI."""
    main(["validate", "x.json", *arguments])
    shown = capsys.readouterr()
    assert SECRET not in shown.out + shown.err
    assert "***" in shown.out + shown.err or "takes the name of" in shown.err


def test_errors_of_the_library_show_no_password() -> None:
    assert str(UsageError(f"--to http://u:{SECRET}@h/x: no")) == "--to http://***@h/x: no"


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/@user",
        "write to me@example.com",
        "12:30 at 5 a@b",
        "pip install git+https://example.com/x@main",
    ],
)
def test_other_texts_stay(text: str) -> None:
    assert without_users(text) == text
