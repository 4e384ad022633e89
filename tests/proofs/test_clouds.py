"""Captures in Google Cloud Storage are checked like those on disk; reports, states and baselines are kept there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import many_webhooks
import stores

Run = Callable[..., tuple[int, str, str]]


def test_google_cloud_storage(run: Run, tmp_path: Path) -> None:
    """Globs, folders, reports, states and baselines work behind gs://; a missing object is one line."""
    paths = many_webhooks.write(tmp_path / "day", 3, 1500)
    with stores.google() as files:
        for path in paths:
            files.pipe_file(f"{stores.BUCKET}/day/{path.name}", path.read_bytes())
        for each in ("gs://hooks/day/*.gz", "gs://hooks/day/"):
            found = run("validate", "--join", each, "-v")
            alone = run("validate", "--join", *paths, "-v")
            assert found[1].replace("gs://hooks", str(tmp_path)) == alone[1]
            assert (found[0], found[2]) == (alone[0], alone[2]) == (1, "")
        out = "gs://hooks/out/report.json"
        for _ in range(2):
            assert run("validate", "--join", "gs://hooks/day/*", "-q", "-o", f"json={out}")[0] == 1
        assert json.loads(files.cat_file(out))["summary"]["checked"] == 3000
        for path in paths:
            url = f"gs://hooks/day/{path.name}"
            found = run("validate", url, "--state", "gs://hooks/state", "--format", "ndjson")
            alone = run("validate", path, "--state", tmp_path / "state", "--format", "ndjson")
            assert found[1].count("timeline.") == alone[1].count("timeline.")
            assert found[2] == alone[2]
        assert "timeline.regression" in found[1]
        known = "gs://hooks/known.json"
        run("validate", url, "-q", "--write-baseline", known)
        code, _, err = run("validate", url, "-q", "--baseline", known, "--fail-on", "info")
        assert (code, err) == (0, "")
        for url in ("gs://hooks/day/none.gz", "gs://hooks/x*.gz", "gs://nobody/x.gz"):
            code, _, err = run("validate", url)
            assert (code, err.count("\n")) == (2, 1)
            assert err.startswith(f"receiptkit: {url}: no ")
