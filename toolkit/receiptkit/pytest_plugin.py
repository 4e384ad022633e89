"""
The pytest plugin, as pytest finds it. It imports pytest and the standard library, and `receiptkit.testing` when something of it is used:
who does not use it does not pay for it.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from receiptkit.generation import World
    from receiptkit.testing.cases import BreakageCase
    from receiptkit.testing.factories import Factories
    from receiptkit.testing.matcher import ReceiptContract
    from receiptkit.testing.player import Player
    from receiptkit.testing.run import Run
    from receiptkit.testing.traffic import Traffic

_Result = TypeVar("_Result")

_RUN = pytest.StashKey["Run"]()
#: Of markers, by the ids of tests.
_MISTAKES = pytest.StashKey["dict[str, str]"]()
_TRAFFIC = pytest.StashKey["Traffic"]()
_WATCHING = pytest.StashKey[Any]()
_FACTORIES = pytest.StashKey["Factories"]()

_OPTIONS: dict[str, dict[str, Any]] = {
    "seed": {"metavar": "N", "help": "what generated worlds are drawn from, together with the test's id; 0 by default"},
    "guard": {
        "action": "store_true",
        "default": False,
        "help": "judge what every test gets from the receipts API, real or mocked",
    },
    "fail-on": {"metavar": "SEVERITY", "help": "the least severity that fails a test: error (default), warning or info"},
    "profile": {"metavar": "NAME", "help": "the profile to judge by: vendor, documented (default) or strict"},
    "document": {"metavar": "FILE", "help": "an OpenAPI document of your own to judge by"},
    "show-values": {"action": "store_true", "default": False, "help": "show offending values and whole URLs"},
    "coverage": {"nargs": "?", "const": "", "metavar": "FILE.json", "help": "say at the end what of the contract was exercised"},
    "coverage-fail-under": {"metavar": "PERCENT", "help": "fail the run if less was exercised"},
}
_MARKERS = (
    "receipt_scenarios(*names): run the test with the world of each scenario, of all by default, as receipt_world (see `receiptkit scenarios`)",
    "receipt_breakages(*rules, kind=None): run the test with each flaw of these rules, of all by default, as receipt_breakage",
    "receipts_allow(*rules, reason): what the test gets may break these rules (see `receiptkit rules`)",
)


# -- settings


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("receiptkit", "receiptkit: contract tests for Twilio's delivery receipts")
    for name, about in _OPTIONS.items():
        group.addoption(f"--receipts-{name}", **about)


def pytest_configure(config: pytest.Config) -> None:
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    if any(_option(config, name) not in (None, False) for name in _OPTIONS):
        _run(config)


def pytest_unconfigure() -> None:
    guard = sys.modules.get("receiptkit.testing.guard")
    if guard is not None:
        guard.uninstall()


def _option(config: pytest.Config, name: str) -> Any:
    return config.getoption(f"receipts_{name.replace('-', '_')}")


def _run(config: pytest.Config) -> Run:
    """The run, made when it is first needed."""
    if _RUN not in config.stash:
        from receiptkit.testing.run import Run
        from receiptkit.testing.settings import Options

        said = {name.replace("-", "_"): _option(config, name) for name in _OPTIONS}
        with _Translating():
            config.stash[_RUN] = Run(Options(root=config.rootpath, **said))
    return config.stash[_RUN]


class _Translating:
    """Turns our errors into those of pytest, which are one line."""

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        __tracebackhide__ = True
        from receiptkit.errors import ReceiptkitError

        if isinstance(error, ReceiptkitError):
            raise pytest.UsageError(str(error)) from None


def _translated(call: Callable[..., _Result]) -> Callable[..., _Result]:
    @functools.wraps(call)
    def translated(*args: Any, **kwargs: Any) -> _Result:
        __tracebackhide__ = True
        with _Translating():
            return call(*args, **kwargs)

    return translated


# -- comparing


@pytest.fixture(scope="session")
def receipt_contract(pytestconfig: pytest.Config) -> ReceiptContract:
    """The contract of Twilio's delivery receipts: `assert payload == receipt_contract`, or `receipt_contract.check(payload)`."""
    return _run(pytestconfig).contract


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    matcher = sys.modules.get("receiptkit.testing.matcher")
    if matcher is None or op != "==":
        return None
    for contract, payload in ((right, left), (left, right)):
        if isinstance(contract, matcher.ReceiptContract):
            return ["payload == receipt_contract", *contract.explanation(contract.findings(payload))]
    return None


# -- making


@pytest.fixture
def _receipt_factories(request: pytest.FixtureRequest) -> Factories:
    node: pytest.Item = request.node
    node.stash[_FACTORIES] = _run(request.config).factories(node.nodeid)
    return node.stash[_FACTORIES]


@pytest.fixture
def make_receipt_world(_receipt_factories: Factories) -> Callable[..., World]:
    """Makes a world of a scenario: `make_receipt_world("group-sms", page_size=2)`."""
    return _translated(_receipt_factories.world)


@pytest.fixture
def make_receipt(_receipt_factories: Factories) -> Callable[..., dict[str, Any]]:
    """Makes a receipt: `make_receipt(status="undelivered", channel_name="sms", error_code=30003)`."""
    return _translated(_receipt_factories.receipt)


@pytest.fixture
def make_receipt_page(_receipt_factories: Factories) -> Callable[..., dict[str, Any]]:
    """Makes a page of the list of receipts, of a scenario or a world: `make_receipt_page("group-sms")`."""
    return _translated(_receipt_factories.page)


@pytest.fixture
def make_receipt_pages(_receipt_factories: Factories) -> Callable[..., list[dict[str, Any]]]:
    """Makes all pages of a list of receipts, linked: `make_receipt_pages("three-pages")`."""
    return _translated(_receipt_factories.pages)


@pytest.fixture
def make_receipt_webhook(_receipt_factories: Factories) -> Callable[..., dict[str, str]]:
    """Makes the parameters of a webhook: `make_receipt_webhook(status="read")`."""
    return _translated(_receipt_factories.webhook)


# -- parametrising


@pytest.fixture
def receipt_scenario() -> str:
    """The name of the scenario that the marker `receipt_scenarios` runs the test with."""
    raise pytest.UsageError("receipt_scenario and receipt_world need @pytest.mark.receipt_scenarios")


@pytest.fixture
def receipt_world(receipt_scenario: str, make_receipt_world: Callable[..., World]) -> World:
    """The world that the marker `receipt_scenarios` runs the test with."""
    return make_receipt_world(receipt_scenario)


@pytest.fixture
def receipt_breakage() -> BreakageCase:
    """The flaw that the marker `receipt_breakages` runs the test with: `.body`, and the `.expected` finding."""
    raise pytest.UsageError("receipt_breakage needs @pytest.mark.receipt_breakages")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    scenarios = metafunc.definition.get_closest_marker("receipt_scenarios")
    breakages = metafunc.definition.get_closest_marker("receipt_breakages")
    if scenarios is not None:
        _parametrize(metafunc, "receipt_scenario", scenarios, _scenarios)
    if breakages is not None:
        _parametrize(metafunc, "receipt_breakage", breakages, _breakages)


def _parametrize(
    metafunc: pytest.Metafunc, name: str, marker: pytest.Mark, values: Callable[[pytest.Config, pytest.Mark], list[Any]]
) -> None:
    """Parametrise a test; a mistake is said when everything is collected, so that it is one line and ends the run."""
    mistake = f"{marker.name} wants the test to take {name}" if name not in metafunc.fixturenames else None
    if mistake is None:
        try:
            found = values(metafunc.config, marker)
        except pytest.UsageError as error:
            mistake = str(error)
    if mistake is None:
        metafunc.parametrize(name, found, ids=[getattr(value, "id", value) for value in found])
    else:
        metafunc.config.stash.setdefault(_MISTAKES, {})[metafunc.definition.nodeid] = mistake


def _scenarios(_: pytest.Config, marker: pytest.Mark) -> list[str]:
    from receiptkit.testing.cases import scenarios

    with _Translating():
        return scenarios(marker.args)


def _breakages(config: pytest.Config, marker: pytest.Mark) -> list[BreakageCase]:
    from receiptkit.testing.cases import cases

    with _Translating():
        return cases(_run(config).generator, marker.args, marker.kwargs.get("kind"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    mistakes = config.stash.setdefault(_MISTAKES, {})
    mistakes.update((item.nodeid, mistake) for item in items if (mistake := _mistake(item)))
    # A process of pytest-xdist that ends here cannot say why: there, the tests say it.
    if mistakes and not hasattr(config, "workerinput"):
        raise pytest.UsageError(": ".join(next(iter(mistakes.items()))))


def _mistake(item: pytest.Item) -> str | None:
    """What is wrong with the marker that allows something in a test."""
    try:
        _allowed(item)
    except pytest.UsageError as error:
        return str(error)
    return None


def _allowed(item: pytest.Item) -> list[str]:
    """The rules that a test may break; that of a flaw it is run with is one of them."""
    allowed: list[str] = []
    for marker in item.iter_markers("receipts_allow"):
        from receiptkit.testing.traffic import allowances

        known = _run(item.config).settings.contract.rule_ids
        allowed += _translated(allowances)(marker.args, marker.kwargs.get("reason"), known)
    breakage = getattr(getattr(item, "callspec", None), "params", {}).get("receipt_breakage")
    return allowed if breakage is None else [*allowed, breakage.expected.rule]


# -- watching


@pytest.fixture
def receipt_traffic(request: pytest.FixtureRequest) -> Traffic:
    """Judges what the test gets from the receipts API, real or mocked: `receipt_traffic.exchanges`, `.findings`."""
    node: pytest.Item = request.node
    if _TRAFFIC not in node.stash:
        raise pytest.UsageError("receipt_traffic must be an argument of the test, or of a fixture that it uses")
    return node.stash[_TRAFFIC]


def _guarded(item: pytest.Item) -> bool:
    return _option(item.config, "guard") or "receipt_traffic" in getattr(item, "fixturenames", ())


def _watched(item: pytest.Item) -> bool:
    """Whether a test is looked at: because it is guarded, or because coverage was asked for."""
    if _guarded(item):
        return True
    run = item.config.stash.get(_RUN, None)
    return run is not None and run.settings.coverage


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, object, object]:
    if _watched(item):
        from receiptkit.testing.guard import watching

        traffic = item.stash[_TRAFFIC] = _run(item.config).traffic(str(item.path), _allowed(item))
        item.stash[_WATCHING] = watching(traffic)
        item.stash[_WATCHING].__enter__()
    try:
        return (yield)
    finally:
        mistake = item.config.stash[_MISTAKES].get(item.nodeid)
        if mistake is not None:
            pytest.fail(mistake, pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    result = yield
    _fail(item)
    return result


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    try:
        result = yield
    finally:
        if _WATCHING in item.stash:
            item.stash[_WATCHING].__exit__(None, None, None)
            del item.stash[_WATCHING]
            item.stash[_TRAFFIC].finish()
            _run(item.config).ended(item.stash[_TRAFFIC], guarded=_guarded(item))
    _fail(item)
    return result


def _fail(item: pytest.Item) -> None:
    """Fail a test for what it got, unless that has been said."""
    failure = _failure(item)
    if failure is not None:
        pytest.fail(failure, pytrace=False)


def _failure(item: pytest.Item) -> str | None:
    if _TRAFFIC not in item.stash or not _guarded(item):
        return None
    item.stash[_TRAFFIC].finish()
    return item.stash[_TRAFFIC].failure()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        failure = _failure(item)
        if failure is not None:
            report.sections.append(("receiptkit", failure))
        factories = item.stash.get(_FACTORIES, None)
        if factories is not None and factories.count:
            seed = _run(item.config).settings.seed
            report.sections.append(("receiptkit", f"to make the same again: pytest {item.nodeid!r} --receipts-seed={seed}"))
    return report


# -- delivering


@pytest.fixture(scope="session")
def receipt_auth_token() -> str:
    """The auth token that played webhooks are signed with; define this fixture yourself to use another one."""
    return "0123456789abcdef0123456789abcdef"


@pytest.fixture
def play_receipt_webhooks(request: pytest.FixtureRequest, _receipt_factories: Factories, receipt_auth_token: str) -> Player:
    """Delivers webhooks to a WSGI or ASGI application or a URL: `play_receipt_webhooks(app, "out-of-order", url="https://…")`."""
    from receiptkit.testing.player import Player

    run = _run(request.config)
    traffic = request.node.stash.get(_TRAFFIC, None)
    delivered = traffic.delivered if traffic is not None else lambda _: None
    return Player(run.generator, _receipt_factories, receipt_auth_token, delivered, _Translating)


# -- the end of a run


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    run = session.config.stash.get(_RUN, None)
    if run is None:
        return
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["receiptkit"] = run.share()
        return
    run.write_coverage()
    if run.too_little() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Of pytest-xdist: a process has ended."""
    share = getattr(node, "workeroutput", {}).get("receiptkit")
    if share is not None:
        _run(node.config).merge(share)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    run = config.stash.get(_RUN, None)
    if run is None:
        return
    sections = {"receipt warnings": run.warnings(), "receipt coverage": run.coverage.table() if run.settings.coverage else []}
    for title, lines in sections.items():
        if lines:
            terminalreporter.section(title)
            terminalreporter.write("\n".join(lines) + "\n")
    failure = run.too_little()
    if failure is not None:
        terminalreporter.write_line(failure, red=True)
