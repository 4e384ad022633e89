"""Property: a random secret, planted anywhere in a capture of any format, never appears unless values are asked for."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receiptkit import reports
from receiptkit.cli import main
from receiptkit.text.json_text import json_of
from suites import HOOK, QUIET, Suite

#: What a secret is made of, and what may stand around it.
_LETTERS = "0123456789abcdefghijkmnopqrstuvwxyz"
_AROUND = [
    "",
    " ",
    "-",
    "_",
    ".",
    ":",
    "/",
    "?",
    "&",
    "=",
    "#",
    "%",
    "@",
    "+",
    '"',
    "'",
    "<",
    "é",
    "\\",
    "[",
    "*",
    "~",
    "\t",
]
_FORMS = (
    "har",
    "cassette",
    "ndjson",
    "page",
    "message",
    "webhook",
    "form",
    "url",
    "requests",
    "receipts",
    "errors",
    "configuration",
)
_SOURCES: dict[str, str] = {}


@st.composite
def _secrets(draw: st.DrawFn) -> tuple[str, str]:
    """Draw the letters of a secret that nothing else has, and the secret with something around them."""
    core = "zq" + "".join(draw(st.lists(st.sampled_from(_LETTERS), min_size=8, max_size=30)))
    core = draw(
        st.sampled_from(
            [
                core,
                core.upper(),
                core.title(),
                "+1555" + "".join(str(ord(each) % 10) for each in core),
            ]
        )
    )
    return core, draw(st.sampled_from(_AROUND)) + core + draw(st.sampled_from(_AROUND))


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _plant(document: Any, secret: str, rng: random.Random) -> None:
    """Plant a secret at one place of a JSON value: as a value, within one, as a name beside others, or instead of one."""
    path = rng.choice(list(_paths(document)))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    key, how = path[-1], rng.randrange(4)
    value = holder[key]
    if how == 0 or not isinstance(holder, dict):
        holder[key] = secret
    elif how == 1 and isinstance(value, str):
        at = rng.randrange(len(value) + 1)
        holder[key] = value[:at] + secret + value[at:]
    elif how == 2:
        holder[secret] = value
    else:
        items = [(secret if name == key else name, item) for name, item in holder.items()]
        holder.clear()
        holder.update(items)


def _planted(text: str, secret: str, rng: random.Random) -> str:
    """Return a capture with a secret at some places, of its JSON if it is JSON."""
    lines = text.splitlines()
    for _ in range(rng.randrange(1, 6)):
        number = rng.randrange(len(lines))
        is_whole = text[:1] in "[{" and json_of(text) is not None
        document = json_of(text if is_whole else lines[number])
        if isinstance(document, (dict, list)) and document and rng.random() < 0.8:
            _plant(document, secret, rng)
            written = json.dumps(document, ensure_ascii=rng.random() < 0.5)
            if is_whole and len(lines) > 1 and not lines[0].endswith("}"):
                text, lines = written, [written]
            else:
                lines[number] = written
        else:
            at = rng.randrange(len(lines[number]) + 1)
            lines[number] = lines[number][:at] + secret + lines[number][at:]
    return "\n".join(lines) + "\n"


def _source(form: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return a generated capture of a form."""
    if form not in _SOURCES:
        assert main(["generate", "partial-failure", "--as", form]) == 0
        _SOURCES[form] = capsys.readouterr().out
    return _SOURCES[form]


def _check(
    folder: Path, capsys: pytest.CaptureFixture[str], form: str, core: str, secret: str, seed: int
) -> None:
    rng = random.Random(seed)
    path = folder / "capture"
    path.write_text(_planted(_source(form, capsys), secret, rng), "utf-8", "surrogatepass")
    baseline = folder / "baseline.json"
    baseline.unlink(missing_ok=True)
    command = [
        "validate",
        str(path),
        "--profile",
        "strict",
        "--list-unchecked",
        "--allow-empty",
        "--max-findings",
        "1000",
    ]
    for more in (
        *(["--format", name] for name in reports.names()),
        ["-v"],
        ["--write-baseline", str(baseline)],
        ["--as", "log"],
        [
            "--url",
            f"https://conversations.twilio.com/v1/Conversations/CH{'0' * 32}/Messages/IM{'0' * 32}/Receipts",
        ],
    ):
        main([*command, *more])
        out, err = capsys.readouterr()
        text = out + err + (baseline.read_text() if baseline.exists() else "")
        leaks = [line[:300] for line in text.splitlines() if core.lower() in line.lower()]
        assert not leaks, (more, leaks[:3])


@settings(max_examples=12, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(_FORMS), _secrets(), st.integers(0, 2**32))
def test_a_planted_secret_never_appears(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    form: str,
    planted: tuple[str, str],
    seed: int,
) -> None:
    """Reports of every format, messages and the baseline have nothing of it."""
    _check(tmp_path, capsys, form, *planted, seed)


@pytest.mark.soak
@settings(max_examples=5000, suppress_health_check=list(HealthCheck), derandomize=False)
@given(st.sampled_from(_FORMS), _secrets(), st.integers(0, 2**32))
def test_a_planted_secret_never_appears_in_thousands(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    form: str,
    planted: tuple[str, str],
    seed: int,
) -> None:
    _check(tmp_path, capsys, form, *planted, seed)


def test_the_output_of_failing_tests_has_no_secret(suite: Suite) -> None:
    """Pytest prints nothing of a payload, request or webhook that the contract does not know."""
    suite.write(
        served=SERVED,
        test_it=HOOK
        + """
import httpx, pytest

def lie():
    page = copy.deepcopy(PAGE)
    row = page["delivery_receipts"][0]
    page["delivery_receipts"][0] = {**row, SECRET: SECRET, "status": SECRET, "error_code": {SECRET: SECRET}}
    page[SECRET] = {"url": SECRET}
    page["meta"]["next_page_url"] = f"https://{SECRET}.example/{SECRET}?{SECRET}={SECRET}"
    return page

def test_the_matcher(receipt_contract):
    assert lie() == receipt_contract

def test_the_guard():
    answer = lambda request: httpx.Response(200, json=lie(), headers={SECRET: SECRET})
    with httpx.Client(transport=httpx.MockTransport(answer)) as one:
        one.get(f"{URL}?{SECRET}={SECRET}&PageSize={SECRET}", headers={"X-A": SECRET}).json()

def test_a_webhook():
    client.post(f"/hooks/twilio?{SECRET}={SECRET}", data={"EventType": "onDeliveryUpdated", "Status": SECRET, SECRET: SECRET})

def test_a_webhook_elsewhere():
    TestClient(client.app, base_url=f"http://{SECRET.lower()}.example/{SECRET}").post("/hooks/twilio", data={"EventType": "onDeliveryUpdated", "DeliveryStatus": SECRET})
""",
    )
    printed = suite.run(
        "--receipts-guard", "--tb=short", "-rA", "--receipts-fail-on", "info", *QUIET
    )
    assert "4 failed" in printed
    assert "the payload breaks the contract" in printed
    assert len(re.findall("<(?:name|segment), 12 characters>", printed)) > 4
    assert "http://<host, 20 characters>/<segment, 12 characters>/" in printed
    assert "zqsecret" not in printed.lower()


SERVED = """
import copy
from receiptkit.rules.examples import sample
from suites import URL
SECRET = "ZqSecret0123"
PAGE = sample("page")
"""
