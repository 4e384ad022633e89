"""
The built site of the documentation in Chromium: each page once, its search, and nothing from elsewhere.

`make docs` builds it; `make browser` builds it and runs this.
"""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from site_links import broken

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

SITE = ROOT / "build" / "docs" / "site"
pytestmark = [
    pytest.mark.proofs,
    pytest.mark.skipif(not SITE.is_dir(), reason="`make docs` has not built the site"),
    pytest.mark.skipif(shutil.which("chromium") is None, reason="there is no Chromium"),
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The site on a server of this machine."""
    handler = functools.partial(_Quiet, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def pages() -> list[str]:
    found = (path.relative_to(SITE).as_posix() for path in sorted(SITE.rglob("*.html")))
    return [name for name in found if name != "404.html"]


def test_every_page_opens(browser: Any, origin: str) -> None:
    """No page says anything on the console, asks another server, or is wider than a window."""
    faults: list[str] = []
    asked: list[str] = []
    failed: list[str] = []
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.on("console", lambda message: faults.append(f"{page.url}: {message.text}"))
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: failed.append(f"{request.failure}: {request.url}"))
    names = pages()
    for name in names:
        response = page.goto(f"{origin}/{name}")
        assert response.ok
        assert page.locator("h1").first.is_visible(), name
        if page.evaluate("document.documentElement.scrollWidth") > 1200:
            faults.append(f"{name}: wider than its window")
    assert faults == []
    # What a page still loads when the next one opens is aborted.
    assert [each for each in failed if "ERR_ABORTED" not in each] == []
    assert [url for url in asked if not url.startswith((f"{origin}/", "data:", "blob:"))] == []
    assert len(names) > 30


def test_search_finds(browser: Any, origin: str) -> None:
    """A word that one page has leads there, from a page in another folder."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(f"{origin}/docs/reference/python.html")
    page.keyboard.press("/")
    page.keyboard.type("twilio-cli", delay=20)
    page.locator("a[href*='docs/clients.html']:visible").first.click()
    page.wait_for_url("**/docs/clients.html**")


def test_links_lead_somewhere() -> None:
    assert list(broken(SITE)) == []


def test_a_broken_link_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<a href="b.html#x"></a><a href="c.html"></a><p id="y">')
    (tmp_path / "b.html").write_text('<a href="a.html#y"></a><a href="https://example.com/"></a>')
    assert list(broken(tmp_path)) == [
        "a.html: b.html#x has no such place",
        "a.html: c.html leads nowhere",
    ]
