"""`receiptkit validate` prints its report, uses the right stream, and exits with the right code."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import receiptkit
from conftest import ROOT, receipt
from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
SCHEMA = json.loads((ROOT / "toolkit/receiptkit/reports/report.schema.json").read_text())


def write(path: Path, *bodies: Any) -> Path:
    """Bodies as NDJSON, or one as JSON."""
    lines = [json.dumps(body) for body in bodies]
    path.write_text("\n".join(lines) + "\n" if len(lines) > 1 else lines[0])
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good.json", sample("page"))


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    page = sample("page")
    page["delivery_receipts"] = [
        {
            **receipt(f"DY{n:032x}"),
            "status": "queued",
            "participant_sid": f"MB{n:032x}",
            "channel_message_sid": f"SM{n:032x}",
        }
        for n in range(1, 4)
    ]
    return write(tmp_path / "bad.json", page)


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    return write(tmp_path / "doubtful.json", {**sample("receipt"), "error_code": 30008})


# -- the text


def test_text_report(bad: Path, run: Run) -> None:
    """One line a finding with place, pointer, severity and rule; equal mistakes counted; a hint; a summary."""
    code, out, err = run("validate", bad)
    column = bad.read_text().index('"queued"') + 1
    assert (code, err) == (1, "")
    assert out == (
        f"{bad}:1:{column} /delivery_receipts/0/status error schema.enum:"
        " `status` is not one of read, failed, delivered, undelivered, sent or null (3 times)\n"
        "    hint: `queued` is a status of Programmable Messaging messages; a delivery receipt never has it\n"
        "1 file, 1 observation: 1 judged, 0 unchecked; 3 errors, 0 warnings, 0 info\n"
        "    -v shows each finding of a group\n"
        "    `receiptkit explain schema.enum` says why the rule exists and what to do\n"
    )


def test_quiet_and_verbose(bad: Path, run: Run) -> None:
    """--quiet leaves the summary, --verbose names every occurrence and why it is believed."""
    _, quiet, _ = run("validate", "-q", bad)
    assert quiet == "1 file, 1 observation: 1 judged, 0 unchecked; 3 errors, 0 warnings, 0 info\n"
    _, verbose, _ = run("validate", "-v", bad)
    assert [f"/delivery_receipts/{row}/status" in verbose for row in range(3)] == [True] * 3
    assert (
        verbose.count(
            '    source: guide "Delivery Receipts in Conversations", list of statuses; Receipt resource page, status\n'
        )
        == 3
    )
    assert run("validate", "-q", "-v", bad)[0] == 2


def test_values_are_shown_only_on_request(tmp_path: Path, run: Run) -> None:
    """Values are hidden; shown, no control sequence of theirs reaches the terminal."""
    evil = "\x1b[2J\u202eSECRET\n"
    path = write(
        tmp_path / "evil.json", {**sample("receipt"), "status": evil, "\x1b]0;title\x07": 1}
    )
    _, out, _ = run("validate", "--profile", "strict", path)
    assert "SECRET" not in out
    _, out, _ = run("validate", "--profile", "strict", "--show-values", path)
    assert r'["\u001b[2J\u202eSECRET\n"]' in out
    assert r"/\u001b]0;title\u0007 error schema.additional-properties" in out
    assert not set(out) & set("\x1b\x07\u202e")


def test_counts_unchecked_observations_by_reason(tmp_path: Path, run: Run) -> None:
    """Observations that are not checked are counted by reason."""
    foreign = {
        "request": {"method": "GET", "url": "https://api.example.com/x"},
        "response": {"status": 200, "body": {}},
    }
    bodiless = {"request": {"url": sample("page")["meta"]["url"]}, "response": {"status": 200}}
    path = write(
        tmp_path / "mixed.ndjson",
        foreign,
        foreign,
        bodiless,
        {},
        {"request": {}, "response": {}},
        sample("receipt"),
    )
    code, out, _ = run("validate", path)
    assert code == 0
    assert out.endswith(
        "1 file, 6 observations: 1 judged, 5 unchecked; 0 errors, 0 warnings, 3 info\n"
        f"    unchecked: no operation of the contract (2), first at {path}:1:1\n"
        f"    unchecked: an exchange without a URL (1), first at {path}:5:1\n"
        f"    unchecked: no body was captured (1), first at {path}:3:1\n"
        "    unchecked: 1 other reason (1); --list-unchecked shows all\n"
        "    -v shows each finding of a group\n"
        "    `receiptkit explain http.unknown-operation` says why the rule exists and what to do\n"
    )


def test_places_in_ndjson_and_within_strings(
    tmp_path: Path, report: Callable[..., dict[str, Any]]
) -> None:
    """Lines are those of the file, also for a body within a string."""
    receipt = {**sample("receipt"), "status": "queued"}
    request = {"method": "GET", "url": receipt["url"]}
    text = json.dumps(receipt, indent=1)
    as_value = {"request": request, "response": {"status": 200, "body": receipt}}
    as_text = {"request": request, "response": {"status": 200, "body": text}}
    path = tmp_path / "é.ndjson"
    path.write_text(
        "\n\n"
        + "\n".join(
            json.dumps(it, ensure_ascii=False)
            for it in ({**receipt, "é": "ü"}, as_value, as_text, [receipt])
        )
        + "\n"
    )
    lines = path.read_text().splitlines()
    findings = report("--select", "schema.enum", path)["findings"]
    assert [it["origin"] for it in findings] == [
        place(path, 0, 3, lines[2].index('"queued"') + 1),
        place(path, 1, 4, lines[3].index('"queued"') + 1),
        place(path, 2, 5, lines[4].index('\\"queued') + 1),
        place(path, 3, 6, lines[5].index('"queued"') + 1),
    ]
    assert {it["pointer"] for it in findings} == {"/status"}


def place(path: Path, entry: int, line: int, column: int, **inside: int) -> dict[str, Any]:
    return {
        "file": str(path),
        "entry": entry,
        "line": line,
        "column": column,
        "body_line": None,
        "body_column": None,
        **inside,
    }


def test_defects_of_exchanges_point_into_the_body(
    tmp_path: Path, report: Callable[..., dict[str, Any]]
) -> None:
    """A defect of the record's text inside the body has its pointer there; one outside of it has none."""
    body = json.dumps(sample("receipt")).replace('"error_code": 0', '"error_code": NaN')
    url = sample("receipt")["url"]
    path = tmp_path / "x.json"
    path.write_text(
        f'{{"request": {{"url": "{url}", "url": "{url}"}}, "response": {{"status": 200, "body": {body}}}}}'
    )
    assert [(it["rule"], it["pointer"]) for it in report(path)["findings"]] == [
        ("json.duplicate-key", ""),
        ("json.not-finite", "/error_code"),
    ]


# -- JSON


@pytest.mark.parametrize(
    "names", [["good.json"], ["bad.json"], ["good.json", "bad.json", "doubtful.json"]]
)
def test_json_report_has_its_schema(
    tmp_path: Path, good: Path, bad: Path, doubtful: Path, run: Run, names: list[str]
) -> None:
    """The JSON report conforms to its published schema, and its summary counts its findings."""
    _, out, _ = run("validate", "--format", "json", *(tmp_path / name for name in names))
    parsed = json.loads(out)
    jsonschema.Draft202012Validator(SCHEMA).validate(parsed)
    assert parsed["tool"] == {"name": "receiptkit", "version": receiptkit.__version__}
    assert parsed["profile"] == "documented"
    assert parsed["contract"] == receiptkit.Contract.load().document.sha256
    severities = [it["severity"] for it in parsed["findings"]]
    assert [parsed["summary"][name] for name in ("errors", "warnings", "infos")] == [
        severities.count(it) for it in ("error", "warning", "info")
    ]
    assert "value" not in json.dumps(parsed["findings"])


def test_json_report_shows_values_on_request(
    bad: Path, report: Callable[..., dict[str, Any]]
) -> None:
    """With --show-values a finding has the value, as JSON."""
    parsed = report("--show-values", bad)
    jsonschema.Draft202012Validator(SCHEMA).validate(parsed)
    assert {it["value"] for it in parsed["findings"]} == {'"queued"'}


def test_ndjson_report(bad: Path, run: Run) -> None:
    """One finding a line, the summary last."""
    _, out, _ = run("validate", "--format", "ndjson", bad)
    *findings, last = [json.loads(line) for line in out.splitlines()]
    assert len(findings) == last["summary"]["errors"] == 3
    for finding in findings:
        jsonschema.Draft202012Validator(
            {
                **SCHEMA,
                "$ref": "#/$defs/finding",
                "required": [],
                "type": "object",
                "properties": {},
            }
        ).validate(finding)
    assert last["version"] == 1


def test_output_file_appears_whole(bad: Path, tmp_path: Path, run: Run) -> None:
    """-o writes the report to a file; a capture is never overwritten."""
    target = tmp_path / "report.json"
    assert run("validate", "--format", "json", "-o", target, bad) == (1, "", "")
    assert json.loads(target.read_text())["summary"]["errors"] == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.json", "report.json"]
    before = bad.read_bytes()
    code, _, err = run("validate", "-o", bad, bad)
    assert (code, bad.read_bytes()) == (2, before)
    assert err == f"receiptkit: -o {bad}: this is one of the captures; it is never overwritten\n"
    assert run("validate", "-o", tmp_path / "no" / "where", bad)[0] == 2


# -- exit codes


def test_exit_codes(good: Path, bad: Path, doubtful: Path, run: Run) -> None:
    """Exit 0: conforms. 1: findings at or above --fail-on. 2: something could not be checked; 2 beats 1."""
    assert run("validate", good)[0] == 0
    assert run("validate", bad)[0] == 1
    assert run("validate", doubtful)[0] == 0
    assert run("validate", "--fail-on", "warning", doubtful)[0] == 1
    assert run("validate", "--fail-on", "info", good)[0] == 0
    assert run("validate", "--profile", "strict", doubtful)[0] == 1
    code, out, err = run("validate", bad, good.parent / "missing.json", good)
    assert code == 2
    assert err == f"receiptkit: {good.parent / 'missing.json'}: no such file or directory\n"
    assert "2 files, 2 observations: 2 judged" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate"],
        ["validate", "--format", "yaml", "x"],
        ["validate", "--profile", "loose", "x"],
        ["validate", "--max-record", "many", "x"],
        ["validate", "--nonsense"],
        ["validat", "x"],
        ["validate", "--document", "nowhere.yaml", "x"],
        ["validate", "--as", "receipts", "x"],
        ["validate", "--url", "https://x/v1/Users", "x"],
        ["validate", "--as", "page", "--url", "/v1/Configuration/Webhooks", "x"],
        ["validate", "--select", "page.duplicates", "x"],
        ["validate", "--ignore", "nothing.*", "x"],
        ["explain"],
        ["spec", "show", "--profile", "x"],
        ["spec", "build", "--directory", "nowhere"],
    ],
)
def test_a_users_mistake_is_one_line(arguments: list[str], run: Run) -> None:
    """Exit 2, nothing on standard output, one line on standard error."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("receiptkit: ")
    assert err.count("\n") == 1


def test_a_misspelt_command_is_suggested(run: Run) -> None:
    """A command that is nearly one is answered with it."""
    assert "Did you mean 'validate'?" in run("validat", "x")[2]


def test_checking_nothing_is_not_success(tmp_path: Path, run: Run) -> None:
    """If nothing could be checked, exit 2 says why; --allow-empty accepts it."""
    (tmp_path / "empty").mkdir()
    code, _, err = run("validate", tmp_path / "empty")
    assert (code, err) == (
        2,
        "receiptkit: nothing was judged: no captures were found; --allow-empty accepts that\n",
    )
    assert run("validate", "--allow-empty", tmp_path / "empty")[0] == 0
    unknown = write(tmp_path / "x.json", {})
    code, _, err = run("validate", unknown)
    assert (code, err) == (
        2,
        "receiptkit: nothing was judged: unknown body; --allow-empty accepts that\n",
    )
    assert run("validate", "--allow-empty", unknown)[0] == 0


# -- choosing


def test_select_and_ignore(tmp_path: Path, report: Callable[..., dict[str, Any]]) -> None:
    """Globs over rule ids choose the rules to report."""
    path = write(
        tmp_path / "x.json", {**receipt("DY" + "a" * 32), "status": "queued", "error_code": 3000}
    )

    def rules(*arguments: str) -> set[str]:
        return {it["rule"] for it in report(*arguments, path)["findings"]}

    assert rules() == {"schema.enum", "receipt.placeholder", "receipt.unknown-code"}
    assert rules("--select", "receipt.*") == {"receipt.placeholder", "receipt.unknown-code"}
    assert rules("--select", "receipt.*", "--select", "schema.*", "--ignore", "receipt.p*") == {
        "schema.enum",
        "receipt.unknown-code",
    }
    assert report("--ignore", "schema.*", path)["summary"]["errors"] == 0


def test_kind_and_url_override(tmp_path: Path, report: Callable[..., dict[str, Any]]) -> None:
    """--as and --url name the kind of a bare body."""
    path = write(tmp_path / "x.json", {"delivery": None})
    assert report(path)["findings"][0]["rule"] == "body.unknown-kind"
    for arguments in (
        ["--as", "message"],
        ["--as", "FetchConversationMessage"],
        ["--url", "https://any.example/v1/Conversations/CH1/Messages/IM1"],
    ):
        findings = report(*arguments, path)["findings"]
        assert {it["operation"] for it in findings} == {"FetchConversationMessage"}
        assert {it["message"] for it in findings} == {
            f"required field `{name}` is missing"
            for name in ("sid", "conversation_sid", "date_created")
        }


def test_checks_by_the_users_document(tmp_path: Path, good: Path, run: Run) -> None:
    """--document says on standard error how the document is used."""
    document = tmp_path / "mine.yaml"
    document.write_text((ROOT / "spec/upstream/twilio_conversations_v1.facts.yaml").read_text())
    code, _, err = run("validate", "--document", document, good)
    assert code == 0
    assert "overlays are not applied" in err
    assert "OpenAPI 3.0.1: read as its 3.1 equivalent" in err


# -- sources


def test_folders_gzip_and_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """Folders are searched, gzip is unpacked, - is standard input; other files of a folder are counted."""
    folder = tmp_path / "captures" / "deep"
    folder.mkdir(parents=True)
    (folder / "page.json.gz").write_bytes(gzip.compress(json.dumps(sample("page")).encode()))
    write(folder / "lines.log", sample("receipt"), sample("message"))
    (folder / "notes.txt").write_text("hello")
    (folder / "image.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / ".hidden.json").write_text("{")
    code, out, _ = run("validate", folder.parent)
    assert code == 0
    assert (
        out
        == "2 files, 3 observations: 3 judged, 0 unchecked; 0 errors, 0 warnings, 0 info\n    skipped: 2 files of other kinds\n"
    )
    monkeypatch.setattr(
        sys,
        "stdin",
        io.TextIOWrapper(io.BufferedReader(io.BytesIO((folder / "page.json.gz").read_bytes()))),
    )
    assert run("validate", "-")[1].startswith("1 file, 1 observation: 1 judged")


def test_detects_json_and_ndjson_by_content(
    tmp_path: Path, report: Callable[..., dict[str, Any]]
) -> None:
    """A pretty-printed document is one observation; NDJSON has one a line, an array one an element."""
    receipt = json.dumps(sample("receipt"))
    pretty = json.dumps(sample("receipt"), indent=2)
    texts = {
        receipt: 1,
        f"\r\n{receipt}\r\n\r\n{receipt}\r\n": 2,
        pretty: 1,
        f"\n{pretty}\n": 1,
        f"[\n{receipt},\n{receipt}\n]": 2,
        f"[{receipt}]\n[{receipt},{receipt}]\n": 3,
        "[" + pretty + "]": 1,
    }
    for number, (text, count) in enumerate(texts.items()):
        path = tmp_path / f"{number}.log"
        path.write_bytes(text.encode())
        summary = report(path)["summary"]
        assert (summary["observations"], summary["checked"], summary["errors"]) == (
            count,
            count,
            0,
        ), text[:40]


def test_a_broken_line_hides_no_other(
    tmp_path: Path, report: Callable[..., dict[str, Any]]
) -> None:
    """Each line of NDJSON is checked by itself."""
    receipt = json.dumps(sample("receipt"))
    path = tmp_path / "x.ndjson"
    path.write_text(f'{{"sid": \n{receipt}\n{receipt[:-1]}\n{receipt}\n')
    parsed = report(path)
    assert [
        (it["rule"], it["origin"]["line"], it["origin"]["entry"]) for it in parsed["findings"]
    ] == [
        ("json.syntax", 1, 0),
        ("json.syntax", 3, 2),
    ]
    assert parsed["summary"]["checked"] == 4


# -- terminals and shells


def test_colour_and_progress_only_on_a_terminal(bad: Path, tmp_path: Path) -> None:
    """Colour on a terminal, none in a pipe or with NO_COLOR; a long capture shows progress on a terminal's standard error."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")
    } | {"TERM": "xterm"}
    assert "\x1b[31merror\x1b[0m" in on_terminal([str(bad)], environment)
    assert "\x1b" not in on_terminal([str(bad)], {**environment, "NO_COLOR": "1"}).replace(
        "\x1b[?25", ""
    )
    long = tmp_path / "long.ndjson"
    line = json.dumps(sample("page")) + "\n"
    long.write_text(line * (21 * 2**20 // len(line) + 1))
    assert "checking" in on_terminal(["-q", str(long)], environment)
    piped = subprocess.run(
        [sys.executable, "-m", "receiptkit", "validate", str(bad), str(long)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (piped.returncode, piped.stderr) == (1, "")
    assert "\x1b" not in piped.stdout


def on_terminal(arguments: list[str], environment: dict[str, str]) -> str:
    """Return what `validate` writes to a terminal."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "receiptkit", "validate", *arguments]
    child = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    )
    os.close(terminal)
    written = b""
    while True:
        try:
            piece = os.read(controller, 65536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    child.wait()
    os.close(controller)
    return written.decode()


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`receiptkit … | head` ends quietly."""
    path = tmp_path / "x.ndjson"
    path.write_text(
        "\n".join(
            json.dumps({**sample("receipt"), f"n{n}": 1, "status": "queued"}) for n in range(5000)
        )
    )
    command = f"{sys.executable} -m receiptkit validate -v {path} | head -n 1"
    result = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell: str) -> None:
    """Each shell is given a completion script, and rules are completed."""
    environment = {**os.environ, "_RECEIPTKIT_COMPLETE": f"{shell}_source"}
    script = subprocess.run(
        [Path(sys.executable).parent / "receiptkit"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert "_RECEIPTKIT_COMPLETE" in script.stdout
    words = {
        "_RECEIPTKIT_COMPLETE": "bash_complete",
        "COMP_WORDS": "receiptkit explain page.d",
        "COMP_CWORD": "2",
    }
    completed = subprocess.run(
        [Path(sys.executable).parent / "receiptkit"],
        capture_output=True,
        text=True,
        env={**os.environ, **words},
        check=False,
    )
    assert "page.duplicate-receipt" in completed.stdout


def test_help_names_every_option(run: Run) -> None:
    """Every option has a sentence of help."""
    from receiptkit.cli.validate import validate

    _, out, _ = run("validate", "--help")
    for parameter in validate.params:
        if parameter.param_type_name == "option":
            assert parameter.help, parameter.name
            assert parameter.opts[-1] in out


def test_output_follows_no_link_and_writes_into_pipes(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    """A link is refused; a pipe or a device is written to and not replaced."""
    target, link, pipe = tmp_path / "target.txt", tmp_path / "link.txt", tmp_path / "pipe"
    link.symlink_to("target.txt")
    for arguments in ([], ["--force"]):
        code, _, err = run("validate", "-o", link, *arguments, "fixtures/samples/conforming.ndjson")
        assert (code, err) == (
            2,
            f"receiptkit: -o {link}: this is a link; name the file that it leads to\n",
        )
    assert link.is_symlink()
    assert not target.exists()
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    assert run("validate", "-o", pipe, "fixtures/samples/conforming.ndjson")[0] == 0
    reader.join()
    assert "4 judged" in read[0]
    assert pipe.is_fifo()


def test_a_full_device_is_one_line() -> None:
    """A report that cannot be written is one line and exit 2, not findings."""
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    command = (
        f"{sys.executable} -m receiptkit validate fixtures/samples/conforming.ndjson > /dev/full"
    )
    result = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (result.returncode, result.stderr) == (
        2,
        "receiptkit: the report cannot be written: no space left on device\n",
    )


def test_without_a_command_the_help_is_shown(run: Callable[..., tuple[int, str, str]]) -> None:
    """Without a command, the help is printed."""
    _, out, err = run()
    assert "Commands:\n" in out + err
    assert "  validate " in out + err


def test_the_json_report_says_what_could_not_be_read(
    tmp_path: Path, report: Callable[..., dict[str, Any]]
) -> None:
    summary = report("fixtures/samples/conforming.ndjson", tmp_path / "nothing.json")["summary"]
    assert summary["problems"] == [f"{tmp_path / 'nothing.json'}: no such file or directory"]


def test_an_interrupt_is_not_lost(bad: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C that something swallowed on its way ends the run at the next finding."""

    def swallowed(*_: Any) -> None:
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("receiptkit.validation.clean_records.CleanRecords.note", swallowed)
    code, out, err = run("validate", bad)
    assert (code, out, err.strip()) == (2, "", "receiptkit: interrupted")
