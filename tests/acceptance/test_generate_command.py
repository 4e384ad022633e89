"""`receiptkit generate` and `receiptkit scenarios`, as one types them."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from receiptkit.generation import SCENARIOS, STREAMS
from receiptkit.generation.outputs import FORMS
from receiptkit.text.forms import decode_form
from receiptkit.webhooks import HEADER, verify

Run = Callable[..., tuple[int, str, str]]

#: Scenarios that have nothing of some forms.
EMPTY = {
    "chat-only": ("webhook", "form", "url", "requests", "receipts"),
    "just-created": ("webhook", "form", "url", "requests"),
}


#: What scenarios are made to show, as far as a form has it.
SHOWN = {
    **{name: {"timeline.arrived-late"} for name in ("out-of-order", "read-before-delivered")},
    **{name: {"timeline.duplicate"} for name in ("duplicated", "retried")},
}


@pytest.mark.parametrize("scope", ["default", "service"])
@pytest.mark.parametrize("form", FORMS)
def test_generated_captures_conform(
    run: Run, report: Callable[..., dict[str, Any]], tmp_path: Path, form: str, scope: str
) -> None:
    """Every scenario in every form is recognised, and has only the findings that it is meant to show."""
    for name in SCENARIOS:
        path = tmp_path / f"{name}.{form}"
        code, out, err = run(
            "generate", name, "--as", form, "--scope", scope, "--seed", 5, "--count", 2, "-o", path
        )
        if form == "receipt" and name == "chat-only":
            assert (code, err) == (
                2,
                "receiptkit: chat-only has 0 receipts at this moment: there is no receipt 0\n",
            )
            continue
        assert (code, out) == (0, "")
        if form in EMPTY.get(name, ()):
            assert "nothing was written" in err
            assert path.read_bytes() == b""
            continue
        judged = report(path)
        assert {finding["rule"] for finding in judged["findings"]} <= SHOWN.get(name, set()), name
        summary = judged["summary"]
        assert summary["observations"] > 0
        assert summary["observations"] == summary["checked"], name


def test_scenarios_are_listed(run: Run) -> None:
    """Each scenario is a line: its name, and what it is."""
    code, out, _ = run("scenarios")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(SCENARIOS)
    assert all(recipe.summary in out for recipe in SCENARIOS.values())


def test_one_body_is_indented_and_several_are_lines(run: Run) -> None:
    """A body by itself is for reading, several are NDJSON."""
    _, one, _ = run("generate", "group-sms", "--as", "message")
    _, two, _ = run("generate", "group-sms", "--as", "message", "--count", 2)
    assert one.startswith('{\n  "')
    first, second = (json.loads(line) for line in two.splitlines())
    assert json.loads(one) == first
    assert json.loads(run("generate", "group-sms", "--as", "message", "--seed", 1)[1]) == second


def test_parameters(run: Run) -> None:
    """Receipts, page size, moment, start and facts are as they were asked for."""
    _, out, _ = run("generate", "group-sms", "--as", "pages", "--receipts", 5, "--page-size", 2)
    assert [len(json.loads(line)["delivery_receipts"]) for line in out.splitlines()] == [2, 2, 1]
    _, out, _ = run(
        "generate",
        "group-sms",
        "--as",
        "message",
        "--at",
        "start",
        "--start",
        "2026-03-02T09:15:00Z",
    )
    assert (json.loads(out)["delivery"], json.loads(out)["date_created"]) == (
        None,
        "2026-03-02T09:15:00Z",
    )
    _, out, _ = run(
        "generate",
        "group-sms",
        "--set",
        "receipts.*.status=null",
        "--set",
        "message.body=null",
        "--as",
        "message",
    )
    assert (json.loads(out)["body"], json.loads(out)["delivery"]["sent"]) == (None, "none")
    _, out, _ = run(
        "generate",
        "agent-and-sms",
        "--set",
        "receipts.0.status=failed",
        "--set",
        "receipts.0.error_code=30008",
        "--as",
        "receipt",
    )
    assert json.loads(out)["error_code"] == 30008
    _, out, _ = run("generate", "agent-and-sms", "--set", "message.body=12", "--as", "message")
    assert json.loads(out)["body"] == "12"
    for stream in STREAMS:
        code, out, _ = run("generate", "all-delivered", "--stream", stream, "--as", "form")
        assert (code, len(out.splitlines()) >= 12) == (0, True)


def test_signed_requests(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are signed with the token of an environment variable; the token itself is never printed."""
    monkeypatch.setenv("RECEIPTS_TOKEN", "0123456789abcdef")
    url = "https://example.com/hook?tenant=7"
    signed = (
        "generate",
        "in-order",
        "--as",
        "requests",
        "--auth-token-env",
        "RECEIPTS_TOKEN",
        "--webhook-url",
        url,
    )
    code, out, err = run(*signed)
    assert (code, err) == (0, "")
    for request in map(json.loads, out.splitlines()):
        parameters = [(each.name, each.value) for each in decode_form(request["body"])]
        assert verify(request["url"], "0123456789abcdef", request["headers"][HEADER], parameters)
    assert "0123456789abcdef" not in out
    for request in map(json.loads, run(*signed, "--webhook-method", "GET")[1].splitlines()):
        assert verify(request["url"], "0123456789abcdef", request["headers"][HEADER])
    _, out, err = run("generate", "in-order", "--as", "requests")
    assert HEADER not in out
    assert "not signed: --auth-token-env" in err


def test_a_capture_holds_everything(run: Run) -> None:
    """A capture has the configuration, the message before and after, every webhook and every page, in order of time."""
    _, out, _ = run("generate", "three-pages", "--as", "har")
    entries = json.loads(out)["log"]["entries"]
    asked = [
        (
            entry["request"]["method"],
            entry["request"]["url"].partition("?")[0].rpartition("/")[2][:2],
        )
        for entry in entries
    ]
    assert asked[:2] == [("GET", "We"), ("GET", "IM")]
    assert asked[-5:] == [("GET", "Re")] * 3 + [("GET", "DY"), ("GET", "IM")]
    assert set(asked[2:-5]) == {("POST", "co")}
    times = [entry["startedDateTime"] for entry in entries]
    assert times == sorted(times)
    _, text, _ = run("generate", "three-pages", "--as", "cassette")
    assert len(yaml.safe_load(text)["interactions"]) == len(entries)
    assert len(run("generate", "three-pages", "--as", "ndjson")[1].splitlines()) == len(entries)


def test_overwrites_other_content_only_with_force(run: Run, tmp_path: Path) -> None:
    """A file with other content is overwritten with --force only; the same content may be written again."""
    path = tmp_path / "page.json"
    assert run("generate", "group-sms", "-o", path)[0] == 0
    made = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_umask()
    assert run("generate", "group-sms", "-o", path)[0] == 0
    code, _, err = run("generate", "group-sms", "--seed", 1, "-o", path)
    assert (code, err) == (
        2,
        f"receiptkit: -o {path}: this file exists, and has other content; --force overwrites it\n",
    )
    assert path.read_bytes() == made
    assert run("generate", "group-sms", "--seed", 1, "-o", path, "--force")[0] == 0
    assert path.read_bytes() != made
    assert [found.name for found in tmp_path.iterdir()] == ["page.json"]


def test_a_refusal_leaves_no_file(run: Run, tmp_path: Path) -> None:
    """A command that is refused half-way leaves neither a file nor a part of one."""
    code, _, err = run(
        "generate",
        "three-pages",
        "--count",
        3,
        "--set",
        "receipts.0.sid=DYxyz",
        "-o",
        tmp_path / "x.json",
    )
    assert code == 2
    assert "the contract forbids it: /delivery_receipts/0/sid schema.pattern" in err
    assert list(tmp_path.iterdir()) == []
    code, _, err = run("generate", "group-sms", "-o", tmp_path / "none" / "x.json")
    assert (code, err) == (2, f"receiptkit: -o {tmp_path}/none/x.json: no such file or directory\n")


def test_prints_each_warning_once(run: Run) -> None:
    """Data with warnings is written, and each warning is printed once."""
    code, out, err = run(
        "generate", "group-sms", "--set", "receipts.*.error_code=30003", "--count", 3
    )
    assert code == 0
    assert len(out.splitlines()) == 3
    assert err == (
        "receiptkit: warning: /delivery_receipts/0/error_code receipt.code-without-failure: the receipt has an error code, but its status is not a failure\n"
    )
    assert (
        run("generate", "group-sms", "--set", "receipts.*.error_code=30003", "--profile", "strict")[
            0
        ]
        == 2
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["agent-and-sm"], "unknown scenario 'agent-and-sm'; did you mean agent-and-sms?"),
        (["zzz"], "`receiptkit scenarios` lists them"),
        ([], "Missing argument 'SCENARIO'"),
        (["group-sms", "--as", "pdf"], "'pdf' is not one of"),
        (["group-sms", "--set", "receipts.0.status"], "expected PATH=VALUE"),
        (["group-sms", "--set", "receipts.0.stauts=read"], "did you mean receipts.0.status?"),
        (["group-sms", "--at", "soon"], "'soon' is not a time"),
        (["group-sms", "--start", "0001-01-01T00:00:00+14:00"], "is not a time"),
        (["group-sms", "--page-size", "51"], "/meta/page_size schema.maximum"),
        (["group-sms", "--page-size", "0"], "--page-size"),
        (["chat-only", "--receipts", "3"], "chat-only has no receipts"),
        (
            ["group-sms", "--auth-token-env", "NO_SUCH_VARIABLE"],
            "this environment variable is not set, or empty",
        ),
        (["group-sms", "--webhook-url", "example.com/hook"], "not an absolute http or https URL"),
        (["group-sms", "--webhook-url", "http://[::1"], "not an absolute http or https URL"),
        (
            ["group-sms", "--start", "9999-12-31T23:59:59Z"],
            "is too late for anything to come after it",
        ),
        (
            ["group-sms", "--as", "form", "--profile", "vendor"],
            "describes no webhook: choose the profile documented or strict",
        ),
        (["group-sms", "--as", "har", "--profile", "vendor"], "describes no webhook"),
        (["group-sms", "--as", "cassette", "--profile", "vendor"], "describes no webhook"),
        (["group-sms", "--document", "no-such-file.yaml"], "no such file"),
    ],
)
def test_mistakes_are_one_line(run: Run, arguments: list[str], says: str) -> None:
    """A mistake is exit 2 and one line that says what to do."""
    code, out, err = run("generate", *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert err.startswith("receiptkit: ")
    assert err.count("\n") == 1


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    """`generate … | head` ends quietly; nothing is shown on a pipe but what was asked for."""
    command = (
        f"'{sys.executable}' -m receiptkit generate full-house --count 500 --as pages | head -1"
    )
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert json.loads(result.stdout)["meta"]["page"] == 0


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
