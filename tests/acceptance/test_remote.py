"""Captures behind URLs are checked like those on disk; each that cannot be read is a problem."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import stores
import traffic
from conftest import ROOT
from receiptkit.captures import expand

Run = Callable[..., tuple[int, str, str]]
MADE = traffic.Traffic(28)
#: Webhooks, one of them misspelt.
PARTS = [
    "".join(json.dumps(MADE.webhook()) + "\n" for _ in range(30)).replace(
        "Status=", "Statuss=" if part == 1 else "Status=", 1
    )
    for part in range(3)
]
GZIP = [gzip.compress(part.encode(), mtime=0) for part in PARTS]


@pytest.fixture(scope="module")
def bucket() -> Iterator[stores.Bucket]:
    with stores.bucket() as found:
        for number, content in enumerate(GZIP):
            found.put(f"2026-11-0{number + 1}/part.ndjson.gz", content)
        yield found


@pytest.fixture
def local(tmp_path: Path) -> list[Path]:
    """The same parts on disk."""
    paths = [tmp_path / f"2026-11-0{number}.ndjson.gz" for number in (1, 2, 3)]
    for path, content in zip(paths, GZIP, strict=True):
        path.write_bytes(content)
    return paths


def placeless(text: str) -> list[str]:
    """The lines of a report without the names of files."""
    return [
        line.partition(".ndjson")[2] if ".ndjson" in line else line for line in text.splitlines()
    ]


def test_a_glob_is_checked_like_the_files(
    run: Run, bucket: stores.Bucket, local: list[Path]
) -> None:
    """A glob in a bucket has the findings of the same files on disk, in their order."""
    code, out, err = run("validate", "s3://hooks/2026-11-*/*.ndjson.gz")
    expected = run("validate", *local)
    assert (code, err) == (1, "")
    assert "s3://hooks/2026-11-02/part.ndjson.gz:1:" in out
    assert placeless(out.replace("/part", "")) == placeless(expected[1])
    assert "90 judged" in out


def test_processes_read_pieces_of_an_object(run: Run, bucket: stores.Bucket) -> None:
    """A large object is cut into pieces, and the findings are those of one process."""
    lines = PARTS[1] * 160
    assert len(lines) > 4 * 2**20
    url = bucket.put("large/all.ndjson", lines.encode())
    alone = run("validate", "--format", "json", url, "--jobs", 1)
    assert run("validate", "--format", "json", url, "--jobs", 2) == alone
    assert alone[0] == 1


def test_zstd_is_unpacked(run: Run, bucket: stores.Bucket, tmp_path: Path) -> None:
    """Frames of zstd are unpacked one after the other, behind a URL and on disk."""
    zstandard = pytest.importorskip("zstandard")
    frames = b"".join(zstandard.compress(part.encode()) for part in PARTS)
    (tmp_path / "all.ndjson.zst").write_bytes(frames)
    for path in (bucket.put("zstd/all.ndjson.zst", frames), tmp_path / "all.ndjson.zst"):
        code, out, _ = run("validate", path)
        assert code == 1
        assert "90 judged" in out
        assert "all.ndjson.zst:31:" in out


def test_a_cut_part_is_a_problem_of_its_own(run: Run, bucket: stores.Bucket) -> None:
    """Truncated objects are named, and the others are checked."""
    zstandard = pytest.importorskip("zstandard")
    bucket.put("cut/a.ndjson.gz", GZIP[0][:-50])
    bucket.put("cut/b.ndjson.zst", zstandard.compress(PARTS[0].encode())[:-50])
    bucket.put("cut/c.ndjson.gz", GZIP[1])
    code, out, err = run("validate", "s3://hooks/cut/*")
    assert code == 2
    assert "s3://hooks/cut/c.ndjson.gz:1:" in out
    assert err.splitlines() == [
        f"receiptkit: s3://hooks/cut/{name}: the compressed data is damaged or cut off"
        for name in ("a.ndjson.gz", "b.ndjson.zst")
    ]


def test_a_part_that_vanishes_is_a_problem_of_its_own(
    run: Run, bucket: stores.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object that is deleted after it was listed is named, and the others are checked."""
    bucket.put("vanish/a.ndjson.gz", GZIP[0])
    bucket.put("vanish/b.ndjson.gz", GZIP[1])
    listed = expand

    def then_deleted(*arguments: object) -> Iterator[object]:
        found = list(listed(*arguments))  # type: ignore[arg-type] # passed on
        bucket.files.rm_file("hooks/vanish/a.ndjson.gz")
        return iter(found)

    monkeypatch.setattr("receiptkit.cli.inputs.expand", then_deleted)
    code, out, err = run("validate", "s3://hooks/vanish/*")
    assert code == 2
    assert err == "receiptkit: s3://hooks/vanish/a.ndjson.gz: no such file or directory\n"
    assert "s3://hooks/vanish/b.ndjson.gz:1:" in out


def test_a_body_that_ends_early_is_cut_off(run: Run) -> None:
    """A web server that sends less than it announced is not taken for the end of the file."""
    pytest.importorskip("aiohttp")
    pytest.importorskip("fsspec")
    content = PARTS[0].encode()
    with stores.web({"/a.ndjson": (len(content), content[:-900]), "/b.ndjson": (9, b"")}) as url:
        code, _, err = run("validate", f"{url}/a.ndjson?sig=geheim")
    assert code == 2
    assert err.startswith(f"receiptkit: {url}/a.ndjson?…: ")
    assert "geheim" not in err


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("s3://hooks/nothing/*.gz", "s3://hooks/nothing/*.gz: no file matches"),
        ("s3://hooks/no.json", "s3://hooks/no.json: no such file or directory"),
        ("s3://nobody/no.json", "s3://nobody/no.json: no such file or directory"),
        ("nothing://x/y", "nothing://x/y: fsspec does not know the scheme nothing"),
        ("simplecache::s3://x/y", None),
        ("file:///nowhere/*.json", "file:///nowhere/*.json: no file matches"),
        ("file:///nowhere/a.json", "file:///nowhere/a.json: no such file or directory"),
    ],
)
def test_reports_an_unreadable_address_in_one_line(
    run: Run, bucket: stores.Bucket, path: str, line: str | None
) -> None:
    """An address that leads nowhere is one line and exit 2."""
    code, _, err = run("validate", path)
    assert code == 2
    assert err.count("\n") == 1
    assert line is None or err == f"receiptkit: {line}\n"


def test_file_urls_need_no_package(run: Run, local: list[Path]) -> None:
    """A `file:` URL is a path; a glob in it is read, and a report is written to it."""
    folder = local[0].parent
    code, out, _ = run("validate", f"file://{folder}/*.gz", "-o", f"json=file://{folder}/r.json")
    assert code == 1
    assert f"file://{local[1]}:1:" in out
    assert json.loads((folder / "r.json").read_text())["summary"]["checked"] == 90


def test_reports_are_written_to_a_bucket(run: Run, bucket: stores.Bucket) -> None:
    """A report appears behind its URL when it is complete, replaces only its like, and no input."""
    captured = "s3://hooks/2026-11-02/part.ndjson.gz"
    out = "s3://hooks/reports/run.json"
    for _ in range(2):
        assert run("validate", captured, "-q", "-o", f"json={out}")[0] == 1
    assert json.loads(bucket.get("reports/run.json"))["summary"]["checked"] == 30
    for refused, why in (
        (captured, "this is one of the captures; it is never overwritten"),
        ("s3://hooks/large/all.ndjson", "this file exists, and is not a report in json"),
        ("s3://nobody/run.json", "no such file or directory"),
        ("https://u:geheim@example.com/x?sig=geheim", "files can be read over the web"),
    ):
        bucket.put("large/all.ndjson", b"{}")
        code, _, err = run("validate", captured, "-q", "--format", "json", "-o", refused)
        assert code == 2, refused
        assert why in err
        assert "geheim" not in err
        assert err.count("\n") == 1


@pytest.mark.parametrize("where", ["s3", "file"])
def test_a_baseline_behind_a_url(
    run: Run, bucket: stores.Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """A baseline is written to a URL and read from it, replaces only its like, and forgets no file it did not see."""
    monkeypatch.chdir(tmp_path)
    folder = "s3://hooks/known" if where == "s3" else f"file://{tmp_path}/known"
    (tmp_path / "known").mkdir()
    captured = "s3://hooks/2026-11-02/part.ndjson.gz"
    (tmp_path / "mine.ndjson").write_text(PARTS[1])
    both, baseline = (captured, "mine.ndjson"), f"{folder}/known.json"
    for _ in range(2):
        code, _, err = run("validate", *both, "-q", "--write-baseline", baseline)
        assert code == 0
        assert "known.json: saved 4 findings as the baseline\n" in err
    (tmp_path / "receiptkit.toml").write_text(f'baseline = "{baseline}"\n')
    for paths in (both, both[:1], both[1:], ("s3://hooks/2026-11-01/part.ndjson.gz",)):
        code, _, err = run("validate", *paths, "-q")
        assert (code, err) == (0, "")
    (tmp_path / "mine.ndjson").write_text(PARTS[0])
    assert "known.json: 2 findings of it no longer occur" in run("validate", *both, "-q")[2]
    # In a folder, it is no capture.
    bucket.put("known/part.ndjson.gz", GZIP[0])
    code, _, err = run("validate", "s3://hooks/known/", "--baseline", baseline)
    assert (code, err) == (0, "")


def test_a_baseline_that_cannot_be_read_is_one_line(run: Run, bucket: stores.Bucket) -> None:
    """A URL without a baseline is one line and exit 2, without the URL's secrets."""
    captured = "s3://hooks/2026-11-02/part.ndjson.gz"
    other = bucket.put("odd/other.json", b"{}")
    for option, path, why in (
        ("--baseline", "s3://hooks/none.json", "no such file or directory"),
        ("--baseline", other, "not a baseline of receiptkit"),
        ("--baseline", "https://u:geheim@127.0.0.1:1/x?sig=geheim", "127.0.0.1:1/x?…: "),
        ("--write-baseline", other, "this file exists, and is not a baseline"),
        ("--write-baseline", captured, "this is one of the captures"),
        ("--write-baseline", "s3://nobody/x.json", "no such file or directory"),
        ("--write-baseline", "https://u:geheim@127.0.0.1:1/x?sig=geheim", "127.0.0.1:1/x?…: "),
    ):
        code, _, err = run("validate", captured, "-q", option, path)
        assert (code, err.count("\n")) == (2, 1), err
        assert why in err
        assert "geheim" not in err


def test_credentials_are_never_printed(run: Run, bucket: stores.Bucket) -> None:
    """Passwords and signatures in URLs, and keys of the environment, are in no output."""
    for path in (
        "http://somebody:geheim@127.0.0.1:1/a.ndjson?X-Amz-Signature=geheim#geheim",
        f"{bucket.endpoint}/hooks/2026-11-02/part.ndjson.gz?X-Amz-Signature=geheim",
        f"{bucket.endpoint}/hooks/none.ndjson?X-Amz-Signature=geheim",
    ):
        for arguments in ([], ["-v"], ["--format", "json"], ["--jobs", "2"]):
            _, out, err = run("validate", path, *arguments)
            assert "geheim" not in out + err
            assert "somebody" not in out + err
            assert stores.SECRET not in out + err


def test_nothing_is_imported_without_need(local: list[Path]) -> None:
    """Paths of this machine, and file URLs, import nothing of fsspec and Dask."""
    program = (
        "import sys; from receiptkit.cli import main; main(sys.argv[1:]);"
        "print({'fsspec', 's3fs', 'aiohttp', 'dask', 'distributed', 'zstandard'} & set(sys.modules))"
    )
    arguments = ["validate", "-q", *map(str, local), f"file://{local[0]}"]
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert result.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("package", ["fsspec", "s3fs"])
def test_a_missing_package_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    """Without the extra, a URL is one line with the command that installs it."""
    if package == "s3fs":
        registry = pytest.importorskip("fsspec.registry")
        monkeypatch.delitem(registry._registry, "s3", raising=False)
    for name in [each for each in sys.modules if each.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    code, _, err = run("validate", "s3://bucket/a.json")
    assert code == 2
    assert err.count("\n") == 1
    assert "pip install 'receiptkit[remote]'" in err
