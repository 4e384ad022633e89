"""Unchecked observations are counted, listed and explained."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from receiptkit.rules.examples import form, sample
from receiptkit.webhooks import AUTH_TOKEN, sign

Run = Callable[..., tuple[int, str, str]]
URL = "https://hooks.example.test/twilio"


def exchange(method: str, url: str, body: Any = None) -> dict[str, Any]:
    response = {"status": 200, "headers": {}, "body": {} if body is None else body}
    return {"request": {"method": method, "url": url, "headers": {}}, "response": response}


def write(path: Path, *values: Any) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values))
    return path


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A capture of a receipt, and of four requests that are not checked."""
    monkeypatch.chdir(tmp_path)
    receipt_url = sample("receipt")["url"].removeprefix("https://conversations.twilio.com")
    return write(
        Path("mixed.ndjson"),
        sample("receipt"),
        exchange("GET", "https://api.example.com/v1/Conversations/Mr%20Doe/Users?to=%2B15550100"),
        exchange("SECRET", "https://api.example.com/x"),
        {"request": {}, "response": {}},
        exchange("GET", f"https://mock.example.com/twilio{receipt_url}", sample("receipt")),
    )


def test_lists_place_method_path_and_reason(mixed: Path, run: Run) -> None:
    """Each observation is a line; unknown path segments and methods are masked."""
    _, out, _ = run("validate", mixed, "--list-unchecked", "--ignore", "http.*")
    listed = [line for line in out.splitlines() if " unchecked: " in line and "first" not in line]
    assert listed[:3] == [
        (
            "mixed.ndjson:2:1 unchecked: GET /v1/Conversations/<segment, 6 characters>/<segment, 5 "
            "characters>: no operation of the contract"
        ),
        (
            "mixed.ndjson:3:1 unchecked: <method, 6 characters> /<segment, 1 character>: no operation "
            "of the contract"
        ),
        "mixed.ndjson:4:1 unchecked: an exchange without a URL",
    ]
    assert "Doe" not in out
    assert "15550100" not in out


def test_names_the_usual_cause(mixed: Path, run: Run) -> None:
    """A prefix before /v1/ is named with the option that mends it, and with it the exchange is checked."""
    _, out, _ = run("validate", mixed, "-q")
    assert (
        "no operation of the contract: the path has a prefix before /v1/; name it with "
        "--api-base-url (1), first at mixed.ndjson:5:1\n"
    ) in out
    _, out, _ = run("validate", mixed, "-q", "--api-base-url", "https://mock.example.com/twilio/")
    assert "prefix" not in out
    assert "5 observations: 2 judged, 3 unchecked" in out
    (mixed.parent / "receiptkit.toml").write_text(
        'api-base-url = "https://mock.example.com/twilio"'
    )
    assert "5 observations: 2 judged, 3 unchecked" in run("validate", mixed, "-q")[1]


@pytest.mark.parametrize(
    "url", ["localhost:8080", "/twilio", "ftp://x", "http://x/?a=1", "http://["]
)
def test_refuses_an_invalid_base_url(mixed: Path, run: Run, url: str) -> None:
    """A base URL that is not absolute, or has a query, is refused in one line."""
    code, out, err = run("validate", mixed, "--api-base-url", url)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("receiptkit: api-base-url: expected a URL such as http://localhost")


def test_the_json_report_always_has_the_list(mixed: Path, report: Callable[..., Any]) -> None:
    """Place, method, path and reason are members; no option is needed."""
    found = report(mixed)
    assert len(found["unchecked"]) == found["summary"]["unchecked"] == 4
    assert found["unchecked"][0]["method"] == "GET"
    assert found["unchecked"][0]["origin"]["line"] == 2
    assert found["summary"]["limits"] == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_list_ends_somewhere(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """More than the limit is counted, and the summary has a line about it."""
    monkeypatch.setenv("RECEIPTKIT_LIMITS", "listed=3")
    for name in ("a.ndjson", "b.ndjson"):
        write(tmp_path / name, sample("receipt"), *[exchange("GET", "https://x.test/y")] * 3)
    _, out, _ = run("validate", tmp_path, "--list-unchecked", "--jobs", jobs, "--ignore", "http.*")
    listed = [line for line in out.splitlines() if " unchecked: GET" in line]
    assert [line.partition(" ")[0].rpartition("/")[2] for line in listed] == [
        "a.ndjson:2:1",
        "a.ndjson:3:1",
        "a.ndjson:4:1",
    ]
    assert (
        "    limit: the first 3 of 6 unchecked observations are listed; --limit listed=N allows more\n"
        in out
    )


def test_skipped_files_are_listed(tmp_path: Path, run: Run, report: Callable[..., Any]) -> None:
    """A file of another kind in a folder is counted and listed, without an error."""
    write(tmp_path / "a.ndjson", sample("receipt"))
    (tmp_path / "notes.txt").write_text("Dear team,")
    code, out, err = run("validate", tmp_path, "--list-unchecked")
    assert (code, err) == (0, "")
    assert f"{tmp_path / 'notes.txt'} skipped: a file of another kind\n" in out
    said = report(tmp_path)
    assert said["skipped"] == [str(tmp_path / "notes.txt")]
    assert said["skipped_reasons"] == ["a file of another kind"]


def test_every_skipped_file_has_a_reason(tmp_path: Path, report: Callable[..., Any]) -> None:
    """A file of a folder that is not read has its kind, and advice if it is a capture."""
    files = {
        "a.log": "hello",
        "b.json": '{"status": "queued"}',
        "c.json": '{"status": ',
        "d.txt": "",
        "e.sql": "INSERT INTO hooks VALUES (1);",
        "f.bin": "\x01\x02",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    said = report("--allow-empty", tmp_path)
    assert said["skipped_reasons"] == [
        "a text log, which is read only if you name it",
        "JSON without anything of Twilio Conversations in it",
        "JSON without anything of Twilio Conversations in it",
        "the file is empty",
        "SQL without anything of Twilio Conversations in it",
        "a file of another kind",
    ]


def test_every_named_file_must_be_checked(tmp_path: Path, run: Run) -> None:
    """A named file in which nothing is checked is exit 2, also beside one that conforms; in a folder it is not."""
    good = write(tmp_path / "good.ndjson", sample("receipt"))
    other = write(tmp_path / "other.ndjson", exchange("GET", "https://x.test/y"))
    code, _, err = run("validate", good, other)
    assert (code, err) == (
        2,
        (
            f"receiptkit: {other}: nothing was judged: no operation of the contract; "
            "--allow-empty accepts that\n"
        ),
    )
    assert run("validate", good, other, "--allow-empty")[0] == 0
    assert run("validate", tmp_path)[0] == 0


# -- signatures


def signed(body: str, **headers: str) -> dict[str, Any]:
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    return {"url": URL, "method": "POST", "headers": {**form_type, **headers}, "body": body}


@pytest.mark.parametrize("format_", ["text", "json", "ndjson", "github", "junit", "sarif"])
def test_signatures_are_counted(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    """With a token, every report counts checked signatures, and gives reasons for the others."""
    monkeypatch.setenv("TOKEN", AUTH_TOKEN)
    parameters = dict(part.split("=") for part in form().split("&"))
    from urllib.parse import unquote_plus

    plain = {name: unquote_plus(value) for name, value in parameters.items()}
    good = signed(form(), **{"X-Twilio-Signature": sign(URL, AUTH_TOKEN, plain)})
    relative = {**good, "url": "/twilio"}
    bare = {"url": URL, "method": "POST", "headers": {}, "body": form()}
    path = write(tmp_path / "hooks.ndjson", good, relative, bare)
    token = ("--auth-token-env", "TOKEN")
    code, out, _ = run("validate", path, *token, "--format", format_, "--ignore", "timeline.*")
    assert code == 0
    if "json" in format_:
        last = json.loads(out if format_ == "json" else out.splitlines()[-1])
        assert last["summary"]["signatures"] == {
            "judged": 1,
            "not_judged": 2,
            "reasons": {"no headers were captured": 1, "the URL that was called is unknown": 1},
        }
    else:
        assert (
            "signatures: 1 judged, 2 not judged (no headers were captured (1); "
            "the URL that was called is unknown (1))"
        ) in out
    assert "signatures:" not in run("validate", path)[1]
    code, _, err = run("validate", path, *token, "--fail-on-unjudged-signatures")
    assert (code, err) == (
        2,
        (
            "receiptkit: 2 signatures could not be judged: no headers were captured; "
            "the URL that was called is unknown\n"
        ),
    )


# -- findings of one observation


def test_only_the_first_findings_of_an_observation_are_listed(
    tmp_path: Path, run: Run, report: Callable[..., Any]
) -> None:
    """More than --max-findings are counted, and the summary says so; grouped reports bear all."""
    page = sample("page")
    page["delivery_receipts"] = [
        {**page["delivery_receipts"][0], "status": "queued", "sid": f"DY{number:032x}"}
        for number in range(1, 31)
    ]
    page = json.loads(json.dumps(page))
    path = write(tmp_path / "page.ndjson", page)
    found = report("--select", "schema.enum", "--max-findings", "10", path)
    assert (len(found["findings"]), found["summary"]["errors"]) == (10, 30)
    assert found["summary"]["limits"] == [
        (
            f"20 findings of 1 observation are counted and not listed, the first at {path}:1; "
            "--max-findings lists more than 10"
        )
    ]
    _, out, _ = run("validate", "--select", "schema.enum", "--max-findings", "10", path)
    assert "(30 times)" in out
    assert "limit:" not in out
