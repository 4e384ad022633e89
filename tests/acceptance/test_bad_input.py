"""Hostile and broken input: a finding or one line and exit 2, in bounded time and memory."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from receiptkit.captures import Limits, Source, is_regular, opened
from receiptkit.model.errors import CaptureError
from receiptkit.rules.examples import sample

Run = Callable[..., tuple[int, str, str]]
RECEIPT = json.dumps(sample("receipt"))
#: More than the interpreter, the libraries and 128 MB of input parsed; less than what goes wrong when something is not bounded.
_MEMORY = 1500 * 2**20

_LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
from receiptkit.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


def limited(*arguments: object, memory: int = _MEMORY) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own that may not grow beyond `memory` bytes."""
    script = _LIMITED.format(limit=memory)
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("empty.json", b"", 2, "the file is empty"),
        ("blank.json", b" \n\n ", 2, "the file is empty"),
        ("truncated.json", RECEIPT[:200].encode(), 1, "json.syntax"),
        ("smart.txt", "{\u201csid\u201d: 1}".encode(), 1, "replace the smart quotes"),
        ("utf16.json", RECEIPT.encode("utf-16"), 1, "json.encoding: this is UTF-16"),
        ("utf16be.json", RECEIPT.encode("utf-16-be"), 1, "json.encoding: this looks like UTF-16"),
        ("bom.json", b"\xef\xbb\xbf" + RECEIPT.encode(), 0, '1:1 "" warning json.encoding'),
        ("surrogate.json", RECEIPT.replace("DY", "\\ud800", 1).encode(), 1, "json.lone-surrogate"),
        (
            "invalid.json",
            RECEIPT.encode().replace(b"DY", b"\xff\xfe", 1),
            1,
            "json.encoding: these bytes are not UTF-8",
        ),
        (
            "nul.json",
            RECEIPT.encode().replace(b"DY", b"\0\0", 1),
            1,
            "raw control character (U+0000)",
        ),
        (
            "huge.json",
            RECEIPT.replace('"error_code": 0', '"error_code": 1e400').encode(),
            1,
            "/error_code error json.not-finite",
        ),
        (
            "nan.json",
            RECEIPT.replace('"error_code": 0', '"error_code": NaN').encode(),
            1,
            "/error_code error json.not-finite",
        ),
        (
            "twice.json",
            RECEIPT.replace('"error_code": 0', '"status": "sent"').encode(),
            1,
            "/status error json.duplicate-key",
        ),
        (
            "digits.json",
            RECEIPT.replace('"error_code": 0', '"error_code": ' + "9" * 100_000).encode(),
            1,
            "/error_code error json.not-finite",
        ),
        (
            "float.json",
            RECEIPT.replace('"error_code": 0', '"error_code": 0.' + "3" * 100_000).encode(),
            1,
            "schema.type: `error_code` is a number",
        ),
        ("deep.json", b"[" * 100_000, 1, "json.too-deep"),
        ("deeper.json", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 1, "json.too-deep"),
        (
            "deep-member.json",
            (RECEIPT[:-1] + ', "x": ' + "[" * 100 + "]" * 100 + "}").encode(),
            1,
            "json.too-deep",
        ),
        (
            "almost-deep.json",
            (RECEIPT[:-1] + ', "x": ' + "[" * 99 + "]" * 99 + "}").encode(),
            0,
            "0 errors",
        ),
        ("binary.json", bytes(range(256)) * 10, 1, "json.encoding"),
        ("other.bin", bytes(range(1, 256)), 2, "format not recognised"),
        ("prose.txt", b"Dear team,", 2, "format not recognised"),
        ("prose.json", b"Dear team,", 1, "json.syntax"),
        ("scalar.json", b'"text"', 2, "nothing was judged"),
        ("array.json", b"[]", 2, "nothing was judged"),
        ("numbers.json", b"[1, null, [], {}]", 2, "nothing was judged"),
        (
            "cut.json.gz",
            gzip.compress(RECEIPT.encode(), mtime=0)[:-20],
            2,
            "the compressed data is damaged or cut off",
        ),
        ("broken.gz", b"\x1f\x8b" + b"x" * 100, 2, "the compressed data is damaged or cut off"),
        (
            "crc.gz",
            gzip.compress(RECEIPT.encode(), mtime=0)[:-8] + b"\0" * 8,
            2,
            "the compressed data is damaged or cut off",
        ),
        (
            "names.ndjson",
            b'{"request":1,"response":2}\n{"request":{},"response":{"status":"x"}}\n',
            2,
            "nothing was judged",
        ),
    ],
)
def test_one_bad_file(
    tmp_path: Path, run: Run, name: str, content: bytes, code: int, said: str
) -> None:
    """Each kind of bad file is a finding, or one line and exit 2, and never a traceback."""
    path = tmp_path / name
    path.write_bytes(content)
    got, out, err = run("validate", path)
    assert got == code
    assert said in out + err
    assert "Traceback" not in out + err
    assert err.count("\n") <= 1
    assert len(out + err) < 3000


def test_bad_members_anywhere(tmp_path: Path, run: Run) -> None:
    """Any JSON value at any place of a body is checked without a crash."""
    odd = [None, True, 0, -1.5, "", "x", [], [1], {}, {"sid": 1}, "\x00", "é" * 100, 2**70]
    lines = []
    for kind in ("receipt", "page", "message", "configuration", "error", "exchange"):
        for name in sample(kind):
            lines += [{**sample(kind), name: value} for value in odd]
    for place in ("request", "response"):
        for name in ("method", "url", "status", "headers", "body"):
            for value in odd:
                lines.append(sample("exchange"))
                lines[-1][place][name] = value
    path = tmp_path / "odd.ndjson"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    code, out, err = run("validate", "-v", "--show-values", path)
    assert (code, err) == (1, "")
    assert f"1 file, {len(lines)} observations" in out


def test_a_line_of_a_hundred_megabytes(tmp_path: Path) -> None:
    """A line of 100 MB is checked; a line beyond the limit is refused with the option that allows more."""
    path = tmp_path / "long.ndjson"
    with path.open("w") as out:
        out.write(RECEIPT + "\n")
        out.write(RECEIPT[:-1] + ', "x": "')
        for _ in range(100):
            out.write("y" * 2**20)
        out.write('"}\n' + RECEIPT + "\n")
    result = limited("validate", path)
    assert (result.returncode, result.stderr) == (0, "")
    assert "3 observations: 3 judged" in result.stdout
    result = limited("validate", "--max-record", "10M", path)
    assert result.returncode == 2
    assert (
        result.stderr
        == f"receiptkit: {path}: line 2 is larger than 10,485,760 bytes; --max-record allows more\n"
    )
    assert "1 observation: 1 judged" in result.stdout


def test_many_findings_in_one_record(tmp_path: Path) -> None:
    """Checking an array of many bad receipts takes time in proportion to its length; findings are grouped."""
    path = tmp_path / "many.json"
    bad = RECEIPT.replace('"delivered"', '"queued"')
    path.write_text("[" + ",\n".join([bad] * 20_000) + "]")
    result = limited("validate", path)
    assert result.returncode == 1
    assert "(20000 times)" in result.stdout
    assert f"{path}:1:" in result.stdout


def test_a_page_of_many_rows(tmp_path: Path) -> None:
    """A page of 300,000 empty rows takes seconds and little memory: the first rows are checked, the rest is counted."""
    page = {**sample("page"), "delivery_receipts": [{}] * 300_000}
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(page))
    result = limited("validate", "-q", path, memory=450 * 2**20)
    assert (result.returncode, result.stderr) == (1, "")
    assert (
        f"limit: 299,000 rows of 1 observation were not checked, the first at {path}:1"
        in result.stdout
    )


def test_refuses_a_gzip_bomb(tmp_path: Path) -> None:
    """A file that unpacks to more than the limit is refused, in many lines or in one."""
    for name, piece in (
        ("lines.ndjson.gz", RECEIPT.encode() + b"\n"),
        ("one.json.gz", b" " * 1000),
    ):
        path = tmp_path / name
        with gzip.open(path, "wb", compresslevel=1) as out:
            out.write(b"{" if "one" in name else b"")
            for _ in range(50):
                out.write(piece * (2**20 // len(piece)))
        result = limited("validate", "--max-unpacked", "20M", path, memory=400 * 2**20)
        assert result.returncode == 2
        assert result.stderr.endswith(
            "unpacks to more than 20,971,520 bytes; --max-unpacked allows more\n"
        )
        assert result.stderr.count("\n") == 1


def test_memory_does_not_grow_with_ndjson(tmp_path: Path) -> None:
    """A long NDJSON needs no more memory than a short one."""

    def peak(lines: int) -> int:
        path = tmp_path / f"{lines}.ndjson"
        page = json.dumps(sample("page")) + "\n"
        path.write_text(page * lines)
        script = "import sys\nfrom receiptkit.cli import main\nmain(sys.argv[1:])\nprint(open('/proc/self/status').read())"
        result = subprocess.run(
            [sys.executable, "-c", script, "validate", str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(result.stdout.partition("VmHWM:")[2].split()[0])

    short, long = peak(100), peak(30_000)
    assert long - short < 8 * 1024


def test_a_pipe_that_nobody_writes_to(tmp_path: Path, run: Run) -> None:
    """A named pipe is read when it has a writer, is empty when it has none, and is passed over in a folder."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, _, err = run("validate", pipe)
    assert (code, err) == (2, f"receiptkit: {pipe}: the file is empty\n")
    assert run("validate", "--allow-empty", tmp_path)[1].endswith(
        "skipped: 1 file of other kinds\n"
    )
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    writer = os.open(pipe, os.O_WRONLY)
    os.close(reader)

    def feed() -> None:
        os.write(writer, RECEIPT.encode())
        os.close(writer)

    feeding = threading.Timer(0.2, feed)
    feeding.start()
    code, out, _ = run("validate", pipe)
    feeding.join()
    assert code == 0
    assert "1 judged" in out


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/full"])
def test_a_device_without_an_end(tmp_path: Path, run: Run, device: str) -> None:
    """A link to it, whatever its name promises, does not keep a run busy for ever."""
    if not os.path.exists(device):
        pytest.skip(f"there is no {device} here")
    link = tmp_path / "capture.json"
    link.symlink_to(device)
    for path in (link, device):
        code, _, error = run("validate", path)
        assert (code, "a device, which may have no end" in error) == (2, True)


def test_links_that_lead_nowhere(tmp_path: Path, run: Run) -> None:
    """Links to themselves, to their folder, or to nothing are handled."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "self").symlink_to(tmp_path)
    (tmp_path / "gone.json").symlink_to(tmp_path / "nothing")
    (tmp_path / "good.json").write_text(RECEIPT)
    code, out, err = run("validate", tmp_path)
    assert (code, err) == (0, "")
    assert "1 file, 1 observation: 1 judged" in out
    for name in ("loop", "gone.json"):
        code, _, err = run("validate", tmp_path / name)
        assert code == 2
        assert err.count("\n") == 1


def test_a_file_that_vanishes(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is deleted before it is read is reported in one line; the others are checked."""
    for name in ("a.json", "b.json", "c.json"):
        (tmp_path / name).write_text(RECEIPT)
    regular = is_regular

    def vanish(source: Source) -> bool:
        found = regular(source)
        if source.name.endswith("b.json"):
            Path(source.name).unlink()
        return found

    monkeypatch.setattr("receiptkit.validation.run.is_regular", vanish)
    code, out, err = run("validate", tmp_path)
    assert code == 2
    assert err == f"receiptkit: {tmp_path / 'b.json'}: no such file or directory\n"
    assert "2 files, 2 observations: 2 judged" in out


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_reports_files_without_permission(tmp_path: Path, run: Run) -> None:
    """A file or folder without permission is reported in one line."""
    secret = tmp_path / "secret.json"
    secret.write_text(RECEIPT)
    secret.chmod(0)
    assert run("validate", secret)[0] == 2
    folder = tmp_path / "folder"
    folder.mkdir(mode=0)
    code, _, err = run("validate", folder)
    assert (code, err.count("\n")) == (2, 1)


def test_a_name_with_control_characters(tmp_path: Path, run: Run) -> None:
    """A file name can do nothing to the terminal either."""
    path = tmp_path / "a\x1b[2Jb\n.json"
    path.write_text(RECEIPT.replace("delivered", "queued"))
    _, out, _ = run("validate", path)
    assert r"a\u001b[2Jb\n.json:1:" in out
    _, _, err = run("validate", str(path) + "x")
    assert "\x1b" not in err
    assert err.count("\n") == 1


def test_reading_errors_become_capture_errors(tmp_path: Path) -> None:
    """Damaged compressed data raises CaptureError while it is read."""
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(os.urandom(2**20))[:-100])
    with (
        pytest.raises(CaptureError, match="damaged or cut off"),
        opened(Source(str(path)), Limits()) as (stream, _),
    ):
        stream.read()
