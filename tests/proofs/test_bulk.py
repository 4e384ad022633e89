"""A text that a shape accepts is clean in the exact path, with the same facts."""

from __future__ import annotations

import ast
import base64
import json
import os
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import yaml

import layouts
import traffic
from conftest import ROOT
from proofs.simulator import simulate
from proofs.simulator.webhooks import TOKEN
from receiptkit import Contract
from receiptkit.bulk import Facts
from receiptkit.captures import Limits, Observation, Reading, Records, nothing_beside
from receiptkit.captures.formats import cassette, form_lines, har, json_document
from receiptkit.generation import Generator
from receiptkit.generation.breakage import rendered
from receiptkit.generation.breakages import breakages
from receiptkit.model.errors import CaptureError
from receiptkit.model.exchange import READ_HEADERS, WebhookRequest
from receiptkit.model.location import Position
from receiptkit.validation.clean_records import CleanRecords, remembered
from receiptkit.validation.observation_checks import ObservationChecker
from receiptkit.validation.selection import Selection
from receiptkit.webhooks.signature import AUTH_TOKEN, sign

Run = Callable[..., tuple[int, str, str]]
STYLES = {"plain": traffic.PLAIN, "other": traffic.OTHER}
READERS = {
    "forms": form_lines.observations,
    "HAR": har.observations,
    "cassettes": cassette.yaml_observations,
    "HAR of a browser": har.observations,
    "HAR of webhooks": har.observations,
    "cassettes with times": cassette.yaml_observations,
    "cassettes with times in JSON": cassette.observations,
}
#: Layouts that are no lines.
DOCUMENTS = [layout for layout in READERS if layout != "forms"]
#: Layouts with bodies in base64, or where only the beginning of what surrounds a form is JSON.
UNKNOWN = ("API Gateway, base64", "CloudWatch, events", "rows of a table")
LAYOUTS = [*traffic.lines(traffic.Traffic()), *READERS, *layouts.RECORDS]
WITHOUT_FILES = Reading(Limits().record, nothing_beside)
#: How many records are learnt from, and looked at.
TAUGHT = 120


class Judge:
    """A contract with both paths."""

    def __init__(
        self, profile: str = "documented", observe: Any = json_document.observations
    ) -> None:
        self.checker = ObservationChecker(
            Contract.load(profile), Selection(), operation=None, url=None
        )
        self.clean = CleanRecords(self.checker)
        self.observe = observe

    def teach(self, records: Iterable[bytes]) -> None:
        """Have records checked as a run does."""
        texts = list(records)
        at = 0
        for clean in self.clean.runs(Records(range(len(texts)), texts, self.observe)):
            for observation in self.observed(texts[at]) if not clean else ():
                self.clean.note(self.checker.validate(observation), observation)
            at += len(clean) or 1

    def observed(self, raw: bytes) -> list[Observation]:
        return list(self.observe(raw, Position(1, 1), 0, WITHOUT_FILES))

    def known(self, texts: list[bytes]) -> list[Facts | None]:
        """Return the facts of records that a shape accepts."""
        runs = self.clean.runs(Records(range(len(texts)), texts, self.observe))
        return [facts for clean in runs for facts in [*clean, *([] if clean else [None])]]

    def exact(self, raw: bytes) -> Facts | None:
        """Return the facts of a clean record as the exact path reads them."""
        try:
            found = self.observed(raw)
        except CaptureError:
            return None
        if len(found) != 1 or found[0].unusable is not None:
            return None
        result = self.checker.validate(found[0])
        is_clean = self.checker.is_clean(result, found[0])
        return remembered(result, found[0]) if is_clean else None

    def holds(self, records: Iterable[bytes]) -> tuple[int, int]:
        """Hold every record that a shape accepts against the exact path; return how many it accepts, and how many there are."""
        records = list(records)
        accepted = 0
        for raw, facts in zip(records, self.known(records), strict=True):
            if facts is not None:
                accepted += 1
                assert facts == self.exact(raw), raw
            (alone,) = self.known([raw])
            assert alone == facts, raw
        return accepted, len(records)


def of_layout(layout: str, style: traffic.Style, seed: int = 1) -> Iterator[bytes]:
    made = traffic.Traffic(seed, style)
    if layout == "forms":
        return (made.form().encode() + b"\n" for _ in iter(int, 1))
    if layout == "HAR":
        return (style.dumps(made.har_entry(made.page(3))).encode() for _ in iter(int, 1))
    if layout == "cassettes":
        return (in_yaml(made, made.page(3)) for _ in iter(int, 1))
    if layout == "cassettes with times":
        return (dumped([layouts.recorded(made)]) for _ in iter(int, 1))
    if layout in DOCUMENTS:
        entries: dict[str, Callable[[traffic.Traffic], Any]] = {
            "HAR of a browser": layouts.browser_entry,
            "HAR of webhooks": layouts.called_entry,
            "cassettes with times in JSON": partial(layouts.recorded, naive=True),
        }
        return (style.dumps(entries[layout](made)).encode() for _ in iter(int, 1))
    found = (
        layouts.lines(layout, made) if layout in layouts.RECORDS else traffic.lines(made)[layout]
    )
    return (line.encode() + b"\n" for line in found)


def in_yaml(made: traffic.Traffic, *bodies: Any) -> bytes:
    """Return interactions in YAML, each long text on one line."""
    return dumped([made.interaction(body) for body in bodies])


def dumped(value: Any) -> bytes:
    text: bytes = yaml.dump(value, encoding="utf-8", width=10**6)
    return text


@pytest.fixture(scope="module", autouse=True)
def every_shape() -> Iterator[None]:
    """Try every shape with every record: when that is worth its time is not the law."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("receiptkit.bulk.bulk._FEW", 0.0)
        yield


@pytest.fixture(scope="module")
def judges() -> dict[tuple[str, str], Judge]:
    """One that was taught each layout in each style."""
    found = {}
    for name, style in STYLES.items():
        for layout in LAYOUTS:
            judge = found[layout, name] = Judge(
                observe=READERS.get(layout, json_document.observations)
            )
            judge.teach(islice(of_layout(layout, style), TAUGHT // (1 + ("50" in layout))))
    return found


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_accepts_most_of_what_is_alike(
    judges: dict[tuple[str, str], Judge], layout: str, style: str
) -> None:
    """Other records of a layout are known, and their facts are those of the exact path."""
    accepted, count = judges[layout, style].holds(
        islice(of_layout(layout, STYLES[style], seed=2), 30)
    )
    assert (accepted > 0.7 * count) is (layout not in UNKNOWN)


_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FORM = "EventType=onDeliveryUpdated&Status=queued&RetryCount=0"
#: Texts that the search of a document reads, in whatever member they are.
_READABLE = (
    _FORM,
    f"/hooks?{_FORM}",
    "https://a.example/?EventType=onMessage",
    '{"EventType": "onDeliveryUpdated", "Status": "queued", "RetryCount": "0"}',
    base64.b64encode(_FORM.encode()).decode(),
    f"GET /hooks?{_FORM} HTTP/1.1\r\nHost: a.example\r\n\r\n",
)


def mutants(raw: bytes, rng: random.Random) -> Iterator[bytes]:
    """Yield a record with one byte changed, lost, or doubled; with pieces swapped or repeated; with values exchanged."""
    for _ in range(12):
        at = rng.randrange(len(raw))
        byte = bytes([rng.choice(b'09afzAZ "\\{}[]:,.-T%&=\0\x7f\xc3')])
        yield raw[:at] + byte + raw[at + 1 :]
        yield raw[:at] + raw[at + 1 :]
        yield raw[:at] + raw[at : at + 1] + raw[at:]
    for pattern in (
        rb"[A-Z]{2}[0-9a-f]{32}",
        rb"20[0-9]{2}-[0-9T:.Z%A-]+",
        rb"\b[a-z]{4,11}\b",
        rb"\b[0-9]{1,5}\b",
    ):
        found = list(re.finditer(pattern, raw))
        for _ in range(8 if len(found) > 1 else 0):
            one, other = sorted(rng.sample(found, 2), key=re.Match.start)
            first, last = raw[: one.start()], raw[other.end() :]
            between = raw[one.end() : other.start()]
            # One in the place of the other, and each in the other's.
            yield first + other[0] + between + other[0] + last
            yield first + other[0] + between + one[0] + last
        for each in rng.sample(found, min(4, len(found))):
            yield raw[: each.start()] + each[0][:2] + b"a" * (len(each[0]) - 2) + raw[each.end() :]
    rows = list(re.finditer(rb"\{[^{}]*\}", raw))
    for one, other in (rng.sample(rows, 2) for _ in range(4 if len(rows) > 1 else 0)):
        yield raw[: one.start()] + other[0] + raw[one.end() :]
        yield raw.replace(one[0], one[0] + b", " + other[0])
    for word in (
        b"EventType",
        b"H4sIAAAAAAAA",
        b"Basic dXNlcjpwYXNzd29yZA==",
        b"openapi",
        b"responses",
    ):
        yield re.sub(rb"\b[0-9a-f]{16}, 1.1 proxy", word, raw, count=1)
    for text in _READABLE:
        yield _UUID.sub(json.dumps(text)[1:-1].encode(), raw, count=1)
        yield re.sub(rb'(?<="id": )"?[^",}]*"?', json.dumps(text).encode(), raw, count=1)
    yield raw + raw
    yield raw.replace(b"-02-", b"-02-29"[:4]).replace(b"Z", b"+00:00", 1)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_accepts_nothing_that_has_a_finding(
    judges: dict[tuple[str, str], Judge], layout: str, style: str
) -> None:
    """After one-byte edits, swaps, splices and repeated rows, an accepted text is clean, with the right facts."""
    rng = random.Random(layout + style)
    for raw in islice(of_layout(layout, STYLES[style], seed=3), 3 if "50" in layout else 12):
        judges[layout, style].holds(mutants(raw, rng))


@pytest.mark.soak
def test_one_hundred_thousand_random_records(judges: dict[tuple[str, str], Judge]) -> None:
    seed = int(os.environ.get("RECEIPTKIT_SEED", "4"))
    rng, count = random.Random(seed), 0
    while count < 100_000:
        for (layout, style), judge in judges.items():
            for raw in islice(of_layout(layout, STYLES[style], seed=rng.randrange(2**32)), 5):
                count += judge.holds(mutants(raw, rng))[1]


def changed(body: str, *path: Any, to: Any) -> bytes:
    """A record with one value changed."""
    value = json.loads(body)
    holder = value
    for token in path[:-1]:
        holder = holder[token]
    holder[path[-1]] = to(holder[path[-1]]) if callable(to) else to
    return json.dumps(value).encode() + b"\n"


ROWS = "delivery_receipts"


def counterexamples() -> Iterator[tuple[str, str, Callable[[str], bytes]]]:
    """Yield what a first try accepted and must not: a name, a layout, and how a record of it is spoilt."""

    def same_receipt(text: str) -> bytes:
        first = json.loads(text)[ROWS][0]
        return changed(text, ROWS, 1, to=first)

    def same_sid(text: str) -> bytes:
        first = json.loads(text)[ROWS][0]["sid"]
        spoilt = changed(text, ROWS, 2, "sid", to=first)
        return changed(spoilt.decode(), ROWS, 2, "url", to=lambda url: url[:-34] + first)

    yield "the same receipt twice", "pages of 4", same_receipt
    yield "the same SID twice", "pages of 4", same_sid
    yield (
        "29 February of a common year",
        "receipts",
        lambda text: changed(text, "date_created", to="2025-02-29T10:00:00Z"),
    )
    yield (
        "31 April",
        "pages of 4",
        lambda text: changed(text, ROWS, 0, "date_created", to="2025-04-31T10:00:00Z"),
    )
    yield (
        "one placeholder among SIDs",
        "pages of 4",
        lambda text: (
            re.sub(json.loads(text)[ROWS][1]["sid"], "DY" + "a" * 32, text).encode() + b"\n"
        ),
    )
    yield (
        "a row of another message",
        "pages of 4",
        lambda text: changed(text, ROWS, 2, "message_sid", to="IM" + "0123456789abcdef" * 2),
    )
    yield (
        "a row whose URL is in another conversation",
        "pages of 4",
        lambda text: changed(
            text, ROWS, 2, "url", to=lambda url: re.sub("CH[0-9a-f]{32}", "CH" + "01" * 16, url)
        ),
    )
    yield (
        "a row with another member of as many letters",
        "pages of 4",
        lambda text: "conversation_sld".join(text.rsplit("conversation_sid", 1)).encode(),
    )
    yield (
        "an update before the creation",
        "receipts",
        lambda text: changed(text, "date_updated", to="2019-01-01T00:00:00Z"),
    )
    yield (
        "a code without a failure",
        "receipts",
        lambda text: changed(
            changed(text, "status", to="delivered").decode(), "error_code", to=30008
        ),
    )
    yield (
        "another URL than the page's own",
        "pages of 4",
        lambda text: changed(
            text, "meta", "url", to=lambda url: url.replace("PageSize=50", "PageSize=5")
        ),
    )
    yield (
        "more rows than the page holds",
        "pages with tokens",
        lambda text: changed(
            text, ROWS, to=lambda rows: [*rows, {**rows[0], "sid": "DY" + "0123456789abcdef" * 2}]
        ),
    )


CASES = {name: (layout, spoil) for name, layout, spoil in counterexamples()}


@pytest.mark.parametrize("name", CASES)
def test_counterexamples(judges: dict[tuple[str, str], Judge], name: str) -> None:
    layout, spoil = CASES[name]
    judge = judges[layout, "plain"]
    for raw in islice(of_layout(layout, traffic.PLAIN, seed=5), 20):
        spoilt = spoil(raw.decode())
        assert judge.exact(spoilt) is None
        assert judge.known([spoilt]) == [None]


def test_facts_have_every_date(judges: dict[tuple[str, str], Judge]) -> None:
    """A swapped startedDateTime, or a code that a lost date would have shown, changes the facts."""
    for layout in ("receipts", "webhook requests"):
        judge = judges[layout, "plain"]
        for raw in islice(of_layout(layout, traffic.PLAIN, seed=6), 20):
            (facts,) = judge.known([raw])
            assert facts is None or facts == judge.exact(raw)


#: Readers whose records no shape is made of.
_WITHOUT_SHAPES = ("http_text.py", "http_messages.py")


def test_headers_that_are_read_are_named() -> None:
    """READ_HEADERS names every header that is looked up; shapes take others for transport."""
    names = set()
    for path in (ROOT / "toolkit" / "receiptkit").rglob("*.py"):
        room = path.relative_to(ROOT / "toolkit" / "receiptkit").parts[0]
        if room not in ("captures", "contract", "rules") or path.name in _WITHOUT_SHAPES:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "header":
                names |= {
                    each.value.lower()
                    for each in node.args
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }
    assert names >= {"content-type", "content-encoding"}
    # Without a token, only whether there is a signature counts.
    assert names <= READ_HEADERS | {"x-twilio-signature"}


@pytest.mark.parametrize("profile", ["vendor", "documented", "strict"])
def test_no_breakage_is_accepted(profile: str) -> None:
    """A shape refuses a breakage of what it learnt, or the exact path finds nothing either."""
    judge = Judge(profile)
    generator = Generator(Contract.load())
    broken = []
    for breakage in breakages(generator):
        for seed in range(2):
            good = rendered(generator, breakage.world(generator, seed), breakage.kind)
            judge.teach([json.dumps(good).encode()] * 2)
            broken.append(json.dumps(breakage.body(generator, seed)).encode())
    assert len(broken) > 100
    judge.holds(broken)


# -- whole runs


def folded(made: traffic.Traffic, count: int) -> str:
    """Return a cassette as vcrpy writes it."""
    found = [made.interaction(made.page(2)) for _ in range(count)]
    return yaml.dump({"interactions": found, "version": 1})


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A folder of captures in each layout: much that is clean, and every now and then something that is not."""
    rng = random.Random(8)
    for layout in (each for each in LAYOUTS if "50" not in each and each not in DOCUMENTS):
        with (tmp_path / f"{layout}.{'form' if layout == 'forms' else 'ndjson'}").open("wb") as out:
            for number, raw in enumerate(islice(of_layout(layout, traffic.PLAIN, seed=7), 70)):
                out.write(raw)
                if number > 45 and number % 5 == 0:
                    # The same once more, and something like it.
                    out.write(raw)
                    out.write(rng.choice(list(mutants(raw, rng))).replace(b"\n", b" ") + b"\n")
    made = traffic.Traffic(9)
    text = "\n".join(made.har(made.page(2) for _ in range(70)))
    (tmp_path / "page.har").write_text(text)
    (tmp_path / "cassette.yaml").write_text(folded(made, 70))
    spoilt = folded(made, 70).replace(' "delivered"', ' "queued"')
    (tmp_path / "spoilt.yaml").write_text(spoilt)
    (tmp_path / "later.yaml").write_text(folded(made, 70).replace("body: null", "body: [null]", 40))
    (tmp_path / "spoilt.har").write_text(text.replace('\\"delivered\\"', '\\"queued\\"'))
    return tmp_path


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learn from the first record on, and from every one."""
    monkeypatch.setattr("receiptkit.bulk.bulk._FIRST", 0)
    monkeypatch.setattr("receiptkit.bulk.bulk._AT_ONCE", 10**6)


def same(run: Run, *arguments: Any) -> tuple[int, str, str]:
    """Run once with bulk and once without; hold that everything printed, and the exit code, is the same."""
    found = run("validate", "--format", "json", "--jobs", 1, *arguments)
    assert run("validate", "--format", "json", "--jobs", 1, *arguments, "--no-bulk") == found
    return found


@pytest.mark.parametrize("join", [False, True])
def test_reports_are_the_same_without(capture: Path, run: Run, join: bool) -> None:
    """Findings, counts, complaints and the exit code are the same with --no-bulk, byte for byte."""
    assert '"findings":[]' not in same(run, capture, *(["--join"] if join else []))[1]
    text = ("validate", "-v", "--jobs", 1, capture)
    assert run(*text) == run(*text, "--no-bulk")


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("folder", ["fixtures", "tests/corpus/defects", "tests/corpus/controls"])
def test_reports_of_corpora_are_the_same_without(folder: str, run: Run) -> None:
    same(run, ROOT / folder)


@pytest.mark.usefixtures("eager")
def test_reports_of_simulated_traffic_are_the_same_without(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports of simulated histories, in every format, are the same without shapes."""
    monkeypatch.setenv("SIMULATOR_TOKEN", TOKEN)
    for seed in range(int(os.environ.get("RECEIPTKIT_STORIES", "25"))):
        story = simulate(seed, has_base=True)
        folder = tmp_path / str(seed)
        folder.mkdir()
        for name, content in story.files:
            (folder / name).write_bytes(content)
        paths = [folder / name for name, _ in story.files]
        same(run, "--allow-empty", *story.options, *paths)


def signed(made: traffic.Traffic, token: str = AUTH_TOKEN, url: str = "") -> bytes:
    """Return a webhook request with its signature."""
    request = made.webhook()
    request["url"] = url or request["url"]
    parameters = parse_qsl(request["body"])
    request["headers"]["X-Twilio-Signature"] = sign(request["url"], token, parameters)
    return json.dumps(request).encode() + b"\n"


def test_signatures_are_checked_record_by_record(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports and counts are the same without bulk: with wrong signatures, none, and odd URLs."""
    monkeypatch.setenv("TOKEN", AUTH_TOKEN)
    monkeypatch.setattr("receiptkit.bulk.bulk._FIRST", 0)
    made, rng = traffic.Traffic(4), random.Random(4)
    known: list[Facts] = []
    facts = CleanRecords._rightly_signed

    def counted(records: CleanRecords, *arguments: Any) -> list[Facts | None]:
        found = facts(records, *arguments)
        known.extend(each for each in found if each is not None)
        return found

    monkeypatch.setattr(CleanRecords, "_rightly_signed", counted)
    lines = [signed(made) for _ in range(200)]
    for number in range(60, 200, 7):
        odd = signed(made, "another"), signed(made, url="https://example.com:443/hooks/twilio")
        without = re.sub(rb'"X-Twilio-Signature": "[^"]*", ', b"", lines[number])
        plain = next(of_layout("exchanges with pages of 4", traffic.PLAIN, number))
        lines[number:number] = [*odd, without, plain, *list(mutants(lines[number], rng))[::9]]
    path = tmp_path / "signed.ndjson"
    path.write_bytes(b"".join(line.replace(b"\n", b" ") + b"\n" for line in lines))
    found = same(run, "--auth-token-env", "TOKEN", path)
    assert '"webhook.signature"' in found[1]
    assert len(known) > 100
    same(run, "--auth-token-env", "TOKEN", "--called-at", "https://example.com/hooks/twilio", path)


def signed_in(layout: str, made: traffic.Traffic) -> Iterator[bytes]:
    """Yield lines of a layout with the signatures that the token makes; every ninth is wrong."""
    judge = Judge()
    for number, line in enumerate(layouts.lines(layout, made)):
        (seen,) = judge.observed(line.encode())
        request = seen.seen
        assert isinstance(request, WebhookRequest)
        before = next(v for k, v in request.headers.items() if k.lower() == "x-twilio-signature")
        body = request.body if isinstance(request.body, dict) else parse_qsl(request.body)
        made_now = sign(request.url, AUTH_TOKEN, body)
        found = line.replace(before, made_now)
        # The first of several counts.
        wrong = made_now.swapcase() if number % 9 == 0 else made_now
        yield found.replace(made_now, wrong, 1).encode()


@pytest.mark.parametrize(
    "layout",
    ["pino, a form", "nginx", "API Gateway, REST", "bunyan", "webhook requests with notes"],
)
def test_signatures_in_logs_are_checked(
    layout: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each one is, where a log has it."""
    monkeypatch.setenv("TOKEN", AUTH_TOKEN)
    path = tmp_path / "log.ndjson"
    path.write_bytes(b"\n".join(islice(signed_in(layout, traffic.Traffic(4)), 120)) + b"\n")
    found = json.loads(same(run, "--auth-token-env", "TOKEN", path)[1])
    wrong = [each for each in found["findings"] if each["rule"] == "webhook.signature"]
    assert len(wrong) == len(range(0, 120, 9))


def test_bulk_is_used(tmp_path: Path, checked: list[Observation], run: Run) -> None:
    """Most of a capture of many alike records is never parsed."""
    path = tmp_path / "receipts.ndjson"
    path.write_bytes(b"".join(islice(of_layout("receipts", traffic.PLAIN), 1000)))
    run("validate", "--jobs", 1, path)
    assert len(checked) < 300


def test_a_rule_that_looks_into_a_member(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members that a rule registers as `literal` are not generalised."""
    lines = list(islice(of_layout("receipts", traffic.PLAIN), 60))
    monkeypatch.setattr(
        "receiptkit.rules.catalogue.literal_names", lambda: frozenset(("participant_sid",))
    )
    judge = Judge()
    judge.teach(lines)
    assert (
        judge.known(list(islice(of_layout("receipts", traffic.PLAIN, seed=2), 60))) == [None] * 60
    )
    assert any(judge.known(lines))
