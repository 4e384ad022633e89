"""Limits of input: each is stated, can be changed, and is reported in one line when it is reached."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from receiptkit import Contract, UsageError, WebhookRequest
from receiptkit.contract.bounds import bounded
from receiptkit.model.limits import LIMITS, limit, parse
from receiptkit.rules.examples import form, sample
from receiptkit.webhooks import sign

Run = Callable[..., tuple[int, str, str]]


def test_every_limit_is_documented() -> None:
    """The page has each limit with its default and its option."""
    page = (ROOT / "docs" / "limits.md").read_text()
    for name, each in LIMITS.items():
        size = each.what.startswith("bytes")
        default = f"{each.default >> 20}M" if size else f"{each.default:,}"
        assert f"| {each.what} | {default} | `--limit {name}=N` |" in page


def test_reads_numbers_and_sizes() -> None:
    assert parse("rows=5, baseline=2G\nsettings=64KiB") == {
        "rows": 5,
        "baseline": 2 << 30,
        "settings": 64 << 10,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("row=5", "unknown limit 'row'; there are rows, members"),
        ("rows", "limit rows: use a number above 0"),
        ("rows=0", "limit rows: use a number above 0"),
        ("rows=-1", "limit rows: use a number above 0"),
        ("rows=" + "9" * 10_000, "limit rows: use a number above 0"),
    ],
)
def test_refuses_what_is_no_limit(
    run: Run, monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    """A mistake in the option or the variable is one line and exit 2."""
    code, _, err = run("validate", "fixtures/samples", "--limit", text)
    assert (code, err.count("\n")) == (2, 1)
    assert said in err
    monkeypatch.setenv("RECEIPTKIT_LIMITS", text)
    with pytest.raises(UsageError, match="RECEIPTKIT_LIMITS: "):
        limit("rows")
    code, _, err = run("validate", "fixtures/samples")
    assert (code, err.count("\n")) == (2, 1)


def test_an_option_counts_before_the_variable(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An option changes a limit for one command; the variable does for every one."""
    page = tmp_path / "page.json"
    body = sample("page")
    page.write_text(json.dumps({**body, "delivery_receipts": body["delivery_receipts"] * 2}))
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "rows=1")
    _, out, _ = run("validate", page)
    assert "limit: 1 rows of 1 observation were not checked" in out
    assert "limit: " not in run("validate", page, "--limit", "rows=50")[1]
    assert limit("rows") == 1


def hostile(kind: str) -> str:
    """Return a line with too much of a kind."""
    many = {f"name{number}": "1" for number in range(1200)}
    exchange = sample("exchange")
    if kind == "parameters":
        return form() + "".join(f"&{name}=1" for name in many)
    if kind == "query":
        exchange["request"]["url"] += "?" + "&".join(f"{name}=1" for name in many)
    elif kind == "headers":
        exchange["response"]["headers"] = {**many, "Content-Type": "text/html"}
    elif kind == "members":
        return json.dumps({**many, **sample("receipt"), "status": "queued"})
    else:
        page = sample("page")
        page["delivery_receipts"] = [{**page["delivery_receipts"][0], **many}] * 25
        return json.dumps(page)
    return json.dumps(exchange)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    ("kind", "read_as", "limits"),
    [
        ("parameters", "form", ["members"]),
        ("headers", "json", ["members"]),
        ("members", "receipt", ["members"]),
        ("rows", "json", ["members", "rows"]),
    ],
)
def test_a_limit_that_is_reached_is_one_line(
    run: Run, tmp_path: Path, kind: str, read_as: str, limits: list[str], jobs: int
) -> None:
    """Observations beyond a limit are counted in one line, with the first place and the option."""
    path = tmp_path / "capture"
    path.write_text(f"{hostile(kind)}\n" * 3)
    command = ("validate", "-q", path, "-j", jobs, "--as", read_as)
    lines = [line for line in run(*command)[1].splitlines() if "limit: " in line]
    assert [line.partition("--limit ")[2] for line in lines] == [
        f"{name}=N allows more" for name in limits
    ]
    assert all("of 3 observations were not checked, the first at" in line for line in lines)
    _, out, _ = run(*command, "--limit", "members=4000", "--limit", "rows=9000")
    assert "were not checked" not in out


def test_known_members_are_checked_first(run: Run, tmp_path: Path) -> None:
    """A wrong value behind thousands of unknown members is found, and none is reported as missing."""
    path = tmp_path / "capture.json"
    path.write_text(hostile("members"))
    _, out, _ = run("validate", "--as", "receipt", path)
    assert "/status error schema.enum" in out
    assert "missing" not in out
    (tmp_path / "headers.ndjson").write_text(hostile("headers"))
    assert "http.media-type" in run("validate", tmp_path / "headers.ndjson")[1]


def test_a_body_within_the_limits_is_not_copied() -> None:
    body = sample("page")
    assert bounded(body, ()).value is body


def test_deep_values_are_no_trap() -> None:
    """Nested values are bounded, too."""
    value: Any = {"a": [{"b": [1] * 5000}] * 5000}
    cut, left_out = bounded(value, ())
    assert len(cut["a"]) <= 1000
    assert left_out["rows"] > 4000


def test_does_not_check_a_signature_over_too_many_parameters() -> None:
    """The signature of a webhook with too many parameters is not checked, and counted as unchecked."""
    token, url = "12345", "https://example.com/hook"
    body = hostile("parameters")
    contract = Contract.load(auth_token=token)
    headers = {"X-Twilio-Signature": sign(url, token, {"a": "b"})}
    result = contract.validate_webhook(WebhookRequest(url, "POST", body, headers))
    assert result.signature_unjudged == "more parameters than are checked"
    assert "webhook.signature" not in {finding.rule for finding in result.findings}
