"""The fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from receiptkit.pytest_plugin.item_state import FACTORIES, TRAFFIC
from receiptkit.pytest_plugin.options import Translating, run_of, translated
from receiptkit.pytest_plugin.parametrize import stable_id_of

if TYPE_CHECKING:
    from receiptkit.generation import World
    from receiptkit.server import Running
    from receiptkit.testing.application_process import Application
    from receiptkit.testing.breakages import BreakageCase
    from receiptkit.testing.factories import Factories
    from receiptkit.testing.matcher import ReceiptContract
    from receiptkit.testing.player import Player
    from receiptkit.testing.traffic import Traffic


@pytest.fixture(scope="session")
def receipt_contract(pytestconfig: pytest.Config) -> ReceiptContract:
    """
    Return the contract of Twilio's delivery receipts: `assert payload == receipt_contract`, or
    `receipt_contract.check(payload)`.
    """
    return run_of(pytestconfig).contract


@pytest.fixture
def _receipt_factories(request: pytest.FixtureRequest) -> Factories:
    node: pytest.Item = request.node
    node.stash[FACTORIES] = run_of(request.config).factories(stable_id_of(node))
    return node.stash[FACTORIES]


@pytest.fixture
def make_receipt_world(_receipt_factories: Factories) -> Callable[..., World]:
    """Makes a world of a scenario: `make_receipt_world("group-sms", page_size=2)`."""
    return translated(_receipt_factories.world)


@pytest.fixture
def make_receipt(_receipt_factories: Factories) -> Callable[..., dict[str, Any]]:
    """Makes a receipt: `make_receipt(status="failed", channel_name="sms", error_code=30003)`."""
    return translated(_receipt_factories.receipt)


@pytest.fixture
def make_receipt_page(_receipt_factories: Factories) -> Callable[..., dict[str, Any]]:
    """
    Makes a page of the list of receipts, of a scenario or a world:
    `make_receipt_page("group-sms")`.
    """
    return translated(_receipt_factories.page)


@pytest.fixture
def make_receipt_pages(_receipt_factories: Factories) -> Callable[..., list[dict[str, Any]]]:
    """Makes all pages of a list of receipts, linked: `make_receipt_pages("three-pages")`."""
    return translated(_receipt_factories.pages)


@pytest.fixture
def make_receipt_webhook(_receipt_factories: Factories) -> Callable[..., dict[str, str]]:
    """Makes the parameters of a webhook: `make_receipt_webhook(status="read")`."""
    return translated(_receipt_factories.webhook)


@pytest.fixture
def receipt_scenario() -> str:
    """Return the name of the scenario that the marker `receipt_scenarios` runs the test with."""
    raise pytest.UsageError(
        "receipt_scenario and receipt_world need @pytest.mark.receipt_scenarios"
    )


@pytest.fixture
def receipt_world(receipt_scenario: str, make_receipt_world: Callable[..., World]) -> World:
    """Return the world that the marker `receipt_scenarios` runs the test with."""
    return make_receipt_world(receipt_scenario)


@pytest.fixture
def receipt_breakage() -> BreakageCase:
    """
    Return the breakage that the marker `receipt_breakages` runs the test with: `.body`, and the
    `.expected` finding.
    """
    raise pytest.UsageError("receipt_breakage needs @pytest.mark.receipt_breakages")


@pytest.fixture
def receipt_traffic(request: pytest.FixtureRequest) -> Traffic:
    """
    Turns the guard on for this test: `.exchanges` and `.webhooks` list what was seen, `.findings`
    what was wrong and not allowed.
    """
    node: pytest.Item = request.node
    if TRAFFIC not in node.stash:
        raise pytest.UsageError(
            "receipt_traffic must be an argument of the test, or of a fixture that it uses"
        )
    return node.stash[TRAFFIC]


@pytest.fixture(scope="session")
def receipt_auth_token() -> str:
    """
    Return the auth token that signs webhooks and opens `receipt_server`; define this fixture
    yourself to use your own.
    """
    from receiptkit.webhooks import AUTH_TOKEN

    return AUTH_TOKEN


@pytest.fixture
def play_receipt_webhooks(
    request: pytest.FixtureRequest, _receipt_factories: Factories, receipt_auth_token: str
) -> Player:
    """
    Delivers webhooks to a WSGI or ASGI application or a URL: `play_receipt_webhooks(app,
    "out-of-order", url="https://…")`.
    """
    from receiptkit.testing.player import Player

    run = run_of(request.config)
    traffic = request.node.stash.get(TRAFFIC, None)
    take = traffic.take_played if traffic is not None else lambda _: None
    return Player(run.generator, _receipt_factories, receipt_auth_token, take, Translating)


@pytest.fixture(scope="session")
def receipt_snapshot() -> str | None:
    """
    Return the file that `receipt_server` begins with, saved by a server; None for scenarios. Define
    this fixture yourself to name yours.
    """
    return None


@pytest.fixture
def receipt_server(
    _receipt_factories: Factories, receipt_auth_token: str, receipt_snapshot: str | None
) -> Iterator[Running]:
    """
    Return a local Twilio for this test, at `.url`; its clock stays still until `.advance(…)`, and
    every scenario is a conversation.
    """
    __tracebackhide__ = True
    with ExitStack() as stack:
        with Translating():
            from receiptkit.server import running
            from receiptkit.webhooks import AUTH_TOKEN

            seed = _receipt_factories.number()
            # The default token is no secret: then any secret opens the server.
            own = receipt_auth_token if receipt_auth_token != AUTH_TOKEN else None
            server = running(clock="manual", seed=seed, auth_token=own, snapshot=receipt_snapshot)
            started = stack.enter_context(server)
        yield started


@pytest.fixture
def receipt_application(
    receipt_server: Running, receipt_auth_token: str
) -> Iterator[Callable[..., Application]]:
    """
    Starts your application as a process against `receipt_server`, and ends it after the test:
    `receipt_application(["node", "app.js"]).url`.
    """
    from receiptkit.testing.application_process import Applications

    applications = Applications(
        (receipt_server.url, receipt_server.account_sid, receipt_auth_token)
    )
    try:
        yield translated(applications.__call__)
    finally:
        applications.end()
