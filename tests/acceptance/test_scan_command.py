"""`receiptkit scan`: a whole repository at once."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from receiptkit.rules.examples import form, sample

Run = Callable[..., tuple[int, str, str]]
LIE: dict[str, Any] = {**sample("receipt"), "status": "queued"}
TEXT = json.dumps(LIE)
EXCHANGE: dict[str, Any] = {
    "request": {"method": "GET", "url": LIE["url"]},
    "response": {"status": 200, "body": TEXT},
}
FILES = {
    "tests/test_a.py": f"# it's\nRECEIPT = {LIE!r}\n",
    "tests/test_form.py": f"BODY = '{form().replace('Status=sent', 'Status=queued')}'\n",
    "web/mock.ts": f"export const receipt = {TEXT};\n",
    "spec/mock_spec.rb": "R = " + TEXT.replace('":', '" =>').replace("null", "nil") + "\n",
    "go/mock_test.go": f"var body = `{TEXT}`\n",
    "config/mock.yaml": yaml.safe_dump(EXCHANGE),
    "mappings/receipt.json": json.dumps(
        {"mappings": [{"request": {"url": LIE["url"]}, "response": {"jsonBody": LIE}}]}
    ),
}


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a wrong body in every language, and code to skip."""
    for name, text in FILES.items():
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    root = tmp_path / "repo"
    (root / ".gitignore").write_text("ignored/\n*.tmp.py\n")
    for name in ("ignored/a.py", "tests/x.tmp.py", "node_modules/m/a.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(FILES["tests/test_a.py"])
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.py").write_text(FILES["tests/test_a.py"])
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "link.py").symlink_to(tmp_path / "outside" / "b.py")
    monkeypatch.chdir(root)
    return root


def findings(run: Run, *arguments: object) -> list[tuple[str, int, str]]:
    _, out, _ = run("scan", "--format", "json", *arguments)
    return [
        (os.path.relpath(each["origin"]["file"]), each["origin"]["line"], each["rule"])
        for each in json.loads(out)["findings"]
    ]


def test_finds_every_planted_value(repository: Path, run: Run) -> None:
    """Each file has its finding, once, on its line; nothing ignored, linked or foreign is read."""
    found = findings(run)
    assert sorted({name for name, _, _ in found}) == sorted(FILES)
    assert all(rule == "schema.enum" for _, _, rule in found)
    assert len(found) == len(FILES)
    assert ("tests/test_a.py", 2, "schema.enum") in found


def test_the_overview(repository: Path, run: Run) -> None:
    """The table by folder, the worst findings, what is left out, what to do next."""
    (repository / "tests" / "seen.py").write_text(f"x = 1\nR = {{**BASE, {TEXT[1:]}\n")
    code, out, _ = run("scan")
    assert code == 1
    assert "       2       0       0  tests\n" in out
    assert "  go/mock_test.go:1: schema.enum: " in out
    assert (
        "seen, not judged, because a program makes their values or a library their names:\n  tests/seen.py:2\n"
        in out
    )
    assert "left out: 1 file: a link\n" in out
    assert "next: `receiptkit explain RULE` says what to do" in out


def test_one_process_or_several(repository: Path, run: Run) -> None:
    """Several processes print the same, byte by byte, as one."""
    one = run("scan", "--jobs", "1", "-v")
    assert one == run("scan", "--jobs", "3", "-v")
    assert one[0] == 1
    reports = [run("scan", "--jobs", jobs, "--format", "json")[1] for jobs in ("1", "3")]
    assert reports[0] == reports[1]


def test_a_finding_is_on_the_line_of_its_value(repository: Path, run: Run) -> None:
    """Not where the literal begins; the column is that of the value, where it is on a line by itself."""
    text = json.dumps(LIE, indent=2)
    page = json.dumps({**sample("page"), "delivery_receipts": [LIE]}, indent=1)
    (repository / "web" / "mock.ts").write_text(f"// first\nexport const page = {page};\n")
    (repository / "tests" / "test_a.py").write_text(f"BODY = '''\n{text}'''\nA = [1]\nR = {text}\n")
    for name in ("web/mock.ts", "tests/test_a.py"):
        lines = (repository / name).read_text().splitlines()
        wanted = [
            (n, line.index('"queued"') + 1) for n, line in enumerate(lines, 1) if "queued" in line
        ]
        found = json.loads(run("scan", "--format", "json")[1])["findings"]
        places = [each["origin"] for each in found if each["origin"]["file"].endswith(name)]
        assert [(each["line"], each["column"]) for each in places] == wanted


def test_a_baseline_accepts_what_there_is(repository: Path, run: Run) -> None:
    """As with `validate`, the findings of a baseline are counted and not reported."""
    assert run("scan", "--write-baseline", "known.json")[0] == 0
    assert run("scan", "--baseline", "known.json")[0] == 0


def test_the_baseline_of_the_settings_is_no_capture(repository: Path, run: Run) -> None:
    """Neither is an earlier report: the second scan has as many observations as the first."""
    run("scan", "--write-baseline", "known.json")
    (repository / "receiptkit.toml").write_text('baseline = "known.json"\n')
    reports = []
    for _ in range(2):
        code, _, err = run("scan", "-q", "-o", "json=report.json")
        assert code == 0, err
        reports.append(json.loads((repository / "report.json").read_text()))
    assert not reports[0]["unchecked"]
    assert reports[0]["summary"] == reports[1]["summary"]


def test_lists_places_that_it_cannot_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """Places that the scan cannot read are listed with advice."""
    (tmp_path / "seen.py").write_text(f"R = {{**BASE, {TEXT[1:]}\n")
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("scan")
    assert code == 0
    assert "seen.py:1\n" in out
    assert "pytest --receipts-guard" in out
    assert "nothing of Twilio" not in out


def test_unused_and_old_cassettes(repository: Path, run: Run) -> None:
    """A cassette that no test refers to is named, and captures whose dates are old, as a checkout has new times."""
    folder = repository / "tests" / "cassettes"
    folder.mkdir()
    interaction: dict[str, Any] = {
        "request": {"method": "GET", "uri": LIE["url"], "body": None, "headers": {}},
        "response": {"status": {"code": 200}, "headers": {}, "body": {"string": TEXT}},
    }
    interaction["response"]["headers"] = {"Date": ["Mon, 02 Mar 2020 09:15:00 GMT"]}
    for name in ("used.yaml", "unused.yaml"):
        (folder / name).write_text(yaml.safe_dump({"interactions": [interaction], "version": 1}))
    (repository / "tests" / "test_c.py").write_text("@vcr.use_cassette('cassettes/used.yaml')\n")
    out = run("scan", "--older-than", "30")[1]
    assert "no source code refers to:\n  tests/cassettes/unused.yaml\n" in out
    assert "captures older than 30 days:\n  tests/cassettes/unused.yaml (2" in out
    assert ", the latest date in it)\n  tests/cassettes/used.yaml (" in out


def test_a_repository_without_twilio(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    """Nothing to check is no error."""
    (tmp_path / "a.py").write_text("print('x')\n")
    (tmp_path / "package.json").write_text('{"name": "x"}')
    monkeypatch.chdir(tmp_path)
    code, out, err = run("scan")
    assert (code, err) == (0, "")
    assert "nothing of Twilio Conversations was found" in out


def test_source_code_is_never_overwritten(repository: Path, run: Run) -> None:
    """A report never replaces a file that is scanned."""
    before = (repository / "tests" / "test_a.py").read_bytes()
    assert run("scan", "-o", "tests/test_a.py", "--force")[0] == 2
    assert (repository / "tests" / "test_a.py").read_bytes() == before
