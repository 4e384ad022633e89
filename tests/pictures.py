"""
Make the pictures of the documentation with a real browser.

    python tests/pictures.py
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from receiptkit.cli import main
from receiptkit.server import running

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"


def report(folder: Path) -> Path:
    """Return a report about a loop, a late webhook and a wrong summary."""
    # Names in the report are then the same every time.
    os.chdir(folder)
    captures = Path("captures")
    captures.mkdir()
    for name in ("listing.loop", "delivery.total"):
        broken = ("--break", name, "--as", "ndjson", "-o", str(captures / f"{name}.ndjson"))
        main(["generate", "agent-and-sms", *broken])
    late = ("--seed", "1", "--as", "ndjson", "-o", str(captures / "night.ndjson"))
    main(["generate", "out-of-order", *late])
    out = folder / "report.html"
    main(["validate", str(captures), "-q", "-o", f"html={out}"])
    return out


def take(page_file: Path, selector: str, name: str) -> None:
    """Write a picture of a part of a page."""
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 900, "height": 900})
        page.goto(page_file.as_uri())
        page.locator(selector).first.screenshot(path=FOLDER / f"{name}.png")
        browser.close()


def take_server() -> None:
    """Write a picture of the page of a server, with a webhook without a receiver."""
    hook = "http://127.0.0.1:9/hook#rc=0"
    with (
        running(scenarios=["partial-failure"], clock="manual", webhook_url=hook) as twilio,
        sync_playwright() as started,
    ):
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1000, "height": 1180})
        twilio.advance(to="end")
        page.goto(f"{twilio.url}/_receiptkit/")
        page.get_by_role("link", name="#0", exact=True).click()
        page.locator("#detail .card").wait_for()
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=FOLDER / "local-twilio.png")
        browser.close()


if __name__ == "__main__":
    if shutil.which("chromium") is None:
        sys.exit("there is no Chromium; `make browser` says how to install it")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        page_file = report(Path(name))
        take(page_file, "#messages", "report-messages")
        take(page_file, ".group", "report-finding")
    take_server()
