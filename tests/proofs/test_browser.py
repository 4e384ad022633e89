"""The report `html` and the page of the server in a real browser. `make browser` installs what is needed."""

from __future__ import annotations

import base64
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import pytest

from conftest import ROOT
from receiptkit import Contract
from receiptkit.rules.examples import sample
from receiptkit.server import running
from receiptkit.webhooks import AUTH_TOKEN, verify

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_core_python.sync_playwright", reason="axe is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.proofs,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    # Of the event loop that playwright leaves.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
SAMPLES = ROOT / "fixtures" / "samples"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def report(run: Run, tmp_path: Path) -> Path:
    """A page with a loop, a gap, an overtaking webhook, and samples with findings."""
    captures = tmp_path / "captures"
    captures.mkdir()
    for name, broken in (("loop", "listing.loop"), ("gap", "listing.gap")):
        options = ("--break", broken, "--as", "ndjson", "-o", captures / f"{name}.ndjson")
        run("generate", "agent-and-sms", *options)
    run("generate", "out-of-order", "--as", "ndjson", "-o", captures / "late.ndjson")
    out = tmp_path / "report.html"
    run("validate", captures, SAMPLES, "-q", "-o", f"html={out}")
    return out


def opened(browser: Any, report: Path, **options: Any) -> tuple[Any, list[str]]:
    """Return the page, and a list of its requests and console messages."""
    page = browser.new_context(**options).new_page()
    heard: list[str] = []
    page.on("request", lambda request: heard.append(request.url))
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(report.as_uri())
    return page, heard


def test_nothing_leaves_the_file(browser: Any, report: Path) -> None:
    """The only request is for the page itself, and the console stays empty."""
    page, heard = opened(browser, report)
    page.get_by_label("Filter findings").fill("page")
    page.get_by_role("button", name="Light or dark").click()
    assert heard == [report.as_uri()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_everybody_can_use_it(browser: Any, report: Path, scheme: str, width: int) -> None:
    """Axe finds nothing, and nothing is wider than the window, in either scheme."""
    page, _ = opened(
        browser,
        report,
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
    )
    found = axe.Axe().run(page)["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_is_readable_without_script_and_style(browser: Any, report: Path) -> None:
    """Everything is there; what only a script could do is not."""
    page, heard = opened(browser, report, java_script_enabled=False)
    assert heard == [report.as_uri()]
    text = page.locator("body").inner_text()
    assert "next_page_url leads back to an earlier page" in text
    assert not page.locator("#filter").is_visible()
    bare = report.with_name("bare.html")
    html = report.read_text()
    bare.write_text(html[: html.index("<style>")] + html[html.index("</style>") :])
    page, _ = opened(browser, bare)
    assert "receipt 1, state 1: delivered by webhook" in page.content()
    assert page.locator(".finding summary").first.is_visible()


def test_the_keyboard_is_enough(browser: Any, report: Path) -> None:
    """A mark in a drawing is reached by the Tab key, and Enter opens its finding."""
    page, _ = opened(browser, report)
    mark = page.locator("svg.pages a").first
    target = mark.get_attribute("href")
    mark.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == target
    assert page.locator(f"{target} > details[open]").count() == 1


def test_the_filter_hides_other_findings(browser: Any, report: Path) -> None:
    """Only groups with the text stay; an empty filter shows all."""
    page, _ = opened(browser, report)
    groups = page.locator(".group:visible")
    count = groups.count()
    page.get_by_label("Filter findings").fill("leads back")
    assert groups.count() == 1
    page.get_by_label("Filter findings").fill("")
    assert groups.count() == count


@pytest.mark.parametrize("values", [(), ("--show-values",)])
def test_a_hostile_capture_stays_text(
    browser: Any, run: Run, tmp_path: Path, values: tuple[str, ...]
) -> None:
    """Markup, marks that turn text around and words of a megabyte are neither run nor laid out."""
    hostile = "</svg></pre></script><img src=x onerror=\"document.title='taken'\">\u202e\u2066"
    word = "w" * 1_000_000
    receipt = sample("receipt")
    bodies = [
        {**receipt, "status": hostile, hostile: hostile},
        {**receipt, "status": word, word: word, "url": word},
        {**receipt, "sid": hostile, "message_sid": hostile, "date_created": hostile},
    ]
    capture = tmp_path / f"{'r' * 100}.ndjson"
    capture.write_text("".join(json.dumps(each) + "\n" for each in bodies))
    out = tmp_path / "report.html"
    run("validate", capture, "-q", "-o", f"html={out}", *values)
    assert out.stat().st_size < 1_000_000
    page, heard = opened(browser, out, viewport={"width": 360, "height": 800})
    assert heard == [out.as_uri()]
    assert page.title() != "taken"
    assert page.locator("img").count() == 0
    assert not set("\u202e\u2066") & set(page.content())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_notebook_shows_findings(browser: Any, tmp_path: Path) -> None:
    """In a narrow cell and a wide one, light and dark, the table fits, and axe finds nothing."""
    page_of_receipts = sample("page")
    page_of_receipts["delivery_receipts"][0] |= {"status": "queued", "w" * 5000: "</table>"}
    shown = Contract.load("strict").check(page_of_receipts)._repr_html_()  # type: ignore[attr-defined] # for notebooks
    path = tmp_path / "cell.html"
    style = "body{color-scheme:light dark;background:Canvas;color:CanvasText}"
    path.write_text(
        f'<!DOCTYPE html><html lang="en"><title>x</title><style>{style}</style>'
        f"<main><h1>x</h1>{shown}</main></html>"
    )
    for scheme, width in (("light", 360), ("dark", 360), ("dark", 1200)):
        options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
        page, heard = opened(browser, path, **options)
        found = axe.Axe().run(page)["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert heard == [path.as_uri()]


# -- the page of the server


_ANSWER = "<script>document.title = 'taken'</script></svg>\u202e".encode() + b"w" * 100_000


class _Receiver(BaseHTTPRequestHandler):
    """Answers 403 with markup, and keeps what it received."""

    received: ClassVar[list[tuple[str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.headers["X-Twilio-Signature"], body))
        self.send_response(403)
        self.end_headers()
        self.wfile.write(_ANSWER)

    def log_message(self, *_: Any) -> None:
        """Print nothing."""


@pytest.fixture
def hook() -> Iterator[str]:
    _Receiver.received.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Receiver) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook"
        server.shutdown()


def test_every_button_of_the_page(browser: Any, hook: str) -> None:
    """The clock goes on by 90 seconds, a fault happens once or is cleared, and a reset begins anew."""
    with running(scenarios=["agent-and-sms"], clock="manual", webhook_url=hook) as twilio:
        page = browser.new_context().new_page()
        page.goto(f"{twilio.url}/_receiptkit/")
        page.get_by_role("button", name="+90 s").wait_for()

        def moment() -> datetime:
            text = page.locator("#clock").inner_text().partition("Z")[0]
            return datetime.fromisoformat(text)

        before = moment()
        page.get_by_role("button", name="+90 s").click()
        # On its way the clock shows the moment of each webhook.
        later = (before + timedelta(seconds=90)).isoformat(timespec="milliseconds")
        page.locator("#clock").filter(has_text=later).wait_for()
        page.locator("#webhooks tbody tr").first.wait_for()
        calls = page.locator("#calls")
        faults = page.locator("#faults")
        page.get_by_label("Kind").select_option("server-error")
        page.get_by_role("button", name="Let it happen once").click()
        page.get_by_text("1 waiting").wait_for()
        assert _get(f"{twilio.url}/v1/Configuration/Webhooks", twilio) >= 500
        calls.get_by_role("row").nth(1).wait_for()
        faults.filter(has_text="waiting").wait_for(state="detached")
        assert _get(f"{twilio.url}/v1/Configuration/Webhooks", twilio) == 200
        page.get_by_role("button", name="Let it happen once").click()
        page.get_by_text("1 waiting").wait_for()
        page.get_by_role("button", name="Clear").click()
        faults.filter(has_text="waiting").wait_for(state="detached")
        page.get_by_role("searchbox", name="Filter").fill("nothing like this")
        page.get_by_text("There is none.").wait_for()
        page.get_by_role("searchbox", name="Filter").fill("")
        page.get_by_role("button", name="Reset").click()
        page.get_by_text("None went out yet.").wait_for()
        assert moment() == before
        assert page.locator("#worlds .card").count() == 1


def _get(url: str, twilio: Any) -> int:
    """Return the status of a response to a call with the account's credentials."""
    pair = base64.b64encode(f"{twilio.account_sid}:{AUTH_TOKEN}".encode()).decode()
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {pair}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_the_page_follows_a_scenario_by_clicks(browser: Any, hook: str) -> None:
    """From start to end, and a webhook sent again has a signature that verifies."""
    with running(scenarios=["chat-only"], clock="manual", webhook_url=hook) as twilio:
        page = browser.new_context().new_page()
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        page.goto(f"{twilio.url}/_receiptkit/")
        page.get_by_label("Name").select_option("agent-and-sms")
        page.get_by_role("button", name="Start").click()
        page.locator("#worlds .card").nth(1).wait_for()
        page.get_by_role("button", name="To the next webhook").click()
        page.locator("svg .s-sent").first.wait_for()
        assert page.locator("svg .s-delivered").count() == 0
        page.get_by_role("button", name="To the end").click()
        page.locator("svg .s-delivered").first.wait_for()
        page.get_by_role("link", name="#0", exact=True).click()
        page.get_by_role("button", name="Send again", exact=True).click()
        page.get_by_text("Sent again as #2: 403").wait_for()
        page.get_by_label("or with").fill("Status=failed")
        page.get_by_role("button", name="Send again changed").click()
        page.get_by_text("Sent again as #3: 403").wait_for()
        assert "The application refuses the signature" in page.locator("#detail").inner_text()
        assert "<script>document.title" in page.locator("#detail").inner_text()
        assert page.title() == "receiptkit: a local Twilio"
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        found = axe.Axe().run(page)["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
        assert heard == []
    first, _, again, changed = (
        (signature, dict(parse_qsl(body.decode()))) for signature, body in _Receiver.received
    )
    assert again == first
    assert changed[1] == {**first[1], "Status": "failed"}
    for signature, parameters in (again, changed):
        assert verify(hook, AUTH_TOKEN, signature, parameters)
