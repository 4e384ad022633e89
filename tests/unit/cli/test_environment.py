"""Options that environment variables set, by the name of the option."""

from __future__ import annotations

import os

import pytest

from receiptkit.cli.environment import note_unknown_variables
from receiptkit.cli.serve import serve

_VALUES = {
    "SCENARIO": ("scenarios", "landline group-sms", ("landline", "group-sms")),
    "ASSUME": ("assumptions", "limit-code=50422", ("limit-code=50422",)),
    "API_KEY_ENV": ("api_key_names", "KEY", ("KEY",)),
    "ACCOUNT_SID": ("account_sid", "AC" + "1" * 32, "AC" + "1" * 32),
    "STRICT_PAGE_SIZE": ("strict_page_size", "true", True),
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("RECEIPTKIT_SERVE_"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("name", _VALUES)
def test_a_variable_has_the_name_of_its_option(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the program calls the value of the option otherwise."""
    parameter, text, value = _VALUES[name]
    monkeypatch.setenv(f"RECEIPTKIT_SERVE_{name}", text)
    with serve.make_context("serve", []) as context:
        assert context.params[parameter] == value


def test_a_misspelt_variable_is_noted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not passed over in silence; one of another program is."""
    monkeypatch.setenv("RECEIPTKIT_SERVE_SCENARIOS", "none")
    monkeypatch.setenv("RECEIPTKIT_SERVE_PORT", "0")
    monkeypatch.setenv("RECEIPTKIT_SERVER", "x")
    note_unknown_variables(serve, "RECEIPTKIT_SERVE")
    assert capsys.readouterr().err == (
        "receiptkit: note: RECEIPTKIT_SERVE_SCENARIOS sets no option; "
        "did you mean RECEIPTKIT_SERVE_SCENARIO?\n"
    )
