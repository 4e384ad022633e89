"""`receiptkit doctor` and `--version -v` name what is installed, and which settings hold."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from receiptkit.cli import installation
from receiptkit.openapi.document import built

Run = Callable[..., tuple[int, str, str]]


def test_version_names_contracts_and_engines(run: Run) -> None:
    """`--version -v` has the hash of each contract document and the version of the engine."""
    code, out, err = run("--version", "-v")
    assert (code, err) == (0, "")
    for profile in ("vendor", "documented", "strict"):
        document = built(profile)
        assert f"contract {profile}: sha256 {document.sha256}\n" in out
    assert f"jsonschema-rs {metadata.version('jsonschema-rs')}\n" in out
    assert run("-v", "--version") == (code, out, err)
    assert run("--version")[1] == out.partition("\n")[0] + "\n"


def test_verbose_alone_is_refused(run: Run) -> None:
    code, out, err = run("-v", "rules")
    assert (code, out) == (2, "")
    assert "write it after the command" in err


def test_doctor_says_where_settings_come_from(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "receiptkit.toml"
    path.write_text('profile = "strict"\nignore = ["page.*"]\n[severity]\n"page.*" = "info"\n')
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("doctor")
    assert code == 0
    assert f'  profile = "strict" ({path})\n' in out
    assert f'  ignore = ["page.*"] ({path})\n' in out
    assert f'  severity = {{"page.*": "info"}} ({path})\n' in out
    assert '  fail-on = "error" (default)\n' in out
    assert Path(out.rpartition("JSON Schema: ")[2].strip()).is_file()


def test_doctor_refuses_mistaken_settings(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "receiptkit.toml").write_text('ignore = ["page.kye"]')
    monkeypatch.chdir(tmp_path)
    code, _, err = run("doctor")
    assert code == 2
    assert "did you mean page.key?" in err


def test_doctor_tells_clients_that_the_guard_sees(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that is only installed is named, and is not imported."""
    (tmp_path / "treq.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    out = run("doctor")[1]
    assert "  requests: seen by the guard\n" in out
    assert "  treq: not seen by the guard\n" in out


def test_doctor_names_what_an_extra_lacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        metadata, "requires", lambda _: ["click>=8", "no-such-package>=1; extra == 'odd'"]
    )
    assert [str(extra) for extra in installation.extras()] == [
        "odd: no-such-package missing; `pip install 'receiptkit[odd]'` installs it"
    ]
    assert "  odd: no-such-package missing" in run("doctor")[1]
