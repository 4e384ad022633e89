"""The reports `html` and `markdown`, as files."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT
from receiptkit.rules.examples import sample
from receiptkit.validation import pictures

Run = Callable[..., tuple[int, str, str]]
SAMPLES = ROOT / "fixtures" / "samples"


def page_of(run: Run, path: Path, *options: str) -> str:
    out = path.parent / "report.html"
    run("validate", str(path), "-q", "-o", f"html={out}", *options)
    return out.read_text(encoding="utf-8")


def _copy(folder: Path) -> Path:
    return Path(shutil.copytree(SAMPLES, folder / "samples"))


def test_every_finding_is_in_the_page_and_no_other(run: Run, tmp_path: Path) -> None:
    """The page and the report in JSON list the same findings at the same places."""
    html, other = tmp_path / "a.html", tmp_path / "a.json"
    run("validate", str(SAMPLES), "-q", "-o", f"html={html}", "-o", f"json={other}")
    findings = json.loads(other.read_text())["findings"]
    text = html.read_text()
    assert len(findings) > 4
    assert sorted(re.findall(r'id="f(\d+)"', text), key=int) == [
        str(number) for number in range(1, len(findings) + 1)
    ]
    for each in findings:
        place = ":".join(str(each["origin"][name]) for name in ("file", "line", "column"))
        assert place in text
        assert each["rule"] in text


def test_sorts_findings_by_severity(run: Run, tmp_path: Path) -> None:
    """Errors come before warnings, and warnings before information."""
    html = tmp_path / "a.html"
    run("validate", str(SAMPLES), "-q", "-o", f"html={html}")
    severities = re.findall(r'class="group (\w+)"', html.read_text())
    assert {"error", "warning"} <= set(severities)
    assert severities == sorted(severities, key=("error", "warning", "info").index)


def test_captured_text_is_inert(run: Run, tmp_path: Path) -> None:
    """No captured text becomes markup, with values shown and without."""
    hostile = "</svg></pre><script>alert(1)</script>\u202e" + "w" * 100_000
    receipt = {**sample("receipt"), "status": hostile, hostile: hostile}
    path = tmp_path / "hostile.json"
    path.write_text(json.dumps(receipt))
    for options in ([], ["--show-values"]):
        text = page_of(run, path, "--force", *options)
        assert "<script>alert" not in text
        assert "\u202e" not in text
        assert len(text) < 1_000_000
        assert text.count("<script>") == 1


def test_the_script_is_small(run: Run, tmp_path: Path) -> None:
    """The script of a page has at most 5 kB, in one element."""
    (script,) = re.findall(r"<script>(.*?)</script>", page_of(run, _copy(tmp_path)), re.DOTALL)
    assert 0 < len(script.encode()) <= 5000


def test_nothing_is_loaded_and_nothing_captured_is_shown(run: Run, tmp_path: Path) -> None:
    """The policy allows only the page's own style and script; values stay hidden."""
    receipt = {**sample("receipt"), "status": "gestrandet", "participant_sid": "MBsecret"}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(receipt))
    text = page_of(run, path)
    assert "default-src 'none'" in text
    assert not re.search(r"""(?:src|href)=["']?(?!#)[^"'#]""", text)
    assert "gestrandet" not in text
    assert "MBsecret" not in text
    assert "gestrandet" in page_of(run, path, "--show-values", "--force")


def test_the_size_is_bounded(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More receipts than are drawn are counted, and make no larger page."""
    monkeypatch.setattr(pictures, "MOST_DRAWN", 100)
    sizes = []
    for count in (100, 200):
        path = tmp_path / f"{count}.ndjson"
        run(
            *("generate", "full-house", "--receipts", str(count)),
            *("--as", "receipts", "-o", str(path)),
        )
        text = page_of(run, path, "--force")
        sizes.append(len(text))
        assert ("100 more receipts are not drawn" in text) is (count > 100)
    assert sizes[0] < 50_000
    assert sizes[1] < sizes[0] * 1.1


def test_draws_receipts_with_findings(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receipt with a finding is drawn even where there are more receipts than the report draws."""
    monkeypatch.setattr(pictures, "MOST_DRAWN", 5)
    path = tmp_path / "a.ndjson"
    run("generate", "full-house", "--receipts", "30", "--as", "receipts", "-o", str(path))
    *others, last = map(json.loads, path.read_text().splitlines())
    path.write_text("".join(json.dumps(each) + "\n" for each in others))
    short = f"{last['sid'][:10]}…"
    assert short not in page_of(run, path, "--show-values")
    last["unknown"] = 1
    path.write_text(path.read_text() + json.dumps(last) + "\n")
    text = page_of(run, path, "--show-values", "--profile", "strict", "--force")
    assert short in text
    assert "25 more receipts are not drawn" in text


def test_lines_of_the_capture_are_bounded(run: Run, tmp_path: Path) -> None:
    """Many findings are all listed; the lines around most are not, and the page says of how many."""
    path = tmp_path / "a.ndjson"
    run("generate", "full-house", "--receipts", "500", "--as", "receipts", "-o", str(path))
    path.write_text(path.read_text().replace('"status":"delivered"', '"status":"queued"'))
    text = page_of(run, path)
    shown, listed = text.count("Lines of the capture"), text.count('class="finding"')
    assert listed > 100
    assert shown == 20
    assert f"The lines of {listed - shown} of these are not shown." in text
    assert len(text) < listed * 2000


def test_messages_without_end_are_bounded(run: Run, tmp_path: Path) -> None:
    """Of findings that all say something else, 500 are listed, and the page counts the others."""
    path = tmp_path / "a.ndjson"
    names = ["".join(chr(ord("a") + int(digit)) for digit in str(number)) for number in range(700)]
    path.write_text("".join(json.dumps({**sample("receipt"), name: 1}) + "\n" for name in names))
    text = page_of(run, path, "--show-values", "--profile", "strict")
    assert text.count('class="group') == 500
    assert "200 findings with other messages are counted, and not listed." in text


def test_overwrites_only_its_own_pages(run: Run, tmp_path: Path) -> None:
    """A page that receiptkit did not write stays, unless --force is given."""
    theirs = tmp_path / "index.html"
    theirs.write_text("<!DOCTYPE html><html><body>mine</body></html>")
    code, _, err = run("validate", str(SAMPLES), "-q", "-o", f"html={theirs}")
    assert code == 2
    assert "index.html" in err
    assert "mine" in theirs.read_text()


def test_markdown_shows_captured_text_as_it_is(run: Run, tmp_path: Path) -> None:
    """Nothing in a cell ends it, or becomes a link, an image or HTML."""
    receipt = {**sample("receipt"), "a|b](x)<img>`": 1}
    path = tmp_path / "a.json"
    path.write_text(json.dumps(receipt))
    out = tmp_path / "a.md"
    run(
        *("validate", str(path), "-q", "--show-values", "--profile", "strict"),
        *("-o", f"markdown={out}"),
    )
    text = out.read_text()
    assert text.startswith("## Delivery receipts: ")
    assert "<img>" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| error")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 5


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_a_clean_run_says_so(run: Run, name: str) -> None:
    """A report without findings has no table of them."""
    code, out, _ = run("validate", str(SAMPLES / "conforming.ndjson"), "--format", name)
    assert code == 0
    assert ("No errors" if name == "html" else "0 errors, 0 warnings, 0 info") in out
